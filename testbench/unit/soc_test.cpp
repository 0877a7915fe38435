// SPDX-License-Identifier: MIT
// The wiring: windows, wires, power and reset of the whole machine, without firmware.
#include "models/soc/soc.h"

#include "models/asc/asc_regs.h"
#include "models/mailbox/mailbox_regs.h"
#include "models/nvme/nvme_regs.h"
#include "models/nvmmu/nvmmu_regs.h"
#include "models/sart/sart_regs.h"
#include "testbench/support/scripted_decider.h"
#include "testbench/support/sim_test.h"

namespace ans::test {
namespace {

constexpr std::uint32_t kRun = 0x10;          // source: hardware.md 2
constexpr std::uint32_t kPowerActive = 0xff;  // TARGET and ACTUAL 0xf. source: hardware.md 1.1
constexpr std::uint32_t kReset = 1u << 31;
constexpr std::uint32_t kDisable = 1u << 10;

struct NoFirmware : sc_core::sc_module, CommandSinkIf {
    explicit NoFirmware(sc_core::sc_module_name name) : sc_module(name) { commands.bind(*this); }
    void command(const Command&, SimTime) override {}
    void controller_config(std::uint32_t, std::uint32_t, SimTime) override {}
    bool waits_for_room(const Completion&, const FullQueue&, SimTime) override { return true; }
    void fatal(const char*, Tag, SimTime) override {}
    sc_core::sc_export<CommandSinkIf> commands{"commands"};
};

struct NoCpu : InterruptSinkIf {
    void on_interrupt(unsigned line, bool level, SimTime) override { (level ? raised : lowered) = line; }
    unsigned raised = 0, lowered = 0;
};

class SocTest : public SimTest {
protected:
    explicit SocTest(const char* name, ResetScope scope = Policies().get<ResetScope>())
        : profile(*find_soc(name)), soc("soc", config(scope)) {
        cpu.socket.bind(soc.mmio());
        iop.socket.bind(soc.iop_bus());
        soc.commands().firmware.bind(firmware.commands);
        soc.interrupts().cpu.bind(cpu_interrupts);
        soc.iop_run.bind(run_wire);
        soc.iop_reset.bind(reset_wire);
        soc.iop_mailbox().bind(mail_wire);
    }
    SocConfig config(ResetScope scope) {
        SocConfig config;
        config.profile = &profile;
        config.policies.set<ResetScope>(scope);
        config.events = &events;
        config.decide = &hub;
        return config;
    }

    std::uint64_t domain() const { return profile.pmgr.base + profile.domains[profile.reset_domain].offset; }
    void start() { cpu.write32(profile.asc.base + asc_regs::CpuControl.offset, kRun); }
    void pulse_reset() {
        cpu.write32(domain(), 0xf | kDisable);
        cpu.write32(domain(), 0xf | kDisable | kReset);
        pass(microseconds(1));
        cpu.write32(domain(), 0xf | kDisable);
        cpu.write32(domain(), 0xf);
        pass(microseconds(1));
    }
    void mail(std::uint64_t message) {
        cpu.write64(profile.mailbox.base + mailbox_regs::A2iSend0.offset, message);
        cpu.write64(profile.mailbox.base + mailbox_regs::A2iSend1.offset, 0);
    }
    std::uint64_t entry_config(unsigned index) const { return profile.sart.base + index * 4; }

    DecideHub hub;
    ScriptedDecider decider;
    const SocProfile& profile;
    Soc soc;
    NoFirmware firmware{"firmware"};
    NoCpu cpu_interrupts;
    TestMaster cpu{"cpu"};
    TestMaster iop{"iop"};
    WireProbe run_wire, reset_wire, mail_wire;
};

struct EverySoc : SocTest, ::testing::WithParamInterface<const char*> {
    EverySoc() : SocTest(GetParam()) {}
};

TEST_P(EverySoc, EveryBlockAnswersAtItsAddress) {
    start();
    cpu.read32(profile.nvme.base + nvme_regs::Vs.offset);
    EXPECT_EQ(cpu.last, tlm::TLM_OK_RESPONSE);
    cpu.read32(profile.nvme.base + nvmmu_regs::NumTcbs.offset);
    EXPECT_EQ(cpu.last, tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(cpu.read32(profile.mailbox.base + mailbox_regs::I2aControl.offset) & 1u << 17, 1u << 17);
    EXPECT_EQ(cpu.read32(profile.asc.base + asc_regs::CpuControl.offset), kRun);
    EXPECT_NE(cpu.read32(entry_config(0)), 0u) << "the boot loader's entry";
    EXPECT_EQ(cpu.read32(domain()) & kPowerActive, kPowerActive);
}

TEST_P(EverySoc, NoOffsetOfADeviceWindowIsMoreThanAHole) {
    start();
    for (const Window& window : {profile.nvme, profile.mailbox, profile.asc, profile.sart, profile.pmgr})
        for (std::uint64_t offset = 0; offset < window.size; offset += 0x1000) {
            EXPECT_EQ(cpu.write32(window.base + window.size - 4 - offset, 0), tlm::TLM_OK_RESPONSE)
                << std::hex << offset;
            cpu.read32(window.base + offset);
            EXPECT_EQ(cpu.last, tlm::TLM_OK_RESPONSE) << std::hex << window.base + offset;
        }
}

TEST_P(EverySoc, MemoryBeginsAtTheSocsDramBase) {
    cpu.write64(profile.dram_base, 0x1122334455667788);
    EXPECT_EQ(cpu.read64(profile.dram_base), 0x1122334455667788u);
    cpu.read64(profile.dram_base - 8);
    EXPECT_EQ(cpu.last, tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

TEST_P(EverySoc, TheFirmwaresAccessesMeetSartAndTheCpusDoNot) {
    const std::uint64_t address = profile.dram_base + (64u << 20);
    EXPECT_EQ(cpu.write64(address, 1), tlm::TLM_OK_RESPONSE);
    EXPECT_NE(iop.write64(address, 2), tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(cpu.read64(address), 1u);
    EXPECT_EQ(recorder.count(EventKind::SartDenied), 1u);
}

TEST_P(EverySoc, AMessageRingsTheCoprocessorAndItsAnswerTheInterruptController) {
    run([&] {
        const unsigned not_empty = profile.mailbox_irq[3];
        soc.interrupts().control->unmask(not_empty, kernel_now());
        mail(0x42);
        EXPECT_TRUE(mail_wire.level);
        iop.write64(profile.mailbox.base + mailbox_regs::I2aSend0.offset, 0x43);
        iop.write64(profile.mailbox.base + mailbox_regs::I2aSend1.offset, 0);
        pass(microseconds(1));
        EXPECT_EQ(cpu_interrupts.raised, not_empty);
    });
}

TEST_P(EverySoc, RunReachesTheCoprocessorOnlyWhileItHasPower) {
    run([&] {
        start();
        EXPECT_TRUE(run_wire.level);
        cpu.write32(domain(), 0);
        pass(milliseconds(1));
        EXPECT_FALSE(run_wire.level);
        EXPECT_TRUE(reset_wire.level) << "no power holds it in reset";
    });
}

TEST_P(EverySoc, AResetEmptiesMailboxAndController) {
    run([&] {
        start();
        mail(1);
        cpu.write64(profile.nvme.base + nvme_regs::Asq.offset, 0x8'0001'0000);
        pulse_reset();
        EXPECT_FALSE(mail_wire.level);
        EXPECT_FALSE(run_wire.level) << "RUN is clear after a reset";
        start();
        EXPECT_EQ(cpu.read64(profile.nvme.base + nvme_regs::Asq.offset), 0u);
    });
}

TEST_P(EverySoc, APowerCutLeavesWhatABootLoaderHandsOver) {
    run([&] {
        start();
        mail(1);
        cpu.write64(profile.dram_base, 0xdead);
        cpu.write32(entry_config(5), 0xff000001);
        soc.power_cut(kernel_now());
        pass(microseconds(1));
        EXPECT_FALSE(run_wire.level);
        EXPECT_FALSE(mail_wire.level);
        EXPECT_EQ(cpu.read64(profile.dram_base), 0u);
        EXPECT_EQ(cpu.read32(entry_config(5)), 0u);
        EXPECT_NE(cpu.read32(entry_config(0)), 0u);
        EXPECT_EQ(cpu.read32(domain()) & kPowerActive, kPowerActive);
    });
}

TEST_P(EverySoc, EveryBlockHasANamedRegisterMap) {
    for (const Unit unit : {Unit::Mailbox, Unit::Asc, Unit::Sart, Unit::Nvme, Unit::Nvmmu, Unit::Pmgr})
        EXPECT_NE(soc.register_map(unit), nullptr) << unit_name(unit);
    EXPECT_EQ(soc.register_map(Unit::Dram), nullptr);
}

INSTANTIATE_TEST_SUITE_P(AllSocs, EverySoc, ::testing::Values("t8103", "t8112", "t6000", "t6020"),
                         [](const auto& each) { return std::string(each.param); });

struct SocThatClearsNothing : SocTest {
    SocThatClearsNothing() : SocTest("t8103", ResetScope::Nothing) {}
};
TEST_F(SocThatClearsNothing, AResetLeavesTheMailboxAlone) {
    run([&] {
        start();
        mail(1);
        pulse_reset();
        EXPECT_TRUE(mail_wire.level);
    });
}

struct SocThatClearsSart : SocTest {
    SocThatClearsSart() : SocTest("t8103", ResetScope::ClearSart) {}
};
TEST_F(SocThatClearsSart, AResetTakesTheDriversSartEntries) {
    run([&] {
        cpu.write32(entry_config(5), 0xff000001);
        pulse_reset();
        EXPECT_EQ(cpu.read32(entry_config(5)), 0u);
    });
}

struct SocThatKeepsSart : SocTest {
    SocThatKeepsSart() : SocTest("t8103", ResetScope::KeepSart) {}
};
TEST_F(SocThatKeepsSart, AResetKeepsTheDriversSartEntries) {
    run([&] {
        cpu.write32(entry_config(5), 0xff000001);
        pulse_reset();
        EXPECT_EQ(cpu.read32(entry_config(5)), 0xff000001u);
    });
}

struct SocWithFaults : SocTest {
    SocWithFaults() : SocTest("t8103", ResetScope::KeepSart) { hub.install(DecidePoint::ResetLine, decider); }
};

TEST_F(SocWithFaults, ADroppedResetReachesNobody) {
    run([&] {
        decider.next(Verdict::Kind::Drop);
        start();
        mail(1);
        pulse_reset();
        EXPECT_TRUE(mail_wire.level);
        EXPECT_TRUE(run_wire.level);
        pulse_reset();
        EXPECT_FALSE(run_wire.level) << "the next one happens";
    });
}

TEST_F(SocWithFaults, AResetReachesAsFarAsItsVerdictSays) {
    run([&] {
        decider.next(Verdict::Kind::Replace).value = static_cast<std::uint16_t>(ResetScope::ClearSart);
        cpu.write32(entry_config(5), 0xff000001);
        pulse_reset();
        EXPECT_EQ(cpu.read32(entry_config(5)), 0u);
        cpu.write32(entry_config(5), 0xff000001);
        pulse_reset();
        EXPECT_EQ(cpu.read32(entry_config(5)), 0xff000001u) << "the policy's scope again";
    });
}

TEST_F(SocWithFaults, APowerCutIsNoResetThatAFaultMayHold) {
    run([&] {
        decider.next(Verdict::Kind::Drop);
        start();
        soc.power_cut(kernel_now());
        EXPECT_FALSE(run_wire.level);
        EXPECT_TRUE(decider.asked.empty());
    });
}

TEST_F(SocWithFaults, ARogueWritePassesEveryFilterAndTheFirmwaresIsFiltered) {
    run([&] {
        const std::vector<std::byte> data(64, std::byte{0xa5});
        const std::uint64_t address = profile.dram_base + 0x10000;
        EXPECT_FALSE(soc.write_memory(address, data, true));
        EXPECT_EQ(recorder.count(EventKind::SartDenied), 1u);
        EXPECT_EQ(cpu.read64(address), 0u);
        EXPECT_TRUE(soc.write_memory(address, data, false));
        EXPECT_EQ(cpu.read64(address), 0xa5a5'a5a5'a5a5'a5a5u);
        EXPECT_FALSE(soc.write_memory(0x10, data, false)) << "no memory there";
    });
}

}  // namespace
}  // namespace ans::test
