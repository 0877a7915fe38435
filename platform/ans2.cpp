// SPDX-License-Identifier: MIT
#include "platform/ans2.h"

#include <stdexcept>

#include "models/media/image_store.h"
#include "models/media/memory_store.h"

namespace ans {

namespace {

std::unique_ptr<Media> open_media(const Ans2Config& config) {
    MediaConfig media;
    media.events = config.events;
    if (config.image.empty())
        return std::make_unique<Media>(std::make_unique<MemoryStore>(config.disk_bytes), DeviceState(),
                                       media);
    const auto mode = config.read_only ? ImageStore::Mode::ReadOnly : ImageStore::Mode::ReadWrite;
    auto store = std::make_unique<ImageStore>(config.image, mode);
    return std::make_unique<Media>(std::move(store), DeviceState::beside(config.image, !config.read_only),
                                   media);
}

const SocProfile& profile_of(const Ans2Config& config) {
    const SocProfile* const profile = find_soc(config.soc);
    if (profile == nullptr) throw std::invalid_argument("Ans2: no SoC \"" + config.soc + "\"");
    return *profile;
}

SocConfig soc_config(const Ans2Config& config) {
    SocConfig soc;
    soc.profile = &profile_of(config);
    soc.policies = config.policies;
    soc.events = config.events;
    soc.decide = config.decide;
    soc.dram_base = config.dram_base;
    soc.dram_size = config.dram_size;
    soc.own_dram = config.own_dram;
    soc.running = config.left_running;
    return soc;
}

fw::RtkitConfig rtkit_config(const Ans2Config& config) {
    fw::RtkitConfig rtkit;
    rtkit.mailbox_base = profile_of(config).mailbox.base;
    rtkit.nvme_base = profile_of(config).nvme.base;
    rtkit.generation = fw::rtkit::find_generation(config.firmware);
    if (rtkit.generation == nullptr)
        throw std::invalid_argument("Ans2: no firmware \"" + config.firmware + "\"");
    rtkit.start = config.left_running ? fw::StartState::LeftRunning : fw::StartState::Off;
    rtkit.events = config.events;
    rtkit.decide = config.decide;
    rtkit.policies = config.policies;
    return rtkit;
}

fw::ServiceConfig service_config(const Ans2Config& config) {
    fw::ServiceConfig service;
    service.policies = config.policies;
    return service;
}

}  // namespace

Ans2::Ans2(sc_core::sc_module_name name, const Ans2Config& config)
    : sc_module(name),
      media_(open_media(config)),
      soc_("soc", soc_config(config)),
      rtkit_("rtkit", rtkit_config(config)),
      service_("service", service_config(config), *media_, rtkit_),
      windows_{{soc_.profile().asc, soc_.profile().mailbox, soc_.profile().sart, soc_.profile().nvme,
                soc_.profile().pmgr}} {
    mmio.register_b_transport(this, &Ans2::transport);
    mmio.register_transport_dbg(this, &Ans2::transport_dbg);
    mmio.register_get_direct_mem_ptr(this, &Ans2::get_direct_mem_ptr);
    tlm_utils::simple_target_socket_tagged_optional<Ans2>* const blocks[] = {&asc, &mailbox, &sart, &nvme,
                                                                             &pmgr};
    for (int i = 0; i < static_cast<int>(windows_.size()); ++i) {
        blocks[i]->register_b_transport(this, &Ans2::block_transport, i);
        blocks[i]->register_transport_dbg(this, &Ans2::block_transport_dbg, i);
    }
    to_soc_.register_invalidate_direct_mem_ptr(this, &Ans2::invalidate);
    to_soc_.bind(soc_.mmio());

    rtkit_.set_application(service_);
    rtkit_.bus.bind(soc_.iop_bus());
    soc_.iop_run.bind(rtkit_.run.in);
    soc_.iop_reset.bind(rtkit_.reset.in);
    soc_.iop_mailbox().bind(rtkit_.mailbox_irq.in);
    rtkit_.idle.bind(soc_.iop_idle());
    service_.front_end.bind(soc_.commands().to_hardware);
    soc_.commands().firmware.bind(service_.commands);

    interrupt_sink_.bind(*this);
    soc_.interrupts().cpu.bind(interrupt_sink_);
    nvme_level_.out.bind(nvme_irq);
    for (std::size_t i = 0; i < mailbox_levels_.size(); ++i) {
        mailbox_levels_[i] = std::make_unique<LevelSignal>(sc_core::sc_gen_unique_name("mailbox_level"));
        mailbox_levels_[i]->out.bind(mailbox_irq[i]);
    }
    media_->power_on(0);
}

Ans2::~Ans2() {
    media_->close(kernel_now());
}

// The platform's own interrupt controller masks; ours lets everything through.
void Ans2::end_of_elaboration() {
    soc_.interrupts().control->unmask(profile().nvme_irq, 0);
    for (const unsigned line : profile().mailbox_irq)
        soc_.interrupts().control->unmask(line, 0);
}

void Ans2::on_interrupt(unsigned line, bool level, SimTime at) {
    if (line == profile().nvme_irq) return nvme_level_.set_level(level, at);
    for (std::size_t i = 0; i < mailbox_levels_.size(); ++i)
        if (line == profile().mailbox_irq[i]) mailbox_levels_[i]->set_level(level, at);
}

void Ans2::transport(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) {
    to_soc_->b_transport(tx, delay);
    // What hangs the bus for ever (policy stopped_access) is no answer that a target may give.
    if (tx.get_response_status() == tlm::TLM_INCOMPLETE_RESPONSE)
        tx.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
}

void Ans2::invalidate(sc_dt::uint64 first, sc_dt::uint64 last) {
    if (mmio.size() != 0) mmio->invalidate_direct_mem_ptr(first, last);
}

void Ans2::block_transport(int block, tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) {
    const Window& window = windows_[static_cast<std::size_t>(block)];
    const std::uint64_t offset = tx.get_address();
    if (offset >= window.size) return tx.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    tx.set_address(window.base + offset);
    transport(tx, delay);
    tx.set_address(offset);
}

unsigned Ans2::block_transport_dbg(int block, tlm::tlm_generic_payload& tx) {
    const Window& window = windows_[static_cast<std::size_t>(block)];
    const std::uint64_t offset = tx.get_address();
    if (offset >= window.size) return 0;
    tx.set_address(window.base + offset);
    const unsigned moved = to_soc_->transport_dbg(tx);
    tx.set_address(offset);
    return moved;
}

}  // namespace ans
