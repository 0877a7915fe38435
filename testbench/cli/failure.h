// SPDX-License-Identifier: MIT
// What helps a person with a failed run: the events before its failure, and the command that shows it again.
#pragma once

#include <string>
#include <vector>

#include "testbench/cli/run_command.h"
#include "testbench/cli/workers.h"

namespace ans::cli {

/// Fills `replay` of every result that did not pass, and `around` of the first few that failed: a run is the
/// same every time, so they are run again with an ear for every event, which a run that passes need not pay
/// for.
void explain_failures(const std::vector<scenario::Scenario>& scenarios, const RunArguments& arguments,
                      const WorkerOptions& options, std::vector<scenario::RunResult>& results);

/// The explanation as text, "" where there is none. `titled`: several runs were made, say which this is.
std::string explanation(const scenario::RunResult& result, bool titled, const Style& style);

}  // namespace ans::cli
