// SPDX-License-Identifier: MIT
#include "models/asc/asc.h"

#include "models/asc/asc_regs.h"
#include "testbench/support/sim_test.h"

namespace ans::test {
namespace {

using namespace asc_regs;

class AscTest : public SimTest {
protected:
    explicit AscTest(CpuStatusBit0 bit0 = CpuStatusBit0::Running, bool running = false)
        : asc("asc", {&events, with(bit0), running}) {
        bus.socket.bind(asc.mmio);
        asc.run.bind(run_wire);
    }
    static Policies with(CpuStatusBit0 bit0) {
        Policies policies;
        policies.set(bit0);
        return policies;
    }
    void start() { bus.write32(CpuControl.offset, 0x10); }
    void stop() { bus.write32(CpuControl.offset, 0); }
    std::uint32_t status() { return bus.read32(CpuStatus.offset); }

    Asc asc;
    TestMaster bus;
    WireProbe run_wire;
};

class AscIdleBitTest : public AscTest {
protected:
    AscIdleBitTest() : AscTest(CpuStatusBit0::Idle) {}
};
class AscLeftRunningTest : public AscTest {
protected:
    AscLeftRunningTest() : AscTest(CpuStatusBit0::Running, true) {}
};

TEST_F(AscTest, EveryRegisterKeepsTheContract) {
    check_register_contract(bus, kMap);
}

TEST_F(AscTest, TheTablesResetValuesAreWhatAStoppedProcessorShows) {
    EXPECT_EQ(bus.read32(CpuControl.offset), CpuControl.reset);
    EXPECT_EQ(status(), CpuStatus.reset);
}

TEST_F(AscTest, RunStartsAndStopsTheProcessor) {
    run([&] {
        EXPECT_EQ(run_wire.edges, 0u);
        pass(microseconds(1));
        bus.delay = to_sc(nanoseconds(50));
        start();
        EXPECT_TRUE(run_wire.level);
        EXPECT_EQ(run_wire.at, nanoseconds(1050));
        EXPECT_EQ(recorder.last(EventKind::ProcessorRun).time, nanoseconds(1050));
        EXPECT_EQ(recorder.last_field(EventKind::ProcessorRun, "level"), 1u);
        stop();
        EXPECT_FALSE(run_wire.level);
        EXPECT_EQ(recorder.last_field(EventKind::ProcessorRun, "level"), 0u);
    });
}

TEST_F(AscTest, WritingRunAgainChangesNothing) {
    stop();
    EXPECT_EQ(run_wire.edges, 0u);
    start();
    start();
    EXPECT_EQ(run_wire.edges, 1u);
    EXPECT_EQ(recorder.count(EventKind::ProcessorRun), 1u);
}

TEST_F(AscTest, OnlyRunIsKept) {
    bus.write32(CpuControl.offset, 0xffff'ffff);
    EXPECT_EQ(bus.read32(CpuControl.offset), 0x10u);
    bus.write32(CpuControl.offset, ~0x10u);
    EXPECT_EQ(bus.read32(CpuControl.offset), 0u);
}

TEST_F(AscTest, StatusTellsStoppedBusyAndIdle) {
    EXPECT_EQ(status(), 0x2eu);
    start();
    EXPECT_EQ(status(), 0x0du);
    asc.idle.set_level(true, 0);
    EXPECT_EQ(status(), 0x2du);
    asc.idle.set_level(false, 0);
    EXPECT_EQ(status(), 0x0du);
    stop();
    EXPECT_EQ(StatusStopped::get(status()), 1u);
}

TEST_F(AscIdleBitTest, BitZeroMayMeanIdle) {
    EXPECT_EQ(status(), 0x2fu);
    start();
    EXPECT_EQ(status(), 0x0cu);
    asc.idle.set_level(true, 0);
    EXPECT_EQ(status(), 0x2du);
}

TEST_F(AscTest, ResetClearsRunAndHoldsItClear) {
    start();
    asc.reset.set_level(true, 0);
    EXPECT_FALSE(run_wire.level);
    EXPECT_EQ(bus.read32(CpuControl.offset), 0u);
    start();
    EXPECT_EQ(bus.read32(CpuControl.offset), 0u) << "held in reset";
    asc.reset.set_level(false, 0);
    EXPECT_EQ(bus.read32(CpuControl.offset), 0u) << "what was written during reset is lost";
    start();
    EXPECT_TRUE(run_wire.level);
    EXPECT_EQ(run_wire.edges, 3u);
}

TEST_F(AscLeftRunningTest, RunMayBeSetAtTheStart) {
    EXPECT_EQ(bus.read32(CpuControl.offset), 0x10u);
    EXPECT_TRUE(run_wire.level);
    EXPECT_EQ(StatusStopped::get(status()), 0u);
    EXPECT_TRUE(recorder.entries.empty()) << "a start state is no change";
    stop();
    EXPECT_FALSE(run_wire.level);
}

}  // namespace
}  // namespace ans::test
