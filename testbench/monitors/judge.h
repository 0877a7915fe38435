// SPDX-License-Identifier: MIT
// Where monitors report: counts a rule's violations and makes each an event.
#pragma once

#include <array>
#include <cstdint>

#include "models/common/event.h"
#include "testbench/monitors/rules.h"

namespace ans::monitor {

class Judge {
public:
    explicit Judge(EventHub& events) : events_(events) {}

    /// `format`: the concrete text with the values, in the manner of printf; the rule's id goes before it.
    [[gnu::format(printf, 4, 5)]] void violate(RuleId rule, SimTime at, const char* format, ...);
    std::uint64_t violations(RuleId rule) const { return counts_[static_cast<std::size_t>(rule)]; }

private:
    EventHub& events_;
    std::array<std::uint64_t, kRules> counts_{};
};

}  // namespace ans::monitor
