// SPDX-License-Identifier: MIT
// The floor of a simulated 4 KiB read on this machine, measured in the same run as the figures beside it:
// what the copy, SystemC's timed method activations and its thread switches cost when nothing else is done.
#pragma once

#include <cstddef>

namespace ans::bench {

struct Floor {
    double copy_ns = 0;           ///< one 4 KiB copy between random pages of 64 MiB
    double method_ns = 0;         ///< one timed SC_METHOD activation
    double switch_ns = 0;         ///< one timed SC_THREAD wait
    double copy_bytes_per_s = 0;  ///< 128 KiB copies between 64 MiB areas
    /// A command: one copy, three method activations, two thread switches.
    double command_ns() const { return copy_ns + 3 * method_ns + 2 * switch_ns; }
};

/// Elaborates SystemC: one call a process.
Floor measure_floor();

/// Wall time in seconds since some fixed moment.
double wall_seconds();

}  // namespace ans::bench
