// SPDX-License-Identifier: MIT
#include "testbench/monitors/monitor_set.h"

namespace ans::monitor {

MonitorSet::MonitorSet(EventHub& events, const MonitorConfig& config)
    : judge_(events),
      mailbox_(events, judge_),
      rtkit_(events, judge_),
      sart_(events, judge_, config.boot_entries),
      tcb_(events, judge_),
      completion_(events, judge_, config.nvme_irq, config.irq_patience),
      controller_(events, judge_),
      bus_(events, judge_, config.registers, config.domains_off) {}

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
