// SPDX-License-Identifier: MIT
// SART's registers and entries. The filter: sart_filter.cpp.
#include "models/sart/sart.h"

#include <algorithm>

namespace ans {

namespace {

constexpr std::uint64_t to_bytes(std::uint64_t pages) {
    return pages << sart_regs::kPageShift;
}
constexpr std::uint64_t to_pages(std::uint64_t bytes) {
    return bytes >> sart_regs::kPageShift;
}

}  // namespace

Sart::Sart(sc_core::sc_module_name name, const SartConfig& config)
    : SartFront(name, config), reach_(reach_of(config.layout)), regs_(register_map(config.layout)) {
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
    announce_nothing_yet();
}

void Sart::mmio_access(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) {
    regs_.access(tx, Face::Ap, kernel_now() + from_sc(delay));
}

unsigned Sart::mmio_debug(tlm::tlm_generic_payload& tx) {
    const unsigned moved = regs_.debug(tx);
    // A debugger's write must be in force too, or registers and filter would tell different stories.
    if (moved != 0 && tx.is_write())
        for (unsigned i = 0; i < kEntries; ++i)
            store(i, in_reset_ ? entry(i) : decode(i));
    return moved;
}

void Sart::on_register(const Reg& reg, const RegAccess& access) {
    const bool boot_entry = access.index < config_.boot_entries.size();
    if (in_reset_ || (boot_entry && config_.policies.get<SartBootEntry>() == SartBootEntry::Ignore)) {
        store(access.index, entry(access.index));
        return;
    }
    take_over(access.index);
    // CONFIG lies first in either layout; drivers write it last, so an event tells a finished entry.
    if (reg.offset == sart_regs::v2::Config.offset) announce(access.index, access.at);
}

void Sart::on_reset(bool asserted, SimTime at) {
    in_reset_ = asserted;
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
        return {to_bytes(PaddrPage::get(regs_.value(Paddr, index))), to_bytes(ConfigSize::get(config)),
                static_cast<std::uint8_t>(ConfigFlags::get(config))};
    }
    using namespace sart_regs::v3;
    return {to_bytes(PaddrPage::get(regs_.value(Paddr, index))),
            to_bytes(SizePages::get(regs_.value(Size, index))),
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
    const Entry now = decode(index);
    Window window;
    if (now.flags != 0 && now.size != 0)
        window = {now.address, now.address + std::min(now.size, reach_ - now.address) - 1};
    change(index, now, window);
}

}  // namespace ans
