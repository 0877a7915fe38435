// SPDX-License-Identifier: MIT
#include "testbench/bench/measure.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <stdexcept>
#include <vector>

#include "testbench/cli/workers.h"
#include "testbench/scenario/files/load.h"
#include "testbench/scenario/run.h"

namespace ans::bench {

using nlohmann::ordered_json;

namespace {

using Now = double (*)();

// Of this process: what else the host does costs none of it.
double cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Time of each step of a run.
class StepClock : public scenario::RunObserver {
public:
    explicit StepClock(Now now) : now_(now) {}
    EventHub::Kinds kinds() const override { return {}; }
    void on_event(const Event&) override {}
    void step_begun(std::size_t, std::string_view, SimTime) override { begun_ = now_(); }
    void step_ended(std::size_t, const scenario::StepResult&) override { seconds.push_back(now_() - begun_); }
    std::vector<double> seconds;

private:
    const Now now_;
    double begun_ = 0;
};

// Runs a scenario as `ans2emu run` does, with every check and monitor; returns the seconds of its steps.
std::vector<double> seconds_of_steps(const char* text, Now now = &wall_seconds) {
    const scenario::Loaded loaded = scenario::load_scenario_text(text, "bench.json");
    if (loaded.scenarios.empty()) throw std::logic_error(loaded.problems.front());
    StepClock clock(now);
    scenario::RunOptions options;
    options.observer = &clock;
    const scenario::RunResult result = scenario::run_scenario(loaded.scenarios.front(), options);
    if (result.verdict != scenario::Verdict::Passed)
        throw std::runtime_error(result.failures.empty() ? "a run failed" : result.failures.front());
    return clock.seconds;
}

}  // namespace

ordered_json in_child(ordered_json (*measure)()) {
    int ends[2];
    if (pipe(ends) != 0) throw std::runtime_error("bench: no pipe");
    const pid_t child = fork();
    if (child < 0) throw std::runtime_error("bench: no process");
    if (child == 0) {
        close(ends[0]);
        int code = 1;
        try {
            const std::string text = measure().dump();
            if (write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size())) code = 0;
        } catch (const std::exception& error) {
            dprintf(STDERR_FILENO, "bench: %s\n", error.what());
        }
        _exit(code);
    }
    close(ends[1]);
    std::string text;
    char buffer[4096];
    for (ssize_t got = 0; (got = read(ends[0], buffer, sizeof buffer)) > 0;)
        text.append(buffer, static_cast<std::size_t>(got));
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    if (status != 0) throw std::runtime_error("bench: a measurement failed");
    return ordered_json::parse(text);
}

ordered_json floor_figures() {
    const Floor floor = measure_floor();
    return {{"copy_ns", floor.copy_ns},
            {"method_ns", floor.method_ns},
            {"switch_ns", floor.switch_ns},
            {"copy_bytes_per_second", floor.copy_bytes_per_s},
            {"command_ns", floor.command_ns()}};
}

ordered_json randread_4k_qd61() {
    constexpr double kCommands = 1'000'000;
    const double seconds = seconds_of_steps(R"({
        "name": "randread", "description": "4 KiB random reads into random pages, depth 61",
        "media": {"memory_mib": 64},
        "steps": [{"boot": {}},
                  {"io": {"pattern": "write", "block_kib": 128, "depth": 8, "size_mib": 64}},
                  {"flush": {}},
                  {"io": {"pattern": "randread", "depth": 61, "count": 100000, "buffer_mib": 64}},
                  {"io": {"pattern": "randread", "depth": 61, "count": 1000000, "buffer_mib": 64}},
                  {"shutdown": {}}]})")
                               .at(4);
    return {{"commands_per_second", kCommands / seconds}, {"ns_per_command", seconds / kCommands * 1e9}};
}

ordered_json short_randread(const std::string& models) {
    constexpr double kCommands = 300'000;
    const std::string text =
        R"({"name": "randread", "description": "4 KiB random reads", "media": {"memory_mib": 64},
        "models": )" +
        models + R"(,
        "steps": [{"boot": {}},
                  {"io": {"pattern": "randread", "depth": 61, "count": 100000, "buffer_mib": 64}},
                  {"io": {"pattern": "randread", "depth": 61, "count": 300000, "buffer_mib": 64}},
                  {"shutdown": {}}]})";
    return {{"ns_per_command", seconds_of_steps(text.c_str(), &cpu_seconds).at(2) / kCommands * 1e9}};
}

ordered_json seqread_128k() {
    constexpr double kBytes = 40'000.0 * 128 * 1024;
    const double seconds = seconds_of_steps(R"({
        "name": "seqread", "description": "128 KiB sequential reads",
        "media": {"memory_mib": 64},
        "steps": [{"boot": {}},
                  {"io": {"pattern": "write", "block_kib": 128, "depth": 8, "size_mib": 64}},
                  {"flush": {}},
                  {"io": {"pattern": "read", "block_kib": 128, "depth": 16, "count": 40000, "buffer_mib": 64}},
                  {"shutdown": {}}]})")
                               .at(3);
    return {{"bytes_per_second", kBytes / seconds}};
}

ordered_json idle_30s() {
    const double seconds = seconds_of_steps(R"({
        "name": "idle", "description": "30 s without anything to do",
        "steps": [{"boot": {}}, {"wait": {"ms": 30000}}, {"shutdown": {}}]})")
                               .at(1);
    return {{"ms", seconds * 1e3}};
}

namespace {
constexpr char kBootReadShutdown[] = R"({"name": "boot to exit", "description": "boot, one read, shutdown",
    "steps": ["boot", {"io": {"pattern": "read", "count": 1}}, "shutdown"], "media": {"memory_tib": 8}})";

}  // namespace

ordered_json short_runs() {
    constexpr std::size_t kRuns = 400;
    const scenario::Loaded loaded = scenario::load_scenario_text(kBootReadShutdown, "bench.json");
    const std::vector<scenario::Scenario> runs(kRuns, loaded.scenarios.at(0));
    cli::SilentListener silence;
    const double start = wall_seconds();
    const auto results = cli::run_workers(runs, {&scenario::run_scenario, 1, false, {}, {}, {}}, silence);
    const double seconds = wall_seconds() - start;
    for (const scenario::RunResult& result : results)
        if (result.verdict != scenario::Verdict::Passed)
            throw std::runtime_error("bench: a short run failed");
    return {{"runs_per_second", static_cast<double>(kRuns) / seconds}};
}

Process boot_to_exit(const std::string& program, const std::vector<std::string>& options) {
    char path[] = "/tmp/ans2emu-bench-XXXXXX";
    const int file = mkstemp(path);
    if (file < 0) throw std::runtime_error("bench: no temporary file");
    constexpr std::size_t kSize = sizeof kBootReadShutdown - 1;
    const bool written = write(file, kBootReadShutdown, kSize) == static_cast<ssize_t>(kSize);
    close(file);
    const double start = wall_seconds();
    const pid_t child = written ? fork() : -1;
    if (child == 0) {
        const int null = open("/dev/null", O_WRONLY);
        dup2(null, STDOUT_FILENO);
        std::vector<std::string> words{program, "run", path};
        words.insert(words.end(), options.begin(), options.end());
        std::vector<char*> arguments;
        for (std::string& word : words)
            arguments.push_back(word.data());
        arguments.push_back(nullptr);
        execv(program.c_str(), arguments.data());
        _exit(127);
    }
    int status = -1;
    rusage usage{};
    if (child > 0) wait4(child, &status, 0, &usage);
    const double wall_ms = (wall_seconds() - start) * 1e3;
    unlink(path);
    if (status != 0) throw std::runtime_error("bench: the boot run failed");
    return {wall_ms, static_cast<double>(usage.ru_maxrss) / 1024};
}

}  // namespace ans::bench
