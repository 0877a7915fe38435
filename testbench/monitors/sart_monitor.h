// SPDX-License-Identifier: MIT
// SART-*: the entries and what they let pass.
#pragma once

#include "testbench/monitors/monitor.h"
#include "testbench/monitors/sart_window.h"

namespace ans::monitor {

class SartMonitor : public Monitor {
public:
    /// `boot`: the boot loader's entries, `boot_count` from index 0.
    SartMonitor(EventHub& events, Judge& judge, const SartWindows& boot, unsigned boot_count);
    void on_event(const Event& event) override;
    /// The run is over: judges what a shutdown left.
    void finish(SimTime now);

private:
    void on_entry(const Event& event);
    void on_denied(const Event& event);
    void on_reset_released(SimTime at);
    unsigned left_enabled() const;
    void check_overlap(unsigned index, SimTime at);

    SartWindows entries_;
    const unsigned boot_entries_;
    bool told_boot_ = false;   ///< SART-02 is told once a life of the coprocessor
    bool clean_stop_ = false;  ///< power-down was acknowledged since the last start
    bool stopped_ = false;     ///< and RUN cleared
};

}  // namespace ans::monitor
