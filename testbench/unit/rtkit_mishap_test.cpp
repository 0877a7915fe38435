// SPDX-License-Identifier: MIT
// What may befall RTKit: crashes, uninvited sleep, hangs.
#include "testbench/unit/crashlog_walker.h"
#include "testbench/unit/rtkit_bench.h"

namespace ans::test {
namespace {

using fw::rtkit::State;
using Names = std::vector<std::string>;

class RtkitMishapTest : public RtkitBench {};

TEST_F(RtkitMishapTest, ACrashStopsEverythingWritesItsLogAndAnnouncesIt) {
    make();
    run([&] {
        ASSERT_TRUE(start());
        firmware->crash("assert failed: [7446]:duplicate tag error for tag 0");
        const SimTime crashed = kernel_now();
        expect(1, 0x0010'8000'0000'0000 | buffers[1]);
        EXPECT_GE(kernel_now() - crashed, microseconds(200));
        EXPECT_EQ(recorder.last(EventKind::FirmwareCrash).time, crashed + microseconds(1))
            << "effects follow causes, also those of a CPU that is ahead of the kernel";
        EXPECT_EQ(firmware->state(), State::Crashed);
        EXPECT_EQ(application.names(), (Names{"start", "stop"}));
        EXPECT_EQ(texts(EventKind::FirmwareCrash),
                  Names{"assert failed: [7446]:duplicate tag error for tag 0"});

        const WalkedCrashlog log = walk_crashlog(machine.at(buffers[1]), 0x8000);
        EXPECT_TRUE(log.header_ok && log.terminated);
        EXPECT_EQ(log.text("Cstr", 4), "assert failed: [7446]:duplicate tag error for tag 0");
        EXPECT_EQ(log.text("Cver", 16), std::string(fw::rtkit::find_generation("macos13")->version));
        const std::size_t last = log.payloads.at("Cmbx").size() - 24;
        EXPECT_EQ(log.get<std::uint64_t>("Cmbx", last), 2u) << "the AP's echo of the last line";
        EXPECT_EQ(log.get<std::uint64_t>("Cmbx", last + 8), 0x0050'0000'0000'0002u);

        send(0, 0x0030'0000'0000'0001);
        iop_power(0x01);
        firmware->crash("again");
        expect_silence(seconds(1));
        EXPECT_EQ(recorder.count(EventKind::FirmwareCrash), 1u);
    });
}

TEST_F(RtkitMishapTest, ACrashThatSleepForestallsDoesNotHappenAndTheNextOneDoes) {
    make();
    run([&] {
        ASSERT_TRUE(start());
        firmware->crash("forestalled");
        firmware->sleep_uninvited();
        expect_silence();
        EXPECT_EQ(firmware->state(), State::Sleeping);
        iop_power(0x20);
        ASSERT_TRUE(boot());
        firmware->crash("the next");
        expect(1, 0x0010'8000'0000'0000 | buffers[1]);
        EXPECT_EQ(texts(EventKind::FirmwareCrash), Names{"the next"});
    });
}

TEST_F(RtkitMishapTest, ACrashWithoutABufferIsSilent) {
    make("macos12");
    run([&] {
        ApHabits habits;
        habits.give_buffers = false;
        ASSERT_TRUE(start(habits));
        firmware->crash("nobody will know");
        expect_silence();
        EXPECT_EQ(firmware->state(), State::Crashed);
        EXPECT_EQ(last_note(), "no crashlog buffer: the crash cannot be announced");
    });
}

TEST_F(RtkitMishapTest, ACrashlogThatSartRefusesIsAnnouncedAllTheSame) {
    make();
    run([&] {
        ASSERT_TRUE(start());
        machine.open.clear();
        firmware->crash("unwritten");
        expect(1, 0x0010'8000'0000'0000 | buffers[1]);
        EXPECT_FALSE(walk_crashlog(machine.at(buffers[1]), 0x8000).header_ok);
    });
}

TEST_F(RtkitMishapTest, TheApCanProvokeACrash) {
    make();
    run([&] {
        for (std::uint64_t trigger : {0x40u, 0x22u}) {
            ASSERT_TRUE(start());
            send(1, trigger);
            expect(1, 0x0010'8000'0000'0000 | buffers[1]);
            set_run(false);
            pulse_reset();
        }
        EXPECT_EQ(texts(EventKind::FirmwareCrash),
                  (Names{"crash requested by the AP (soft)", "crash requested by the AP (hard)"}));
    });
}

TEST_F(RtkitMishapTest, AMalformedCrashlogIsWrittenWhenAskedFor) {
    make();
    run([&] {
        ASSERT_TRUE(start());
        firmware->crash("test", fw::rtkit::CrashlogKind::ZeroSection);
        expect(1, 0x0010'8000'0000'0000 | buffers[1]);
        EXPECT_EQ(walk_crashlog(machine.at(buffers[1]), 0x8000).defect, "Ctim");
    });
}

TEST_F(RtkitMishapTest, UninvitedSleepIsSilentAndAWakeBootsAgain) {
    make();
    run([&] {
        ASSERT_TRUE(start());
        firmware->sleep_uninvited();
        send(0, 0x0030'0000'0000'0001);
        ap_power(0x10);
        expect_silence(seconds(1));
        EXPECT_EQ(firmware->state(), State::Sleeping);
        EXPECT_TRUE(idle.level);
        EXPECT_EQ(application.names(), (Names{"start", "stop"}));
        iop_power(0x20);
        EXPECT_TRUE(boot());
    });
}

TEST_F(RtkitMishapTest, HungFirmwareHearsNothing) {
    make();
    run([&] {
        ASSERT_TRUE(start());
        firmware->hang();
        iop_power(0x20);
        send(0, 0x0030'0000'0000'0001);
        firmware->crash("too late");
        firmware->sleep_uninvited();
        expect_silence(seconds(1));
        EXPECT_EQ(firmware->state(), State::Hung);
        EXPECT_FALSE(firmware->alive());
        EXPECT_EQ(machine.a2i.size(), 2u) << "not even taken from the FIFO";
        EXPECT_EQ(machine.boot_status, kReady);
    });
}

TEST_F(RtkitMishapTest, MishapsBetweenMessagesStopTheBootAtOnce) {
    make();
    run([&] {
        set_run(true);
        pass(microseconds(500));
        firmware->hang();
        expect_silence();
        set_run(false);
        pulse_reset();
        set_run(true);
        expect(0, kHello.msg0);
        send(0, 0x0020'0000'000c'000c);
        pass(microseconds(2));  // it is reading the message now
        firmware->sleep_uninvited();
        expect_silence();
        iop_power(0x220);
        EXPECT_TRUE(boot());
    });
}

}  // namespace
}  // namespace ans::test
