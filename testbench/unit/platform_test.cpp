// SPDX-License-Identifier: MIT
// The machine as one module in somebody else's platform. A whole platform: platform/examples/platform.cpp.
#include "models/asc/asc_regs.h"
#include "platform/ans2.h"
#include "testbench/support/sim_test.h"

namespace ans::test {
namespace {

struct Ans2Test : SimTest {
    explicit Ans2Test(const Ans2Config& config = Ans2Config()) : ans2("ans2", config) {
        absolute.socket.bind(ans2.mmio);
        asc.socket.bind(ans2.asc);
        nvme.socket.bind(ans2.nvme);
        ans2.nvme_irq.bind(nvme_irq);
        for (std::size_t i = 0; i < mailbox_irq.size(); ++i)
            ans2.mailbox_irq[i].bind(mailbox_irq[i]);
    }
    Ans2 ans2;
    TestMaster absolute{"absolute"}, asc{"asc"}, nvme{"nvme"};
    sc_core::sc_signal<bool> nvme_irq{"nvme_irq"};
    std::array<sc_core::sc_signal<bool>, 4> mailbox_irq;
};

TEST_F(Ans2Test, ABlocksRegistersAreAtZeroAndAtTheirPhysicalAddress) {
    const std::uint64_t control = asc_regs::CpuControl.offset;
    EXPECT_EQ(asc.write32(control, 0x10), tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(absolute.read32(ans2.profile().asc.base + control), 0x10u);
    std::uint32_t value = 0;
    EXPECT_EQ(asc.debug_read(control, &value, 4), 4u);
    EXPECT_EQ(value, 0x10u);
}

TEST_F(Ans2Test, BehindTheWindowOfABlockIsAnAddressError) {
    asc.read32(ans2.profile().asc.size);
    EXPECT_EQ(asc.last, tlm::TLM_ADDRESS_ERROR_RESPONSE);
    std::uint32_t value = 0;
    EXPECT_EQ(asc.debug_read(ans2.profile().asc.size, &value, 4), 0u);
}

TEST_F(Ans2Test, RegistersGrantNoDmiAndOwnMemoryDoes) {
    elaborate();
    tlm::tlm_generic_payload tx;
    tlm::tlm_dmi dmi;
    tx.set_command(tlm::TLM_READ_COMMAND);
    tx.set_address(ans2.profile().asc.base);
    EXPECT_FALSE(absolute.socket->get_direct_mem_ptr(tx, dmi));
    tx.set_address(ans2.profile().dram_base);
    EXPECT_TRUE(absolute.socket->get_direct_mem_ptr(tx, dmi));
}

TEST_F(Ans2Test, LevelsReachTheSignals) {
    run([&] {
        pass(microseconds(1));
        EXPECT_TRUE(mailbox_irq[0].read());   // send-empty: at rest
        EXPECT_FALSE(mailbox_irq[1].read());  // send-not-empty
        EXPECT_FALSE(nvme_irq.read());
    });
}

Ans2Config hanging() {
    Ans2Config config;
    config.policies.set(StoppedAccess::Hang);
    return config;
}

struct HangingAns2Test : Ans2Test {
    HangingAns2Test() : Ans2Test(hanging()) {}
};

TEST_F(HangingAns2Test, WhatHangsARealBusIsAnErrorResponse) {
    nvme.read32(0);
    EXPECT_EQ(nvme.last, tlm::TLM_GENERIC_ERROR_RESPONSE);
}

}  // namespace
}  // namespace ans::test
