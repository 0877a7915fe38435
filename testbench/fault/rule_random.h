// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

namespace ans::fault {

/// A generator of a rule's own, so that one rule's draws never move another's: splitmix64, integers only.
class RuleRandom {
public:
    RuleRandom(std::uint64_t seed, std::string_view rule_id);
    /// True with probability `p`, exact to 2^-53.
    bool chance(double p);

    std::uint64_t next();

private:
    std::uint64_t state_;
};

}  // namespace ans::fault
