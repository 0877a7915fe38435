// SPDX-License-Identifier: MIT
#include "models/soc/soc.h"

#include "models/asc/asc_regs.h"
#include "models/mailbox/mailbox_regs.h"
#include "models/nvme/nvme_regs.h"
#include "models/nvmmu/nvmmu_regs.h"

namespace ans {

namespace {

// Order of cpu_regions().
enum CpuPort : std::size_t {
    kCpuNvme,
    kCpuNvmmu,
    kCpuNvmeRest,
    kCpuMailbox,
    kCpuAsc,
    kCpuSart,
    kCpuPmgr,
    kCpuDram,
    kCpuSecondDram
};
// Order of iop_regions(); everything else goes through SART.
enum IopPort : std::size_t { kIopMailbox, kIopNvme };

BusConfig bus_config(const SocConfig& config) {
    BusConfig bus;
    bus.events = config.events;
    bus.decide = config.decide;
    bus.policies = config.policies;
    return bus;
}

// The coprocessor's own accesses are its firmware's affair: no events, no time beyond its service times.
BusConfig iop_bus_config() {
    BusConfig bus;
    bus.read_time = 0;
    bus.write_time = 0;
    return bus;
}

BusRegion dram_region(const SocConfig& config) {
    const SocProfile& profile = *config.profile;
    return {config.dram_base != 0 ? config.dram_base : profile.dram_base,
            config.dram_size != 0 ? config.dram_size : profile.dram_size,
            Unit::Dram,
            false,
            false,
            0};
}

SartConfig sart_config(const SocConfig& config) {
    const SocProfile& profile = *config.profile;
    SartConfig sart;
    sart.events = config.events;
    sart.policies = config.policies;
    sart.layout = profile.sart_version == SartVersion::V2 ? SartLayout::V2 : SartLayout::V3;
    for (std::size_t i = 0; i < profile.locked_count; ++i)
        sart.boot_entries.push_back(
            {profile.locked[i].address, profile.locked[i].size, profile.locked[i].flags});
    return sart;
}

PmgrConfig pmgr_config(const SocConfig& config) {
    const SocProfile& profile = *config.profile;
    PmgrConfig pmgr;
    pmgr.events = config.events;
    pmgr.reset_domain = profile.reset_domain;
    pmgr.powered = config.powered;
    pmgr.window = static_cast<std::uint32_t>(profile.pmgr.size);
    for (std::size_t i = 0; i < profile.domain_count; ++i)
        pmgr.domains.push_back(
            {profile.domains[i].name, profile.domains[i].offset, profile.domains[i].parent});
    return pmgr;
}

AicConfig aic_config(const SocConfig& config) {
    AicConfig aic;
    aic.events = config.events;
    aic.lines.assign(config.profile->mailbox_irq.begin(), config.profile->mailbox_irq.end());
    aic.lines.push_back(config.profile->nvme_irq);
    return aic;
}

}  // namespace

Soc::Soc(sc_core::sc_module_name name, const SocConfig& config)
    : sc_module(name),
      profile_(*config.profile),
      policies_(config.policies),
      decide_(*config.decide),
      dram_region_(ans::dram_region(config)),
      bus_("bus", bus_config(config), cpu_regions(config.second_dram)),
      iop_bus_("iop_bus", iop_bus_config(), iop_regions()),
      twins_(config.twins),
      mailbox_(twins_.mailbox("mailbox", {config.events, config.mailbox_depth})),
      a2i_seam_("a2i_seam", DecidePoint::MailboxA2i, *config.decide),
      i2a_seam_("i2a_seam", DecidePoint::MailboxI2a, *config.decide),
      asc_("asc", {config.events, config.policies, config.running}),
      pmgr_("pmgr", pmgr_config(config)),
      sart_(twins_.sart("sart", sart_config(config))),
      nvmmu_("nvmmu", {config.events, config.policies}),
      nvme_("nvme", {config.events, config.policies}),
      commands_("commands", *config.decide),
      entries_("entries", *config.decide),
      aic_("aic", aic_config(config)),
      nvme_irq_("nvme_irq", DecidePoint::NvmeIrq, profile_.nvme_irq, *config.decide),
      running_(config.running),
      powered_(config.powered),
      scope_(config.policies.get<ResetScope>()) {
    for (std::size_t i = 0; i < mailbox_irqs_.size(); ++i)
        mailbox_irqs_[i] =
            std::make_unique<IrqSeam>(sc_core::sc_gen_unique_name("mailbox_irq"), DecidePoint::MailboxIrq,
                                      profile_.mailbox_irq[i], *config.decide);
    if (config.own_dram) dram_.add_region(dram_region_.base, Backing::sparse(dram_region_.size));
    bind_buses();
    if (config.second_dram.size != 0) bus_.out(kCpuSecondDram).bind(dram_.bus);
    bind_wires();
    update(0);
}

std::vector<BusRegion> Soc::cpu_regions(const Window& second_dram) const {
    using nvmmu_regs::kFirst;
    using nvmmu_regs::kSize;
    const SocProfile& p = profile_;
    const std::uint64_t after = kFirst + kSize;
    std::vector<BusRegion> regions{{p.nvme.base, kFirst, Unit::Nvme, true, true, 0},
                                   {p.nvme.base + kFirst, kSize, Unit::Nvmmu, true, true, kFirst},
                                   {p.nvme.base + after, p.nvme.size - after, Unit::Nvme, true, true, after},
                                   {p.mailbox.base, p.mailbox.size, Unit::Mailbox, true, false, 0},
                                   {p.asc.base, p.asc.size, Unit::Asc, true, false, 0},
                                   {p.sart.base, p.sart.size, Unit::Sart, true, false, 0},
                                   {p.pmgr.base, p.pmgr.size, Unit::Pmgr, true, false, 0},
                                   dram_region_};
    if (second_dram.size != 0)
        regions.push_back({second_dram.base, second_dram.size, Unit::Dram, false, false, 0});
    return regions;
}

std::vector<BusRegion> Soc::iop_regions() const {
    return {{profile_.mailbox.base, profile_.mailbox.size, Unit::Mailbox, true, false, 0},
            {profile_.nvme.base, profile_.nvme.size, Unit::Nvme, true, false, 0}};
}

const RegMap* Soc::register_map(Unit unit) const {
    switch (unit) {
        case Unit::Mailbox:
            return &mailbox_regs::kMap;
        case Unit::Asc:
            return &asc_regs::kMap;
        case Unit::Sart:
            return &SartBlock::register_map(profile_.sart_version == SartVersion::V2 ? SartLayout::V2
                                                                                     : SartLayout::V3);
        case Unit::Nvme:
            return &nvme_regs::kMap;
        case Unit::Nvmmu:
            return &nvmmu_regs::kMap;
        case Unit::Pmgr:
            return &pmgr_.map();
        default:
            return nullptr;
    }
}

void Soc::bind_buses() {
    bus_.out(kCpuNvme).bind(nvme_.mmio);
    bus_.out(kCpuNvmmu).bind(nvmmu_.mmio);
    bus_.out(kCpuMailbox).bind(a2i_seam_.in);
    bus_.out(kCpuAsc).bind(asc_.mmio);
    bus_.out(kCpuSart).bind(sart_->mmio);
    bus_.out(kCpuPmgr).bind(pmgr_.mmio);
    bus_.out(kCpuDram).bind(dram_.bus);
    a2i_seam_.out.bind(mailbox_->ap);

    iop_bus_.out(kIopMailbox).bind(i2a_seam_.in);
    iop_bus_.out(kIopNvme).bind(nvme_.iop);
    iop_bus_.otherwise().bind(sart_->device);
    i2a_seam_.out.bind(mailbox_->iop);

    // Commands, completions, TCBs and data reach memory without SART. source: hardware.md 4
    nvme_.memory.socket.bind(entries_.in);
    entries_.out.bind(dram_.bus);
    nvmmu_.memory.socket.bind(dram_.bus);
    sart_->memory.bind(dram_.bus);

    nvme_.nvmmu.bind(nvmmu_.front_end);
    nvme_.firmware.bind(commands_.to_firmware);
    commands_.hardware.bind(nvme_.command_port);
}

void Soc::bind_wires() {
    nvme_.irq.bind(nvme_irq_.in);
    nvme_irq_.out.bind(aic_.input(profile_.nvme_irq));
    LevelOut* const mailbox_outputs[] = {&mailbox_->send_empty, &mailbox_->send_not_empty,
                                         &mailbox_->recv_empty, &mailbox_->recv_not_empty};
    for (std::size_t i = 0; i < mailbox_irqs_.size(); ++i) {
        mailbox_outputs[i]->bind(mailbox_irqs_[i]->in);
        mailbox_irqs_[i]->out.bind(aic_.input(profile_.mailbox_irq[i]));
    }
    asc_.run.bind(run_.in);
    pmgr_.reset.bind(reset_.in);
    pmgr_.powered[profile_.reset_domain].bind(power_.in);
}

void Soc::update(SimTime at) {
    bus_.set_alive(running_ && powered_ && !in_reset_);
    if (iop_run.size() != 0) iop_run->set_level(running_ && powered_, at);
}

void Soc::on_run(bool level, SimTime at) {
    running_ = level;
    update(at);
}

void Soc::on_reset(bool level, SimTime at) {
    if (level ? judge_reset(at) : in_reset_) set_reset(level, at);
}

// Whether the reset happens, and how far it reaches.
bool Soc::judge_reset(SimTime at) {
    scope_ = policies_.get<ResetScope>();
    if (!decide_.planned(DecidePoint::ResetLine)) return true;
    Event about;
    about.time = at;
    about.kind = EventKind::ResetLine;
    about.unit = Unit::Pmgr;
    about.slot[0] = 1;
    const Verdict verdict = decide_.ask(DecidePoint::ResetLine, about);
    if (verdict.kind == Verdict::Kind::Replace) scope_ = static_cast<ResetScope>(verdict.value);
    return verdict.kind != Verdict::Kind::Drop;
}

void Soc::set_reset(bool level, SimTime at) {
    in_reset_ = level;
    reset_blocks(in_reset_ || !powered_, at);
}

void Soc::on_power(bool level, SimTime at) {
    powered_ = level;
    reset_blocks(in_reset_ || !powered_, at);
}

void Soc::reset_blocks(bool level, SimTime at) {
    // The firmware first: RUN falling under a reset is not RUN cleared under live firmware.
    if (iop_reset.size() != 0) iop_reset->set_level(level, at);
    asc_.reset.set_level(level, at);
    if (scope_ != ResetScope::Nothing) {
        a2i_seam_.reset.set_level(level, at);
        i2a_seam_.reset.set_level(level, at);
        mailbox_->reset.set_level(level, at);
        nvme_.reset.set_level(level, at);
        commands_.reset.set_level(level, at);
        nvmmu_.reset.set_level(level, at);
    }
    if (scope_ == ResetScope::ClearSart || !level) sart_->reset.set_level(level, at);
    update(at);
}

void Soc::power_cut(SimTime at) {
    // What a cold start leaves is what the boot loader prepares: domains on, its SART entries, empty memory.
    scope_ = policies_.get<ResetScope>();
    set_reset(true, at);
    sart_->reset.set_level(true, at);
    sart_->reset.set_level(false, at);
    pmgr_.restart(at);
    dram_.clear();
    set_reset(false, at);
}

bool Soc::write_memory(std::uint64_t address, const std::vector<std::byte>& data, bool through_sart) {
    // The payload's pointer is not const in TLM-2.0; a write target only reads it (IEEE 1666, 14.11).
    auto* const bytes = reinterpret_cast<unsigned char*>(const_cast<std::byte*>(data.data()));
    tlm::tlm_generic_payload tx;
    tx.set_command(tlm::TLM_WRITE_COMMAND);
    tx.set_address(address);
    tx.set_data_ptr(bytes);
    tx.set_data_length(static_cast<unsigned>(data.size()));
    tx.set_streaming_width(static_cast<unsigned>(data.size()));
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    if (through_sart)
        iop_bus_.otherwise()->b_transport(tx, delay);
    else
        entries_.out->b_transport(tx, delay);
    return tx.get_response_status() == tlm::TLM_OK_RESPONSE;
}

}  // namespace ans
