// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "testbench/fault/predecessors.h"
#include "testbench/fault/rule.h"
#include "testbench/fault/rule_random.h"
#include "testbench/fault/states.h"

namespace ans::fault {

/// A rule's `when` at work: which of the events that it sees set the rule off.
class Condition {
public:
    /// `when` outlives this.
    Condition(const When& when, std::uint64_t seed, std::string_view rule_id);

    /// Counts the event and says whether the rule fires now. `event` is of the kind that `when` names; `now`
    /// is the machine as it was before it.
    bool judge(const Event& event, const StateTracker& now);
    /// An event of the kind that the match must follow.
    void note(const Event& event) { before_->note(event); }
    /// For a `when` that names no event: draws its probability.
    bool drawn() { return random_.chance(when_.probability); }

private:
    const When& when_;
    RuleRandom random_;
    std::optional<Predecessors> before_;
    std::uint64_t matches_ = 0;
    std::uint64_t triggered_ = 0;
};

}  // namespace ans::fault
