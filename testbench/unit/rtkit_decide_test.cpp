// SPDX-License-Identifier: MIT
// What the firmware decides, with scripted verdicts.
#include "testbench/support/scripted_decider.h"
#include "testbench/unit/rtkit_bench.h"

namespace ans::test {
namespace {

using Kind = Verdict::Kind;
using fw::rtkit::State;

class RtkitDecideTest : public RtkitBench {
protected:
    void plan(DecidePoint point) { decide.install(point, decider); }
    ScriptedDecider decider;
};

TEST_F(RtkitDecideTest, ARefusedStartStaysOffUntilTheNext) {
    plan(DecidePoint::FirmwareBoot);
    decider.next(Kind::Drop);
    make();
    run([&] {
        set_run(true);
        expect_silence();
        EXPECT_EQ(firmware->state(), State::Off);
        pulse_reset();
        EXPECT_TRUE(boot());
    });
}

TEST_F(RtkitDecideTest, ARefusedWakeStaysAsleep) {
    plan(DecidePoint::FirmwareBoot);
    decider.next(Kind::Drop);
    make("macos13", fw::StartState::Asleep);
    run([&] {
        iop_power(0x20);
        expect_silence();
        EXPECT_EQ(firmware->state(), State::Sleeping);
    });
}

TEST_F(RtkitDecideTest, AStalledBootNeverEndsAndIsJudgedOnce) {
    plan(DecidePoint::FirmwareBootEnd);
    decider.next(Kind::Drop);
    make();
    run([&] {
        EXPECT_FALSE(start());
        iop_power(0x20);
        expect_silence();
        EXPECT_EQ(firmware->state(), State::Booting);
        EXPECT_EQ(decider.asked.size(), 1u);
        pulse_reset();
        EXPECT_TRUE(boot()) << "another session is another decision";
    });
}

TEST_F(RtkitDecideTest, ASlowConsumerTakesItsMessagesLate) {
    make();
    run([&] {
        ASSERT_TRUE(start());
        plan(DecidePoint::FirmwareMail);
        decider.next(Kind::Delay, milliseconds(5));
        const SimTime before = kernel_now();
        ap_power(0x20);
        expect(0, 0x00b0'0000'0000'0020);
        EXPECT_GE(kernel_now() - before, milliseconds(5));
        ASSERT_FALSE(decider.asked.empty());
        EXPECT_EQ(decider.asked[0].kind, EventKind::MailPop);
    });
}

TEST_F(RtkitDecideTest, AnUnterminatedLineFillsItsField) {
    make();
    run([&] {
        ASSERT_TRUE(start());
        plan(DecidePoint::FirmwareLog);
        decider.next(Kind::Drop);
        firmware->log("a.c:1", "text");
        const std::optional<Word> word = receive();
        ASSERT_TRUE(word);
        const std::size_t stride = 0xe0 + 0x20;
        const auto* entry =
            reinterpret_cast<const char*>(machine.at(buffers[2] + (word->msg0 & 0xff) * stride));
        EXPECT_EQ(std::string(entry + 0x20, 5), "text~");
        EXPECT_EQ(entry[stride - 1], '~');
        EXPECT_EQ(decider.asked[0].kind, EventKind::FirmwareLog);
    });
}

}  // namespace
}  // namespace ans::test
