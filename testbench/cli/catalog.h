// SPDX-License-Identifier: MIT
// Finds scenario files and loads them, with everything that is wrong with them.
#pragma once

#include <string>
#include <vector>

#include "testbench/scenario/files/scenario.h"

namespace ans::cli {

struct Catalog {
    std::vector<scenario::Scenario>
        scenarios;                      ///< in the order of the arguments; a folder's in the order of names
    std::vector<std::string> problems;  ///< one line each
    std::size_t bad_files = 0;
};

/// The files behind `paths`: a folder stands for every *.json below it except scenario.schema.json and
/// libraries of scripts (*.script.json). Problems
/// (no such file, a folder without scenarios) go to `problems`.
std::vector<std::string> scenario_files(const std::vector<std::string>& paths,
                                        std::vector<std::string>& problems);

/// Loads all of them. Overrides apply to each.
Catalog load_catalog(const std::vector<std::string>& paths, const std::vector<std::string>& overrides);

/// Where the scenarios of this source tree are: ./scenarios, or the folder of that name beside or above the
/// program. "" if there is none.
std::string default_folder();

}  // namespace ans::cli
