// SPDX-License-Identifier: MIT
#include "models/common/reg_bank.h"

#include <tlm_utils/simple_target_socket.h>

#include "testbench/support/sim_test.h"

namespace ans::test {
namespace {

using Enable = Field<0, 1>;
constexpr FieldInfo kCtrlFields[] = {field<Enable>("ENABLE")};
constexpr Reg kRegs[] = {
    {"CTRL", 0x00, 4, 0x10, Access::ReadWrite, 0xff, "control", "test", kCtrlFields, 1},
    {"STATUS", 0x04, 4, 0x7, Access::ReadOnly, 0, "status", "test"},
    {"BASE", 0x08, 8, 0x11'2233'4455, Access::ReadWrite, ~0ull, "a 64-bit register", "test"},
    {"KICK", 0x10, 4, 0, Access::WriteOnly, ~0ull, "write only", "test"},
    {"ENTRY", 0x40, 4, 0, Access::ReadWrite, ~0ull, "an array", "test", nullptr, 0, Access::None, 4, 8},
};
constexpr RegMap kMap{"toy", Unit::Bus, 0x100, kRegs, 5};

struct ToyBlock : sc_core::sc_module {
    explicit ToyBlock(sc_core::sc_module_name name) : sc_module(name) {
        socket.register_b_transport(this, &ToyBlock::b_transport);
        socket.register_transport_dbg(this, &ToyBlock::debug);
    }
    void b_transport(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) {
        bank.access(tx, Face::Ap, kernel_now() + from_sc(delay));
    }
    unsigned debug(tlm::tlm_generic_payload& tx) { return bank.debug(tx); }
    tlm_utils::simple_target_socket<ToyBlock> socket{"socket"};
    RegBank bank{kMap};
};

class RegBankTest : public SimTest {
protected:
    RegBankTest() { bus.socket.bind(toy.socket); }
    ToyBlock toy{"toy"};
    TestMaster bus;
};

TEST_F(RegBankTest, EveryRegisterKeepsTheContract) {
    check_register_contract(bus, kMap);
}

TEST_F(RegBankTest, OnlyWritableBitsChange) {
    bus.write32(0x00, 0xffff'ffff);
    EXPECT_EQ(bus.read32(0x00), 0xffu);
}

TEST_F(RegBankTest, WideRegisterIsWrittenByHalvesInEitherOrder) {
    bus.write32(0x0c, 0xaaaa'bbbb);
    bus.write32(0x08, 0xcccc'dddd);
    EXPECT_EQ(bus.read64(0x08), 0xaaaa'bbbb'cccc'ddddull);
    bus.write32(0x08, 0x1);
    bus.write32(0x0c, 0x2);
    EXPECT_EQ(bus.read32(0x0c), 2u);
    EXPECT_EQ(bus.read64(0x08), 0x2'0000'0001ull);
}

TEST_F(RegBankTest, EffectsKnowTheHalfThatWasAccessed) {
    std::vector<std::uint64_t> lanes;
    toy.bank.on_write(kRegs[2],
                      [&](std::uint64_t, const RegAccess& access) { lanes.push_back(access.lanes); });
    bus.write32(0x0c, 1);
    bus.write32(0x08, 1);
    bus.write64(0x08, 1);
    EXPECT_EQ(lanes, (std::vector<std::uint64_t>{0xffff'ffff'0000'0000, 0xffff'ffff, ~0ull}));
}

TEST_F(RegBankTest, DebugReadsHaveNoEffect) {
    unsigned effects = 0;
    toy.bank.on_read(kRegs[0], [&](const RegAccess&) { ++effects; });
    std::uint32_t value = 0;
    EXPECT_EQ(bus.debug_read(0x00, &value, 4), 4u);
    EXPECT_EQ(value, 0x10u);
    EXPECT_EQ(effects, 0u);
    bus.read32(0x00);
    EXPECT_EQ(effects, 1u);
}

TEST_F(RegBankTest, ArrayElementsAreApart) {
    std::vector<unsigned> written;
    toy.bank.on_write(kRegs[4],
                      [&](std::uint64_t, const RegAccess& access) { written.push_back(access.index); });
    bus.write32(0x50, 0x22);
    bus.write32(0x58, 0x33);
    EXPECT_EQ(bus.read32(0x50), 0x22u);
    EXPECT_EQ(toy.bank.value(kRegs[4], 3), 0x33u);
    EXPECT_EQ(written, (std::vector<unsigned>{2, 3}));
    EXPECT_EQ(bus.write32(0x54, 1), tlm::TLM_ADDRESS_ERROR_RESPONSE) << "between elements lies a hole";
}

TEST_F(RegBankTest, ResetRestoresEveryValue) {
    bus.write64(0x08, 0);
    bus.write32(0x00, 0);
    toy.bank.reset();
    EXPECT_EQ(bus.read64(0x08), 0x11'2233'4455ull);
    EXPECT_EQ(bus.read32(0x00), 0x10u);
}

TEST_F(RegBankTest, RegisterNamesTellElementAndHalf) {
    EXPECT_EQ(register_name(kMap, 0x48, 4), "ENTRY(1)");
    EXPECT_EQ(register_name(kMap, 0x0c, 4), "BASE.hi");
    EXPECT_EQ(register_name(kMap, 0x08, 8), "BASE");
    EXPECT_EQ(register_name(kMap, 0x80, 4), "+0x80");
}

TEST(RegMapTest, OverlappingRegistersAreRefused) {
    static constexpr Reg regs[] = {{"A", 0, 8, 0, Access::ReadWrite, ~0ull, "", "test"},
                                   {"B", 4, 4, 0, Access::ReadWrite, ~0ull, "", "test"}};
    static constexpr RegMap map{"bad", Unit::Bus, 0x10, regs, 2};
    EXPECT_THROW(RegBank bank(map), std::logic_error);
}

}  // namespace
}  // namespace ans::test
