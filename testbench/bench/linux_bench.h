// SPDX-License-Identifier: MIT
// `ans2emu bench linux`: what a guest kernel costs, beside what this host charges for two processes that talk.
#pragma once

namespace ans::bench {

/// Makes the guest's kernel where it is missing, measures and prints; `json`: one object for programs. Returns
/// the program's exit code.
int run_linux_bench(bool json);

}  // namespace ans::bench
