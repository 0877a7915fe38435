// SPDX-License-Identifier: MIT
#include "testbench/cli/failure.h"

#include "testbench/scenario/files/judge.h"

namespace ans::cli {

using scenario::RunResult;
using scenario::Scenario;
using scenario::Verdict;

namespace {

// With hundreds of failures one wants the first; the rest has its replay command.
constexpr std::size_t kMostExplained = 5;

// In single quotes where a shell would read more than the word.
std::string shell_word(const std::string& word) {
    constexpr const char* kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./,:@%";
    if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
    std::string quoted = "'";
    for (const char c : word)
        quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return quoted + "'";
}

std::string replay_command(const Scenario& scenario, const RunArguments& arguments) {
    std::string command = "ans2emu run " + shell_word(scenario.path);
    if (!scenario.run.empty()) command += " --only " + shell_word(scenario.run);
    if (!arguments.driver.empty()) command += " --driver " + shell_word(arguments.driver);
    if (!arguments.waiver_file.empty()) command += " --waive " + shell_word(arguments.waiver_file);
    for (const std::string& value : arguments.overrides)
        command += " --set " + shell_word(value);
    return command + " --seed " + std::to_string(scenario.seed) + " --trace trace.jsonl -v";
}

}  // namespace

void explain_failures(const std::vector<Scenario>& scenarios, const RunArguments& arguments,
                      const WorkerOptions& options, std::vector<RunResult>& results) {
    std::vector<std::size_t> again;
    std::vector<Scenario> failed;
    WorkerOptions around = options;
    around.traces.clear();
    around.waves.clear();
    for (std::size_t i = 0; i < results.size(); ++i) {
        if (results[i].verdict == Verdict::Passed || results[i].verdict == Verdict::BadInput) continue;
        results[i].replay = replay_command(scenarios[i], arguments);
        if (results[i].verdict != Verdict::Failed || again.size() == kMostExplained) continue;
        again.push_back(i);
        failed.push_back(scenarios[i]);
        around.around.push_back(moment_of_failure(scenarios[i], results[i].facts));
    }
    SilentListener silence;
    const std::vector<RunResult> repeated = run_workers(failed, around, silence);
    for (std::size_t i = 0; i < again.size(); ++i)
        results[again[i]].around = repeated[i].around;
}

std::string explanation(const RunResult& result, bool titled, const Style& style) {
    if (result.around.empty() && result.replay.empty()) return {};
    std::string out = "\n";
    if (titled) out += style(Colour::Bold, printable(result.name)) + "\n";
    if (!result.around.empty()) {
        out += "The events before the failure:\n";
        for (std::size_t i = 0; i < result.around.size(); ++i)
            out += (i == 0 ? style(Colour::Dim, result.around[i]) : printable(result.around[i])) + "\n";
    }
    return out + "To see this run again: " + result.replay + "\n";
}

}  // namespace ans::cli
