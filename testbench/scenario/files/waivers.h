// SPDX-License-Identifier: MIT
// A driver's waiver file: the monitor rules that it is known to break, each with the reason why that is
// accepted.
#pragma once

#include <string>
#include <vector>

#include "testbench/scenario/files/scenario.h"

namespace ans::scenario {

struct Waivers {
    std::vector<Waiver> waivers;        ///< empty where there are problems
    std::vector<std::string> problems;  ///< `file:line: /pointer: text`
};

/// `[{"rule": "TCB-09", "reason": "sets the opcode since 2021, and works"}]`
Waivers load_waivers(const std::string& path);
Waivers load_waivers_text(const std::string& text, const std::string& path);

}  // namespace ans::scenario
