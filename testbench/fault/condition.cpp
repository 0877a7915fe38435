// SPDX-License-Identifier: MIT
#include "testbench/fault/condition.h"

namespace ans::fault {

Condition::Condition(const When& when, std::uint64_t seed, std::string_view rule_id)
    : when_(when), random_(seed, rule_id) {
    if (when.following) before_.emplace(*when.following, when.kind);
}

bool Condition::judge(const Event& event, const StateTracker& now) {
    if (event.time < when_.after || event.time >= when_.before || !when_.matches(event)) return false;
    for (const While& wanted : when_.states)
        if (!now.holds(wanted)) return false;
    if (before_ && !before_->precede(event)) return false;
    ++matches_;
    if (when_.nth != 0 && matches_ != when_.nth) return false;
    if (when_.every != 0 && matches_ % when_.every != 0) return false;
    if (when_.at_most != 0 && triggered_ >= when_.at_most) return false;
    if (!random_.chance(when_.probability)) return false;
    ++triggered_;
    return true;
}

}  // namespace ans::fault
