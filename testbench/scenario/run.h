// SPDX-License-Identifier: MIT
// One run of one scenario in this process. SystemC elaborates once a process: call it once.
#pragma once

#include <memory>
#include <string>
#include <string_view>

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
    /// `name`: of a foreign driver's step, which the scenario does not know; else "".
    virtual void step_begun(std::size_t index, std::string_view name, SimTime at) = 0;
    virtual void step_ended(std::size_t index, const StepResult& result) = 0;
};

struct RunOptions {
    std::string trace_file;           ///< JSON Lines; "": none
    std::string wave_file;            ///< VCD of the RTL twins; "": none
    RunObserver* observer = nullptr;  ///< may be absent
    ConductorFactory conduct;         ///< who drives; without one the reference driver
    /// For the report of a failure: keep the last events up to `around` as text (RunResult::around). Every
    /// kind is listened to then, which costs.
    std::size_t events_around = 0;
    SimTime around = kNever;
};

/// A run in its parts, for those who drive the machine bit by bit: the machine and all that watches it stand
/// from construction to finish().
class Run {
public:
    /// Builds the machine. Throws UserError for what the user gave (image missing, locked, no multiple of a
    /// block). `scenario` outlives it.
    Run(const Scenario& scenario, const RunOptions& options);
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;
    ~Run();

    Conductor& conductor();
    Rig& rig();
    /// The conductor's work, to its end.
    host::Engine::End drive();
    /// Once, after the last drive: collects the facts and judges them. Throws UserError where image or trace
    /// could not be kept (disk full).
    RunResult finish(host::Engine::End end);
    /// The trace's buffer goes to its file; for a process that may be about to end.
    void flush_trace();

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

/// Builds the machine, does the steps, collects the facts, judges them. Throws UserError for what the user
/// gave (image missing, locked, no multiple of a block, disk full); any other exception is the emulator's own
/// fault. The caller watches the wall clock.
RunResult run_scenario(const Scenario& scenario, const RunOptions& options);

}  // namespace ans::scenario
