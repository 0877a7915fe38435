// SPDX-License-Identifier: MIT
#include "testbench/fault/rule_random.h"

#include <cmath>

namespace ans::fault {

RuleRandom::RuleRandom(std::uint64_t seed, std::string_view rule_id) : state_(seed) {
    std::uint64_t hash = 0xcbf2'9ce4'8422'2325u;  // FNV-1a: a rule keeps its draws when others come and go
    for (const char c : rule_id)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100'0000'01b3u;
    state_ = next() ^ hash;
}

std::uint64_t RuleRandom::next() {
    std::uint64_t z = state_ += 0x9e37'79b9'7f4a'7c15u;
    z = (z ^ (z >> 30)) * 0xbf58'476d'1ce4'e5b9u;
    z = (z ^ (z >> 27)) * 0x94d0'49bb'1331'11ebu;
    return z ^ (z >> 31);
}

bool RuleRandom::chance(double p) {
    const auto threshold = static_cast<std::uint64_t>(std::ldexp(p, 53));
    return (next() >> 11) < threshold;
}

}  // namespace ans::fault
