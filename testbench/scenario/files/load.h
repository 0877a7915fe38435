// SPDX-License-Identifier: MIT
// From a file to its scenarios, or to all that is wrong with it. A file is one scenario, or, with `runs`, one
// for each run: the file with the run's own keys laid over it.
#pragma once

#include <string>
#include <vector>

#include "testbench/scenario/files/binder.h"
#include "testbench/scenario/files/scenario.h"

namespace ans::scenario {

struct Loaded {
    std::vector<Scenario> scenarios;    ///< empty where there are problems
    std::vector<std::string> problems;  ///< `file:line: /pointer: text`, in the order of the file
};

/// Reads, overrides (`--set`, in order), binds and checks. Paths inside become relative to the file's folder.
Loaded load_scenario(const std::string& path, const std::vector<std::string>& overrides = {});
/// The same for a text in memory; `path` names it in messages and places it in a folder.
Loaded load_scenario_text(std::string_view text, const std::string& path,
                          const std::vector<std::string>& overrides = {});

/// Is it the name of a library of scripts (*.script.json), which is no scenario?
bool is_script_library(std::string_view path);
/// What is wrong with a library; empty if nothing.
std::vector<std::string> check_script_library(const std::string& path);

/// The JSON Schema (draft-07) of scenario files, as scenarios/scenario.schema.json keeps it.
Schema scenario_schema();

}  // namespace ans::scenario
