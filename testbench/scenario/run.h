// SPDX-License-Identifier: MIT
// One run of one scenario in this process. SystemC elaborates once a process: call it once.
#pragma once

#include <string>

#include "models/common/event.h"
#include "testbench/scenario/conductor.h"
#include "testbench/scenario/files/result.h"
#include "testbench/scenario/files/scenario.h"

namespace ans::scenario {

/// Watches a run while it goes on. Subscribed to the run's hub for `kinds()`; steps are told apart from
/// events.
class RunObserver : public EventSink {
public:
    virtual EventHub::Kinds kinds() const = 0;
    virtual void step_begun(std::size_t index, SimTime at) = 0;
    virtual void step_ended(std::size_t index, const StepResult& result) = 0;
};

struct RunOptions {
    std::string trace_file;           ///< JSON Lines; "": none
    RunObserver* observer = nullptr;  ///< may be absent
    ConductorFactory conduct;         ///< who drives; without one the reference driver
    /// For the report of a failure: keep the last events up to `around` as text (RunResult::around). Every
    /// kind is listened to then, which costs.
    std::size_t events_around = 0;
    SimTime around = kNever;
};

/// Builds the machine, does the steps, collects the facts, judges them. Throws UserError for what the user
/// gave (image missing, locked, no multiple of a block, disk full); any other exception is the emulator's own
/// fault. The caller watches the wall clock.
RunResult run_scenario(const Scenario& scenario, const RunOptions& options);

}  // namespace ans::scenario
