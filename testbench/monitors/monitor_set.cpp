// SPDX-License-Identifier: MIT
#include "testbench/monitors/monitor_set.h"

#include <algorithm>

namespace ans::monitor {

namespace {

std::size_t boot_count(const MonitorConfig& config) {
    return std::min<std::size_t>(config.boot_entries.size(), kSartEntries);
}

SartWindows boot_windows(const MonitorConfig& config) {
    SartWindows windows{};
    std::copy_n(config.boot_entries.begin(), boot_count(config), windows.begin());
    return windows;
}

}  // namespace

MonitorSet::MonitorSet(EventHub& events, const MonitorConfig& config)
    : judge_(events),
      mailbox_(events, judge_),
      rtkit_(events, judge_),
      sart_(events, judge_, boot_windows(config), static_cast<unsigned>(boot_count(config))),
      buffers_(events, judge_, boot_windows(config)),
      tcb_(events, judge_),
      completion_(events, judge_, config.nvme_irq, config.irq_patience),
      controller_(events, judge_),
      bus_(events, judge_, config.registers, config.domains_off) {}

void MonitorSet::finish(SimTime now) {
    completion_.finish(now);
    sart_.finish(now);
}

bool MonitorSet::allow(std::string_view id) {
    const RuleId rule = find_rule(id);
    if (rule == RuleId::Count) return false;
    allowed_.set(static_cast<std::size_t>(rule));
    return true;
}

std::uint64_t MonitorSet::violations(std::string_view id) const {
    const RuleId rule = find_rule(id);
    return rule == RuleId::Count ? 0 : judge_.violations(rule);
}

bool MonitorSet::failed() const {
    for (std::size_t i = 0; i < kRules; ++i) {
        const auto rule = static_cast<RuleId>(i);
        if (rule_info(rule).severity == Severity::Error && !allowed_[i] && judge_.violations(rule) != 0)
            return true;
    }
    return false;
}

}  // namespace ans::monitor
