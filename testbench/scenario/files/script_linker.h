// SPDX-License-Identifier: MIT
// Scripts as files say them, and what becomes of them: `use` and `repeat` unrolled, references resolved.
#pragma once

#include "testbench/scenario/files/deeds.h"

namespace ans::scenario {

struct RawScript;

struct RawStep {
    enum class Kind : std::uint8_t { Wait, Pause, Do, Repeat, Use };
    Kind kind = Kind::Wait;
    fault::When when;
    SimTime pause = 0;
    std::vector<Deed> deeds;
    std::uint64_t times = 1;
    std::vector<RawStep> steps;  ///< Repeat
    std::string use;
    RawScript* used = nullptr;  ///< once it is found
    std::string pointer;
    std::string what;
};

struct RawScript {
    std::string id;
    std::vector<RawStep> steps;
    bool must_finish = true;
    std::string pointer;
};

/// Makes `out` of the scripts of the scenario `file`: those that no other of them uses. False after
/// complaints.
bool link_scripts(std::vector<RawScript> scripts, const std::string& file, Problems& problems,
                  std::vector<fault::Script>& out);
/// The same checks for the scripts of a library, whose first steps may refer to an event of their user.
void check_library_scripts(std::vector<RawScript> scripts, const std::string& file, Problems& problems);

/// A library file: {"scripts": [...]}.
const Type<std::vector<RawScript>>& library_type();

}  // namespace ans::scenario
