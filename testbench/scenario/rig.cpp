// SPDX-License-Identifier: MIT
#include "testbench/scenario/rig.h"

#include <array>

#include "models/media/image_store.h"
#include "models/media/memory_store.h"
#include "testbench/scenario/files/problem.h"
#include "testbench/scenario/survivors.h"

namespace ans::scenario {

namespace {

constexpr std::uint64_t kMiB = 1u << 20;
constexpr std::uint64_t kArenaOffset = 16 * kMiB;  ///< memory below it stays the operating system's
constexpr std::uint64_t kArenaMost = std::uint64_t{2} << 30;

std::unique_ptr<ans::Media> open_media(const scenario::Media& wanted, EventHub& events) {
    MediaConfig config;
    config.events = &events;
    config.cache_bytes = wanted.cache_mib * kMiB;
    try {
        if (wanted.image.empty())
            return std::make_unique<ans::Media>(std::make_unique<MemoryStore>(wanted.memory_bytes),
                                                DeviceState(), config);
        const auto mode = wanted.read_only ? ImageStore::Mode::ReadOnly : ImageStore::Mode::ReadWrite;
        auto store = std::make_unique<ImageStore>(wanted.image, mode);
        return std::make_unique<ans::Media>(std::move(store),
                                            DeviceState::beside(wanted.image, !wanted.read_only), config);
    } catch (const MediaOpenError& error) {
        throw UserError(error.what());
    }
}

// Below 2 GiB, as drivers want it that keep a DMA address in 32 bits and treat it as a signed one; above what
// kernels and address-space layouts use at the bottom, and below AddressSanitizer's shadow.
constexpr std::uint64_t kIdentitySize = 256 * kMiB;
constexpr std::array<std::uint64_t, 6> kIdentityPlaces{0x4000'0000, 0x5000'0000, 0x6000'0000,
                                                       0x3000'0000, 0x2000'0000, 0x1000'0000};

// Memory of the first place that is free in this process and in the machine; none where there is no such
// place.
std::optional<Backing> identity_memory(const Scenario& scenario, const SocProfile& profile, Window& window) {
    if (scenario.driver.kind != DriverKind::Foreign) return std::nullopt;
    const std::uint64_t dram = scenario.machine.dram_base.value_or(profile.dram_base);
    for (const std::uint64_t place : kIdentityPlaces) {
        if (place + kIdentitySize > dram) continue;
        try {
            Backing backing = Backing::sparse_at(static_cast<std::uintptr_t>(place), kIdentitySize);
            window = {place, kIdentitySize};
            return backing;
        } catch (const BackingError&) {
            continue;  // taken by something else of this process
        }
    }
    return std::nullopt;
}

SocConfig soc_config(const Scenario& scenario, const SocProfile& profile, const Window& second_dram,
                     EventHub& events, DecideHub& decide, const std::string& wave_file) {
    SocConfig config;
    config.profile = &profile;
    config.policies = scenario.policies;
    config.events = &events;
    config.decide = &decide;
    config.dram_base = scenario.machine.dram_base.value_or(0);
    config.dram_size = scenario.machine.dram_mib.value_or(0) * kMiB;
    config.second_dram = second_dram;
    config.mailbox_depth = scenario.machine.mailbox_depth;
    config.own_dram = scenario.driver.kind != DriverKind::Linux;  // a guest brings its own
    config.twins.mailbox = scenario.models.mailbox;
    config.twins.sart = scenario.models.sart;
    config.twins.clock = nanoseconds(scenario.models.clock_ns);
    config.twins.waves = wave_file;
    config.running = scenario.firmware.start != FirmwareStart::Off;
    return config;
}

fw::RtkitConfig rtkit_config(const Scenario& scenario, const SocProfile& profile, EventHub& events,
                             DecideHub& decide) {
    fw::RtkitConfig config;
    config.mailbox_base = profile.mailbox.base;
    config.nvme_base = profile.nvme.base;
    config.generation = fw::rtkit::find_generation(generation_name(scenario.firmware.generation));
    switch (scenario.firmware.start) {
        case FirmwareStart::Off:
            config.start = fw::StartState::Off;
            break;
        case FirmwareStart::LeftRunning:
            config.start = fw::StartState::LeftRunning;
            break;
        case FirmwareStart::Asleep:
            config.start = fw::StartState::Asleep;
            break;
    }
    config.hello = scenario.firmware.boot;
    config.events = &events;
    config.decide = &decide;
    config.policies = scenario.policies;
    return config;
}

fw::ServiceConfig service_config(const Scenario& scenario) {
    fw::ServiceConfig config;
    const Firmware& firmware = scenario.firmware;
    fw::ServiceTimes& times = config.times;
    times.read = firmware.read.value_or(times.read);
    times.write = firmware.write.value_or(times.write);
    times.flush = firmware.flush.value_or(times.flush);
    times.admin = firmware.admin.value_or(times.admin);
    times.ready = firmware.ready.value_or(times.ready);
    times.shutdown = firmware.shutdown.value_or(times.shutdown);
    fw::Identity& identity = config.identity;
    identity.serial = scenario.media.serial.value_or(identity.serial);
    identity.model = scenario.media.model.value_or(identity.model);
    identity.mdts = 1;
    while (std::uint64_t{4} << (identity.mdts + 1) <= scenario.media.mdts_kib)
        ++identity.mdts;
    config.policies = scenario.policies;
    return config;
}

host::HostConfig host_config(const Scenario& scenario, const Soc& soc, EventHub& events) {
    host::HostConfig config;
    config.events = &events;
    config.irq_entry = scenario.machine.irq_entry;
    const BusRegion& dram = soc.dram_region();
    config.arena_base = dram.base + kArenaOffset;
    config.arena_size = std::min(dram.size - kArenaOffset, kArenaMost);
    return config;
}

// A guest has a CPU of its own.
std::unique_ptr<host::Host> make_host(const Scenario& scenario, host::Engine& engine, const Soc& soc,
                                      EventHub& events) {
    if (scenario.driver.kind == DriverKind::Linux) return nullptr;
    return std::make_unique<host::Host>("host", engine, host_config(scenario, soc, events));
}

}  // namespace

Rig::Rig(const Scenario& scenario, EventHub& events, DecideHub& decide, const std::string& wave_file)
    : profile_(*find_soc(scenario.soc)),
      policies_(scenario.policies),
      identity_memory_(identity_memory(scenario, profile_, identity_)),
      media_(open_media(scenario.media, events)),
      soc_(
          std::make_unique<Soc>("soc", soc_config(scenario, profile_, identity_, events, decide, wave_file))),
      rtkit_(std::make_unique<fw::Rtkit>("rtkit", rtkit_config(scenario, profile_, events, decide))),
      service_(std::make_unique<fw::AnsService>("ans", service_config(scenario), *media_, *rtkit_)),
      host_(make_host(scenario, engine_, *soc_, events)) {
    if (identity_memory_) soc_->dram().add_region(identity_.base, *std::move(identity_memory_));
    rtkit_->set_application(*service_);
    rtkit_->bus.bind(soc_->iop_bus());
    soc_->iop_run.bind(rtkit_->run.in);
    soc_->iop_reset.bind(rtkit_->reset.in);
    soc_->iop_mailbox().bind(rtkit_->mailbox_irq.in);
    rtkit_->idle.bind(soc_->iop_idle());
    service_->front_end.bind(soc_->commands().to_hardware);
    soc_->commands().firmware.bind(service_->commands);

    if (host_ != nullptr) {
        host_->bus.bind(soc_->mmio());
        host_->interrupts.bind(soc_->interrupts().control);
        soc_->interrupts().cpu.bind(host_->interrupt_sink);
    }
    media_->power_on(0);
}

driver::Resources Rig::resources() const {
    driver::Resources resources;
    resources.asc = profile_.asc.base;
    resources.mailbox = profile_.mailbox.base;
    resources.sart = profile_.sart.base;
    resources.nvme = profile_.nvme.base;
    resources.sart_version = static_cast<unsigned>(profile_.sart_version);
    for (std::size_t i = 0; i < profile_.domain_count; ++i)
        resources.domains.push_back({profile_.pmgr.base + profile_.domains[i].offset});
    resources.reset_domain = profile_.reset_domain;
    resources.mailbox_irq = profile_.mailbox_irq;
    resources.nvme_irq = profile_.nvme_irq;
    return resources;
}

std::uint64_t Rig::cut_power() {
    return cut_power([](std::size_t, std::uint64_t) { return false; });
}

std::uint64_t Rig::cut_power(const ans::Media::Survives& survives) {
    const SimTime now = kernel_now();
    if (host_ != nullptr) host_->power_off();
    const std::uint64_t lost = media_->power_cut(now, survives);
    soc_->power_cut(now);
    powered_ = false;
    return lost;
}

void Rig::restore_power() {
    media_->power_on(kernel_now());
    powered_ = true;
}

void Rig::crash(fault::CrashKind kind, fault::CrashlogChoice log) {
    static_assert(static_cast<int>(fault::CrashlogChoice::Random) ==
                  static_cast<int>(fw::rtkit::CrashlogKind::Random));
    rtkit_->crash(fault::crash_reason(kind), static_cast<fw::rtkit::CrashlogKind>(log));
}

void Rig::power_cut(fault::CutKeeps keeps, unsigned percent, std::uint64_t draw) {
    if (!powered_) return;
    const std::uint64_t lost = cut_power(survivors(keeps, percent, draw, media_->dirty()));
    if (power_lost_) power_lost_(lost, kernel_now());
}

void Rig::send(const fault::ForgedMail& mail) {
    MailboxSeam& seam = mail.to_ap ? soc_->i2a_seam() : soc_->a2i_seam();
    seam.inject({mail.msg0, mail.msg1}, mail.times, mail.gap);
}

void Rig::force_wire(fault::Wire wire, bool level, SimTime how_long) {
    IrqSeam& seam = wire == fault::Wire::Nvme ? soc_->nvme_irq_seam()
                                              : soc_->mailbox_irq_seam(static_cast<std::size_t>(wire));
    seam.force(level, how_long);
}

void Rig::write_memory(const fault::RogueWrite& write) {
    const std::vector<std::byte> data(write.size, std::byte{write.value});
    if (soc_->write_memory(write.address, data, write.through_sart) || !write.through_sart) return;
    if (policies_.get<SartViolation>() == SartViolation::Crash) rtkit_->crash("SART violation");
}

}  // namespace ans::scenario
