// SPDX-License-Identifier: MIT
// One forked process a scenario, since SystemC elaborates once a process; a few at a time. Whatever a worker
// does - throw, crash, hang, talk - becomes a result.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "testbench/cli/story.h"
#include "testbench/scenario/run.h"

namespace ans::cli {

using RunFunction = scenario::RunResult (*)(const scenario::Scenario&, const scenario::RunOptions&);

/// Who drives the machine of a scenario; an empty factory: the reference driver. Called in the worker.
using Conducted = std::function<scenario::ConductorFactory(const scenario::Scenario&)>;

struct WorkerOptions {
    RunFunction run = nullptr;
    unsigned parallel = 1;
    bool verbose = false;
    std::vector<std::string> traces;  ///< of each scenario: the file for its events; empty: none is written
    std::vector<std::string> waves;   ///< the same for the waveforms of the RTL twins
    /// Of each scenario: where its failure is, to keep the events before it. Empty: no events are kept.
    std::vector<SimTime> around;
    Conducted conduct{};  ///< empty: every machine is driven by the reference driver
};

/// What is going on, for whoever prints it. Called from run_workers().
class WorkerListener {
public:
    virtual ~WorkerListener() = default;
    virtual void told(std::size_t job, const StoryLine& line) = 0;
    virtual void finished(std::size_t job, const scenario::RunResult& result) = 0;
    /// A few times a second. `running`: the jobs at work, with their real time so far in seconds.
    struct Running {
        std::size_t job;
        double seconds;
        SimTime sim_time;  ///< as of its last story line
    };
    virtual void waiting(const std::vector<Running>& running) = 0;
};

/// For runs of which only the results matter.
class SilentListener : public WorkerListener {
public:
    void told(std::size_t, const StoryLine&) override {}
    void finished(std::size_t, const scenario::RunResult&) override {}
    void waiting(const std::vector<Running>&) override {}
};

/// Runs all scenarios, `options.parallel` at a time. Results in the order of the scenarios. On SIGINT or
/// SIGTERM the workers are killed and the process ends of that signal.
std::vector<scenario::RunResult> run_workers(const std::vector<scenario::Scenario>& scenarios,
                                             const WorkerOptions& options, WorkerListener& listener);

}  // namespace ans::cli
