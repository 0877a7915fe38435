// SPDX-License-Identifier: MIT
// SART entries as `sart_entry` events show them.
#pragma once

#include <array>
#include <cstdint>

#include "models/common/event.h"

namespace ans::monitor {

/// An entry as the SART shows it.
struct SartWindow {
    std::uint64_t address = 0;
    std::uint64_t size = 0;  ///< bytes
    unsigned flags = 0;      ///< 0: disabled
    bool enabled() const { return flags != 0 && size != 0; }
    bool covers(std::uint64_t first, std::uint64_t bytes) const {
        return enabled() && first >= address && first - address <= size && bytes <= size - (first - address);
    }
    bool operator==(const SartWindow& o) const {
        return address == o.address && size == o.size && flags == o.flags;
    }
};

constexpr unsigned kSartEntries = 16;  ///< source: hardware.md 4
using SartWindows = std::array<SartWindow, kSartEntries>;

constexpr unsigned sart_index(const Event& e) {
    return static_cast<unsigned>(e.slot[0] & 0xff);
}
constexpr SartWindow sart_window(const Event& e) {
    return {e.slot[1], e.slot[2], static_cast<unsigned>(e.slot[0] >> 8 & 0xff)};
}

}  // namespace ans::monitor
