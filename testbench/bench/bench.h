// SPDX-License-Identifier: MIT
// `ans2emu bench`: speed and memory, beside the floor that this host allows.
#pragma once

namespace ans::bench {

/// Measures and prints; `json`: one object for programs. Returns the program's exit code.
int run_bench(bool json);

}  // namespace ans::bench
