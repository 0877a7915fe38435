// SPDX-License-Identifier: MIT
// The named states: what makes each true and what ends it.
#include <set>

#include "testbench/fault/states.h"
#include "testbench/unit/fault_bench.h"

namespace ans::test {
namespace {

using fault::find_state;
using fault::StateInfo;
using fault::While;

class StatesTest : public ::testing::Test {
protected:
    StatesTest() {
        for (const StateInfo& state : fault::states())
            tracker_.need(state);
    }
    void happen(EventKind kind, std::initializer_list<std::pair<const char*, std::uint64_t>> fields = {}) {
        tracker_.update(make(kind, fields));
    }
    void enable() { happen(EventKind::ControllerState, {{"enabled", 1}, {"ready", 1}}); }
    void ring(std::uint64_t queue, std::uint64_t tag) {
        happen(EventKind::Doorbell, {{"queue", queue}, {"tag", tag}});
    }
    void complete(std::uint64_t queue, std::uint64_t tag, std::uint64_t status = 0) {
        happen(EventKind::CompletionPosted, {{"queue", queue}, {"tag", tag}, {"status", status}});
    }
    void write(std::uint64_t tag, std::uint64_t cdw12 = 0) {
        happen(EventKind::CommandFetched, {{"queue", 1}, {"tag", tag}, {"opcode", 1}, {"cdw12", cdw12}});
    }
    bool holds(const char* name, std::uint64_t which = 0) {
        return tracker_.holds({find_state(name), true, which});
    }
    std::uint64_t count(const char* name, std::uint64_t which = 0) {
        std::uint64_t n = 0;
        while (tracker_.holds({find_state(name), true, which, n + 1}))
            ++n;
        return n;
    }
    fault::StateTracker tracker_;
};

TEST(StateTable, EveryStateIsFullyDescribed) {
    std::set<std::string_view> names;
    for (const StateInfo& state : fault::states()) {
        SCOPED_TRACE(std::string(state.name));
        EXPECT_TRUE(names.insert(state.name).second);
        EXPECT_EQ(find_state(state.name), &state);
        EXPECT_FALSE(state.what.empty());
        EXPECT_FALSE(state.source.empty());
        EXPECT_TRUE(state.kinds.any());
        EXPECT_EQ(state.firmware != 0, state.id == fault::StateId::Firmware);
    }
    EXPECT_EQ(find_state("happy"), nullptr);
}

TEST(StateTable, HasANameForEveryStateOfTheFirmware) {
    std::uint32_t named = 0;
    for (const StateInfo& state : fault::states()) {
        EXPECT_EQ(named & state.firmware, 0u) << state.name;
        named |= state.firmware;
    }
    EXPECT_EQ(named, (1u << find_field(EventKind::FirmwareState, "state")->name_count) - 1);
}

TEST_F(StatesTest, NothingHoldsAtFirstButThatTheFirmwareIsOff) {
    for (const StateInfo& state : fault::states())
        EXPECT_EQ(holds(state.name.data()), state.name == "iop_off") << state.name;
}

TEST_F(StatesTest, CompletingLastsFromInvalidationToHead) {
    ring(1, 5);
    happen(EventKind::TcbInvalidated, {{"tag", 5}});
    EXPECT_TRUE(holds("completing"));
    EXPECT_TRUE(holds("completing", 2)) << "the queue where the tag was rung";
    EXPECT_FALSE(holds("completing", 1));
    happen(EventKind::CqHead, {{"queue", 0}});
    EXPECT_TRUE(holds("completing"));
    happen(EventKind::CqHead, {{"queue", 1}});
    EXPECT_FALSE(holds("completing"));
}

TEST_F(StatesTest, InFlightCountsWhatIsRungAndNotCompleted) {
    enable();
    ring(0, 1);
    ring(1, 2);
    ring(1, 3);
    ring(1, 3);
    EXPECT_EQ(count("in_flight"), 3u) << "a tag rung twice is one command";
    EXPECT_EQ(count("in_flight", 1), 1u);
    EXPECT_EQ(count("in_flight", 2), 2u);
    complete(1, 2);
    complete(1, 2);
    EXPECT_EQ(count("in_flight"), 2u);
}

TEST_F(StatesTest, ADisabledControllerTakesNothingAndLosesEverything) {
    ring(1, 2);
    EXPECT_FALSE(holds("in_flight"));
    enable();
    ring(1, 2);
    happen(EventKind::TcbInvalidated, {{"tag", 2}});
    happen(EventKind::ControllerState, {{"enabled", 0}});
    EXPECT_FALSE(holds("in_flight"));
    EXPECT_FALSE(holds("completing"));
}

TEST_F(StatesTest, ACrashAResetAStopAndACutEndWhatIsInFlight) {
    const std::pair<EventKind, bool> ends[] = {{EventKind::FirmwareCrash, false},
                                               {EventKind::ResetLine, true},
                                               {EventKind::ProcessorRun, true},
                                               {EventKind::PowerCut, false}};
    for (const auto& [kind, has_level] : ends) {
        enable();
        ring(1, 2);
        EXPECT_TRUE(holds("in_flight"));
        if (has_level)
            happen(kind, {{"level", 1}});
        else
            happen(kind);
        EXPECT_FALSE(holds("in_flight")) << event_info(kind).name;
    }
}

TEST_F(StatesTest, ATagThatNoHardwareHasIsIgnored) {
    enable();
    ring(1, 0xffff);
    complete(1, 0xffff);
    happen(EventKind::TcbInvalidated, {{"tag", 0xffff}});
    write(0xffff);
    EXPECT_FALSE(holds("in_flight"));
    EXPECT_FALSE(holds("completing"));
}

TEST_F(StatesTest, UnflushedWritesAreCompletedWellAndWithoutForce) {
    write(1);
    EXPECT_EQ(count("unflushed_writes"), 0u) << "not completed yet";
    complete(1, 1);
    write(2);
    complete(1, 2, 0x281);
    write(3, 1u << 30);
    complete(1, 3);
    EXPECT_EQ(count("unflushed_writes"), 1u);
    happen(EventKind::MediaFlush);
    EXPECT_EQ(count("unflushed_writes"), 0u);
    write(1);
    complete(1, 1);
    happen(EventKind::PowerCut);
    EXPECT_EQ(count("unflushed_writes"), 0u);
}

TEST_F(StatesTest, TheControllerIsReadyOrShuttingDown) {
    enable();
    EXPECT_TRUE(holds("controller_ready"));
    happen(EventKind::ControllerState, {{"enabled", 1}, {"ready", 1}, {"shutdown", 1}});
    EXPECT_TRUE(holds("controller_shutting_down"));
    happen(EventKind::ControllerState, {{"enabled", 1}, {"ready", 1}, {"shutdown", 2}});
    EXPECT_FALSE(holds("controller_shutting_down")) << "complete";
    happen(EventKind::ResetLine, {{"level", 1}});
    EXPECT_FALSE(holds("controller_ready"));
}

TEST_F(StatesTest, IdleAndSleepingFirmwareIsAsleep) {
    for (std::uint64_t state = 0; state < 8; ++state) {
        happen(EventKind::FirmwareState, {{"state", state}});
        EXPECT_EQ(holds("iop_asleep"), state == 4 || state == 5) << state;
        EXPECT_EQ(holds("iop_running"), state == 2) << state;
    }
}

TEST_F(StatesTest, WaitingMessagesAreCountedByFifo) {
    happen(EventKind::MailPush, {{"fifo", 0}, {"waiting", 3}});
    happen(EventKind::MailPush, {{"fifo", 1}, {"waiting", 1}});
    EXPECT_EQ(count("a2i_waiting"), 3u);
    EXPECT_EQ(count("i2a_waiting"), 1u);
    happen(EventKind::MailPop, {{"fifo", 0}, {"waiting", 2}});
    EXPECT_EQ(count("a2i_waiting"), 2u);
    happen(EventKind::ResetLine, {{"level", 1}});
    EXPECT_EQ(count("a2i_waiting"), 0u);
}

TEST_F(StatesTest, SartEntriesOfTheBootLoaderDoNotCount) {
    happen(EventKind::SartEntry, {{"index", 0}, {"flags", 0xff}, {"locked", 1}});
    happen(EventKind::SartEntry, {{"index", 1}, {"flags", 0xff}});
    happen(EventKind::SartEntry, {{"index", 2}, {"flags", 0xf}});
    EXPECT_EQ(count("sart_entries"), 2u);
    happen(EventKind::SartEntry, {{"index", 1}, {"flags", 0}});
    EXPECT_EQ(count("sart_entries"), 1u);
}

TEST_F(StatesTest, AnInterruptWireIsAskedForByItsLine) {
    happen(EventKind::IrqLevel, {{"line", 590}, {"level", 1}});
    EXPECT_TRUE(holds("irq_high", 590));
    EXPECT_FALSE(holds("irq_high", 591));
    happen(EventKind::IrqLevel, {{"line", 590}, {"level", 0}});
    EXPECT_FALSE(holds("irq_high", 590));
}

TEST_F(StatesTest, PowerIsOffUntilSomebodyTouchesTheCoprocessor) {
    happen(EventKind::PowerCut);
    EXPECT_TRUE(holds("power_off"));
    happen(EventKind::ProcessorRun, {{"level", 0}});
    EXPECT_TRUE(holds("power_off")) << "that is the cut's own work";
    happen(EventKind::ProcessorRun, {{"level", 1}});
    EXPECT_FALSE(holds("power_off"));
}

TEST_F(StatesTest, ResetIsAsLongAsItsLineIsHigh) {
    happen(EventKind::ResetLine, {{"level", 1}});
    EXPECT_TRUE(holds("in_reset"));
    happen(EventKind::ResetLine, {{"level", 0}});
    EXPECT_FALSE(holds("in_reset"));
}

TEST_F(StatesTest, ABoundMayBeTurnedRound) {
    enable();
    ring(1, 1);
    ring(1, 2);
    const StateInfo* state = find_state("in_flight");
    EXPECT_TRUE(tracker_.holds({state, true, 0, 1, 2}));
    EXPECT_FALSE(tracker_.holds({state, true, 0, 1, 1}));
    EXPECT_FALSE(tracker_.holds({state, false, 0, 2, 2}));
    EXPECT_TRUE(tracker_.holds({state, false, 0, 3}));
}

TEST(StateContradictions, AreThoseOfOneCountAndOfTheFirmware) {
    const auto clash = [](const While& a, const While& b) {
        EXPECT_EQ(contradiction(a, b).empty(), contradiction(b, a).empty());
        return !contradiction(a, b).empty();
    };
    const StateInfo* flight = find_state("in_flight");
    EXPECT_TRUE(clash({find_state("iop_asleep")}, {find_state("iop_running")}));
    EXPECT_TRUE(clash({find_state("iop_asleep")}, {find_state("iop_asleep"), false}));
    EXPECT_FALSE(clash({find_state("iop_asleep"), false}, {find_state("iop_running"), false}));
    EXPECT_FALSE(clash({find_state("iop_asleep"), false}, {find_state("iop_running")}));
    EXPECT_TRUE(clash({flight, true, 0, 1, 3}, {flight, true, 0, 4}));
    EXPECT_FALSE(clash({flight, true, 0, 1, 4}, {flight, true, 0, 4}));
    EXPECT_TRUE(clash({flight, true, 0, 3, 5}, {flight, false, 0, 2, 6}));
    EXPECT_FALSE(clash({flight, true, 0, 3, 7}, {flight, false, 0, 2, 6}));
    EXPECT_FALSE(clash({flight, false, 0, 3, 5}, {flight, false, 0, 2, 6}));
    EXPECT_TRUE(clash({flight, true, 0, 1, 3}, {flight, true, 2, 4})) << "a part is not more than the whole";
    EXPECT_TRUE(clash({flight, false}, {flight, true, 1}));
    EXPECT_FALSE(clash({flight, true, 1, 4}, {flight, true, 2, 1, 3})) << "two queues";
    EXPECT_FALSE(clash({find_state("irq_high"), true, 0}, {find_state("irq_high"), false, 5}));
}

}  // namespace
}  // namespace ans::test
