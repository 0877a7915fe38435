// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "testbench/monitors/monitor_set.h"
#include "testbench/support/sim_test.h"

namespace ans::test {
namespace {

using monitor::MonitorConfig;
using monitor::MonitorSet;
using monitor::RuleId;
using monitor::SartWindow;
using Fields = std::initializer_list<std::pair<const char*, std::uint64_t>>;

constexpr unsigned kNvmeLine = 590;
constexpr SartWindow kBootEntry{0x8'1000'0000, 0x10000, 0xff};
enum : std::uint64_t { kA2i, kI2a };
enum : std::uint64_t { kAdmin, kIo };

constexpr std::uint64_t type(std::uint64_t t, std::uint64_t rest = 0) {
    return t << 52 | rest;
}
constexpr std::uint64_t kHello = type(1, 0xc000b);
constexpr std::uint64_t kSleep = type(6, 1);
constexpr std::uint64_t kSleepAck = type(7, 1);
constexpr std::uint64_t kLog = type(5);
constexpr std::uint64_t start(std::uint64_t endpoint) {
    return type(5, endpoint << 32 | 2);
}

// LAST, base 0, endpoints 0 to 4 and 8
constexpr std::uint64_t kMap = type(8, std::uint64_t{1} << 51 | 0x11f);
constexpr std::uint64_t ask(std::uint64_t pages, std::uint64_t address = 0) {
    return type(1, pages << 44 | address);
}
constexpr std::uint64_t kReport = type(8, 7);

constexpr Reg kRegs[] = {{"CSTS", 0x1c, 4, 0, Access::ReadOnly, 0, "", "test"}};
constexpr RegMap kToyMap{"nvme", Unit::Nvme, 0x100, kRegs, 1};
const RegMap* toy_registers(Unit unit) {
    return unit == Unit::Nvme ? &kToyMap : nullptr;
}

/// Monitors fed with events built from the event table, one microsecond apart.
class MonitorTest : public SimTest {
protected:
    MonitorTest() : monitors(events, {toy_registers, kNvmeLine, {kBootEntry}, 0, milliseconds(10)}) {}

    void emit(EventKind kind, Fields fields, Unit unit = Unit::Nvme) {
        Event event;
        event.time = now += microseconds(1);
        event.kind = kind;
        event.unit = unit;
        for (const auto& [name, value] : fields) {
            const EventField* field = find_field(kind, name);
            ASSERT_NE(field, nullptr) << name;
            field->set(event, value);
        }
        events.emit(event);
    }
    void expect(std::initializer_list<RuleId> broken) {
        for (std::size_t i = 0; i < monitor::kRules; ++i) {
            const auto rule = static_cast<RuleId>(i);
            const auto wanted = static_cast<std::uint64_t>(std::count(broken.begin(), broken.end(), rule));
            EXPECT_EQ(monitors.violations(rule), wanted) << monitor::rule_info(rule).id;
        }
    }
    void expect_clean() { expect({}); }
    std::string last_text() const {
        for (auto it = recorder.entries.rbegin(); it != recorder.entries.rend(); ++it)
            if (it->event.kind == EventKind::RuleViolated) return it->text;
        return {};
    }

    void send(std::uint64_t endpoint, std::uint64_t msg0) {
        emit(EventKind::MailPush, {{"fifo", kA2i}, {"msg1", endpoint}, {"msg0", msg0}}, Unit::Mailbox);
    }
    void receive(std::uint64_t endpoint, std::uint64_t msg0) {
        emit(EventKind::MailPop, {{"fifo", kI2a}, {"msg1", endpoint}, {"msg0", msg0}}, Unit::Mailbox);
    }
    void run_line(bool level) { emit(EventKind::ProcessorRun, {{"level", level}}, Unit::Asc); }
    void reset_line(bool level) { emit(EventKind::ResetLine, {{"level", level}}, Unit::Pmgr); }
    void boot() {
        run_line(true);
        receive(0, kHello);
        send(0, type(2, 0xc000c));
        receive(0, kMap);
        send(0, type(8, std::uint64_t{1} << 51));
        for (const std::uint64_t endpoint : {1, 2, 4, 8})
            send(0, start(endpoint));
        receive(1, ask(1));
    }
    void power_down() {
        send(0, kSleep);
        receive(0, kSleepAck);
    }

    void controller(bool enabled, bool ready, std::uint64_t cc, bool fatal = false) {
        emit(EventKind::ControllerState,
             {{"enabled", enabled}, {"ready", ready}, {"fatal", fatal}, {"cc", cc}});
    }
    void enable() {
        controller(true, false, 0x460001);
        controller(true, true, 0x460001);
    }
    void admin(std::uint64_t opcode, std::uint64_t cdw10 = 1, std::uint64_t status = 0) {
        emit(EventKind::CommandFetched, {{"queue", kAdmin}, {"opcode", opcode}, {"tag", 0}, {"lba", cdw10}});
        emit(EventKind::CompletionPosted,
             {{"queue", kAdmin}, {"tag", 0}, {"status", status}, {"index", 200}});
    }
    void create_queues() {
        admin(5);
        admin(1);
    }
    void delete_queues() {
        admin(0);
        admin(4);
    }
    void enable_with_queues() {
        enable();
        create_queues();
    }
    void doorbell(std::uint64_t tag, std::uint64_t queue = kIo) {
        emit(EventKind::Doorbell, {{"queue", queue}, {"tag", tag}, {"linear", 1}});
    }
    void fetch(std::uint64_t tag, std::uint64_t opcode = 2, std::uint64_t flags = 1, std::uint64_t blocks = 0,
               std::uint64_t length = 0, std::uint64_t tcb_prp1 = 0x1000) {
        emit(EventKind::CommandFetched, {{"queue", kIo},
                                         {"opcode", opcode},
                                         {"tag", tag},
                                         {"cdw12", blocks},
                                         {"prp1", 0x1000},
                                         {"prp2", 0x2000}});
        emit(EventKind::TcbFetched, {{"queue", kIo},
                                     {"tag", tag},
                                     {"dma_flags", flags},
                                     {"length", length},
                                     {"prp1", tcb_prp1},
                                     {"prp2", 0x2000}});
    }
    void complete(std::uint64_t tag, std::uint64_t index = 200) {
        emit(EventKind::CompletionPosted, {{"queue", kIo}, {"tag", tag}, {"index", index}});
    }
    void invalidate(std::uint64_t tag, std::uint64_t stat = 0) {
        emit(EventKind::TcbInvalidated, {{"tag", tag}, {"stat", stat}}, Unit::Nvmmu);
    }
    void command(std::uint64_t tag) {
        doorbell(tag);
        fetch(tag);
        complete(tag);
        invalidate(tag);
    }
    void head(std::uint64_t to, std::uint64_t before, std::uint64_t tail, std::uint64_t entries = 64) {
        emit(EventKind::CqHead,
             {{"queue", kIo}, {"head", to}, {"before", before}, {"tail", tail}, {"entries", entries}});
    }
    void overrun(std::uint64_t tag, std::uint64_t entries, bool forced = false) {
        emit(EventKind::CqOverrun, {{"queue", kIo}, {"tag", tag}, {"entries", entries}, {"forced", forced}});
    }
    void irq(bool level, std::uint64_t line = kNvmeLine) {
        emit(EventKind::IrqLevel, {{"line", line}, {"level", level}});
    }
    void sart(std::uint64_t index, std::uint64_t address, std::uint64_t size, std::uint64_t flags) {
        emit(EventKind::SartEntry, {{"index", index}, {"address", address}, {"size", size}, {"flags", flags}},
             Unit::Sart);
    }
    void refused(Unit unit, std::uint64_t response, bool write = false) {
        emit(EventKind::BusError,
             {{"offset", 0x1c},
              {"width", 4},
              {"response", response},
              {"write", write},
              {"address", 0x2'7bcc'001c}},
             unit);
    }
    void power(std::uint64_t domain, std::uint64_t actual) {
        emit(EventKind::PowerState, {{"domain", domain}, {"target", actual}, {"actual", actual}}, Unit::Pmgr);
    }

    SimTime now = 0;
    MonitorSet monitors;
};

enum : std::uint64_t { kIncomplete = 1, kGeneric = 2, kAddress = 3, kCommand = 4, kBurst = 5 };

// The set

TEST(MonitorRules, EveryRuleIsFullyDescribed) {
    std::size_t count = 0;
    const monitor::RuleInfo* table = monitor::rules(count);
    EXPECT_EQ(count, monitor::kRules);
    std::set<std::string_view> ids;
    for (std::size_t i = 0; i < count; ++i) {
        const monitor::RuleInfo& rule = table[i];
        SCOPED_TRACE(std::string(rule.id));
        EXPECT_TRUE(ids.insert(rule.id).second);
        EXPECT_EQ(monitor::find_rule(rule.id), static_cast<RuleId>(i));
        for (const auto text : {rule.title, rule.fact, rule.source, rule.what_to_do})
            EXPECT_FALSE(text.empty());
    }
    EXPECT_EQ(monitor::find_rule("TCB-99"), RuleId::Count);
}

TEST_F(MonitorTest, AWholeCleanLifeBreaksNoRule) {
    for (unsigned life = 0; life < 2; ++life) {
        boot();
        sart(1, 0x8'2000'0000, 0x4000, 0xff);
        send(1, ask(1, 0x8'2000'0000));
        receive(8, std::uint64_t{1} << 56 | std::uint64_t{0x3000} << 36);
        send(8, std::uint64_t{1} << 56 | std::uint64_t{0x3000} << 36 | 0x82'0001);
        receive(2, kLog | 1);
        send(2, kLog | 1);
        for (const std::uint64_t report : {kReport, type(0xc)}) {
            receive(4, report);
            send(4, report);
        }
        enable_with_queues();
        for (unsigned i = 0; i < 100; ++i) {
            doorbell(2 + i % 61);
            fetch(2 + i % 61);
            complete(2 + i % 61, i % 64);
            irq(true);
            invalidate(2 + i % 61);
            head((i + 1) % 64, i % 64, (i + 1) % 64);
            irq(false);
        }
        delete_queues();
        controller(true, true, 0x464001);
        controller(false, false, 0x460000);
        power_down();
        run_line(false);
        reset_line(true);
        sart(1, 0, 0x4000, 0xff);
        sart(1, 0, 0, 0xff);
        sart(1, 0, 0, 0);
        reset_line(false);
    }
    monitors.finish(now);
    expect_clean();
    EXPECT_FALSE(monitors.failed());
}

TEST_F(MonitorTest, AViolationIsAnEventWithIdSeverityAndValues) {
    emit(EventKind::MailOverflow, {{"fifo", kA2i}, {"msg1", 2}, {"msg0", 0x123}});
    EXPECT_EQ(last_text(), "MBX-01: message 0x123 to endpoint 0x2 lost");
    EXPECT_EQ(recorder.last_field(EventKind::RuleViolated, "severity"), 2u);
    EXPECT_EQ(recorder.last(EventKind::RuleViolated).time, now);
}

TEST_F(MonitorTest, OnlyAnUnallowedErrorFailsTheRun) {
    receive(0, kHello);
    send(0, type(6, 0));
    EXPECT_EQ(monitors.violations("PWR-02"), 1u);
    EXPECT_FALSE(monitors.failed()) << "a warning";
    emit(EventKind::MailOverflow, {{"fifo", kA2i}});
    EXPECT_TRUE(monitors.failed());
    EXPECT_TRUE(monitors.allow("MBX-01"));
    EXPECT_FALSE(monitors.failed());
    EXPECT_FALSE(monitors.allow("MBX-99"));
    EXPECT_EQ(monitors.violations("MBX-99"), 0u);
}

TEST(MonitorSetTest, RegisterTrafficIsHeardOnlyWhereARuleNeedsIt) {
    EventHub hub;
    MonitorSet monitors(hub, {});
    const auto state = [&](std::uint64_t bits) {
        Event event;
        event.kind = EventKind::ControllerState;
        event.slot[0] = bits;
        hub.emit(event);
    };
    EXPECT_TRUE(hub.wants(EventKind::RegWrite)) << "NUM_TCBS is written before the controller is ready";
    state(3);
    EXPECT_FALSE(hub.wants(EventKind::RegWrite));
    EXPECT_FALSE(hub.wants(EventKind::RegRead));
    state(0);
    EXPECT_TRUE(hub.wants(EventKind::RegWrite));
}

TEST(MonitorSetTest, AGoneSetHearsNothing) {
    EventHub hub;
    { const MonitorSet monitors(hub, {}); }
    for (std::size_t kind = 0; kind < kEventKinds; ++kind)
        EXPECT_FALSE(hub.wants(static_cast<EventKind>(kind)));
}

// Mailbox

TEST_F(MonitorTest, MBX01FiresOnTheDriversOverflowOnly) {
    emit(EventKind::MailOverflow, {{"fifo", kI2a}});
    expect_clean();
    emit(EventKind::MailOverflow, {{"fifo", kA2i}});
    expect({RuleId::Mbx01});
}

TEST_F(MonitorTest, MBX02FiresOnTheDriversEmptyReadOnly) {
    emit(EventKind::MailUnderflow, {{"fifo", kA2i}});
    expect_clean();
    emit(EventKind::MailUnderflow, {{"fifo", kI2a}});
    expect({RuleId::Mbx02});
}

TEST_F(MonitorTest, MBX03FiresOnBitsAboveTheEndpointNumber) {
    send(0x0, type(3));
    receive(std::uint64_t{0x10} << 48, type(4));
    expect_clean();
    send(0x100, type(3));
    expect({RuleId::Mbx03});
}

// RTKit

TEST_F(MonitorTest, RTK01FiresOnAMessageToAnEndpointThatWasNotStarted) {
    boot();
    send(2, type(9));
    expect_clean();
    send(0x20, type(9));
    expect({RuleId::Rtk01});
}

TEST_F(MonitorTest, RTK01FiresAfterAnEndpointWasStopped) {
    boot();
    send(0, type(5, std::uint64_t{2} << 32 | 1));
    send(2, type(9));
    expect({RuleId::Rtk01});
}

TEST_F(MonitorTest, RTK01FiresWhenAnEndpointWasStartedInAnEarlierLifeOnly) {
    boot();
    power_down();
    run_line(false);
    run_line(true);
    send(2, type(9));
    expect({RuleId::Rtk01});
}

TEST_F(MonitorTest, RTK02FiresOnAMessageAfterTheLastAcknowledgement) {
    boot();
    send(0, kSleep);
    send(2, type(9));
    expect_clean();
    receive(0, kSleepAck);
    send(2, type(9));
    expect({RuleId::Rtk02});
    EXPECT_EQ(last_text(), "RTK-02: 0x90000000000000 to endpoint 0x2");
}

TEST_F(MonitorTest, RTK02AllowsTheMessageThatWakes) {
    boot();
    power_down();
    send(0, type(6, 0x220));
    receive(0, kHello);
    send(0, type(2, 0xc000c));
    expect_clean();
}

TEST_F(MonitorTest, RTK03FiresOnALogNotEchoedBeforePowerDown) {
    boot();
    receive(2, kLog | 1);
    receive(2, kLog | 2);
    send(2, kLog | 2);
    power_down();
    expect({RuleId::Rtk03});
    EXPECT_EQ(last_text(), "RTK-03: 1 LOG messages not echoed at power-down");
}

TEST_F(MonitorTest, RTK03WaitsForAnEchoThatCrossesThePowerDown) {
    boot();
    receive(2, kLog | 1);
    send(0, kSleep);
    send(2, kLog | 1);
    receive(2, kLog | 2);
    receive(0, kSleepAck);
    send(2, kLog | 2);
    expect_clean();
}

TEST_F(MonitorTest, RTK03FiresOnAChangedEcho) {
    boot();
    receive(2, kLog | 1);
    send(2, kLog | 3);
    expect({RuleId::Rtk03});
}

TEST_F(MonitorTest, RTK04FiresOnAMessageAfterTheSecondCrashlogMessage) {
    boot();
    send(1, type(1, 0x1000));
    expect_clean();
    receive(1, type(1));
    send(2, type(9));
    expect({RuleId::Rtk04});
}

TEST_F(MonitorTest, RTK05FiresOnABufferThatNobodyAskedFor) {
    boot();
    sart(1, 0x8'2000'0000, 0x4000, 0xff);
    send(1, ask(1, 0x8'2000'0000));
    expect_clean();
    send(1, ask(1, 0x8'2000'0000));
    send(2, ask(1, 0x8'2000'1000));
    expect({RuleId::Rtk05, RuleId::Rtk05});
}

TEST_F(MonitorTest, RTK05DoesNotJudgeAnAnswerToABufferOfTheFirmware) {
    boot();
    receive(2, ask(1, 0x8'3000'0000));
    send(2, ask(0, 0));
    expect_clean();
}

TEST_F(MonitorTest, RTK06FiresOnASecondBufferUnlessTheFirstIsTooSmall) {
    boot();
    sart(1, 0x8'2000'0000, 0x10000, 0xff);
    receive(2, ask(1));
    send(2, ask(1, 0x8'2000'0000));
    receive(2, ask(1));
    send(2, ask(1, 0x8'2000'0000));
    receive(2, ask(4));
    send(2, ask(4, 0x8'2000'4000));
    expect_clean();
    receive(2, ask(4));
    send(2, ask(4, 0x8'2000'8000));
    expect({RuleId::Rtk06});
}

TEST_F(MonitorTest, RTK06ForgetsTheBuffersOfAnEarlierLife) {
    for (const std::uint64_t address : {0x8'2000'0000, 0x8'2000'4000}) {
        boot();
        sart(1, address, 0x1000, 0xff);
        send(1, ask(1, address));
        power_down();
        run_line(false);
    }
    expect_clean();
}

TEST_F(MonitorTest, RTK07FiresOnARequestBeforeTheAcknowledgement) {
    boot();
    send(0, type(6, 0x220));
    send(0, type(0xb, 0x20));
    receive(0, type(7, 0x20));
    receive(0, type(0xb, 0x20));
    send(0, type(0xb, 0x10));
    expect_clean();
    send(0, type(0xb, 0x10));
    expect({RuleId::Rtk07});
    EXPECT_EQ(last_text(), "RTK-07: AP state 0x10");
}

TEST_F(MonitorTest, RTK07LetsADriverAskAgainAfterItsTimeout) {
    boot();
    send(0, kSleep);
    now += milliseconds(1000);
    send(0, kSleep);
    expect_clean();
}

TEST_F(MonitorTest, RTK08FiresOnAReportNotEchoedAndOnAChangedEcho) {
    boot();
    receive(4, kReport);
    send(4, kReport + 1);
    expect({RuleId::Rtk08});
    power_down();
    expect({RuleId::Rtk08, RuleId::Rtk08});
    EXPECT_EQ(last_text(), "RTK-08: 1 I/O report messages not echoed at power-down");
}

TEST_F(MonitorTest, RTK09FiresOnAVersionOutsideTheFirmwares) {
    run_line(true);
    receive(0, kHello);
    send(0, type(2, 0xb000b));
    expect_clean();
    send(0, type(2, 0xd000d));
    send(0, type(2, 0xa000a));
    expect({RuleId::Rtk09, RuleId::Rtk09});
    EXPECT_EQ(last_text(), "RTK-09: versions 10 to 10, the firmware speaks 11 to 12");
}

TEST_F(MonitorTest, RTK10FiresOnAnEndpointThatIsNotInTheMap) {
    boot();
    receive(0, type(8, std::uint64_t{1} << 32 | 1));
    send(0, start(0x20));
    expect_clean();
    send(0, start(0x21));
    send(0, type(5, std::uint64_t{0x21} << 32 | 1));
    expect({RuleId::Rtk10});
}

TEST_F(MonitorTest, RTK10DoesNotJudgeASessionWhoseBeginningItDidNotSee) {
    send(0, start(0x21));
    expect_clean();
}

TEST_F(MonitorTest, RTK11FiresOnABufferSmallerThanTheRequest) {
    boot();
    sart(1, 0x8'2000'0000, 0x10000, 0xff);
    receive(8, std::uint64_t{1} << 56 | std::uint64_t{0x1234} << 36);
    send(8, std::uint64_t{1} << 56 | std::uint64_t{0x1234} << 36 | 0x82'0000);
    expect_clean();
    receive(4, ask(2));
    send(4, ask(1, 0x8'2000'4000));
    expect({RuleId::Rtk11});
    EXPECT_EQ(last_text(), "RTK-11: endpoint 0x4: asked for 0x2000 bytes, got 0x1000");
}

// SART

TEST_F(MonitorTest, SART01FiresOnARefusedAccess) {
    emit(EventKind::SartDenied, {{"reason", 1}, {"write", 1}, {"address", 0x800}, {"size", 0x20}},
         Unit::Sart);
    expect({RuleId::Sart01});
    EXPECT_EQ(last_text(), "SART-01: write of 0x800 + 0x20: partial");
}

TEST_F(MonitorTest, SART02FiresWhenTheBootLoadersEntryChanges) {
    sart(0, kBootEntry.address, kBootEntry.size, kBootEntry.flags);
    expect_clean();
    sart(0, 0, kBootEntry.size, kBootEntry.flags);
    sart(0, 0, 0, 0);
    expect({RuleId::Sart02});
}

TEST_F(MonitorTest, SART03FiresOnOverlapAndNotOnNeighbours) {
    sart(1, 0x8'2000'0000, 0x4000, 0xff);
    sart(2, 0x8'2000'4000, 0x4000, 0xff);
    sart(3, 0x8'1fff'f000, 0x1000, 0xff);
    sart(4, 0x8'2000'3000, 0x1000, 0);
    expect_clean();
    sart(4, 0x8'2000'3000, 0x1000, 0xff);
    expect({RuleId::Sart03});
}

TEST_F(MonitorTest, SART03DoesNotTakeAnEntryBeingRemovedForAWindow) {
    sart(1, 0x1000, 0x1000, 0xff);
    sart(2, 0x8'2000'0000, 0x4000, 0xff);
    sart(2, 0, 0x4000, 0xff);
    sart(2, 0, 0, 0);
    expect_clean();
}

TEST_F(MonitorTest, SART03SeesTheBootLoadersEntries) {
    sart(1, kBootEntry.address - 0x1000, 0x2000, 0xff);
    expect({RuleId::Sart03});
}

TEST_F(MonitorTest, SART04FiresOnEntriesLeftOverACleanReset) {
    boot();
    sart(1, 0x8'2000'0000, 0x4000, 0xff);
    power_down();
    run_line(false);
    reset_line(true);
    expect_clean();
    reset_line(false);
    expect({RuleId::Sart04});
}

TEST_F(MonitorTest, SART05FiresWhenAGrantedBufferLosesItsEntry) {
    boot();
    sart(1, 0x8'2000'0000, 0x4000, 0xff);
    sart(2, 0x8'3000'0000, 0x4000, 0xff);
    send(1, ask(1, 0x8'2000'0000));
    sart(2, 0, 0, 0);
    expect_clean();
    sart(1, 0, 0x4000, 0xff);
    sart(1, 0, 0, 0);
    expect({RuleId::Sart05});
    EXPECT_EQ(last_text(), "SART-05: entry 1: 0x820000000 + 0x1000, granted to endpoint 0x1");
}

TEST_F(MonitorTest, SART05LetsTheDriverCleanUpBehindFirmwareThatIsGone) {
    const std::initializer_list<std::function<void()>> ends{
        [&] { power_down(); }, [&] { reset_line(true); },
        [&] { emit(EventKind::FirmwareCrash, {}, Unit::Firmware); }, [&] { receive(1, type(1)); }};
    for (const auto& end : ends) {
        boot();
        sart(1, 0x8'2000'0000, 0x4000, 0xff);
        send(1, ask(1, 0x8'2000'0000));
        end();
        sart(1, 0, 0, 0);
    }
    expect_clean();
}

TEST_F(MonitorTest, SART06FiresOnAGrantThatNoEntryCoversWhole) {
    boot();
    sart(1, 0x8'2000'0000, 0x2000, 0xff);
    receive(2, ask(2));
    send(2, ask(2, 0x8'2000'0000));
    expect_clean();
    receive(4, ask(2));
    send(4, ask(2, 0x8'2000'1000));
    expect({RuleId::Sart06});
    EXPECT_EQ(last_text(), "SART-06: endpoint 0x4: 0x820001000 + 0x2000");
}

TEST_F(MonitorTest, SART07FiresOnEntriesLeftAfterTheShutdown) {
    boot();
    sart(1, 0x8'2000'0000, 0x4000, 0xff);
    monitors.finish(now);
    expect_clean();
    power_down();
    run_line(false);
    monitors.finish(now);
    expect({RuleId::Sart07});
}

TEST_F(MonitorTest, SART04DoesNotBlameAResetAfterACrash) {
    boot();
    sart(1, 0x8'2000'0000, 0x4000, 0xff);
    reset_line(true);
    reset_line(false);
    expect_clean();
}

// Tags and TCBs

TEST_F(MonitorTest, TCB01FiresOnATagInFlightInTheSameQueue) {
    enable_with_queues();
    doorbell(3);
    fetch(3);
    doorbell(4);
    expect_clean();
    doorbell(3);
    expect({RuleId::Tcb01});
    EXPECT_EQ(last_text(), "TCB-01: io queue, tag 3");
}

TEST_F(MonitorTest, TCB01ForgetsWhatADisabledControllerDropped) {
    enable_with_queues();
    doorbell(3);
    delete_queues();
    controller(true, true, 0x464001);
    controller(false, false, 0x460000);
    enable_with_queues();
    doorbell(3);
    expect_clean();
}

TEST_F(MonitorTest, TCB02FiresOnATagWhoseTcbIsStillValid) {
    enable_with_queues();
    command(3);
    command(3);
    doorbell(3);
    fetch(3);
    complete(3);
    expect_clean();
    doorbell(3);
    expect({RuleId::Tcb02});
}

TEST_F(MonitorTest, TCB03FiresOnDifferentPages) {
    enable_with_queues();
    doorbell(3);
    fetch(3, 2, 1, 0, 0, 0x5000);
    expect({RuleId::Tcb03});
    EXPECT_EQ(last_text(), "TCB-03: io tag 3: SQE PRPs 0x1000 0x2000, TCB PRPs 0x5000 0x2000");
}

TEST_F(MonitorTest, TCB03FiresOnAMissingDirectionOnly) {
    enable_with_queues();
    for (const auto& [opcode, flags] : {std::pair{2, 1}, {1, 2}, {2, 3}, {1, 3}, {0, 0}}) {
        doorbell(3);
        fetch(3, static_cast<std::uint64_t>(opcode), static_cast<std::uint64_t>(flags));
        complete(3);
        invalidate(3);
    }
    expect_clean();
    doorbell(3);
    fetch(3, 2, 2);
    doorbell(4);
    fetch(4, 1, 1);
    expect({RuleId::Tcb03, RuleId::Tcb03});
}

TEST_F(MonitorTest, TCB03FiresOnAnotherBlockCount) {
    enable_with_queues();
    doorbell(3);
    fetch(3, 2, 1, 0x4000'0007, 7);
    expect_clean();
    doorbell(4);
    fetch(4, 2, 1, 7, 8);
    expect({RuleId::Tcb03});
}

TEST_F(MonitorTest, TCB03ComparesWhicheverIsFetchedLast) {
    enable_with_queues();
    doorbell(3);
    emit(EventKind::TcbFetched, {{"queue", kIo}, {"tag", 3}, {"dma_flags", 3}, {"prp1", 0x9000}});
    emit(EventKind::CommandFetched, {{"queue", kIo}, {"opcode", 2}, {"tag", 3}, {"prp1", 0x1000}});
    expect({RuleId::Tcb03});
}

TEST_F(MonitorTest, TCB04FiresOnInvalidatingATagInFlight) {
    enable_with_queues();
    command(3);
    doorbell(3);
    expect_clean();
    invalidate(3);
    expect({RuleId::Tcb04});
}

TEST_F(MonitorTest, TCB04AllowsCleaningUpAfterACrash) {
    enable_with_queues();
    doorbell(3);
    fetch(3);
    emit(EventKind::FirmwareCrash, {}, Unit::Firmware);
    invalidate(3);
    expect_clean();
}

TEST_F(MonitorTest, TCB05FiresOnAFailedInvalidation) {
    enable_with_queues();
    command(3);
    expect_clean();
    invalidate(3, 1);
    expect({RuleId::Tcb05});
}

TEST_F(MonitorTest, TCB06FiresBeyondTheTagSpaceHoweverLargeTheArray) {
    emit(EventKind::RegWrite, {{"offset", 0x28100}, {"width", 4}, {"value", 127}}, Unit::Nvmmu);
    enable_with_queues();
    doorbell(63);
    expect_clean();
    doorbell(64);
    doorbell(0xffff);
    invalidate(0xffff);
    expect({RuleId::Tcb06, RuleId::Tcb06});
}

TEST_F(MonitorTest, TCB06FiresBeyondNumTcbs) {
    emit(EventKind::RegWrite, {{"offset", 0x28100}, {"width", 4}, {"value", 31}}, Unit::Nvmmu);
    enable_with_queues();
    doorbell(31);
    expect_clean();
    doorbell(32);
    expect({RuleId::Tcb06});
}

TEST_F(MonitorTest, TCB07FiresOnATagInFlightInTheOtherQueue) {
    enable_with_queues();
    doorbell(3, kAdmin);
    complete(3);
    doorbell(3, kIo);
    expect_clean();
    doorbell(3, kAdmin);
    expect({RuleId::Tcb07});
    EXPECT_EQ(last_text(), "TCB-07: admin queue, tag 3");
}

TEST_F(MonitorTest, TCB08FiresOnACommandIdBeyondTheTagSpace) {
    enable_with_queues();
    doorbell(3);
    emit(EventKind::CommandFetched, {{"queue", kIo}, {"opcode", 2}, {"tag", 3}, {"cid", 63}});
    expect_clean();
    doorbell(4);
    emit(EventKind::CommandFetched, {{"queue", kIo}, {"opcode", 2}, {"tag", 4}, {"cid", 0x1004}});
    expect({RuleId::Tcb08});
    EXPECT_EQ(last_text(), "TCB-08: io tag 4: id 0x1004");
}

TEST_F(MonitorTest, TCB09FiresOnAnOpcodeInTheTcb) {
    enable_with_queues();
    command(3);
    expect_clean();
    doorbell(3);
    emit(EventKind::CommandFetched, {{"queue", kIo}, {"opcode", 2}, {"tag", 3}, {"prp1", 0x1000}});
    emit(EventKind::TcbFetched,
         {{"queue", kIo}, {"opcode", 2}, {"tag", 3}, {"dma_flags", 1}, {"prp1", 0x1000}});
    expect({RuleId::Tcb09});
}

TEST_F(MonitorTest, TCB09FiresOnADirectionWithoutData) {
    enable_with_queues();
    doorbell(3);
    emit(EventKind::CommandFetched, {{"queue", kIo}, {"opcode", 0}, {"tag", 3}});
    emit(EventKind::TcbFetched, {{"queue", kIo}, {"tag", 3}, {"dma_flags", 3}});
    expect({RuleId::Tcb09});
}

TEST_F(MonitorTest, TCB10FiresWhenTheHeadPassesACompletionWhoseTcbIsValid) {
    enable_with_queues();
    doorbell(3);
    fetch(3);
    complete(3, 62);
    invalidate(3);
    head(63, 62, 63);
    expect_clean();
    doorbell(4);
    fetch(4);
    complete(4, 63);
    doorbell(5);
    fetch(5);
    complete(5, 0);
    invalidate(5);
    head(1, 63, 1);
    expect({RuleId::Tcb10});
    EXPECT_EQ(last_text(), "TCB-10: io queue, tag 4");
}

TEST_F(MonitorTest, TCB10DoesNotBlameATagThatIsInUseAgain) {
    enable_with_queues();
    doorbell(3);
    fetch(3);
    complete(3, 0);
    invalidate(3);
    doorbell(3);
    fetch(3);
    head(1, 0, 1);
    expect_clean();
}

TEST_F(MonitorTest, TCB10ForgetsWhatADisabledControllerPosted) {
    enable_with_queues();
    doorbell(3);
    fetch(3);
    complete(3, 0);
    emit(EventKind::FirmwareCrash, {}, Unit::Firmware);
    head(1, 0, 1);
    expect_clean();
}

// Completion queues and the interrupt

TEST_F(MonitorTest, CQ01AcceptsEveryPostedEntryAlsoAcrossTheEnd) {
    head(5, 5, 5);
    head(7, 5, 7);
    head(63, 60, 2);
    head(0, 60, 2);
    head(2, 60, 2);
    expect_clean();
}

TEST_F(MonitorTest, CQ01FiresBeyondTheTailBackwardsAndBeyondTheQueue) {
    head(8, 5, 7);
    head(4, 5, 7);
    head(3, 60, 2);
    head(64, 60, 2, 64);
    head(1, 0, 0);
    expect({RuleId::Cq01, RuleId::Cq01, RuleId::Cq01, RuleId::Cq01, RuleId::Cq01});
}

TEST_F(MonitorTest, CQ01AcceptsAnyHeadOnceAfterAnOverrun) {
    overrun(3, 64, true);
    head(10, 0, 0);
    expect_clean();
    head(20, 10, 10);
    expect({RuleId::Cq01});
}

TEST_F(MonitorTest, CQ02FiresWhenTheCommandsOfTheDriverFillTheQueue) {
    enable_with_queues();
    for (const unsigned tag : {2, 3, 4})
        doorbell(tag);
    complete(2, 0);
    complete(3, 1);
    overrun(4, 3);
    expect({RuleId::Cq02});
}

TEST_F(MonitorTest, CQ02DoesNotBlameTheDriverForWhatWasPostedTwice) {
    enable_with_queues();
    doorbell(2);
    doorbell(3);
    complete(2, 0);
    complete(2, 1);
    overrun(3, 3);
    overrun(2, 3);
    expect_clean();
}

TEST_F(MonitorTest, TCB10SaysNothingOfEntriesThatAnOverrunReplaced) {
    enable_with_queues();
    doorbell(3);
    fetch(3);
    complete(3, 0);
    overrun(4, 64, true);
    head(1, 0, 1);
    expect_clean();
}

TEST_F(MonitorTest, IRQ01FiresOnALineHighWithoutProgress) {
    irq(true);
    now += milliseconds(9);
    head(1, 0, 2);
    now += milliseconds(9);
    head(2, 1, 2);
    irq(false);
    expect_clean();
    irq(true);
    now += milliseconds(11);
    head(2, 2, 3);
    irq(false);
    expect({RuleId::Irq01});
}

TEST_F(MonitorTest, IRQ01IsJudgedAtTheEndOfTheRunToo) {
    irq(true, kNvmeLine + 1);
    monitors.finish(now + seconds(1));
    expect_clean();
    irq(true);
    monitors.finish(now + milliseconds(11));
    expect({RuleId::Irq01});
}

// Controller

TEST_F(MonitorTest, NVM01FiresOnAnAccessThatTheStoppedCoprocessorSwallows) {
    refused(Unit::Nvme, kIncomplete);
    refused(Unit::Nvmmu, kGeneric, true);
    expect({RuleId::Nvm01, RuleId::Nvm01});
}

TEST_F(MonitorTest, NVM01AndBUS01DoNotBlameTheDriverForAnAnswerThatAFaultKept) {
    for (const Unit unit : {Unit::Nvme, Unit::Mailbox})
        emit(EventKind::BusError, {{"response", kIncomplete}, {"withheld", 1}}, unit);
    expect_clean();
}

TEST_F(MonitorTest, NVM02FiresOnDisableWithoutShutdown) {
    enable();
    controller(false, false, 0x460000);
    expect({RuleId::Nvm02});
}

TEST_F(MonitorTest, NVM02AsksForANotificationInEachLife) {
    enable();
    controller(true, true, 0x464001);
    controller(false, false, 0x460000);
    expect_clean();
    enable();
    controller(false, false, 0x460000);
    expect({RuleId::Nvm02});
}

TEST_F(MonitorTest, NVM02LetsAFailedControllerBeDisabled) {
    enable();
    controller(true, false, 0x460001, true);
    controller(false, false, 0x460000, true);
    enable();
    emit(EventKind::FirmwareCrash, {}, Unit::Firmware);
    controller(false, false, 0x460000);
    expect_clean();
}

TEST_F(MonitorTest, NVM03FiresOnADoorbellBeforeReady) {
    controller(true, false, 0x460001);
    doorbell(0, kAdmin);
    expect({RuleId::Nvm03});
}

TEST_F(MonitorTest, NVM04FiresOnARefusedPage) {
    emit(EventKind::DmaDenied,
         {{"queue", kIo}, {"direction", 0}, {"tag", 9}, {"reason", 2}, {"address", 0x1000}, {"size", 4096}});
    expect({RuleId::Nvm04});
    EXPECT_EQ(last_text(), "NVM-04: io tag 9: length, 0x1000 + 4096, device_to_memory");
}

TEST_F(MonitorTest, PRP01To03FireOnWhatTheNvmmuFoundWrongWithAPage) {
    for (const std::uint64_t reason : {4, 5, 6})
        emit(EventKind::DmaDenied, {{"queue", kIo}, {"tag", 9}, {"reason", reason}});
    expect({RuleId::Prp01, RuleId::Prp02, RuleId::Prp03});
}

TEST_F(MonitorTest, PRP04FiresOnAnAdminBufferThatIsNotPageAligned) {
    enable();
    const auto identify = [&](std::uint64_t queue, std::uint64_t prp1) {
        emit(EventKind::CommandFetched, {{"queue", queue}, {"opcode", 6}, {"tag", 0}, {"prp1", prp1}});
    };
    identify(kAdmin, 0x8'2000'1000);
    identify(kIo, 0x8'2000'0200);
    expect_clean();
    identify(kAdmin, 0x8'2000'0200);
    expect({RuleId::Prp04});
}

TEST_F(MonitorTest, NVM06FiresOnAnIoDoorbellWithoutASubmissionQueue) {
    enable();
    admin(5);
    admin(1, 1, 0x101);
    doorbell(3);
    expect({RuleId::Nvm06});
    admin(1);
    doorbell(4);
    admin(0);
    doorbell(5);
    expect({RuleId::Nvm06, RuleId::Nvm06});
    EXPECT_EQ(last_text(), "NVM-06: tag 5");
}

TEST_F(MonitorTest, NVM06DoesNotBlameADoorbellBeforeTheDriverKnowsOfTheCrash) {
    enable_with_queues();
    emit(EventKind::FirmwareCrash, {}, Unit::Firmware);
    doorbell(3);
    delete_queues();
    expect_clean();
    controller(false, false, 0x460000);
    enable();
    doorbell(4);
    expect({RuleId::Nvm06});
}

TEST_F(MonitorTest, NVM07FiresOnAQueueDeletedTwice) {
    enable_with_queues();
    delete_queues();
    expect_clean();
    admin(0);
    admin(4);
    expect({RuleId::Nvm07, RuleId::Nvm07});
}

TEST_F(MonitorTest, NVM07FiresOnAQueueThatTheControllerCannotHave) {
    enable_with_queues();
    admin(0, 2);
    expect({RuleId::Nvm07});
}

TEST_F(MonitorTest, NVM08FiresOnACompletionQueueDeletedFirst) {
    enable_with_queues();
    admin(4, 1, 0x10c);
    expect({RuleId::Nvm08});
}

TEST_F(MonitorTest, NVM09FiresOnQueuesThatOutliveTheController) {
    enable_with_queues();
    controller(true, true, 0x464001);
    controller(false, false, 0x460000);
    expect({RuleId::Nvm09});
}

TEST_F(MonitorTest, NVM09LetsADeadControllerBeDisabled) {
    enable_with_queues();
    emit(EventKind::FirmwareCrash, {}, Unit::Firmware);
    controller(false, false, 0x460000);
    enable_with_queues();
    controller(true, true, 0x460001, true);
    controller(false, false, 0x460000);
    expect_clean();
}

TEST_F(MonitorTest, NVM10FiresOnSleepWhileTheControllerIsEnabled) {
    boot();
    enable();
    controller(true, true, 0x464001);
    send(0, type(0xb, 0x10));
    expect_clean();
    send(0, kSleep);
    expect({RuleId::Nvm10});
}

TEST_F(MonitorTest, NVM05FiresOnDisableWhileStarting) {
    controller(true, false, 0x460001);
    controller(false, false, 0x460000);
    expect({RuleId::Nvm05});
}

TEST_F(MonitorTest, NVM05LetsADriverGiveUpAfterTheTimeout) {
    controller(true, false, 0x460001);
    now += milliseconds(500);
    controller(false, false, 0x460000);
    expect_clean();
}

// Power

TEST_F(MonitorTest, PWR01FiresOnRunClearedUnderLiveFirmware) {
    boot();
    run_line(false);
    expect({RuleId::Pwr01});
}

TEST_F(MonitorTest, PWR01FiresAlsoOnFirmwareThatABootLoaderLeftRunning) {
    run_line(false);
    expect({RuleId::Pwr01});
}

TEST_F(MonitorTest, PWR01LetsADriverGiveUpFirmwareThatDoesNotAnswer) {
    boot();
    send(0, type(0xb, 0x10));
    now += milliseconds(1000);
    run_line(false);
    expect_clean();
}

TEST_F(MonitorTest, PWR01FiresWhenTheAnswerIsNotAwaited) {
    boot();
    send(0, kSleep);
    run_line(false);
    expect({RuleId::Pwr01});
}

TEST_F(MonitorTest, PWR01LetsCrashedFirmwareBeStopped) {
    boot();
    receive(1, type(1));
    run_line(false);
    expect_clean();
}

TEST_F(MonitorTest, APowerCutIsNotTheDriversDoing) {
    boot();
    enable_with_queues();
    doorbell(3);
    fetch(3);
    emit(EventKind::PowerCut, {});
    run_line(false);
    reset_line(true);
    controller(false, false, 0);
    boot();
    enable_with_queues();
    doorbell(3);
    expect_clean();
}

TEST_F(MonitorTest, PWR02FiresOnARequestForOff) {
    boot();
    send(0, type(6, 0x10));
    receive(0, type(7, 0x10));
    send(0, type(6, 1));
    receive(0, type(7, 0x10));
    expect_clean();
    send(0, type(6, 0));
    expect({RuleId::Pwr02});
}

TEST_F(MonitorTest, PWR03FiresOnAccessesWhileADomainIsOff) {
    const Fields access = {{"offset", 0x44}, {"width", 4}, {"address", 0x2'7740'0044}};
    emit(EventKind::RegRead, access, Unit::Asc);
    power(1, 0);
    emit(EventKind::RegRead, access, Unit::Pmgr);
    emit(EventKind::RegRead, access, Unit::Sart);
    expect_clean();
    emit(EventKind::RegWrite, access, Unit::Asc);
    refused(Unit::Nvme, kGeneric);
    expect({RuleId::Pwr03, RuleId::Pwr03});
    power(1, 0xf);
    emit(EventKind::RegWrite, access, Unit::Asc);
    expect({RuleId::Pwr03, RuleId::Pwr03});
}

TEST_F(MonitorTest, PWR03WaitsForEveryDomain) {
    power(0, 0);
    power(1, 4);
    power(0, 0xf);
    emit(EventKind::RegRead, {{"offset", 0x1c}, {"width", 4}}, Unit::Nvme);
    expect({RuleId::Pwr03});
}

TEST(MonitorSetTest, DomainsThatStartOffAreOffUntilAnEventSaysOtherwise) {
    EventHub hub;
    MonitorConfig config;
    config.domains_off = 1;
    MonitorSet monitors(hub, config);
    Event event;
    event.unit = Unit::Nvme;
    event.kind = EventKind::RegRead;
    hub.emit(event);
    EXPECT_EQ(monitors.violations(RuleId::Pwr03), 1u);
    event.kind = EventKind::PowerState;
    find_field(event.kind, "actual")->set(event, 0xf);
    hub.emit(event);
    EXPECT_FALSE(hub.wants(EventKind::RegRead));
}

// Bus

TEST_F(MonitorTest, BUS01FiresOnNothingDecodedAndWrongSize) {
    refused(Unit::Bus, kAddress);
    refused(Unit::Nvme, kBurst);
    expect({RuleId::Bus01, RuleId::Bus01});
    EXPECT_EQ(last_text(), "BUS-01: read of 4 bytes at 0x27bcc001c, nvme CSTS");
}

TEST_F(MonitorTest, BUS02FiresOnAMissingRight) {
    refused(Unit::Nvme, kCommand, true);
    expect({RuleId::Bus02});
    EXPECT_EQ(last_text(), "BUS-02: write of 4 bytes at 0x27bcc001c, nvme CSTS");
    EXPECT_FALSE(monitors.failed());
}

TEST_F(MonitorTest, BUS03FiresOnAHoleInABlock) {
    refused(Unit::Sart, kAddress);
    expect({RuleId::Bus03});
    EXPECT_FALSE(monitors.failed());
}

}  // namespace
}  // namespace ans::test
