// SPDX-License-Identifier: MIT
// `ans2emu mutate`: leaves each protective measure of the reference driver out in turn and asks the scenarios
// who noticed.
#pragma once

#include <string>
#include <vector>

#include "testbench/cli/app.h"

namespace ans::cli {

struct MutateArguments {
    std::vector<std::string> paths;     ///< scenario files or folders; empty: those of the source tree
    std::vector<std::string> measures;  ///< only these; empty: all
    unsigned jobs = 0;                  ///< 0: as many as the host has cores
    bool list = false;                  ///< print the measures instead
    bool json = false;
};

/// 0 where every omission was noticed or is documented as one that cannot matter here.
int mutate_command(const MutateArguments& arguments, const Services& services);

}  // namespace ans::cli
