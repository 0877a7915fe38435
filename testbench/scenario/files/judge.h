// SPDX-License-Identifier: MIT
// Holds the facts of a run against the expectations of its scenario. Pure functions.
#pragma once

#include "testbench/scenario/files/result.h"
#include "testbench/scenario/files/scenario.h"

namespace ans::scenario {

/// What can be true of a run's end at the same time; `outcome_of` names the one that counts.
struct Ending {
    bool crash = false;        ///< the driver's own code crashed
    bool bus_hang = false;     ///< a CPU access was never answered
    bool bus_fault = false;    ///< a driver thread ended with a bus fault
    bool out_of_time = false;  ///< the simulated deadline came first
    bool guest_broken = false;  ///< the guest's kernel panicked or ended by itself
    bool driver_dead = false;  ///< the driver has given the controller up
};

/// True where the step ended in a way that its `expect` allows.
bool as_expected(const Step& step, const StepResult& result);

/// crash, bus_hang, bus_fault, guest_broken, stuck, step_failed, driver_dead, pass: the first that holds.
Outcome outcome_of(const Scenario& scenario, const std::vector<StepResult>& steps, const Ending& ending);

/// Where to look first in a failed run: the first rule that was broken and may not be, the end of the first
/// step that ended otherwise than expected, or the end of the run.
SimTime moment_of_failure(const Scenario& scenario, const RunFacts& facts);

/// Is this line of a kernel's log a warning or a report of an error of its own (WARNING, BUG, Oops, KASAN, panic)?
bool is_kernel_report(std::string_view line);

/// What the scenario expects where a kernel of that release drives takes the place of what it expects of all.
void expect_of_kernel(Scenario& scenario, std::string_view release);

/// Fills verdict, failures and checks of a result whose facts are complete.
void judge(const Scenario& scenario, RunResult& result);

}  // namespace ans::scenario
