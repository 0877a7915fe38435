// SPDX-License-Identifier: MIT
// RTKit's states: power requests, RUN, reset, and what it may be at time 0.
#include "testbench/unit/rtkit_bench.h"

namespace ans::test {
namespace {

using fw::StartState;
using fw::rtkit::State;
using Names = std::vector<std::string>;

class RtkitPowerTest : public RtkitBench {
protected:
    void shut_down() {
        ap_power(0x10);
        expect(0, 0x00b0'0000'0000'0010);
        iop_power(0x01);
        expect(0, 0x0070'0000'0000'0001);
    }
};

TEST_F(RtkitPowerTest, ShutdownIsAcknowledgedExactlyAndThenNothingIsSaid) {
    make();
    run([&] {
        ASSERT_TRUE(start());
        shut_down();
        EXPECT_EQ(firmware->state(), State::Sleeping);
        EXPECT_EQ(machine.boot_status, 0u) << "nobody may take the next session for ready";
        EXPECT_EQ(application.names(), (Names{"start", "stop"}));
        firmware->log("a.c:1", "too late");
        send(0, 0x0030'0000'0000'0001);
        send(2, 0x0050'0000'0000'0002);
        ap_power(0x20);
        iop_power(0x01);
        firmware->crash("too late");
        expect_silence(seconds(1));
        EXPECT_EQ(firmware->state(), State::Sleeping);
    });
}

TEST_F(RtkitPowerTest, LinesThatWaitAreNotSentAfterTheLastAcknowledgement) {
    make();
    run([&] {
        ASSERT_TRUE(start());
        firmware->log("a.c:1", "one");
        firmware->log("a.c:2", "two");
        expect(2, 0x0050'0000'0000'0003);
        iop_power(0x01);
        send(2, 0x0050'0000'0000'0003);
        expect(0, 0x0070'0000'0000'0001);
        expect_silence();
    });
}

TEST_F(RtkitPowerTest, SleepMayComeWithoutAnApMessage) {
    make();
    run([&] {
        ASSERT_TRUE(start());
        iop_power(0x01);
        expect(0, 0x0070'0000'0000'0001);
    });
}

TEST_F(RtkitPowerTest, SleepWhileBootingIsAcknowledged) {
    make();
    run([&] {
        set_run(true);
        shake_hands();
        iop_power(0x01);
        expect(0, 0x0070'0000'0000'0001);
        expect_silence();
    });
}

TEST_F(RtkitPowerTest, WakeFromSleepBeginsWithHelloAgain) {
    make();
    run([&] {
        ASSERT_TRUE(start());
        shut_down();
        EXPECT_TRUE(idle.level);
        iop_power(0x20);
        EXPECT_TRUE(boot());
        EXPECT_FALSE(idle.level);
        EXPECT_EQ(heard_count(kHello), 2u);
        EXPECT_EQ(machine.boot_status, kReady);
        EXPECT_EQ(application.names(), (Names{"start", "stop", "start"}));
        shut_down();
        iop_power(0x220);
        EXPECT_TRUE(boot());
    });
}

TEST_F(RtkitPowerTest, OffCannotBeWoken) {
    make();
    run([&] {
        ASSERT_TRUE(start());
        iop_power(0x00);
        expect(0, 0x0070'0000'0000'0000);
        iop_power(0x20);
        iop_power(0x220);
        expect_silence(seconds(1));
        set_run(false);
        pass(microseconds(1));
        set_run(true);
        expect_silence();
        EXPECT_EQ(firmware->state(), State::Hung);
        set_run(false);
        pulse_reset();
        EXPECT_TRUE(start()) << "a reset brings it back";
    });
}

TEST_F(RtkitPowerTest, QuiesceKeepsTheSessionAndWakeGoesOn) {
    make();
    run([&] {
        ASSERT_TRUE(start());
        iop_power(0x10);
        expect(0, 0x0070'0000'0000'0010);
        EXPECT_EQ(firmware->state(), State::Quiesced);
        EXPECT_EQ(machine.boot_status, kReady);
        iop_power(0x20);
        expect(0, 0x0070'0000'0000'0020);
        expect_silence();
        EXPECT_EQ(firmware->state(), State::Running);
        EXPECT_EQ(application.names(), (Names{"start", "stop warm", "start"}));
        firmware->log("a.c:1", "still open");
        expect(2, 0x0050'0000'0000'0003);
    });
}

TEST_F(RtkitPowerTest, IdleKeepsTheSessionAndInitIsAnsweredWithOn) {
    make();
    run([&] {
        ASSERT_TRUE(start());
        ap_power(0x201);
        expect(0, 0x00b0'0000'0000'0201);
        iop_power(0x201);
        expect(0, 0x0070'0000'0000'0201);
        EXPECT_EQ(firmware->state(), State::Idle);
        EXPECT_TRUE(idle.level);
        iop_power(0x220);
        expect(0, 0x0070'0000'0000'0020);
        EXPECT_EQ(firmware->state(), State::Running);
        EXPECT_FALSE(idle.level);
        EXPECT_EQ(heard_count(kHello), 1u);
    });
}

TEST_F(RtkitPowerTest, QuiescedFirmwareCanBeShutDown) {
    make();
    run([&] {
        ASSERT_TRUE(start());
        iop_power(0x10);
        expect(0, 0x0070'0000'0000'0010);
        iop_power(0x01);
        expect(0, 0x0070'0000'0000'0001);
        EXPECT_EQ(application.names(), (Names{"start", "stop warm", "stop"}));
    });
}

TEST_F(RtkitPowerTest, AnEchoThatWasOwedIsForgottenInSleep) {
    make("macos12");
    run([&] {
        ApHabits habits;
        habits.echo_ioreport = false;
        set_run(true);
        EXPECT_FALSE(boot(habits));
        iop_power(0x01);
        expect(0, 0x0070'0000'0000'0001);
        iop_power(0x20);
        habits.endpoints = {1};
        EXPECT_TRUE(boot(habits));
    });
}

TEST_F(RtkitPowerTest, RunClearedInSleepIsACleanStop) {
    make();
    run([&] {
        ASSERT_TRUE(start());
        shut_down();
        set_run(false);
        pass(microseconds(1));
        EXPECT_EQ(firmware->state(), State::Off);
        iop_power(0x20);  // nobody hears it before RUN
        expect_silence();
        EXPECT_TRUE(start());
        EXPECT_EQ(heard_count(kHello), 2u);
    });
}

TEST_F(RtkitPowerTest, RunClearedAliveHangsTheNextStartUntilReset) {
    make();
    run([&] {
        ASSERT_TRUE(start());
        set_run(false);
        pass(microseconds(1));
        EXPECT_EQ(firmware->state(), State::Off);
        EXPECT_EQ(application.names(), (Names{"start", "stop"}));
        set_run(true);
        iop_power(0x20);
        expect_silence(seconds(1));
        EXPECT_EQ(firmware->state(), State::Hung);
        set_run(false);
        pulse_reset();
        EXPECT_TRUE(start());
    });
}

TEST_F(RtkitPowerTest, ByPolicyRunClearedAliveIsAPlainStop) {
    Policies policies;
    policies.set(RunCleared::Stop);
    make("macos13", StartState::Off, policies);
    run([&] {
        ASSERT_TRUE(start());
        set_run(false);
        pass(microseconds(1));
        machine.clear_fifos();
        set_run(true);
        pass(microseconds(500));
        EXPECT_EQ(machine.boot_status, 0u);
        EXPECT_TRUE(boot());
    });
}

TEST_F(RtkitPowerTest, ResetForgetsEverythingInEveryState) {
    make();
    run(
        [&] {
            const std::vector<std::function<void()>> states{
                [] {},                            // HELLO not yet sent
                [&] { expect(0, kHello.msg0); },  // reply awaited
                [&] { shake_hands(); },           // endpoints may be started
                [&] {
                    shake_hands();
                    start_endpoint(1);
                    start_endpoint(4);
                },  // buffers awaited
                [&] { EXPECT_TRUE(boot()); },
                [&] {
                    EXPECT_TRUE(boot());
                    firmware->log("a.c:1", "x");
                },  // echo awaited
                [&] {
                    EXPECT_TRUE(boot());
                    iop_power(0x10);
                },
                [&] {
                    EXPECT_TRUE(boot());
                    iop_power(0x201);
                },
                [&] {
                    EXPECT_TRUE(boot());
                    iop_power(0x01);
                },
                [&] {
                    EXPECT_TRUE(boot());
                    iop_power(0x00);
                },
                [&] {
                    EXPECT_TRUE(boot());
                    firmware->crash("test");
                },
                [&] {
                    EXPECT_TRUE(boot());
                    firmware->hang();
                },
                [&] {
                    EXPECT_TRUE(boot());
                    firmware->sleep_uninvited();
                },
                [&] {
                    EXPECT_TRUE(boot());
                    set_run(false);
                    pass(microseconds(1));
                    set_run(true);
                },
            };
            for (const auto& reach : states) {
                for (SimTime later : {SimTime{0}, microseconds(3), milliseconds(3)}) {
                    set_run(true);
                    reach();
                    pass(later);
                    set_reset(true);
                    set_run(false);
                    pass(microseconds(1));
                    EXPECT_EQ(firmware->state(), State::Off);
                    machine.clear_fifos();
                    expect_silence(milliseconds(3));
                    set_reset(false);
                    expect_silence(milliseconds(3));
                    heard.clear();
                    machine.open.clear();
                    next_buffer = FakeMachine::kMemory + 0x10000;
                    EXPECT_TRUE(start()) << "a boot after the reset is like the first";
                    EXPECT_EQ(heard_count(kHello), 1u);
                    EXPECT_EQ(heard.size(), 15u);
                    set_reset(true);
                    set_run(false);
                    pass(microseconds(1));
                    machine.clear_fifos();
                    set_reset(false);
                    pass(microseconds(1));
                }
            }
        },
        seconds(60));
}

TEST_F(RtkitPowerTest, RunUnderResetStartsWhenResetIsReleased) {
    make();
    run([&] {
        set_reset(true);
        set_run(true);
        expect_silence();
        set_reset(false);
        EXPECT_TRUE(boot());
    });
}

TEST_F(RtkitPowerTest, InputsTakeEffectAtTheTimeTheyCarry) {
    make();
    run([&] {
        const SimTime now = kernel_now();
        firmware->run.set_level(true, now + microseconds(10));
        firmware->reset.set_level(true, now + microseconds(30));
        firmware->run.set_level(false, now + microseconds(40));
        pass(microseconds(9));
        EXPECT_EQ(firmware->state(), State::Off);
        pass(microseconds(2));
        EXPECT_EQ(firmware->state(), State::Booting);
        pass(microseconds(20));
        EXPECT_EQ(firmware->state(), State::Off);
        ASSERT_EQ(recorder.count(EventKind::FirmwareState), 2u);
        EXPECT_EQ(recorder.last(EventKind::FirmwareState).time, now + microseconds(30));
    });
}

TEST_F(RtkitPowerTest, AResetInterruptsAFirmwareThatWaitsForRoomInTheFifo) {
    make();
    run([&] {
        ASSERT_TRUE(start());
        for (unsigned i = 0; i < 20; ++i)
            send(0, 0x0030'0000'0000'0000);
        pass(milliseconds(1));
        set_reset(true);
        set_run(false);
        pass(microseconds(1));
        EXPECT_EQ(firmware->state(), State::Off);
        machine.clear_fifos();
        expect_silence();
        set_reset(false);
        EXPECT_TRUE(start());
    });
}

TEST_F(RtkitPowerTest, FirmwareLeftRunningServesWithoutABoot) {
    make("macos13", StartState::LeftRunning);
    run([&] {
        pass(microseconds(1));
        EXPECT_EQ(firmware->state(), State::Running);
        EXPECT_EQ(machine.boot_status, kReady);
        EXPECT_EQ(application.names(), Names{"start"});
        expect_silence();
        iop_power(0x20);
        expect(0, 0x0070'0000'0000'0020);
        start_endpoint(1);
        expect(1, 0x0010'8000'0000'0000);
        shut_down();
        set_run(false);
        pulse_reset();
        EXPECT_TRUE(start());
    });
}

TEST_F(RtkitPowerTest, RunClearedUnderFirmwareLeftRunningHangsTheNextStart) {
    make("macos13", StartState::LeftRunning);
    run([&] {
        pass(microseconds(1));
        set_run(false);
        pass(microseconds(1));
        set_run(true);
        expect_silence();
        EXPECT_EQ(firmware->state(), State::Hung);
    });
}

TEST_F(RtkitPowerTest, FirmwareLeftAsleepWakesByMessageWithRunSet) {
    make("macos13", StartState::Asleep);
    run([&] {
        expect_silence();
        EXPECT_EQ(firmware->state(), State::Sleeping);
        EXPECT_TRUE(idle.level);
        iop_power(0x20);
        EXPECT_TRUE(boot());
    });
}

TEST_F(RtkitPowerTest, FirmwareLeftAsleepMayBeStoppedAndStarted) {
    make("macos13", StartState::Asleep);
    run([&] {
        set_run(false);
        pulse_reset();
        EXPECT_TRUE(start());
    });
}

TEST_F(RtkitPowerTest, StatesAreReportedWithBothPowerStates) {
    make();
    run([&] {
        ASSERT_TRUE(start());
        EXPECT_EQ(recorder.last_field(EventKind::FirmwareState, "state"), 2u);
        EXPECT_EQ(recorder.last_field(EventKind::FirmwareState, "iop_power"), 0x20u);
        EXPECT_EQ(recorder.last_field(EventKind::FirmwareState, "ap_power"), 0x20u);
        shut_down();
        EXPECT_EQ(recorder.last_field(EventKind::FirmwareState, "state"), 5u);
        EXPECT_EQ(recorder.last_field(EventKind::FirmwareState, "iop_power"), 0x01u);
        EXPECT_EQ(texts(EventKind::FirmwareState),
                  (Names{"RUN set", "booted", "AP power", "AP power", "asleep"}));
    });
}

TEST_F(RtkitPowerTest, ASleepingFirmwareCostsNoActivity) {
    make();
    run([&] {
        ASSERT_TRUE(start());
        EXPECT_FALSE(sc_core::sc_pending_activity_at_future_time())
            << "no timer runs while nothing is to be done";
    });
}

TEST_F(RtkitPowerTest, TwoBootsTakeExactlyTheSameTime) {
    make();
    run([&] {
        std::vector<SimTime> durations;
        for (int round = 0; round < 2; ++round) {
            const SimTime begin = kernel_now();
            ASSERT_TRUE(start());
            durations.push_back(machine.boot_status_times.back() - begin);
            shut_down();
            set_run(false);
            pulse_reset();
            machine.boot_status = 0;
        }
        EXPECT_EQ(durations[0], durations[1]);
        EXPECT_LT(durations[0], milliseconds(5));
    });
}

}  // namespace
}  // namespace ans::test
