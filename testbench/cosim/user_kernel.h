// SPDX-License-Identifier: MIT
// A kernel that the user brings as a program: is it one that a guest can be?
#pragma once

#include <string>

namespace ans::cosim {

/// Its release, as `uname -r` will say. `needed`: a file with a line for each option that a guest needs,
/// "CONFIG_X=y"; other lines do not count. Throws UserError that says what is missing.
std::string release_of_user_kernel(const std::string& kernel, const std::string& needed);

}  // namespace ans::cosim
