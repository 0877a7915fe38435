// SPDX-License-Identifier: MIT
#include "models/sart/sart_block.h"

#include <stdexcept>
#include <string>

#include "models/sart/sart_regs.h"

namespace ans {

namespace {

constexpr std::uint64_t kPageMask = (std::uint64_t{1} << sart_regs::kPageShift) - 1;

constexpr std::uint64_t to_bytes(std::uint64_t pages) {
    return pages << sart_regs::kPageShift;
}

constexpr std::uint64_t largest_of(SartLayout layout) {
    return to_bytes(layout == SartLayout::V2 ? sart_regs::v2::ConfigSize::max
                                             : sart_regs::v3::SizePages::max);
}

void check(const SartConfig& config) {
    const auto fail = [](std::size_t index, const char* why) {
        throw std::invalid_argument("SART boot loader entry " + std::to_string(index) + " " + why);
    };
    const std::uint64_t reach = SartBlock::reach_of(config.layout);
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

const RegMap& SartBlock::register_map(SartLayout layout) {
    return layout == SartLayout::V2 ? sart_regs::v2::kMap : sart_regs::v3::kMap;
}

// The first address beyond the pages that PADDR can name. source: hardware.md 4
std::uint64_t SartBlock::reach_of(SartLayout layout) {
    return to_bytes(layout == SartLayout::V2 ? sart_regs::v2::PaddrPage::max + 1
                                             : sart_regs::v3::PaddrPage::max + 1);
}

SartBlock::SartBlock(sc_core::sc_module_name name, const SartConfig& config)
    : sc_module(name), config_(config) {
    check(config_);
    mmio.register_b_transport(this, &SartBlock::mmio_transport);
    mmio.register_transport_dbg(this, &SartBlock::mmio_dbg);
    device.register_b_transport(this, &SartBlock::device_transport);
    device.register_transport_dbg(this, &SartBlock::device_dbg);
    device.register_get_direct_mem_ptr(this, &SartBlock::device_pointer);
    memory.register_invalidate_direct_mem_ptr(this, &SartBlock::invalidate);
}

}  // namespace ans
