// SPDX-License-Identifier: MIT
// What a bench reached of its twins, in a build with ANS_RTL_COVERAGE.
#pragma once

namespace ans::rtl {

/// Writes the counts to the file that ANS_RTL_COVERAGE_FILE in the environment names; nothing without it, or
/// in other builds. Before the twins are gone.
void write_coverage();

}  // namespace ans::rtl
