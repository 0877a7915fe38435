// SPDX-License-Identifier: MIT
// The interrupt controller and the seam in front of one of its lines.
#include "models/aic/aic.h"

#include "models/aic/irq_seam.h"
#include "testbench/support/scripted_decider.h"
#include "testbench/support/sim_test.h"

namespace ans::test {
namespace {

constexpr unsigned kLow = 583, kNvme = 590, kHigh = 1832;

struct NotingCpu : InterruptSinkIf {
    struct Call {
        unsigned line;
        bool level;
        SimTime at;
        bool operator==(const Call& o) const { return line == o.line && level == o.level && at == o.at; }
    };
    void on_interrupt(unsigned line, bool level, SimTime at) override { calls.push_back({line, level, at}); }
    std::vector<Call> calls;
};
using Calls = std::vector<NotingCpu::Call>;

struct WireSource : sc_core::sc_module {
    explicit WireSource(sc_core::sc_module_name name) : sc_module(name) {}
    LevelOut out{"out"};
};

class AicTest : public SimTest {
protected:
    AicTest() {
        low.out.bind(aic.input(kLow));
        nvme.out.bind(aic.input(kNvme));
        aic.cpu.bind(cpu);
        elaborate();
    }
    WireSource low{"low"};
    WireSource nvme{"nvme"};
    Aic aic{"aic", {&events, {kLow, kNvme, kHigh}}};
    NotingCpu cpu;
};

TEST_F(AicTest, AMaskedLineIsNotDelivered) {
    nvme.out->set_level(true, 10);
    EXPECT_TRUE(cpu.calls.empty());
    EXPECT_TRUE(aic.level(kNvme));
}

TEST_F(AicTest, AnUnmaskedLineIsDeliveredWithItsNumberAndTime) {
    aic.unmask(kNvme, 5);
    EXPECT_TRUE(cpu.calls.empty()) << "a low line says nothing";
    nvme.out->set_level(true, 10);
    nvme.out->set_level(false, 20);
    low.out->set_level(true, 25);
    EXPECT_EQ(cpu.calls, (Calls{{kNvme, true, 10}, {kNvme, false, 20}}));
}

TEST_F(AicTest, SettingThePresentLevelSaysNothing) {
    aic.unmask(kNvme, 0);
    nvme.out->set_level(false, 1);
    nvme.out->set_level(true, 2);
    nvme.out->set_level(true, 3);
    EXPECT_EQ(cpu.calls.size(), 1u);
    EXPECT_EQ(recorder.count(EventKind::IrqLevel), 1u);
}

TEST_F(AicTest, UnmaskingAHighLineDeliversItAtOnce) {
    nvme.out->set_level(true, 10);
    aic.unmask(kNvme, 30);
    EXPECT_EQ(cpu.calls, (Calls{{kNvme, true, 30}}));
    aic.unmask(kNvme, 40);
    EXPECT_EQ(cpu.calls.size(), 1u) << "it was unmasked already";
}

TEST_F(AicTest, MaskingAHighLineTakesItBack) {
    aic.unmask(kNvme, 0);
    nvme.out->set_level(true, 10);
    aic.mask(kNvme, 20);
    EXPECT_EQ(cpu.calls.back(), (NotingCpu::Call{kNvme, false, 20}));
    nvme.out->set_level(false, 30);
    nvme.out->set_level(true, 40);
    EXPECT_EQ(cpu.calls.size(), 2u);
}

TEST_F(AicTest, EveryChangeOfAWireIsAnEventMaskedOrNot) {
    nvme.out->set_level(true, 10);
    nvme.out->set_level(false, 20);
    EXPECT_EQ(recorder.count(EventKind::IrqLevel), 2u);
    EXPECT_EQ(recorder.last_field(EventKind::IrqLevel, "line"), kNvme);
    EXPECT_EQ(recorder.last_field(EventKind::IrqLevel, "level"), 0u);
    EXPECT_EQ(recorder.last(EventKind::IrqLevel).time, 20u);
}

TEST_F(AicTest, LinesThatNoWireIsBoundToStayLow) {
    aic.unmask(7, 0);
    aic.mask(7, 0);
    aic.unmask(kHigh, 0);
    EXPECT_FALSE(aic.level(7));
    EXPECT_FALSE(aic.level(kHigh));
    EXPECT_TRUE(cpu.calls.empty());
    EXPECT_THROW(aic.input(7), sc_core::sc_report);
}

TEST(AicConfigTest, ALineNumberComesOnceAndFitsSixteenBits) {
    EXPECT_THROW(Aic("twice", {&EventHub::none(), {5, 6, 5}}), sc_core::sc_report);
    EXPECT_THROW(Aic("large", {&EventHub::none(), {0x10000}}), sc_core::sc_report);
}

class IrqSeamTest : public SimTest {
protected:
    IrqSeamTest() {
        source.out.bind(seam.in);
        seam.out.bind(wire);
        hub.install(DecidePoint::NvmeIrq, decider);
        elaborate();
    }
    void rise() { source.out->set_level(true, kernel_now()); }
    void fall() { source.out->set_level(false, kernel_now()); }

    DecideHub hub;
    ScriptedDecider decider;
    WireSource source{"source"};
    IrqSeam seam{"seam", DecidePoint::NvmeIrq, kNvme, hub};
    WireProbe wire;
};

TEST_F(IrqSeamTest, ARiseIsJudgedAsTheEventThatItWouldBe) {
    source.out->set_level(true, 77);
    source.out->set_level(true, 78);
    source.out->set_level(false, 79);
    ASSERT_EQ(decider.asked.size(), 1u) << "neither present levels nor falls are judged";
    EXPECT_EQ(decider.asked[0].kind, EventKind::IrqLevel);
    EXPECT_EQ(decider.asked[0].time, 77u);
    EXPECT_EQ(find_field(EventKind::IrqLevel, "line")->get(decider.asked[0]), kNvme);
    EXPECT_EQ(find_field(EventKind::IrqLevel, "level")->get(decider.asked[0]), 1u);
    EXPECT_EQ(wire.edges, 2u);
    EXPECT_EQ(wire.at, 79u);
}

TEST_F(IrqSeamTest, ADroppedRiseStaysLowUntilTheInputHasFallen) {
    decider.next(Verdict::Kind::Drop);
    rise();
    rise();
    EXPECT_FALSE(wire.level);
    fall();
    EXPECT_EQ(wire.edges, 0u);
    rise();
    EXPECT_TRUE(wire.level);
}

TEST_F(IrqSeamTest, ADelayedRiseComesLater) {
    run([&] {
        decider.next(Verdict::Kind::Delay, microseconds(10));
        source.out->set_level(true, kernel_now() + microseconds(1));
        pass(microseconds(11) - 1);
        EXPECT_FALSE(wire.level);
        pass(2);
        EXPECT_TRUE(wire.level);
        EXPECT_EQ(wire.at, microseconds(11));
        fall();
        EXPECT_FALSE(wire.level);
    });
}

TEST_F(IrqSeamTest, ADelayedRiseIsForgottenWhenTheInputFallsFirst) {
    run([&] {
        decider.next(Verdict::Kind::Delay, microseconds(10));
        decider.next(Verdict::Kind::Delay, microseconds(20));
        rise();
        pass(microseconds(5));
        fall();
        rise();
        pass(microseconds(19));
        EXPECT_EQ(wire.edges, 0u) << "only the second rise counts";
        pass(microseconds(2));
        EXPECT_TRUE(wire.level);
    });
}

TEST_F(IrqSeamTest, AFallAfterTheDelayKeepsItsPlaceThoughTheKernelIsBehind) {
    run([&] {
        decider.next(Verdict::Kind::Delay, microseconds(10));
        rise();
        source.out->set_level(false, microseconds(15));
        EXPECT_EQ(wire.edges, 2u);
        EXPECT_FALSE(wire.level);
        pass(microseconds(20));
        EXPECT_EQ(wire.edges, 2u) << "the rise is not made twice";
    });
}

TEST_F(IrqSeamTest, AForgottenRiseDoesNotComeBackWithALaterFall) {
    run([&] {
        decider.next(Verdict::Kind::Delay, microseconds(10));
        decider.next(Verdict::Kind::Drop);
        rise();
        pass(microseconds(5));
        fall();
        rise();
        pass(microseconds(15));
        fall();
        EXPECT_EQ(wire.edges, 0u);
    });
}

TEST_F(IrqSeamTest, ARepeatedRiseIsARise) {
    decider.next(Verdict::Kind::Repeat);
    rise();
    EXPECT_TRUE(wire.level);
    EXPECT_EQ(wire.edges, 1u);
}

TEST_F(IrqSeamTest, AForcedWireIgnoresItsInputAndThenFollowsIt) {
    run([&] {
        seam.force(true, microseconds(5));
        EXPECT_TRUE(wire.level) << "no input asked for it";
        rise();
        fall();
        EXPECT_TRUE(wire.level);
        pass(microseconds(6));
        EXPECT_FALSE(wire.level);
        EXPECT_EQ(wire.at, microseconds(5));
    });
}

TEST_F(IrqSeamTest, ARiseUnderALowForceComesAtItsEnd) {
    run([&] {
        seam.force(false, microseconds(5));
        rise();
        EXPECT_FALSE(wire.level);
        pass(microseconds(6));
        EXPECT_TRUE(wire.level);
        EXPECT_EQ(wire.at, microseconds(5));
    });
}

TEST_F(IrqSeamTest, ALongerForceOutlastsAShorterOne) {
    run([&] {
        seam.force(true, microseconds(5));
        pass(microseconds(1));
        seam.force(true, microseconds(10));
        pass(microseconds(9));
        EXPECT_TRUE(wire.level);
        pass(microseconds(3));
        EXPECT_FALSE(wire.level);
    });
}

class PlainIrqSeamTest : public SimTest {
protected:
    WireSource source{"source"};
    IrqSeam seam{"seam", DecidePoint::MailboxIrq, kLow, DecideHub::none()};
    WireProbe wire;
};

TEST_F(PlainIrqSeamTest, WithNothingPlannedTheWireIsAWire) {
    source.out.bind(seam.in);
    seam.out.bind(wire);
    elaborate();
    source.out->set_level(true, 3);
    EXPECT_TRUE(wire.level);
    EXPECT_EQ(wire.at, 3u);
    source.out->set_level(false, 4);
    EXPECT_FALSE(wire.level);
}

}  // namespace
}  // namespace ans::test
