// SPDX-License-Identifier: MIT
#include "models/soc/bus.h"

#include "models/common/reg_bank.h"
#include "models/soc/profile.h"
#include "testbench/support/scripted_decider.h"
#include "testbench/support/sim_test.h"
#include "testbench/support/test_memory.h"

namespace ans::test {
namespace {

constexpr Reg kRegs[] = {{"CTRL", 0x100, 4, 0x55, Access::ReadWrite, ~0ull, "", "test"},
                         {"KICK", 0x104, 4, 0, Access::WriteOnly, ~0ull, "", "test"}};
constexpr RegMap kMap{"toy", Unit::Nvme, 0x200, kRegs, 2};
constexpr std::uint64_t kDevice = 0x2'0000'0000;
constexpr std::uint64_t kRam = 0x8'0000'0000;

struct Device : sc_core::sc_module {
    explicit Device(sc_core::sc_module_name name) : sc_module(name) {
        socket.register_b_transport(this, &Device::b_transport);
        socket.register_transport_dbg(this, &Device::debug);
    }
    void b_transport(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) {
        bank.access(tx, Face::Ap, kernel_now() + from_sc(delay));
    }
    unsigned debug(tlm::tlm_generic_payload& tx) { return bank.debug(tx); }
    tlm_utils::simple_target_socket<Device> socket{"socket"};
    RegBank bank{kMap};
};

class BusTest : public SimTest {
protected:
    explicit BusTest(Policies policies = Policies())
        : bus("bus", config(policies),
              {{kDevice, 0x100, Unit::Nvme, true, true, 0x100},
               {kRam, 0x10000, Unit::Dram, false, false, 0}}) {
        master.socket.bind(bus.in);
        bus.out(0).bind(device.socket);
        bus.out(1).bind(ram.bus);
    }
    BusConfig config(const Policies& policies) {
        BusConfig config;
        config.events = &events;
        config.policies = policies;
        config.decide = &hub;
        return config;
    }
    DecideHub hub;
    ScriptedDecider decider;
    TestMaster master;
    Bus bus;
    Device device{"device"};
    TestMemory ram{"ram", kRam, 0x10000};
};

TEST_F(BusTest, DevicesSeeOffsetsAndCpusSeeAddresses) {
    EXPECT_EQ(master.read32(kDevice), 0x55u);
    EXPECT_EQ(recorder.last_field(EventKind::RegRead, "offset"), 0x100u);
    EXPECT_EQ(recorder.last_field(EventKind::RegRead, "address"), kDevice);
    EXPECT_EQ(recorder.last_field(EventKind::RegRead, "value"), 0x55u);
}

TEST_F(BusTest, DeviceAccessesCostTimeAfterTheirEffect) {
    master.read32(kDevice);
    EXPECT_EQ(master.delay, to_sc(nanoseconds(250)));
    EXPECT_EQ(recorder.last(EventKind::RegRead).time, 0u);
    master.write32(kDevice, 1);
    EXPECT_EQ(master.delay, to_sc(nanoseconds(290)));
}

TEST_F(BusTest, MemoryIsPassedThroughWithItsAddressAndDmi) {
    EXPECT_EQ(master.write64(kRam + 8, 0x1122), tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(ram.get<std::uint64_t>(kRam + 8), 0x1122u);
    tlm::tlm_generic_payload tx;
    tx.set_address(kRam);
    tlm::tlm_dmi dmi;
    EXPECT_TRUE(master.socket->get_direct_mem_ptr(tx, dmi));
    tx.set_address(kDevice);
    EXPECT_FALSE(master.socket->get_direct_mem_ptr(tx, dmi)) << "registers are never memory";
}

TEST_F(BusTest, WhatNothingDecodesIsAnErrorAndAnEvent) {
    EXPECT_EQ(master.write32(0x1234, 7), tlm::TLM_ADDRESS_ERROR_RESPONSE);
    EXPECT_EQ(recorder.last_field(EventKind::BusError, "address"), 0x1234u);
    EXPECT_EQ(recorder.last_field(EventKind::BusError, "write"), 1u);
    EXPECT_EQ(recorder.last_field(EventKind::BusError, "value"), 7u);
}

TEST_F(BusTest, HolesAndMissingRightsAreForgivenByDefaultButReported) {
    EXPECT_EQ(master.read32(kDevice + 8), 0u);
    EXPECT_EQ(master.last, tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(master.read32(kDevice + 4), 0u) << "a write-only register";
    EXPECT_EQ(master.last, tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(recorder.count(EventKind::BusError), 2u);
}

TEST_F(BusTest, WrongSizesAreNeverForgiven) {
    std::uint8_t byte = 0;
    EXPECT_EQ(master.read(kDevice, &byte, 1), tlm::TLM_BURST_ERROR_RESPONSE);
}

TEST_F(BusTest, DebugReadsReachAStoppedDevice) {
    bus.set_alive(false);
    std::uint32_t value = 0;
    EXPECT_EQ(master.debug_read(kDevice, &value, 4), 4u);
    EXPECT_EQ(value, 0x55u);
    EXPECT_EQ(recorder.entries.size(), 0u);
}

TEST_F(BusTest, AStoppedCoprocessorHangsTheAccess) {
    bus.set_alive(false);
    master.read32(kDevice);
    EXPECT_EQ(master.last, tlm::TLM_INCOMPLETE_RESPONSE);
    EXPECT_EQ(recorder.last_field(EventKind::BusError, "response"), 1u);
}

struct StrictBusTest : BusTest {
    StrictBusTest() : BusTest(Policies(Policies::Preset::Strict)) {}
};
TEST_F(StrictBusTest, HolesAndMissingRightsAreBusErrors) {
    master.read32(kDevice + 8);
    EXPECT_EQ(master.last, tlm::TLM_ADDRESS_ERROR_RESPONSE);
    master.read32(kDevice + 4);
    EXPECT_EQ(master.last, tlm::TLM_COMMAND_ERROR_RESPONSE);
}

struct LenientBusTest : BusTest {
    LenientBusTest() : BusTest(Policies(Policies::Preset::Lenient)) {}
};
TEST_F(LenientBusTest, AStoppedCoprocessorReadsAllOnesAndForgetsWrites) {
    bus.set_alive(false);
    EXPECT_EQ(master.read32(kDevice), 0xffff'ffffu);
    EXPECT_EQ(master.write32(kDevice, 1), tlm::TLM_OK_RESPONSE);
    bus.set_alive(true);
    EXPECT_EQ(master.read32(kDevice), 0x55u);
}

TEST(SocProfiles, WindowsOfOneSocNeverOverlapAndStayWithin42Bits) {
    std::size_t count = 0;
    const SocProfile* profiles = soc_profiles(count);
    EXPECT_EQ(count, 4u);
    for (std::size_t p = 0; p < count; ++p) {
        SCOPED_TRACE(std::string(profiles[p].name));
        const SocProfile& soc = profiles[p];
        const Window windows[] = {soc.asc,  soc.mailbox, soc.sart,
                                  soc.nvme, soc.pmgr,    {soc.dram_base, soc.dram_size}};
        for (const Window& a : windows) {
            EXPECT_LE(a.base + a.size, 1ull << 42);
            for (const Window& b : windows)
                if (&a != &b) {
                    EXPECT_TRUE(a.base + a.size <= b.base || b.base + b.size <= a.base);
                }
        }
        EXPECT_EQ(find_soc(soc.name), &soc);
        for (std::size_t d = 0; d < soc.domain_count; ++d)
            EXPECT_LT(soc.domains[d].offset, soc.pmgr.size);
    }
    EXPECT_EQ(find_soc("t9999"), nullptr);
}

class RegisterSeamTest : public BusTest {
protected:
    RegisterSeamTest() {
        hub.install(DecidePoint::RegisterRead, decider);
        hub.install(DecidePoint::RegisterWrite, decider);
    }
};

TEST_F(RegisterSeamTest, AccessesAreJudgedAsTheirEvents) {
    master.write32(kDevice, 0xaa);
    master.read32(kDevice);
    ASSERT_EQ(decider.asked.size(), 2u);
    EXPECT_EQ(decider.points,
              (std::vector<DecidePoint>{DecidePoint::RegisterWrite, DecidePoint::RegisterRead}));
    for (const Event& about : decider.asked) {
        EXPECT_EQ(about.unit, Unit::Nvme);
        EXPECT_EQ(find_field(about.kind, "offset")->get(about), 0x100u);
        EXPECT_EQ(find_field(about.kind, "width")->get(about), 4u);
        EXPECT_EQ(find_field(about.kind, "value")->get(about), 0xaau);
        EXPECT_EQ(find_field(about.kind, "address")->get(about), kDevice);
    }
}

TEST_F(RegisterSeamTest, AReplacedReadIsWhatTheCpuAndTheEventSee) {
    decider.replace("value", 0xffff'ffff);
    EXPECT_EQ(master.read32(kDevice), 0xffff'ffffu);
    EXPECT_EQ(recorder.last_field(EventKind::RegRead, "value"), 0xffff'ffffu);
    EXPECT_EQ(master.read32(kDevice), 0x55u) << "the register is as it was";
}

TEST_F(RegisterSeamTest, ADroppedReadIsNeverAnswered) {
    decider.next(Verdict::Kind::Drop);
    master.read32(kDevice);
    EXPECT_EQ(master.last, tlm::TLM_INCOMPLETE_RESPONSE);
    EXPECT_EQ(recorder.last_field(EventKind::BusError, "withheld"), 1u) << "the block did answer";
}

TEST_F(RegisterSeamTest, ADelayedReadCostsItsTime) {
    decider.next(Verdict::Kind::Delay, microseconds(3));
    EXPECT_EQ(master.read32(kDevice), 0x55u);
    EXPECT_EQ(master.delay, to_sc(microseconds(3) + nanoseconds(250)));
}

TEST_F(RegisterSeamTest, ADroppedWriteIsAnsweredAndHasNoEffect) {
    decider.next(Verdict::Kind::Drop);
    EXPECT_EQ(master.write32(kDevice, 1), tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(master.read32(kDevice), 0x55u);
    EXPECT_EQ(recorder.last_field(EventKind::RegWrite, "value"), 1u) << "that is what the CPU did";
}

TEST_F(RegisterSeamTest, AReplacedWriteHasOtherBits) {
    decider.replace("value", 0x77);
    std::uint32_t value = 1;
    EXPECT_EQ(master.write(kDevice, &value, 4), tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(master.read32(kDevice), 0x77u);
    EXPECT_EQ(value, 1u) << "the initiator's data is its own";
}

TEST_F(RegisterSeamTest, ARefusedReadIsNotJudged) {
    master.read32(kDevice + 8);
    EXPECT_TRUE(decider.asked.empty());
}

}  // namespace
}  // namespace ans::test
