// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

#include "testbench/fault/rule.h"
#include "testbench/fault/rule_random.h"

namespace ans::fault {

/// A rule's `when` at work: which of the events that it sees set the rule off.
class Condition {
public:
    /// `when` outlives this.
    Condition(const When& when, std::uint64_t seed, std::string_view rule_id)
        : when_(when), random_(seed, rule_id) {}

    /// Counts the event and says whether the rule fires now. `event` is of the kind that `when` names.
    bool judge(const Event& event);
    /// For a `when` that names no event: draws its probability.
    bool drawn() { return random_.chance(when_.probability); }

private:
    const When& when_;
    RuleRandom random_;
    std::uint64_t matches_ = 0;
    std::uint64_t triggered_ = 0;
};

}  // namespace ans::fault
