// SPDX-License-Identifier: MIT
// RTKit's syslog endpoint and the publication of BOOT_STATUS.
#include "testbench/unit/rtkit_bench.h"

namespace ans::test {
namespace {

class RtkitLogTest : public RtkitBench {};

TEST_F(RtkitLogTest, LinesOfTheBootReadAsOnRealMachines) {
    make("macos13");
    run([&] {
        ASSERT_TRUE(start());
        EXPECT_EQ(texts(EventKind::FirmwareLog),
                  (std::vector<std::string>{"apcie.c:962: power up done[1]: PMU=Undefined, PWR=0",
                                            "apcie_legacy.c:469: APCIe 1 is configured as unused.",
                                            "cmd.c:6074:  boot mode normal"}));
        const char* entry = reinterpret_cast<const char*>(machine.at(buffers[2] + 2 * 0x100));
        EXPECT_STREQ(entry + 8, "cmd.c:6074");
        EXPECT_STREQ(entry + 0x20, " boot mode normal");
    });
}

TEST_F(RtkitLogTest, TheNextLogWaitsForTheEchoOfTheLast) {
    make();
    run([&] {
        ASSERT_TRUE(start());
        firmware->log("a.c:1", "one");
        firmware->log("a.c:2", "two");
        expect(2, 0x0050'0000'0000'0003);
        expect_silence();
        send(2, 0x0050'0000'0000'0004);  // not unchanged
        expect_silence();
        send(2, 0x0050'0000'0000'0003);
        expect(2, 0x0050'0000'0000'0004);
    });
}

TEST_F(RtkitLogTest, TheLogRingWrapsAfterItsLastEntry) {
    make("macos12");
    run([&] {
        ASSERT_TRUE(start());
        for (unsigned line = 2; line < 70; ++line) {
            firmware->log("a.c:1", "line " + std::to_string(line));
            expect(2, 0x0050'0000'0000'0000 | line % 32);
            send(2, heard.back().msg0);
        }
        EXPECT_STREQ(reinterpret_cast<const char*>(machine.at(buffers[2] + (69 % 32) * 0xc0 + 0x20)),
                     "line 69");
        EXPECT_STREQ(reinterpret_cast<const char*>(machine.at(buffers[2] + 31 * 0xc0 + 0x20)), "line 63");
    });
}

TEST_F(RtkitLogTest, LongLinesAreCutToTheirEntry) {
    make("macos12");
    run([&] {
        ASSERT_TRUE(start());
        firmware->log("a_very_long_directory/UnifiedPipeline.cpp:1356", std::string(500, 'x'));
        expect(2, 0x0050'0000'0000'0002);
        const char* entry = reinterpret_cast<const char*>(machine.at(buffers[2] + 2 * 0xc0));
        EXPECT_STREQ(entry + 8, "nifiedPipeline.cpp:1356")
            << "the context keeps its end, as on real machines";
        EXPECT_EQ(std::string(entry + 0x20), std::string(0x9f, 'x'));
        EXPECT_EQ(entry[0xc0 + 0x20], '\0') << "the next entry is untouched";
    });
}

TEST_F(RtkitLogTest, LinesWaitUntilTheApIsOnAndTheOldestAreLost) {
    make("macos12");
    run([&] {
        ApHabits habits;
        habits.ap_on = false;
        ASSERT_TRUE(start(habits));
        for (unsigned line = 0; line < 100; ++line)
            firmware->log("a.c:1", std::to_string(line));
        expect_silence();
        ap_power(0x20);
        attend_until({0xff, 0}, {}, milliseconds(1));
        const std::vector<std::string> lines = texts(EventKind::FirmwareLog);
        ASSERT_EQ(lines.size(), fw::rtkit::SyslogEndpoint::kBacklog);
        EXPECT_EQ(lines.front(), "a.c:1: 36");
        EXPECT_EQ(lines.back(), "a.c:1: 99");
    });
}

TEST_F(RtkitLogTest, AnApThatIsNotOnHearsNoLog) {
    make();
    run([&] {
        ASSERT_TRUE(start());
        ap_power(0x10);
        expect(0, 0x00b0'0000'0000'0010);
        firmware->log("a.c:1", "kept");
        expect_silence();
        ap_power(0x20);
        expect(0, 0x00b0'0000'0000'0020);
        expect(2, 0x0050'0000'0000'0003);
    });
}

TEST_F(RtkitLogTest, ALineThatSartRefusesIsDroppedAndTheRestGoesOn) {
    make();
    run([&] {
        ASSERT_TRUE(start());
        const auto windows = machine.open;
        machine.open.clear();
        firmware->log("a.c:1", "lost");
        expect_silence();
        machine.open = windows;
        firmware->log("a.c:2", "kept");
        expect(2, 0x0050'0000'0000'0003);
        EXPECT_EQ(texts(EventKind::FirmwareLog).back(), "a.c:2: kept");
    });
}

TEST_F(RtkitLogTest, ByPolicyASartViolationCrashesTheFirmware) {
    Policies policies;
    policies.set(SartViolation::Crash);
    make("macos13", fw::StartState::Off, policies);
    run([&] {
        ASSERT_TRUE(start());
        machine.open.clear();
        firmware->log("a.c:1", "lost");
        expect(1, 0x0010'8000'0000'0000 | buffers[1]);
        EXPECT_EQ(firmware->state(), fw::rtkit::State::Crashed);
    });
}

class BootStatusJudge : public Decider {
public:
    Verdict decide(DecidePoint, const Event& about) override {
        asked.push_back(about);
        return verdict;
    }
    Verdict verdict;
    std::vector<Event> asked;
};

class BootStatusTest : public RtkitBench {
protected:
    BootStatusTest() { decide.install(DecidePoint::FirmwareBootStatus, judge); }
    BootStatusJudge judge;
};

TEST_F(BootStatusTest, ADelayedBootStatusComesLateAndIsJudgedOnce) {
    judge.verdict.kind = Verdict::Kind::Delay;
    judge.verdict.delay = milliseconds(700);
    make();
    run([&] {
        ASSERT_TRUE(start());
        ap_power(0x20);
        expect(0, 0x00b0'0000'0000'0020);  // it goes on serving meanwhile
        EXPECT_EQ(machine.boot_status, 0u);
        EXPECT_TRUE(application.calls.empty());
        pass(milliseconds(701));
        EXPECT_EQ(machine.boot_status, kReady);
        ASSERT_EQ(judge.asked.size(), 1u);
        EXPECT_EQ(judge.asked[0].kind, EventKind::BootStatus);
        EXPECT_EQ(judge.asked[0].slot[0], kReady);
        EXPECT_EQ(machine.boot_status_times[0] - judge.asked[0].time, milliseconds(700));
    });
}

TEST_F(BootStatusTest, ADroppedBootStatusNeverComes) {
    judge.verdict.kind = Verdict::Kind::Drop;
    make();
    run([&] {
        ASSERT_TRUE(start());
        pass(seconds(2));
        EXPECT_EQ(machine.boot_status, 0u);
        EXPECT_TRUE(application.calls.empty());
        EXPECT_EQ(recorder.count(EventKind::BootStatus), 0u);
    });
}

TEST_F(BootStatusTest, AReplacedBootStatusIsPublishedAndTheServiceStaysDown) {
    judge.verdict.kind = Verdict::Kind::Replace;
    judge.verdict.replacement.kind = EventKind::BootStatus;
    judge.verdict.replacement.slot[0] = 0xbad;
    make();
    run([&] {
        ASSERT_TRUE(start());
        EXPECT_EQ(machine.boot_status, 0xbadu);
        EXPECT_EQ(recorder.last_field(EventKind::BootStatus, "value"), 0xbadu);
        EXPECT_TRUE(application.calls.empty());
    });
}

}  // namespace
}  // namespace ans::test
