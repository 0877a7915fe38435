// SPDX-License-Identifier: MIT
// All monitors of a machine, their counts, and what a run allows.
#pragma once

#include <bitset>
#include <string_view>
#include <vector>

#include "testbench/monitors/buffer_monitor.h"
#include "testbench/monitors/bus_monitor.h"
#include "testbench/monitors/completion_monitor.h"
#include "testbench/monitors/controller_monitor.h"
#include "testbench/monitors/judge.h"
#include "testbench/monitors/mailbox_monitor.h"
#include "testbench/monitors/rtkit_monitor.h"
#include "testbench/monitors/sart_monitor.h"
#include "testbench/monitors/tcb_monitor.h"

namespace ans::monitor {

struct MonitorConfig {
    RegMapLookup registers = nullptr;         ///< for register names in the texts
    unsigned nvme_irq = 0;                    ///< AIC line, as `irq` events carry it
    std::vector<SartWindow> boot_entries;     ///< what the boot loader left in SART, from entry 0
    std::uint64_t domains_off = 0;            ///< power domains off at the start, a bit for each index
    SimTime irq_patience = milliseconds(10);  ///< IRQ-01; guess: ten times what a busy handler needs
};

/// Subscribe the sinks of a trace before it: a violation is emitted while the event that shows it is
/// delivered.
class MonitorSet {
public:
    MonitorSet(EventHub& events, const MonitorConfig& config);

    /// Violations of that rule do not fail the run. False: there is no such id.
    bool allow(std::string_view id);
    bool allowed(RuleId rule) const { return allowed_[static_cast<std::size_t>(rule)]; }
    std::uint64_t violations(RuleId rule) const { return judge_.violations(rule); }
    /// 0 for an unknown id.
    std::uint64_t violations(std::string_view id) const;
    /// An error rule that is not allowed was broken.
    bool failed() const;
    /// Judges what only the end of the run shows. Call it once, before the counts are read.
    void finish(SimTime now);

private:
    Judge judge_;
    std::bitset<kRules> allowed_;
    MailboxMonitor mailbox_;
    RtkitMonitor rtkit_;
    SartMonitor sart_;
    BufferMonitor buffers_;
    TcbMonitor tcb_;
    CompletionMonitor completion_;
    ControllerMonitor controller_;
    BusMonitor bus_;
};

}  // namespace ans::monitor
