// SPDX-License-Identifier: MIT
#include "host_driver/sart/sart.h"

#include <algorithm>

#include "host_driver/common/bits.h"

namespace ans::driver {

namespace {

// source: hardware.md 4 (register table)
constexpr port::Address config_register(unsigned entry) {
    return 0x00 + 4 * entry;
}
constexpr port::Address address_register(unsigned entry) {
    return 0x40 + 4 * entry;
}
constexpr port::Address size_register(unsigned entry) {
    return 0x80 + 4 * entry;
}  // version 3 only

using V2Flags = Bits<24, 8>;  // source: hardware.md 4
using V2Pages = Bits<0, 24>;  // source: hardware.md 4
using V3Flags = Bits<0, 8>;   // source: hardware.md 4
using V3Pages = Bits<0, 30>;  // source: hardware.md 4 ("at most 2^30-1")

constexpr port::Address kForgotten = ~port::Address{0};     // of a window that nobody can name any more
constexpr std::uint8_t kFullAccess = 0xff;                  // source: hardware.md 4
constexpr port::Address kReachV2 = port::Address{1} << 36;  // source: hardware.md 4 (binding, sart.c)
constexpr port::Address kReachV3 = port::Address{1} << 42;  // source: hardware.md 4 (binding, sart.c)

}  // namespace

Sart::Sart(port::Port& port, port::Address base, unsigned version, Measures omit)
    : port_(port), base_(base), version_(version), omit_(omit) {}

Status Sart::init() {
    if (version_ != 2 && version_ != 3) return Status::NotSupported;
    protected_ = 0;
    for (unsigned entry = 0; entry < kEntries; ++entry)
        if (enabled(entry)) protected_ = static_cast<std::uint16_t>(protected_ | 1u << entry);
    return Status::Ok;
}

bool Sart::enabled(unsigned entry) {
    const std::uint32_t config = port_.read32(base_ + config_register(entry));
    return (version_ == 2 ? V2Flags::get(config) : V3Flags::get(config)) != 0;
}

bool Sart::expressible(port::Address address, std::uint64_t size) const {
    const port::Address reach = version_ == 2 ? kReachV2 : kReachV3;
    const std::uint64_t pages = version_ == 2 ? V2Pages::max : V3Pages::max;
    return address < reach && size <= reach - address && size / kPageSize <= pages;
}

Status Sart::add(port::Address address, std::uint64_t size) {
    if (size == 0 || !page_aligned(address) || !page_aligned(size)) return Status::InvalidArgument;
    if (!expressible(address, size)) return Status::OutOfRange;
    for (const Window& window : windows_)  // the same one twice could not be told apart when it is removed
        if (window.size == size && window.address == address) return Status::InvalidArgument;
    for (unsigned entry = 0; entry < kEntries; ++entry) {
        if (windows_[entry].size != 0) continue;
        // The boot loader's are never taken, whatever their flags say now, nor is somebody else's since init.
        if (!omit_.has(Measure::SartProtectedEntries) && ((protected_ >> entry & 1u) != 0 || enabled(entry)))
            continue;
        windows_[entry] = {address, size};
        write_entry(entry, kFullAccess, address, size);
        return Status::Ok;
    }
    return Status::NoMemory;
}

Status Sart::remove(port::Address address, std::uint64_t size) {
    for (unsigned entry = 0; entry < kEntries; ++entry) {
        Window& window = windows_[entry];
        if (window.size == 0 || window.size != size || window.address != address) continue;
        if (omit_.has(Measure::SartRemove)) {
            window.address = kForgotten;
            return Status::Ok;
        }
        write_entry(entry, 0, 0, 0);
        window = {};
        return Status::Ok;
    }
    return Status::InvalidArgument;
}

unsigned Sart::windows() const {
    return static_cast<unsigned>(std::count_if(windows_.begin(), windows_.end(),
                                               [](const Window& window) { return window.size != 0; }));
}

// Address, then size, then flags: the entry becomes valid with its last write. source: hardware.md 4
void Sart::write_entry(unsigned entry, std::uint8_t flags, port::Address address, std::uint64_t size) {
    const auto pages = static_cast<std::uint32_t>(size / kPageSize);
    port_.write32(base_ + address_register(entry), static_cast<std::uint32_t>(address / kPageSize));
    if (version_ == 2) {
        port_.write32(base_ + config_register(entry),
                      static_cast<std::uint32_t>(V2Flags::put(flags) | V2Pages::put(pages)));
        return;
    }
    port_.write32(base_ + size_register(entry), pages);
    port_.write32(base_ + config_register(entry), static_cast<std::uint32_t>(V3Flags::put(flags)));
}

}  // namespace ans::driver
