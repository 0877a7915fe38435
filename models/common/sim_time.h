// SPDX-License-Identifier: MIT
// Simulated time as the blocks keep it: an integer count of picoseconds, SystemC's default resolution.
#pragma once

#include <cstdint>
#include <systemc>

namespace ans {

static_assert(__cplusplus == 201703L, "Debian's libsystemc links with C++17 objects only");

/// Absolute time or a duration, in picoseconds. 64 bits reach 213 days.
using SimTime = std::uint64_t;

inline constexpr SimTime kNever = UINT64_MAX;

constexpr SimTime picoseconds(std::uint64_t n) {
    return n;
}
constexpr SimTime nanoseconds(std::uint64_t n) {
    return n * 1000u;
}
constexpr SimTime microseconds(std::uint64_t n) {
    return n * 1000'000u;
}
constexpr SimTime milliseconds(std::uint64_t n) {
    return n * 1000'000'000u;
}
constexpr SimTime seconds(std::uint64_t n) {
    return n * 1000'000'000'000u;
}

inline sc_core::sc_time to_sc(SimTime t) {
    return sc_core::sc_time::from_value(t);
}
inline SimTime from_sc(const sc_core::sc_time& t) {
    return t.value();
}

/// Kernel time. A target called with a local offset acts at `kernel_now() + delay`, never at this alone.
inline SimTime kernel_now() {
    return sc_core::sc_time_stamp().value();
}

}  // namespace ans
