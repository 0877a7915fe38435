// SPDX-License-Identifier: MIT
// A JSON document with the line of every value. Refuses what a careless or hostile file may hold: duplicate
// keys, nesting without end, megabytes.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "testbench/scenario/files/problem.h"

namespace ans::scenario {

inline constexpr std::size_t kLargestFile = 1u << 20;  ///< bytes
inline constexpr std::size_t kDeepestNesting = 64;

/// The file's bytes. False: told to `problems` (missing, unreadable, no regular file, too large).
bool read_file(const std::string& path, std::string& text, Problems& problems);

/// The document; null where `problems` says why. Fills `problems.lines`.
nlohmann::json parse_document(std::string_view text, Problems& problems);

/// Applies one `--set PATH=VALUE`. PATH is dotted (`driver.queue_depth`, `faults.0.when.nth`) or a JSON
/// pointer; missing objects on the way are made, an array grows by its next index. VALUE is JSON, or else a
/// string as it stands.
void apply_override(nlohmann::json& document, const std::string& argument, Problems& problems);

}  // namespace ans::scenario
