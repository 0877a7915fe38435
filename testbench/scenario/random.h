// SPDX-License-Identifier: MIT
// Random numbers from a seed, in integers only: the same on every library and machine.
#pragma once

#include <cstdint>

namespace ans::scenario {

constexpr std::uint64_t mix64(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/// splitmix64.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next() { return mix64(state_ += 0x9e3779b97f4a7c15u); }
    /// 0 to `bound` - 1; `bound` at least 1.
    std::uint64_t below(std::uint64_t bound) {
        return static_cast<std::uint64_t>((static_cast<unsigned __int128>(next()) * bound) >> 64);
    }
    bool percent(unsigned p) { return below(100) < p; }

private:
    std::uint64_t state_;
};

}  // namespace ans::scenario
