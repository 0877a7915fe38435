// SPDX-License-Identifier: MIT
// SART's registers and entries. The filter: sart_filter.cpp.
#include "models/sart/sart.h"

#include <algorithm>
#include <stdexcept>

namespace ans {

namespace {

constexpr std::uint64_t kPageMask = (std::uint64_t{1} << sart_regs::kPageShift) - 1;

constexpr std::uint64_t to_bytes(std::uint64_t pages) {
    return pages << sart_regs::kPageShift;
}
constexpr std::uint64_t to_pages(std::uint64_t bytes) {
    return bytes >> sart_regs::kPageShift;
}

// First address beyond the pages that PADDR can name. source: hardware.md 4
constexpr std::uint64_t reach_of(SartLayout layout) {
    return to_bytes(layout == SartLayout::V2 ? sart_regs::v2::PaddrPage::max + 1
                                             : sart_regs::v3::PaddrPage::max + 1);
}
constexpr std::uint64_t largest_of(SartLayout layout) {
    return to_bytes(layout == SartLayout::V2 ? sart_regs::v2::ConfigSize::max
                                             : sart_regs::v3::SizePages::max);
}

void check(const SartConfig& config) {
    const auto fail = [](std::size_t index, const char* why) {
        throw std::invalid_argument("SART boot loader entry " + std::to_string(index) + " " + why);
    };
    const std::uint64_t reach = reach_of(config.layout);
    for (std::size_t i = 0; i < config.boot_entries.size(); ++i) {
        const SartConfig::BootEntry& entry = config.boot_entries[i];
        if (i >= sart_regs::kEntries) fail(i, "is more than the 16 that exist");
        if (((entry.address | entry.size) & kPageMask) != 0) fail(i, "is not in whole pages of 4 KiB");
        if (entry.flags == 0 || entry.size == 0) fail(i, "is disabled, expected flags and a size");
        if (entry.size > largest_of(config.layout) || entry.size > reach ||
            entry.address > reach - entry.size)
            fail(i, "passes the addresses or the size that the layout can hold");
    }
}

}  // namespace

const RegMap& Sart::register_map(SartLayout layout) {
    return layout == SartLayout::V2 ? sart_regs::v2::kMap : sart_regs::v3::kMap;
}

Sart::Sart(sc_core::sc_module_name name, const SartConfig& config)
    : sc_module(name), config_(config), reach_(reach_of(config.layout)), regs_(register_map(config.layout)) {
    check(config_);
    mmio.register_b_transport(this, &Sart::mmio_transport);
    mmio.register_transport_dbg(this, &Sart::mmio_debug);
    device.register_b_transport(this, &Sart::device_transport);
    device.register_transport_dbg(this, &Sart::device_debug);
    device.register_get_direct_mem_ptr(this, &Sart::device_dmi);
    memory.register_invalidate_direct_mem_ptr(this, &Sart::invalidate);
    const RegMap& map = regs_.map();
    for (std::size_t r = 0; r < map.reg_count; ++r) {
        const Reg& reg = map.regs[r];
        regs_.on_write(reg,
                       [this, &reg](std::uint64_t, const RegAccess& access) { on_register(reg, access); });
    }
    for (unsigned i = 0; i < config_.boot_entries.size(); ++i) {
        const SartConfig::BootEntry& boot = config_.boot_entries[i];
        store(i, {boot.address, boot.size, boot.flags});
    }
    announced_ = entries_;
}

void Sart::mmio_transport(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) {
    regs_.access(tx, Face::Ap, kernel_now() + from_sc(delay));
}

unsigned Sart::mmio_debug(tlm::tlm_generic_payload& tx) {
    const unsigned moved = regs_.debug(tx);
    // A debugger's write must be in force too, or registers and filter would tell different stories.
    if (moved != 0 && tx.is_write())
        for (unsigned i = 0; i < kEntries; ++i)
            take_over(i);
    return moved;
}

void Sart::on_register(const Reg& reg, const RegAccess& access) {
    const bool boot_entry = access.index < config_.boot_entries.size();
    if (boot_entry && config_.policies.get<SartBootEntry>() == SartBootEntry::Ignore) {
        store(access.index, entries_[access.index]);
        return;
    }
    take_over(access.index);
    // CONFIG lies first in either layout; drivers write it last, so an event tells a finished entry.
    if (reg.offset == sart_regs::v2::Config.offset) announce(access.index, access.at);
}

void Sart::on_reset(bool asserted, SimTime at) {
    if (!asserted) return;
    for (unsigned i = 0; i < kEntries; ++i) {
        Entry entry;
        if (i < config_.boot_entries.size()) {
            const SartConfig::BootEntry& boot = config_.boot_entries[i];
            entry = {boot.address, boot.size, boot.flags};
        }
        store(i, entry);
        announce(i, at);
    }
}

Sart::Entry Sart::decode(unsigned index) const {
    if (config_.layout == SartLayout::V2) {
        using namespace sart_regs::v2;
        const std::uint64_t config = regs_.value(Config, index);
        return {to_bytes(regs_.value(Paddr, index)), to_bytes(ConfigSize::get(config)),
                static_cast<std::uint8_t>(ConfigFlags::get(config))};
    }
    using namespace sart_regs::v3;
    return {to_bytes(regs_.value(Paddr, index)), to_bytes(regs_.value(Size, index)),
            static_cast<std::uint8_t>(regs_.value(Config, index))};
}

// Makes the registers say `entry`, and what they say true.
void Sart::store(unsigned index, const Entry& entry) {
    if (config_.layout == SartLayout::V2) {
        using namespace sart_regs::v2;
        regs_.value(Config, index) = ConfigFlags::put(entry.flags) | ConfigSize::put(to_pages(entry.size));
        regs_.value(Paddr, index) = to_pages(entry.address);
    } else {
        using namespace sart_regs::v3;
        regs_.value(Config, index) = entry.flags;
        regs_.value(Paddr, index) = to_pages(entry.address);
        regs_.value(Size, index) = to_pages(entry.size);
    }
    take_over(index);
}

// The registers of an entry changed: what they say now is in force. An entry that runs past the reach opens
// memory up to it; whether real ones wrap is unknown (G).
void Sart::take_over(unsigned index) {
    const Entry entry = decode(index);
    if (entry == entries_[index]) return;
    entries_[index] = entry;
    const Window before = windows_[index];
    windows_[index] = {};
    if (entry.flags != 0 && entry.size != 0)
        windows_[index] = {entry.address, entry.address + std::min(entry.size, reach_ - entry.address) - 1};
    if (before.first <= before.last && elaborated_)
        device->invalidate_direct_mem_ptr(before.first, before.last);
}

void Sart::announce(unsigned index, SimTime at) {
    if (entries_[index] == announced_[index]) return;
    announced_[index] = entries_[index];
    if (!config_.events->wants(EventKind::SartEntry)) return;
    Event event;
    event.time = at;
    event.kind = EventKind::SartEntry;
    event.unit = Unit::Sart;
    const Entry& entry = entries_[index];
    const bool boot_entry = index < config_.boot_entries.size();
    event.slot[0] = index | std::uint64_t{entry.flags} << 8 | std::uint64_t{boot_entry} << 16;
    event.slot[1] = entry.address;
    event.slot[2] = entry.size;
    config_.events->emit(event);
}

}  // namespace ans
