// SPDX-License-Identifier: MIT
// RTKit's handshake, endpoints and buffers. Syslog and BOOT_STATUS, power, mishaps: the other rtkit tests.
#include "testbench/unit/rtkit_bench.h"

namespace ans::test {
namespace {

class RtkitTest : public RtkitBench {};

TEST_F(RtkitTest, ColdBootSaysExactlyThis) {
    make("macos13");
    run([&] {
        ASSERT_TRUE(start());
        const std::vector<Word> wanted{
            {0, 0x0010'0000'000c'000b},  // HELLO, versions 11 to 12
            {0, 0x0080'0000'0000'051f},  // endpoints 0 to 4, 8, 0x0a
            {0, 0x0088'0001'0000'0001},  // endpoint 0x20; LAST
            {1, 0x0010'8000'0000'0000},  // crashlog buffer, 8 pages
            {2, 0x0010'4000'0000'0000},  // syslog buffer, 4 pages
            {4, 0x0010'2000'0000'0000},  // ioreport buffer, 2 pages
            {8, 0x0104'0000'0000'0000},  // oslog buffer, 0x4000 bytes
            {2, 0x0080'0000'e000'003f},  // syslog INIT: 63 entries of 0xe0 bytes
            {4, 0x00c0'0000'0000'0000},  // ioreport start
            {4, 0x0080'0000'0000'0000},  // ioreport report
            {0, 0x0070'0000'0000'0020},  // IOP is ON
            {0, 0x00b0'0000'0000'0020},  // AP is ON
            {2, 0x0050'0000'0000'0000},  // three lines
            {2, 0x0050'0000'0000'0001}, {2, 0x0050'0000'0000'0002},
        };
        EXPECT_EQ(heard, wanted);
        EXPECT_EQ(machine.boot_status, kReady);
        expect_silence();
    });
}

TEST_F(RtkitTest, FirmwareOfThe12EraAsksForOslogPages) {
    make("macos12");
    run([&] {
        ASSERT_TRUE(start());
        EXPECT_EQ(heard_count({8, 0x0104'0000'0000'0000}), 1u)
            << "4 pages in bits 55:48 read as 0x4000 bytes in bits 55:36";
        EXPECT_EQ(heard_count({2, 0x0080'0000'a000'0020}), 1u) << "syslog INIT: 32 entries of 0xa0 bytes";
    });
}

TEST_F(RtkitTest, OslogAnswersOfEveryDriverAreTaken) {
    make("macos12");
    run([&] {
        set_run(true);
        shake_hands();
        start_endpoint(8);
        expect(8, 0x0104'0000'0000'0000);
        send(8, 0x0300'0000'0000'0000);  // as Linux answered before 6.15
        EXPECT_TRUE(attend_until({0, 0x0070'0000'0000'0020}, {}));
    });
}

TEST_F(RtkitTest, HelloComesByItselfAfterRun) {
    make();
    run([&] {
        expect_silence();
        set_run(true);
        pass(microseconds(900));
        EXPECT_TRUE(machine.i2a.empty());
        pass(microseconds(101));
        ASSERT_EQ(machine.i2a.size(), 1u);
        EXPECT_EQ(machine.i2a.front(), kHello);
        EXPECT_EQ(texts(EventKind::FirmwareState), std::vector<std::string>{"RUN set"});
    });
}

TEST_F(RtkitTest, AWakeThatWaitsInTheFifoBeforeRunBringsNoSecondHello) {
    make();
    run([&] {
        iop_power(0x20);
        expect_silence();
        ASSERT_TRUE(start());
        expect_silence();
        EXPECT_EQ(heard_count(kHello), 1u);
        EXPECT_EQ(heard_count({0, 0x0070'0000'0000'0020}), 1u) << "and the boot's acknowledgement answers it";
    });
}

TEST_F(RtkitTest, AWakeBetweenHelloAndItsReplyBringsNoSecondHello) {
    make();
    run([&] {
        set_run(true);
        pass(microseconds(1100));
        iop_power(0x220);
        pass(microseconds(100));
        ASSERT_TRUE(boot());
        EXPECT_EQ(heard_count(kHello), 1u);
    });
}

TEST_F(RtkitTest, NothingInterleavesWithTheEndpointMap) {
    make();
    run([&] {
        set_run(true);
        expect(0, 0x0010'0000'000c'000b);
        // None of this may be answered yet: STARTEP, AP power, ping, sleep, a message to an endpoint.
        start_endpoint(1);
        ap_power(0x20);
        send(0, 0x0030'0000'0000'0000);
        iop_power(0x01);
        send(4, 0x00c0'0000'0000'0000);
        send(0, 0x0020'0000'000c'000c);
        expect(0, 0x0080'0000'0000'051f);
        start_endpoint(4);
        expect_silence();
        send(0, 0x0080'0000'0000'0001);
        expect(0, 0x0088'0001'0000'0001);
    });
}

TEST_F(RtkitTest, EachMapWordWaitsForTheReplyToTheOneBefore) {
    make();
    run([&] {
        set_run(true);
        expect(0, 0x0010'0000'000c'000b);
        send(0, 0x0020'0000'000b'000b);  // version 11 will do
        expect(0, 0x0080'0000'0000'051f);
        expect_silence();
        send(0, 0x0080'0001'0000'0001);  // a reply for another base
        expect_silence();
        send(0, 0x0080'0000'0000'0001);
        expect(0, 0x0088'0001'0000'0001);
    });
}

TEST_F(RtkitTest, AMapReplyBeforeTheFirstWordDoesNotCount) {
    make();
    run([&] {
        set_run(true);
        expect(0, 0x0010'0000'000c'000b);
        send(0, 0x0020'0000'000c'000c);
        send(0, 0x0080'0000'0000'0001);
        expect(0, 0x0080'0000'0000'051f);
        expect_silence();
        send(0, 0x0080'0000'0000'0001);
        expect(0, 0x0088'0001'0000'0001);
    });
}

TEST_F(RtkitTest, TheMapFollowsHelloAsFastAsOnRealMachines) {
    make();
    run([&] {
        set_run(true);
        expect(0, 0x0010'0000'000c'000b);
        const SimTime hello = kernel_now();
        pass(microseconds(5));  // what a driver may take
        send(0, 0x0020'0000'000c'000c);
        expect(0, 0x0080'0000'0000'051f);
        EXPECT_LE(kernel_now() - hello, microseconds(33));
        EXPECT_GE(kernel_now() - hello, microseconds(25));
    });
}

TEST_F(RtkitTest, AVersionThatWasNotOfferedEndsTheBoot) {
    make();
    run([&] {
        set_run(true);
        expect(0, 0x0010'0000'000c'000b);
        send(0, 0x0020'0000'000d'000d);
        expect_silence();
        EXPECT_EQ(last_note(), "protocol version 13 to 13 refused, the boot ends here");
        send(0, 0x0020'0000'000c'000c);
        expect_silence();
        EXPECT_EQ(firmware->state(), fw::rtkit::State::Booting);
    });
}

TEST_F(RtkitTest, ARangeOfVersionsIsNoChoice) {
    make();
    run([&] {
        set_run(true);
        expect(0, 0x0010'0000'000c'000b);
        send(0, 0x0020'0000'000c'000b);
        expect_silence();
    });
}

TEST_F(RtkitTest, BuffersAreRequestedOnceHoweverOftenAnEndpointIsStarted) {
    make();
    run([&] {
        ApHabits habits;
        habits.endpoints = {1, 1, 2, 4, 8, 1, 2};
        ASSERT_TRUE(start(habits));
        EXPECT_EQ(heard_count({1, 0x0010'8000'0000'0000}), 1u);
        EXPECT_EQ(heard_count({2, 0x0010'4000'0000'0000}), 1u);
        send(0, 0x0050'0001'0000'0001);  // stop the crashlog endpoint
        start_endpoint(1);
        expect_silence();
    });
}

TEST_F(RtkitTest, EndpointsOutsideTheMapCannotBeStarted) {
    make();
    run([&] {
        ApHabits habits;
        habits.endpoints = {1,    4,    0,    5,   0x1f,
                            0x21, 0xff, 0x0a, 0x20};  // the last two are in the map, and silent
        ASSERT_TRUE(start(habits));
        EXPECT_EQ(heard_count({0, 0x0070'0000'0000'0020}), 1u);
        unsigned refused = 0;
        for (const std::string& text : texts(EventKind::RunNote))
            if (text.find("which does not exist") != std::string::npos) ++refused;
        EXPECT_EQ(refused, 5u);
    });
}

TEST_F(RtkitTest, FirmwareOfThe13EraDoesNotFinishItsBootWithoutBuffers) {
    make("macos13");
    run([&] {
        ApHabits habits;
        habits.give_buffers = false;
        set_run(true);
        EXPECT_FALSE(boot(habits));
        expect_silence(seconds(1));
        EXPECT_EQ(machine.boot_status, 0u);
        EXPECT_TRUE(application.calls.empty());
    });
}

TEST_F(RtkitTest, FirmwareOfThe13EraTakesAZeroAddressForARefusal) {
    make("macos13");
    run([&] {
        set_run(true);
        shake_hands();
        start_endpoint(1);
        expect(1, 0x0010'8000'0000'0000);
        send(1, 0x0010'8000'0000'0000);
        start_endpoint(4);
        expect(4, 0x0010'2000'0000'0000);
        give_buffer({4, 0x0010'2000'0000'0000});
        EXPECT_FALSE(attend_until({0, 0x0070'0000'0000'0020}, {}, milliseconds(100)));
    });
}

TEST_F(RtkitTest, AnAnswerWithLessRoomThanAskedForIsARefusal) {
    make("macos13");
    run([&] {
        set_run(true);
        shake_hands();
        start_endpoint(1);
        expect(1, 0x0010'8000'0000'0000);
        send(1, 0x0010'7000'0000'0000 | next_buffer);
        expect_silence();
        EXPECT_EQ(last_note(), "endpoint 0x01: buffer of 8 pages refused, 7 pages at 0x800010000 offered");
    });
}

TEST_F(RtkitTest, FirmwareOfThe12EraBootsWithoutBuffers) {
    make("macos12");
    run([&] {
        ApHabits habits;
        habits.give_buffers = false;
        EXPECT_TRUE(start(habits));
        EXPECT_EQ(machine.boot_status, kReady);
    });
}

TEST_F(RtkitTest, FirmwareOfThe13EraBootsAsUBootStartsIt) {
    make("macos13");
    run([&] {
        iop_power(0x20);
        ApHabits habits;
        habits.endpoints = {1, 4, 8, 0x20};  // no syslog, no debug, no AP power message
        habits.ap_on = false;
        EXPECT_TRUE(start(habits));
        expect_silence();
        EXPECT_EQ(machine.boot_status, kReady);
    });
}

TEST_F(RtkitTest, TheBootWaitsForBothIoreportEchoes) {
    make("macos12");
    run([&] {
        ApHabits habits;
        habits.echo_ioreport = false;
        set_run(true);
        EXPECT_FALSE(boot(habits));
        EXPECT_EQ(heard_count({4, 0x0080'0000'0000'0000}), 0u);
        send(4, 0x00c0'0000'0000'0000);
        expect(4, 0x0080'0000'0000'0000);
        expect_silence();
        send(4, 0x00c0'0000'0000'0000);  // not what is awaited now
        expect_silence();
        send(4, 0x0080'0000'0000'0000);
        expect(0, 0x0070'0000'0000'0020);
    });
}

TEST_F(RtkitTest, ApPowerMayComeBeforeTheBootIsDone) {
    make();
    run([&] {
        set_run(true);
        shake_hands();
        for (unsigned endpoint : {1, 2, 4})
            start_endpoint(endpoint);
        ap_power(0x20);
        ASSERT_TRUE(attend_until({0, 0x00b0'0000'0000'0020}, {}));
        EXPECT_EQ(heard_count({0, 0x0070'0000'0000'0020}), 0u);
        EXPECT_TRUE(attend_until({0, 0x0070'0000'0000'0020}, {}));
    });
}

TEST_F(RtkitTest, BootStatusIsThereBeforeTheApPowerAcknowledgement) {
    make();
    run([&] {
        ApHabits habits;
        habits.ap_on = false;
        ASSERT_TRUE(start(habits));
        EXPECT_EQ(machine.boot_status, 0u);
        ap_power(0x20);
        expect(0, 0x00b0'0000'0000'0020);
        EXPECT_EQ(machine.boot_status, kReady);
        ASSERT_EQ(application.calls.size(), 1u);
        EXPECT_EQ(application.calls[0].second, machine.boot_status_times[0]) << "the service starts with it";
        EXPECT_EQ(recorder.last_field(EventKind::BootStatus, "value"), kReady);
    });
}

TEST_F(RtkitTest, PingIsAnsweredWithPong) {
    make();
    run([&] {
        ASSERT_TRUE(start());
        send(0, 0x0030'0000'0000'1234);
        expect(0, 0x0040'0000'0000'1234);
    });
}

TEST_F(RtkitTest, MessagesThatMeanNothingAreIgnored) {
    make();
    run([&] {
        ASSERT_TRUE(start());
        for (const Word& word : std::vector<Word>{{0, 0},
                                                  {0, ~0ull},
                                                  {0, 0x0010'0000'0000'0000},
                                                  {0, 0x0020'0000'000c'000c},
                                                  {0, 0x0080'0000'0000'0000},
                                                  {0, 0x0050'0001'0000'0000},
                                                  {0, 0x0060'0000'0000'0033},
                                                  {0, 0x00b0'0000'0000'0044},
                                                  {1, 0},
                                                  {1, ~0ull},
                                                  {1, 0x0010'8000'0001'0000},
                                                  {2, ~0ull},
                                                  {2, 0x0080'0000'0000'0000},
                                                  {3, 1},
                                                  {4, ~0ull},
                                                  {4, 0x0010'0000'0000'0000},
                                                  {8, ~0ull},
                                                  {0x0a, 7},
                                                  {0x20, 7},
                                                  {0xff, 7},
                                                  {0x100, 0x0060'0000'0000'0001},
                                                  {0xffff'ff00, 0x0060'0000'0000'0001}}) {
            send(word.endpoint, word.msg0);
            pass(microseconds(10));
        }
        expect_silence();
        EXPECT_EQ(firmware->state(), fw::rtkit::State::Running);
        send(0, 0x0030'0000'0000'0001);
        expect(0, 0x0040'0000'0000'0001);
    });
}

TEST_F(RtkitTest, AFullFifoHoldsTheFirmwareUpAndLosesNothing) {
    make();
    run([&] {
        ASSERT_TRUE(start());
        for (unsigned i = 0; i < 40; ++i)
            send(0, 0x0030'0000'0000'0000 | i);
        pass(milliseconds(5));
        EXPECT_EQ(machine.i2a.size(), FakeMachine::kDepth);
        for (unsigned i = 0; i < 40; ++i)
            expect(0, 0x0040'0000'0000'0000 | i);
    });
}

TEST_F(RtkitTest, BusAccessesCostTheFirmwareTime) {
    machine.access_time = sc_core::sc_time(50, sc_core::SC_US);
    make();
    run([&] {
        set_run(true);
        expect(0, 0x0010'0000'000c'000b);
        const SimTime hello = kernel_now();
        send(0, 0x0020'0000'000c'000c);
        expect(0, 0x0080'0000'0000'051f);
        // Three accesses for HELLO (looked, wrote two words), three for its reply.
        EXPECT_EQ(kernel_now() - hello, microseconds(6 * 50 + 5 + 20));
    });
}

}  // namespace
}  // namespace ans::test
