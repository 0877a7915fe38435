// SPDX-License-Identifier: MIT
// SART-*: the entries and what they let pass.
#pragma once

#include <array>
#include <vector>

#include "testbench/monitors/monitor.h"

namespace ans::monitor {

/// An entry as the SART shows it.
struct SartWindow {
    std::uint64_t address = 0;
    std::uint64_t size = 0;  ///< bytes
    unsigned flags = 0;      ///< 0: disabled
    bool enabled() const { return flags != 0 && size != 0; }
    bool operator==(const SartWindow& o) const {
        return address == o.address && size == o.size && flags == o.flags;
    }
};

class SartMonitor : public Monitor {
public:
    /// `boot`: the boot loader's entries, from index 0.
    SartMonitor(EventHub& events, Judge& judge, const std::vector<SartWindow>& boot);
    void on_event(const Event& event) override;

private:
    static constexpr unsigned kEntries = 16;  ///< source: hardware.md 4

    void on_entry(const Event& event);
    void on_denied(const Event& event);
    void on_reset_released(SimTime at);
    void check_overlap(unsigned index, SimTime at);

    std::array<SartWindow, kEntries> entries_{};
    unsigned boot_entries_;
    bool told_boot_ = false;   ///< SART-02 is told once a life of the coprocessor
    bool clean_stop_ = false;  ///< power-down was acknowledged since the last start
};

}  // namespace ans::monitor
