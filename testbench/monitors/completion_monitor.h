// SPDX-License-Identifier: MIT
// CQ-01 and IRQ-01: completion queue heads and the NVMe interrupt line.
#pragma once

#include <array>

#include "testbench/monitors/event_bits.h"
#include "testbench/monitors/monitor.h"

namespace ans::monitor {

class CompletionMonitor : public Monitor {
public:
    /// `line`: the NVMe interrupt; `patience`: how long it may be high without any head moving.
    CompletionMonitor(EventHub& events, Judge& judge, unsigned line, SimTime patience);
    void on_event(const Event& event) override;
    /// The run is over: judges a line that is still high.
    void finish(SimTime now) { check_line(now); }

private:
    void on_head(const Event& event);
    void on_irq(const Event& event);
    void check_line(SimTime now);

    const unsigned line_;
    const SimTime patience_;
    std::array<bool, 2> overrun_{};   ///< by queue: entries were forced in since the head was written
    SimTime waiting_since_ = kNever;  ///< since when the line is high without progress
};

}  // namespace ans::monitor
