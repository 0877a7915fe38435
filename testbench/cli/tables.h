// SPDX-License-Identifier: MIT
// The tables that the program prints from the machine's own: registers, policies, fault actions, monitor
// rules. Each as text for people or as JSON for programs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "testbench/cli/terminal.h"
#include "testbench/scenario/files/scenario.h"

namespace ans::cli {

/// All blocks, or those whose name is `block` (or begins with `block` and a hyphen). Nothing: no such block.
std::optional<std::string> regs_text(const std::string& block, const Style& style);
std::optional<std::string> regs_json(const std::string& block);
/// Names of all blocks.
std::vector<std::string_view> block_names();

std::string policies_text(const Style& style);
std::string policies_json();

std::string faults_text(const Style& style);
std::string faults_json();
/// What a rule's `while` may ask for.
std::string states_text(const Style& style);
std::string states_json();

/// All monitor rules, or the one of that id. Nothing: no such rule.
std::optional<std::string> rules_text(const std::string& id, const Style& style);
/// An array, also of one.
std::optional<std::string> rules_json(const std::string& id);
std::vector<std::string_view> rule_ids();

std::string list_text(const std::vector<scenario::Scenario>& scenarios);
/// An array of {path, name, description}.
std::string list_json(const std::vector<scenario::Scenario>& scenarios);

}  // namespace ans::cli
