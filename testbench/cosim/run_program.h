// SPDX-License-Identifier: MIT
// Runs a program of the host's to its end.
#pragma once

#include <string>
#include <vector>

namespace ans::cosim {

inline constexpr int kNoProgram = 127;

struct ProgramResult {
    int status = 0;  ///< exit code; kNoProgram where there is none; 128 + its number where a signal ended it
    std::string output;
    std::string errors;  ///< with `show_errors` empty: they went to ours
};

/// Looks `words[0]` up in the PATH. `patience_s`: real seconds until it is killed; 0: none. Throws
/// std::system_error.
ProgramResult run_program(const std::vector<std::string>& words, bool show_errors = false,
                          double patience_s = 0);

}  // namespace ans::cosim
