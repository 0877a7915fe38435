// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

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

constexpr Reg kRegs[] = {{"CSTS", 0x1c, 4, 0, Access::ReadOnly, 0, "", "test"}};
constexpr RegMap kMap{"nvme", Unit::Nvme, 0x100, kRegs, 1};
const RegMap* toy_registers(Unit unit) {
    return unit == Unit::Nvme ? &kMap : nullptr;
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
        send(0, start(1));
        send(0, start(2));
        receive(1, type(1));
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
    void complete(std::uint64_t tag) { emit(EventKind::CompletionPosted, {{"queue", kIo}, {"tag", tag}}); }
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
        receive(2, kLog | 1);
        send(2, kLog | 1);
        enable();
        for (unsigned i = 0; i < 100; ++i) {
            doorbell(2 + i % 61);
            fetch(2 + i % 61);
            complete(2 + i % 61);
            irq(true);
            invalidate(2 + i % 61);
            head((i + 1) % 64, i % 64, (i + 1) % 64);
            irq(false);
        }
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

// RTKit

TEST_F(MonitorTest, RTK01FiresOnAMessageToAnEndpointThatWasNotStarted) {
    boot();
    send(2, type(1));
    expect_clean();
    send(4, type(1));
    expect({RuleId::Rtk01});
}

TEST_F(MonitorTest, RTK01FiresAfterAnEndpointWasStopped) {
    boot();
    send(0, type(5, std::uint64_t{2} << 32 | 1));
    send(2, type(1));
    expect({RuleId::Rtk01});
}

TEST_F(MonitorTest, RTK01FiresWhenAnEndpointWasStartedInAnEarlierLifeOnly) {
    boot();
    power_down();
    run_line(false);
    run_line(true);
    send(2, type(1));
    expect({RuleId::Rtk01});
}

TEST_F(MonitorTest, RTK02FiresOnAMessageAfterTheLastAcknowledgement) {
    boot();
    send(0, kSleep);
    send(2, type(1));
    expect_clean();
    receive(0, kSleepAck);
    send(2, type(1));
    expect({RuleId::Rtk02});
    EXPECT_EQ(last_text(), "RTK-02: 0x10000000000000 to endpoint 0x2");
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
    send(2, type(1));
    expect({RuleId::Rtk04});
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

TEST_F(MonitorTest, SART04DoesNotBlameAResetAfterACrash) {
    boot();
    sart(1, 0x8'2000'0000, 0x4000, 0xff);
    reset_line(true);
    reset_line(false);
    expect_clean();
}

// Tags and TCBs

TEST_F(MonitorTest, TCB01FiresOnATagInFlightInEitherQueue) {
    enable();
    doorbell(3, kAdmin);
    fetch(3);
    doorbell(4);
    expect_clean();
    doorbell(3, kIo);
    expect({RuleId::Tcb01});
    EXPECT_EQ(last_text(), "TCB-01: io queue, tag 3");
}

TEST_F(MonitorTest, TCB01ForgetsWhatADisabledControllerDropped) {
    enable();
    doorbell(3);
    controller(true, true, 0x464001);
    controller(false, false, 0x460000);
    enable();
    doorbell(3);
    expect_clean();
}

TEST_F(MonitorTest, TCB02FiresOnATagWhoseTcbIsStillValid) {
    enable();
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
    enable();
    doorbell(3);
    fetch(3, 2, 1, 0, 0, 0x5000);
    expect({RuleId::Tcb03});
    EXPECT_EQ(last_text(), "TCB-03: io tag 3: SQE PRPs 0x1000 0x2000, TCB PRPs 0x5000 0x2000");
}

TEST_F(MonitorTest, TCB03FiresOnAMissingDirectionOnly) {
    enable();
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
    enable();
    doorbell(3);
    fetch(3, 2, 1, 0x4000'0007, 7);
    expect_clean();
    doorbell(4);
    fetch(4, 2, 1, 7, 8);
    expect({RuleId::Tcb03});
}

TEST_F(MonitorTest, TCB03ComparesWhicheverIsFetchedLast) {
    enable();
    doorbell(3);
    emit(EventKind::TcbFetched, {{"queue", kIo}, {"tag", 3}, {"dma_flags", 3}, {"prp1", 0x9000}});
    emit(EventKind::CommandFetched, {{"queue", kIo}, {"opcode", 2}, {"tag", 3}, {"prp1", 0x1000}});
    expect({RuleId::Tcb03});
}

TEST_F(MonitorTest, TCB04FiresOnInvalidatingATagInFlight) {
    enable();
    command(3);
    doorbell(3);
    expect_clean();
    invalidate(3);
    expect({RuleId::Tcb04});
}

TEST_F(MonitorTest, TCB04AllowsCleaningUpAfterACrash) {
    enable();
    doorbell(3);
    fetch(3);
    emit(EventKind::FirmwareCrash, {}, Unit::Firmware);
    invalidate(3);
    expect_clean();
}

TEST_F(MonitorTest, TCB05FiresOnAFailedInvalidation) {
    enable();
    command(3);
    expect_clean();
    invalidate(3, 1);
    expect({RuleId::Tcb05});
}

TEST_F(MonitorTest, TCB06FiresBeyondTheTagSpaceHoweverLargeTheArray) {
    emit(EventKind::RegWrite, {{"offset", 0x28100}, {"width", 4}, {"value", 127}}, Unit::Nvmmu);
    enable();
    doorbell(63);
    expect_clean();
    doorbell(64);
    doorbell(0xffff);
    invalidate(0xffff);
    expect({RuleId::Tcb06, RuleId::Tcb06});
}

TEST_F(MonitorTest, TCB06FiresBeyondNumTcbs) {
    emit(EventKind::RegWrite, {{"offset", 0x28100}, {"width", 4}, {"value", 31}}, Unit::Nvmmu);
    enable();
    doorbell(31);
    expect_clean();
    doorbell(32);
    expect({RuleId::Tcb06});
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

TEST_F(MonitorTest, CQ02FiresOnAnOverrun) {
    emit(EventKind::CqOverrun, {{"queue", kIo}, {"head", 3}, {"before", 3}, {"tail", 2}});
    expect({RuleId::Cq02});
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
    enable();
    doorbell(3);
    fetch(3);
    emit(EventKind::PowerCut, {});
    run_line(false);
    reset_line(true);
    controller(false, false, 0);
    boot();
    enable();
    doorbell(3);
    expect_clean();
}

TEST_F(MonitorTest, PWR02FiresOnARequestForOff) {
    boot();
    send(0, type(6, 0x10));
    send(0, kSleep);
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
