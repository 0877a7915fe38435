// SPDX-License-Identifier: MIT
// The machine: every block of one ANS instance, wired as its SoC profile says. A CPU binds `mmio` and the
// interrupt controller; the firmware binds the coprocessor's side.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "models/aic/aic.h"
#include "models/aic/irq_seam.h"
#include "models/asc/asc.h"
#include "models/common/decide.h"
#include "models/common/policy.h"
#include "models/dram/dram.h"
#include "models/mailbox/mailbox_block.h"
#include "models/mailbox/mailbox_seam.h"
#include "models/nvme/command_seam.h"
#include "models/nvme/entry_seam.h"
#include "models/nvme/nvme.h"
#include "models/nvmmu/nvmmu.h"
#include "models/pmgr/pmgr.h"
#include "models/sart/sart_block.h"
#include "models/soc/bus.h"
#include "models/soc/profile.h"
#include "models/soc/twins.h"

namespace ans {

struct SocConfig {
    const SocProfile* profile = nullptr;
    Policies policies;
    EventHub* events = &EventHub::none();
    DecideHub* decide = &DecideHub::none();
    std::uint64_t dram_base = 0;  ///< 0: the profile's
    std::uint64_t dram_size = 0;  ///< bytes; 0: the profile's
    bool own_dram = true;         ///< false: memory comes from outside, by dram().add_region()
    Window second_dram{0, 0};     ///< more memory that the CPU sees, by dram().add_region(); size 0: none
    unsigned mailbox_depth = 16;  ///< messages
    TwinChoice twins;
    bool powered = true;   ///< the boot loader left the power domains on
    bool running = false;  ///< and CPU_CONTROL.RUN set
};

class Soc : public sc_core::sc_module {
public:
    Soc(sc_core::sc_module_name name, const SocConfig& config);

    // The application processor's side.
    tlm_utils::simple_target_socket<Bus>& mmio() { return bus_.in; }
    Aic& interrupts() { return aic_; }

    // The coprocessor's side.
    tlm_utils::simple_target_socket<Bus>& iop_bus() { return iop_bus_.in; }
    CommandSeam& commands() { return commands_; }
    LevelOut iop_run{"iop_run"};      ///< CPU_CONTROL.RUN, while the coprocessor has power
    LevelOut iop_reset{"iop_reset"};  ///< the PMGR's reset, or no power
    LevelOut& iop_mailbox() { return mailbox_->iop_doorbell; }
    sc_core::sc_export<LevelIf>& iop_idle() { return asc_.idle.in; }

    /// Everything that power kept is gone: registers, FIFOs, memory. Afterwards all is as a boot loader hands
    /// it over.
    void power_cut(SimTime at);

    // What faults do to it; from a process only.
    MailboxSeam& a2i_seam() { return a2i_seam_; }
    MailboxSeam& i2a_seam() { return i2a_seam_; }
    IrqSeam& nvme_irq_seam() { return nvme_irq_; }
    /// In the order send-empty, send-not-empty, recv-empty, recv-not-empty.
    IrqSeam& mailbox_irq_seam(std::size_t wire) { return *mailbox_irqs_[wire]; }
    /// The bytes go to memory past every filter, or as the coprocessor's go, through SART. False: refused.
    bool write_memory(std::uint64_t address, const std::vector<std::byte>& data, bool through_sart);

    /// Commands rung and not yet completed.
    unsigned commands_in_flight() const { return nvme_.pending(); }
    /// Clock edges that the RTL twins have run; 0 where a block is the TLM model.
    std::uint64_t twin_cycles() const { return mailbox_->cycles() + sart_->cycles(); }

    /// The registers of a block as this SoC has them, or nullptr.
    const RegMap* register_map(Unit unit) const;
    const SocProfile& profile() const { return profile_; }
    const BusRegion& dram_region() const { return dram_region_; }
    /// What lies behind dram_region(): the whole of it, unless SocConfig says otherwise.
    Dram& dram() { return dram_; }

private:
    std::vector<BusRegion> cpu_regions(const Window& second_dram) const;
    std::vector<BusRegion> iop_regions() const;
    void bind_buses();
    void bind_wires();

    void on_run(bool level, SimTime at);
    void on_reset(bool level, SimTime at);
    bool judge_reset(SimTime at);
    void set_reset(bool level, SimTime at);
    void on_power(bool level, SimTime at);
    void reset_blocks(bool level, SimTime at);
    void update(SimTime at);

    const SocProfile& profile_;
    const Policies policies_;
    const DecideHub& decide_;
    const BusRegion dram_region_;

    Bus bus_;
    Bus iop_bus_;
    Dram dram_{"dram"};
    const Twins twins_;
    const std::unique_ptr<MailboxBlock> mailbox_;
    MailboxSeam a2i_seam_;
    MailboxSeam i2a_seam_;
    Asc asc_;
    Pmgr pmgr_;
    const std::unique_ptr<SartBlock> sart_;
    Nvmmu nvmmu_;
    Nvme nvme_;
    CommandSeam commands_;
    EntrySeam entries_;
    Aic aic_;
    IrqSeam nvme_irq_;
    std::array<std::unique_ptr<IrqSeam>, 4> mailbox_irqs_;

    LevelIn<Soc> run_{"run", *this, &Soc::on_run};
    LevelIn<Soc> reset_{"reset", *this, &Soc::on_reset};
    LevelIn<Soc> power_{"power", *this, &Soc::on_power};
    bool running_;
    bool powered_;
    bool in_reset_ = false;
    ResetScope scope_;  ///< of the reset in force, or of the next
};

}  // namespace ans
