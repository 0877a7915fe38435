// SPDX-License-Identifier: MIT
// What SART lets through.
#include <algorithm>

#include "models/sart/sart.h"

namespace ans {

namespace {

bool wraps(std::uint64_t address, std::uint64_t size) {
    return size - 1 > UINT64_MAX - address;
}

}  // namespace

// `size` is not 0.
Sart::Denial Sart::peek(std::uint64_t address, std::uint64_t size) {
    if (wraps(address, size)) return Denial::Wraps;
    const std::uint64_t last = address + (size - 1);
    bool touched = false;
    for (const Window& window : windows()) {
        if (window.covers(address, last)) return Denial::None;
        touched = touched || (window.first <= window.last && window.first <= last && address <= window.last);
    }
    if (last >= reach_) return Denial::BeyondReach;
    if (!touched) return Denial::NoEntry;
    const bool together = config_.policies.get<SartStraddle>() == SartStraddle::Allow;
    return together && covered_together(address, last) ? Denial::None : Denial::Partial;
}

bool Sart::covered_together(std::uint64_t from, std::uint64_t to) const {
    // Each round ends, or moves `from` behind another entry.
    for (unsigned round = 0; round < kEntries; ++round) {
        std::uint64_t reached = from;
        bool found = false;
        for (const Window& window : windows()) {
            if (!window.covers(from, from)) continue;
            reached = std::max(reached, window.last);
            found = true;
        }
        if (!found) return false;
        if (reached >= to) return true;
        from = reached + 1;
    }
    return false;
}

// What one entry opens.
Sart::Window Sart::window_of(std::uint64_t address) {
    const auto window = std::find_if(windows().begin(), windows().end(),
                                     [&](const Window& w) { return w.covers(address, address); });
    return window == windows().end() ? Window{} : *window;
}

}  // namespace ans
