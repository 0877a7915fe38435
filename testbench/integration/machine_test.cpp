// SPDX-License-Identifier: MIT
// Stories over the whole machine. Each run happens in a child: SystemC elaborates once a process.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "testbench/scenario/files/load.h"
#include "testbench/scenario/files/problem.h"
#include "testbench/scenario/run.h"

namespace ans::test {
namespace {

using scenario::RunResult;
using scenario::Verdict;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A file that is gone with the test.
struct TempFile {
    TempFile() {
        const int fd = mkstemp(path.data());
        if (fd >= 0) close(fd);
    }
    ~TempFile() {
        unlink(path.c_str());
        unlink((path + ".ans2state.json").c_str());
    }
    std::string content() const {
        std::ifstream file(path, std::ios::binary);
        std::ostringstream text;
        text << file.rdbuf();
        return text.str();
    }
    std::string path = "machine_test_XXXXXX";
};

RunResult run_child(const std::string& text, const std::string& trace) {
    const scenario::Loaded loaded = scenario::load_scenario_text(text, "test.json");
    if (loaded.scenarios.empty()) {
        ADD_FAILURE() << loaded.problems.front();
        return {};
    }
    int ends[2];
    if (pipe(ends) != 0) return {};
    if (fork() == 0) {
        RunResult result;
        try {
            scenario::RunOptions options;
            options.trace_file = trace;
            result = scenario::run_scenario(loaded.scenarios.front(), options);
        } catch (const scenario::UserError& error) {
            result.verdict = Verdict::BadInput;
            result.failures.push_back(error.what());
        }
        const std::string out = scenario::to_json(result).dump();
        _exit(write(ends[1], out.data(), out.size()) == static_cast<ssize_t>(out.size()) ? 0 : 1);
    }
    close(ends[1]);
    std::string out;
    char buffer[4096];
    for (ssize_t got = 0; (got = read(ends[0], buffer, sizeof buffer)) > 0;)
        out.append(buffer, static_cast<std::size_t>(got));
    close(ends[0]);
    wait(nullptr);
    return scenario::result_from_json(nlohmann::json::parse(out));
}

RunResult run(const std::string& body, const std::string& trace = {}) {
    return run_child(R"({"name": "test", "description": "a test", )" + body + "}", trace);
}

constexpr char kBusy[] = R"("driver": {"omit": ["submit_lock"], "io_timeout_ms": 5}, "seed": 7,
    "steps": [{"boot": {}}, {"io": {"pattern": "randrw", "depth": 32, "threads": 4, "count": 2000, "verify": true}},
              {"shutdown": {}}])";

TEST(Machine, ARepeatedRunGivesTheSameTraceToTheByte) {
    TempFile first, second;
    EXPECT_EQ(run(kBusy, first.path).verdict, Verdict::Passed);
    EXPECT_EQ(run(kBusy, second.path).verdict, Verdict::Passed);
    EXPECT_GT(first.content().size(), 100'000u);
    EXPECT_TRUE(first.content() == second.content());
}

std::string two_readers(const char* omit) {
    return std::string(R"("driver": {"omit": [)") + omit + R"(], "io_timeout_ms": 1}, "seed": 11,
        "steps": [{"boot": {}}, {"io": {"pattern": "randread", "depth": 2, "threads": 2, "count": 40000, "think_us": 2000}},
                  {"shutdown": {}}])";
}

TEST(Machine, TheTimesOfATraceNeverGoBack) {
    const TempFile trace;
    run(kBusy, trace.path);
    std::istringstream lines(trace.content());
    double last = 0;
    for (std::string line; std::getline(lines, line);) {
        const double time = nlohmann::json::parse(line).at("t_us");
        ASSERT_GE(time, last) << line;
        last = time;
    }
    EXPECT_GT(last, 0);
}

TEST(Machine, TheSimulatedDeadlineEndsADriverThatSleepsBeyondIt) {
    const RunResult result =
        run(R"("limits": {"sim_ms": 100}, "steps": ["boot", {"wait": {"ms": 1000}}, "shutdown"])");
    EXPECT_EQ(result.verdict, Verdict::Failed);
    EXPECT_THAT(result.facts.outcome_detail, HasSubstr("deadline"));
}

TEST(Machine, TheSimulatedDeadlineEndsADriverInTheMiddleOfItsIo) {
    const RunResult result = run(
        R"("limits": {"sim_ms": 20}, "steps": ["boot", {"io": {"pattern": "randrw", "count": 1000000, "depth": 32, "threads": 4}}])");
    EXPECT_EQ(result.verdict, Verdict::Failed);
}

TEST(Machine, WithoutTheSubmitLockInterruptsAreLostAndWithItNoneIs) {
    EXPECT_GT(run(two_readers("\"submit_lock\"")).facts.counters["completions_polled"], 0u);
    EXPECT_EQ(run(two_readers("")).facts.counters["completions_polled"], 0u);
}

TEST(Machine, WhatWasFlushedSurvivesAPowerCutInTheImage) {
    TempFile image;
    ASSERT_EQ(truncate(image.path.c_str(), 1 << 20), 0);
    const RunResult result = run(R"("media": {"image": ")" + image.path + R"("}, "steps": [{"boot": {}},
        {"io": {"pattern": "write", "count": 32, "verify": true}}, {"flush": {}}, {"power_cut": {}}, {"power_on": {}},
        {"boot": {}}, {"io": {"pattern": "read", "count": 32, "verify": true}}, {"smart": {}}, {"shutdown": {}}])");
    EXPECT_EQ(result.verdict, Verdict::Passed) << ::testing::PrintToString(result.failures);
    EXPECT_EQ(image.content().size(), 1u << 20) << "an image never grows or shrinks";
}

TEST(Machine, UnflushedWritesDoNotReachTheImageOfARunThatJustEnds) {
    TempFile image;
    ASSERT_EQ(truncate(image.path.c_str(), 1 << 20), 0);
    run(R"("media": {"image": ")" + image.path +
        R"("}, "steps": [{"boot": {}}, {"io": {"pattern": "write", "count": 8}}])");
    EXPECT_EQ(image.content(), std::string(1 << 20, '\0'));
}

TEST(Machine, APowerCutUnderIoIsCountedAndTheNextBootWorks) {
    const RunResult result =
        run(R"("faults": [{"id": "cut", "when": {"event": "completion", "queue": "io", "nth": 50},
        "do": {"action": "power.cut"}}],
        "steps": [{"boot": {}}, {"io": {"pattern": "randwrite", "depth": 8, "count": 500, "verify": true, "expect": "error"}},
                  {"power_on": {}}, {"boot": {}}, {"io": {"pattern": "randread", "count": 200, "verify": true}}, {"shutdown": {}}])");
    EXPECT_EQ(result.verdict, Verdict::Passed) << ::testing::PrintToString(result.failures);
    EXPECT_EQ(result.facts.counters.at("data_mismatches"), 0u);
}

TEST(Machine, ADriverCrashOfTheFirmwareFailsEveryRequestAndHangsNone) {
    const RunResult result =
        run(R"("faults": [{"id": "die", "when": {"event": "completion", "queue": "io", "nth": 20},
        "do": {"action": "firmware.crash"}}],
        "steps": [{"boot": {}}, {"io": {"pattern": "randread", "depth": 61, "count": 5000, "expect": "error"}}],
        "expect": {"outcome": "driver_dead", "log": {"contains": ["co-processor has crashed"]}})");
    EXPECT_EQ(result.verdict, Verdict::Passed) << ::testing::PrintToString(result.failures);
    EXPECT_LT(result.facts.sim_time, seconds(1));
}

TEST(Machine, PollingNeedsNoInterrupt) {
    const RunResult result = run(R"("driver": {"use_interrupts": false},
        "steps": [{"boot": {}}, {"io": {"pattern": "randrw", "depth": 4, "count": 200, "verify": true}}, {"shutdown": {}}])");
    EXPECT_EQ(result.verdict, Verdict::Passed) << ::testing::PrintToString(result.failures);
    EXPECT_EQ(result.facts.counters.at("interrupts"), 0u);
}

TEST(Machine, AMissingImageIsTheUsersMistake) {
    const RunResult result = run(R"("media": {"image": "no-such-file.img"}, "steps": [{"boot": {}}])");
    EXPECT_EQ(result.verdict, Verdict::BadInput);
    EXPECT_THAT(result.failures.at(0), HasSubstr("no-such-file.img"));
}

TEST(Machine, ACleanRunBreaksNoRule) {
    const RunResult result =
        run(R"("policies": {"preset": "strict"}, "steps": [{"boot": {}}, {"identify": {}},
        {"io": {"pattern": "randrw", "depth": 16, "count": 500, "verify": true}}, {"flush": {}}, {"suspend": {}}, {"resume": {}},
        {"shutdown": {}}])");
    EXPECT_EQ(result.verdict, Verdict::Passed) << ::testing::PrintToString(result.failures);
    EXPECT_THAT(result.facts.violations, IsEmpty());
}

}  // namespace
}  // namespace ans::test
