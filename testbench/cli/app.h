// SPDX-License-Identifier: MIT
// The program `ans2emu`: commands, options, exit codes.
#pragma once

#include "testbench/cli/workers.h"

namespace ans::cli {

/// What the commands call; tests give others.
struct Services {
    RunFunction run = nullptr;          ///< one scenario, in a process of its own
    int (*bench)(bool json) = nullptr;        ///< returns the exit code
    int (*bench_linux)(bool json) = nullptr;  ///< the same, of guests
};

inline constexpr int kExitOk = 0;        ///< all expectations met
inline constexpr int kExitFailed = 1;    ///< an expectation missed, or a rule of severity error broken
inline constexpr int kExitBadInput = 2;  ///< bad usage, bad scenario, unusable image
inline constexpr int kExitBroken = 3;    ///< the emulator itself failed

/// Returns the exit code.
int run_program(int argc, char** argv, const Services& services);

}  // namespace ans::cli
