// SPDX-License-Identifier: MIT
// What a run was: facts that were collected, and the verdict over them. Plain data: it crosses a pipe from
// the worker and becomes the JSON and JUnit reports.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "models/common/sim_time.h"
#include "testbench/scenario/files/scenario.h"

namespace ans::scenario {

enum class StepStatus : std::uint8_t { Ok, Error, Unfinished, NotRun };
std::string_view step_status_name(StepStatus status);

struct StepResult {
    std::string name;  ///< "io"
    StepStatus status = StepStatus::NotRun;
    SimTime begin = 0;
    SimTime end = 0;
    std::string detail;          ///< one line: what an I/O job moved, why a boot failed
    std::uint64_t bytes = 0;     ///< data moved by the step, both directions
    std::uint64_t commands = 0;  ///< I/O commands of the step
};

/// The driver reached a stage of its life ("rtkit ready").
struct StageResult {
    std::string name;
    SimTime at = 0;
};

struct FaultResult {
    std::string id;
    std::uint64_t fired = 0;
};

struct ScriptResult {
    std::string id;
    std::uint64_t done = 0;   ///< steps that are over
    std::uint64_t steps = 0;  ///< in all, unrolled
    std::string waits;        ///< where it stood at the end: place and step; "": finished
};

struct Violation {
    std::string rule;      ///< "TCB-03"
    std::string severity;  ///< "advice", "warning", "error"
    std::string text;      ///< of the first occurrence
    std::uint64_t count = 0;
    SimTime first = 0;
    std::string pardon{};  ///< why it does not fail the run: "expected", "allowed", "waived: <reason>"; "":
                           ///< nothing said so
};

struct LogLine {
    SimTime at = 0;
    std::string source;  ///< "driver" or "firmware"
    std::string text;
};

/// What happened, without judgement.
struct RunFacts {
    Outcome outcome = Outcome::Pass;
    std::string outcome_detail;  ///< one line, where the outcome needs one
    std::vector<StepResult> steps;
    std::vector<StageResult> stages;
    std::vector<FaultResult> faults;    ///< in the order of the scenario
    std::vector<ScriptResult> scripts;  ///< those that run, in the order of the scenario
    std::vector<Violation> violations;
    std::map<std::string, std::uint64_t> counters;
    std::vector<LogLine> log;
    bool log_cut = false;  ///< lines were left out, the log grew beyond its bound
    SimTime sim_time = 0;
};

enum class Verdict : std::uint8_t {
    Passed,    ///< every expectation met: exit code 0
    Failed,    ///< an expectation missed, or a rule of severity error broken: 1
    BadInput,  ///< what the user gave cannot be used: 2
    Broken     ///< the emulator itself failed: 3
};
inline constexpr int exit_code(Verdict verdict) {
    return static_cast<int>(verdict);
}
std::string_view verdict_name(Verdict verdict);

struct RunResult {
    std::string path;
    std::string run;   ///< which of the file's runs; "" where it has none
    std::string name;  ///< title, and which run
    Verdict verdict = Verdict::Broken;
    std::vector<std::string> failures;  ///< missed expectations, or why there is no result
    std::vector<std::string> checks;    ///< expectations that were met
    RunFacts facts;
    double wall_ms = 0;
    std::vector<std::string>
        around;          ///< a failed run: the events before its failure, a table with a header line
    std::string replay;  ///< a failed run: the command that shows exactly this run
};

/// The form of `--report json:FILE`; times in microseconds.
nlohmann::ordered_json to_json(const RunResult& result);
/// The reverse. Throws nlohmann::json::exception.
RunResult result_from_json(const nlohmann::json& json);

/// `--report json:FILE`: every result in one object. `unused_waivers`: rules that no run broke.
std::string json_report(const std::vector<RunResult>& results,
                        const std::vector<std::string>& unused_waivers = {});
/// `--report junit:FILE`.
std::string junit_report(const std::vector<RunResult>& results);

}  // namespace ans::scenario
