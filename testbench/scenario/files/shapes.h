// SPDX-License-Identifier: MIT
// The parts of a scenario file as tables for the binder.
#pragma once

#include "testbench/scenario/files/binder.h"
#include "testbench/scenario/files/scenario.h"

namespace ans::scenario {

// Bounds that several keys share.
inline constexpr double kLongestUs = 86'400e6;                        // a day
inline constexpr double kLongestMs = 86'400e3;                        // a day
inline constexpr std::uint64_t kLargestMib = std::uint64_t{1} << 24;  // 16 TiB

Type<Step> step_type();
Type<fault::When> when_type();
Type<fault::When> when_ref();  ///< the same, made once; its schema is a reference
Type<std::vector<fault::While>> while_type();
Type<fault::Rule> rule_type();
/// The scripts of a scenario file, what they use of other files included.
Key<Scenario> scripts_key();
Type<Expect> expect_type();
/// The id of a monitor rule.
Type<std::string> rule_id_type();
Type<Policies> policies_type();
Type<Scenario> scenario_type();

/// The key of an action's parameter in a scenario file: "tag", "by_us".
std::string_view param_key(const fault::ParamInfo& param);

// Parts of the schema that are written once, under "definitions".
Schema when_definitions();        ///< "when" and what it refers to
Schema state_definition();        ///< "state"
Schema action_definition();       ///< "action"
Schema bounds_definition();       ///< "bounds"
Schema script_step_definition();  ///< "script_step"

/// Complains about the first step that no machine can do at its place.
void check_order(const Scenario& scenario, const Path& steps, Problems& problems);

}  // namespace ans::scenario
