// SPDX-License-Identifier: MIT
#include "models/pmgr/pmgr.h"

#include "models/pmgr/pmgr_regs.h"
#include "testbench/support/sim_test.h"

namespace ans::test {
namespace {

using namespace pmgr_regs;

constexpr std::uint32_t kAns = 0x3f0, kApcie = 0x418, kPort = 0x100;
constexpr SimTime kSettle = microseconds(5);

class PmgrTest : public SimTest {
protected:
    explicit PmgrTest(bool powered = true, SimTime settle = kSettle)
        : pmgr("pmgr", config(events, powered, settle)) {
        bus.socket.bind(pmgr.mmio);
        pmgr.reset.bind(reset);
        for (std::size_t i = 0; i < 3; ++i)
            pmgr.powered[i].bind(power[i]);
    }
    static PmgrConfig config(EventHub& hub, bool on, SimTime settle) {
        PmgrConfig config;
        config.events = &hub;
        // As t8103, and one more below, listed in an order that is not the registers'.
        config.domains = {{"ps_ans2", kAns, -1}, {"ps_apcie_st", kApcie, 0}, {"port", kPort, 1}};
        config.powered = on;
        config.settle_time = settle;
        return config;
    }
    std::uint32_t actual(std::uint32_t offset) {
        return static_cast<std::uint32_t>(PsActual::get(bus.read32(offset)));
    }
    /// Linux' apple_pmgr_ps_set: the write, the wait for ACTUAL, then automatic mode.
    void set_power(std::uint32_t offset, std::uint32_t state, bool auto_enable) {
        auto reg = bus.read32(offset);
        reg &= static_cast<std::uint32_t>(~(PsAutoEnable::mask | kSticky | PsTarget::mask));
        reg |= state;
        bus.write32(offset, reg);
        written.push_back(reg);
        for (unsigned waited = 0; actual(offset) != state; ++waited) {
            ASSERT_LT(waited, 100u) << "Linux gives up after 100 us";
            pass(microseconds(1));
        }
        if (!auto_enable) return;
        reg = bus.read32(offset);
        reg = static_cast<std::uint32_t>((reg & ~kSticky) | PsAutoEnable::mask);
        bus.write32(offset, reg);
        written.push_back(reg);
    }
    void update(std::uint32_t offset, std::uint64_t mask, std::uint64_t value) {
        const auto reg = static_cast<std::uint32_t>((bus.read32(offset) & ~(mask | kSticky)) | value);
        bus.write32(offset, reg);
        written.push_back(reg);
    }

    Pmgr pmgr;
    TestMaster bus;
    WireProbe reset;
    WireProbe power[3];
    std::vector<std::uint32_t> written;
};

class PmgrOffTest : public PmgrTest {
protected:
    PmgrOffTest() : PmgrTest(false) {}
};
class PmgrAtOnceTest : public PmgrTest {
protected:
    PmgrAtOnceTest() : PmgrTest(true, 0) {}
};

TEST_F(PmgrTest, EveryRegisterKeepsTheContract) {
    check_register_contract(bus, pmgr.map());
}

TEST_F(PmgrTest, RegistersAreNamedAsTheirDomains) {
    EXPECT_EQ(register_name(pmgr.map(), kAns, 4), "ps_ans2");
    EXPECT_EQ(register_name(pmgr.map(), kApcie, 4), "ps_apcie_st");
    EXPECT_EQ(bus.read32(kAns), find_register(pmgr.map(), kAns).reg->reset);
}

TEST_F(PmgrTest, DomainsStartActiveBehindABootLoader) {
    EXPECT_EQ(bus.read32(kAns), 0xffu);
    EXPECT_EQ(bus.read32(kPort), 0xffu);
    EXPECT_TRUE(power[0].level);
    EXPECT_TRUE(power[2].level);
    EXPECT_FALSE(reset.level);
}

TEST_F(PmgrOffTest, DomainsMayStartPowerGated) {
    EXPECT_EQ(bus.read32(kAns), 0u);
    EXPECT_EQ(bus.read32(kApcie), PsParentOff::mask);
    EXPECT_FALSE(power[0].level);
    EXPECT_TRUE(recorder.entries.empty());
}

TEST_F(PmgrOffTest, ActualFollowsTargetAfterTheSettleTime) {
    run([&] {
        bus.delay = to_sc(microseconds(1));
        bus.write32(kAns, 0xf);
        EXPECT_EQ(bus.read32(kAns), 0x0fu);
        bus.delay = sc_core::SC_ZERO_TIME;
        pass(microseconds(6) - 1);
        EXPECT_EQ(actual(kAns), 0u);
        EXPECT_FALSE(power[0].level);
        pass(2);
        EXPECT_EQ(bus.read32(kAns), 0xffu);
        EXPECT_EQ(power[0].at, microseconds(6));
        EXPECT_EQ(recorder.last(EventKind::PowerState).time, microseconds(6));
        EXPECT_EQ(recorder.entries.back().text, "ps_ans2");
        EXPECT_EQ(recorder.last_field(EventKind::PowerState, "domain"), 0u);
        EXPECT_EQ(recorder.last_field(EventKind::PowerState, "actual"), 0xfu);
        EXPECT_EQ(recorder.last_field(EventKind::PowerState, "target"), 0xfu);
    });
}

TEST_F(PmgrOffTest, AnInitiatorAheadOfTheKernelSeesTheChangeWhenItIsDue) {
    run([&] {
        bus.write32(kAns, 0xf);
        bus.delay = to_sc(kSettle - 1);
        EXPECT_EQ(actual(kAns), 0u);
        bus.delay = to_sc(kSettle);
        EXPECT_EQ(actual(kAns), 0xfu);
        EXPECT_EQ(power[0].at, kSettle);
        pass(microseconds(50));
        EXPECT_EQ(recorder.count(EventKind::PowerState), 1u);
    });
}

TEST_F(PmgrAtOnceTest, WithoutSettleTimeActualChangesWithTheWrite) {
    bus.write32(kAns, 0);
    EXPECT_FALSE(power[0].level);
    EXPECT_EQ(actual(kAns), 0u);
}

TEST_F(PmgrTest, AChangeOfMindBeforeTheSettleTimeLeavesTheDomainAlone) {
    run([&] {
        bus.write32(kAns, 0x0);
        pass(microseconds(3));
        bus.write32(kAns, 0xf);
        pass(microseconds(20));
        EXPECT_EQ(bus.read32(kAns), 0xffu);
        EXPECT_EQ(power[0].edges, 1u) << "the one at the start";
    });
}

TEST_F(PmgrTest, ALaterTargetCountsFromItsOwnWrite) {
    run([&] {
        bus.write32(kAns, 0x0);
        pass(microseconds(3));
        bus.write32(kAns, 0x4);
        pass(microseconds(4));
        EXPECT_EQ(actual(kAns), 0xfu);
        pass(microseconds(2));
        EXPECT_EQ(actual(kAns), 0x4u);
    });
}

TEST_F(PmgrTest, ActualAndParentOffCannotBeWritten) {
    bus.write32(kAns, 0x0000'080f);
    EXPECT_EQ(bus.read32(kAns), 0xffu);
}

TEST_F(PmgrTest, EveryOtherBitIsKept) {
    bus.write32(kAns, 0x7fff'fcff);
    EXPECT_EQ(bus.read32(kAns), PsAutoEnable::mask | PsAuto::mask | PsMin::mask | PsDevDisable::mask | 0xff);
}

TEST_F(PmgrTest, AGatedDomainSaysSoUntilAOneClearsIt) {
    run([&] {
        bus.write32(kApcie, 0x4);
        pass(microseconds(6));
        EXPECT_EQ(bus.read32(kApcie), PsWasClkGated::mask | 0x44);
        EXPECT_TRUE(power[1].level) << "clock gated is not power gated";
        bus.write32(kApcie, 0xf);
        pass(microseconds(6));
        EXPECT_EQ(bus.read32(kApcie), PsWasClkGated::mask | 0xff);
        bus.write32(kApcie, 0x0);
        pass(microseconds(6));
        EXPECT_EQ(bus.read32(kApcie), kSticky | 0x00);
        bus.write32(kApcie, static_cast<std::uint32_t>(PsWasClkGated::mask));
        EXPECT_EQ(bus.read32(kApcie), PsWasPwrGated::mask);
        bus.write32(kApcie, static_cast<std::uint32_t>(PsWasPwrGated::mask));
        EXPECT_EQ(bus.read32(kApcie), 0u);
    });
}

TEST_F(PmgrOffTest, ADomainWhoseParentIsOffWaitsForIt) {
    run([&] {
        bus.write32(kApcie, 0xf);
        pass(microseconds(50));
        EXPECT_EQ(bus.read32(kApcie), PsParentOff::mask | 0x0f);
        bus.write32(kAns, 0xf);
        pass(kSettle + 1);
        EXPECT_EQ(bus.read32(kAns), 0xffu);
        EXPECT_EQ(bus.read32(kApcie), 0x0fu) << "now it may start";
        pass(kSettle);
        EXPECT_EQ(bus.read32(kApcie), 0xffu);
    });
}

TEST_F(PmgrTest, ADomainFallsWithItsParentAndComesBackWithIt) {
    run([&] {
        bus.write32(kAns, 0x0);
        pass(kSettle + 1);
        EXPECT_EQ(bus.read32(kApcie), PsParentOff::mask | kSticky | 0x0f);
        EXPECT_EQ(bus.read32(kPort), PsParentOff::mask | kSticky | 0x0f);
        EXPECT_FALSE(power[2].level);
        EXPECT_EQ(power[2].at, kSettle);
        bus.write32(kAns, 0xf);
        pass(3 * kSettle + 1);
        EXPECT_EQ(actual(kPort), 0xfu);
        EXPECT_EQ(power[2].at, kSettle + 1 + 3 * kSettle);
    });
}

TEST_F(PmgrTest, AClockGatedParentHoldsItsChildrenAtClockGated) {
    run([&] {
        bus.write32(kAns, 0x4);
        pass(kSettle + 1);
        EXPECT_EQ(bus.read32(kApcie), PsWasClkGated::mask | 0x4f);
    });
}

TEST_F(PmgrTest, ResetOfTheCoprocessorsDomainIsALine) {
    run([&] {
        pass(microseconds(2));
        bus.delay = to_sc(nanoseconds(10));
        bus.write32(kAns, 0x8000'00ff);
        EXPECT_TRUE(reset.level);
        EXPECT_EQ(reset.at, nanoseconds(2010));
        EXPECT_EQ(recorder.last_field(EventKind::ResetLine, "level"), 1u);
        bus.write32(kAns, 0x8000'00ff);
        bus.write32(kAns, 0x0000'00ff);
        EXPECT_FALSE(reset.level);
        EXPECT_EQ(reset.edges, 2u);
        EXPECT_EQ(recorder.count(EventKind::ResetLine), 2u);
        bus.write32(kApcie, 0x8000'00ff);
        EXPECT_EQ(reset.edges, 2u) << "another domain's RESET is its own affair";
        EXPECT_EQ(bus.read32(kApcie), 0x8000'00ffu);
    });
}

TEST_F(PmgrTest, TheRecordedConversationOfLinuxWritesWhatWasRecorded) {
    run([&] {
        // boot-trace.txt: the domains are adopted in automatic mode ...
        bus.write32(kPort, 0x0);
        pass(kSettle + 1);
        update(kAns, 0, PsAutoEnable::mask);
        update(kApcie, 0, PsAutoEnable::mask);
        // ... switched off as unused, switched on for the drivers ...
        set_power(kApcie, 0x0, false);
        set_power(kAns, 0x0, false);
        set_power(kAns, 0xf, true);
        set_power(kApcie, 0xf, true);
        // ... and the coprocessor is reset.
        update(kAns, 0, PsDevDisable::mask);
        update(kAns, 0, PsReset::mask);
        EXPECT_TRUE(reset.level);
        pass(microseconds(1));
        update(kAns, PsReset::mask, 0);
        EXPECT_FALSE(reset.level);
        update(kAns, PsDevDisable::mask, 0);

        const std::vector<std::uint32_t> recorded{0x1000'00ff, 0x1000'00ff, 0xf0,        0xf0,
                                                  0xf,         0x1000'00ff, 0xf,         0x1000'00ff,
                                                  0x1000'04ff, 0x9000'04ff, 0x1000'04ff, 0x1000'00ff};
        EXPECT_EQ(written, recorded);
        EXPECT_EQ(bus.read32(kAns), 0x1000'00ff | kSticky) << "nobody cleared what the power-off left";
        EXPECT_EQ(reset.edges, 2u);
    });
}

TEST_F(PmgrTest, ARestartIsTheStartStateAgainAndForgetsWhatWasUnderWay) {
    run([&] {
        bus.write32(kApcie, 0x0);
        pass(kSettle + 1);
        bus.write32(kAns, 0x8000'0000);
        pmgr.restart(kernel_now());
        EXPECT_FALSE(reset.level);
        EXPECT_TRUE(power[1].level);
        for (const std::uint32_t offset : {kAns, kApcie, kPort})
            EXPECT_EQ(bus.read32(offset), 0xffu);
        pass(microseconds(50));
        EXPECT_EQ(bus.read32(kAns), 0xffu);
        EXPECT_EQ(bus.read32(kPort), 0xffu);
    });
}

PmgrConfig table(std::vector<PmgrDomain> domains, std::size_t reset_domain = 0) {
    PmgrConfig config;
    config.domains = std::move(domains);
    config.reset_domain = reset_domain;
    return config;
}

TEST(PmgrConfigTest, ATableThatMakesNoSenseIsRefused) {
    EXPECT_THROW(Pmgr("empty", table({})), sc_core::sc_report);
    EXPECT_THROW(Pmgr("no_reset", table({{"a", 0}}, 1)), sc_core::sc_report);
    EXPECT_THROW(Pmgr("circle", table({{"a", 0, 1}, {"b", 8, 0}})), sc_core::sc_report);
    EXPECT_THROW(Pmgr("itself", table({{"a", 0, 0}})), sc_core::sc_report);
    EXPECT_THROW(Pmgr("overlap", table({{"a", 8}, {"b", 8}})), std::logic_error);
    EXPECT_THROW(Pmgr("outside", table({{"a", 0x14000}})), std::logic_error);
}

}  // namespace
}  // namespace ans::test
