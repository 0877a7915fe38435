// SPDX-License-Identifier: MIT
// The program around the machine: exit codes, workers that misbehave, what is printed. The machine itself is
// replaced by a run that does what the scenario's name says.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>
#include <tuple>

#include "testbench/cli/app.h"
#include "testbench/cli/catalog.h"
#include "testbench/cli/story.h"
#include "testbench/cli/tables.h"
#include "testbench/scenario/files/judge.h"
#include "testbench/scenario/files/problem.h"
#include "testbench/support/sim_test.h"

namespace ans::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;
namespace fs = std::filesystem;

[[noreturn]] void spin() {
    for (volatile bool on = true; on;) {
    }
    std::abort();
}

void read_a_truncated_mapping(const std::string& image) {
    const int fd = open(image.c_str(), O_RDWR);
    ASSERT_EQ(ftruncate(fd, 4096), 0);
    const auto* bytes = static_cast<const volatile char*>(mmap(nullptr, 4096, PROT_READ, MAP_SHARED, fd, 0));
    ASSERT_EQ(ftruncate(fd, 0), 0);
    (void)bytes[0];
}

// Stands for the machine.
scenario::RunResult act(const scenario::Scenario& s, const scenario::RunOptions& options) {
    if (s.name == "throws") throw std::logic_error("a bug of ours\nstate  0x1\x1b  0x2");
    if (s.name == "locked") throw scenario::UserError("disk.img: in use by another process");
    if (s.name == "aborts") {
        std::cerr << "assertion in block x\n";
        signal(SIGABRT, SIG_DFL);
        std::abort();
    }
    if (s.name == "exits") _exit(7);
    if (s.name == "spins") spin();
    if (s.name == "truncated") read_a_truncated_mapping(s.media.image);
    const auto omits = [&](driver::Measure m) {
        return std::count(s.driver.omit.begin(), s.driver.omit.end(), m) != 0;
    };
    if (s.name == "strict" && omits(driver::Measure::SubmitLock))
        throw std::runtime_error("an interrupt was lost");
    if (s.name == "slow") std::this_thread::sleep_for(std::chrono::milliseconds(300));
    if (!options.trace_file.empty()) std::ofstream(options.trace_file) << s.title() << "\n";
    scenario::RunResult result;
    options.observer->step_begun(0, "", 0);
    result.facts.steps = {{"boot", s.name == "fails" ? scenario::StepStatus::Error : scenario::StepStatus::Ok,
                           0, milliseconds(12), s.name == "fails" ? "no HELLO\x1b[31m" : "", 0, 0}};
    options.observer->step_ended(0, result.facts.steps[0]);
    result.facts.sim_time = milliseconds(12);
    if (options.events_around != 0)
        result.around = {"head", "up to " + std::to_string(options.around / milliseconds(1)) + " ms"};
    result.facts.outcome = scenario::outcome_of(s, result.facts.steps, {});
    if (s.name == "rude") result.facts.violations = {{"TCB-01", "error", "tag 5", 2, 7}};
    scenario::judge(s, result);
    return result;
}

int no_bench(bool json) {
    std::cout << (json ? "{}" : "bench") << "\n";
    return kExitOk;
}

class CliTest : public ::testing::Test {
protected:
    CliTest() : folder_(fs::temp_directory_path() / ("ans_cli_" + std::to_string(getpid()))) {
        fs::create_directories(folder_);
        unsetenv("NO_COLOR");
    }
    ~CliTest() override { fs::remove_all(folder_); }

    /// A scenario file; its name says what the run does.
    std::string file(const std::string& name, const std::string& members = "") {
        const std::string path = (folder_ / (name + ".json")).string();
        std::ofstream(path) << R"({"name": ")" << name << R"(", "description": "d", )" << members
                            << R"("steps": ["boot"]})";
        return path;
    }
    int run(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "ans2emu");
        std::vector<char*> argv;
        for (std::string& argument : arguments)
            argv.push_back(argument.data());
        ::testing::internal::CaptureStdout();
        ::testing::internal::CaptureStderr();
        const int code = run_program(static_cast<int>(argv.size()), argv.data(), {act, no_bench});
        std::cout.flush();
        out = ::testing::internal::GetCapturedStdout();
        err = ::testing::internal::GetCapturedStderr();
        return code;
    }
    std::string path(const std::string& name) const { return (folder_ / name).string(); }
    static std::string content(const std::string& path) {
        std::stringstream text;
        text << std::ifstream(path).rdbuf();
        return text.str();
    }

    const fs::path folder_;
    std::string out, err;
};

TEST_F(CliTest, APassingRunEndsWithZeroAndOneClearLine) {
    EXPECT_EQ(run({"run", file("good")}), kExitOk);
    EXPECT_THAT(out, HasSubstr("  boot\n"));
    EXPECT_THAT(out, HasSubstr("ok    every step ended as expected\n"));
    EXPECT_THAT(out, HasSubstr("\nPASSED  good  (12.000 ms simulated, "));
    EXPECT_THAT(out, Not(HasSubstr("\033"))) << "no colour where nobody looks";
    EXPECT_THAT(err, IsEmpty());
}

TEST_F(CliTest, AMissedExpectationEndsWithOne) {
    EXPECT_EQ(run({"run", file("fails")}), kExitFailed);
    EXPECT_THAT(out, HasSubstr("FAIL  step 1 (boot): expected ok, got error: no HELLO?[31m\n"));
    EXPECT_THAT(out, HasSubstr("\nFAILED  fails"));
}

TEST_F(CliTest, WhatTheUserGaveEndsWithTwo) {
    EXPECT_EQ(run({"run", file("locked")}), kExitBadInput);
    EXPECT_THAT(out, HasSubstr("disk.img: in use by another process"));
    EXPECT_EQ(run({"run", path("nowhere.json")}), kExitBadInput);
    EXPECT_THAT(err, HasSubstr("nowhere.json: no such file"));
    EXPECT_EQ(run({"run", file("good"), "--set", "seed=x"}), kExitBadInput);
    EXPECT_THAT(err, HasSubstr("/seed: found \"x\", expected a whole number (from --set \"seed=x\")"));
    EXPECT_EQ(run({"run", file("good"), "--frobnicate"}), kExitBadInput);
    EXPECT_EQ(run({"run"}), kExitBadInput);
    EXPECT_EQ(run({}), kExitBadInput);
    EXPECT_EQ(run({"frobnicate"}), kExitBadInput);
}

TEST_F(CliTest, OneBadFileKeepsAllRunsFromStarting) {
    std::ofstream(path("bad.json")) << "{}";
    EXPECT_EQ(run({"run", file("good"), path("bad.json")}), kExitBadInput);
    EXPECT_THAT(out, IsEmpty());
    EXPECT_THAT(err, HasSubstr("bad.json: key \"name\" is missing"));
}

TEST_F(CliTest, AnExceptionOfOursEndsWithThree) {
    EXPECT_EQ(run({"run", file("throws")}), kExitBroken);
    EXPECT_THAT(out, HasSubstr("the emulator failed: a bug of ours"));
}

TEST_F(CliTest, AFailureOfSeveralLinesIsPrintedAsSuch) {
    EXPECT_EQ(run({"run", file("throws")}), kExitBroken);
    EXPECT_THAT(out, HasSubstr("FAIL  the emulator failed: a bug of ours\n        state  0x1?  0x2\n"));
    EXPECT_EQ(run({"run", file("throws"), file("good")}), kExitBroken);
    EXPECT_THAT(out,
                HasSubstr("           the emulator failed: a bug of ours\n           state  0x1?  0x2\n"));
}

TEST_F(CliTest, AWorkerThatDiesLeavesItsLastWords) {
    EXPECT_EQ(run({"run", file("aborts")}), kExitBroken);
    EXPECT_THAT(out, HasSubstr("the worker died of signal 6 (Aborted)"));
    EXPECT_THAT(out, HasSubstr("last words: assertion in block x"));
    EXPECT_EQ(run({"run", file("exits")}), kExitBroken);
    EXPECT_THAT(out, HasSubstr("the worker ended with code 7 and without a result"));
}

TEST_F(CliTest, AWorkerThatSpinsIsEndedWithItsStack) {
    EXPECT_EQ(run({"run", file("spins", R"("limits": {"wall_s": 0.3}, )")}), kExitBroken);
    EXPECT_THAT(out, HasSubstr("no end within 0.30 s of real time (limits.wall_s)"));
    EXPECT_THAT(out, HasSubstr("watchdog: the stack of whoever was at work:"));
}

TEST_F(CliTest, AnImageTruncatedUnderTheRunIsTheUsersMistake) {
    std::ofstream(path("disk.img")) << "x";
    EXPECT_EQ(run({"run", file("truncated", R"("media": {"image": "disk.img"}, )")}), kExitBadInput);
    EXPECT_THAT(out, HasSubstr("disk.img was truncated, or its disk failed, while it was in use"));
}

TEST_F(CliTest, SeveralRunsArePrintedInOrderAndTheWorstGivesTheCode) {
    EXPECT_EQ(run({"run", file("slow"), file("fails"), file("good"), "-j", "3"}), kExitFailed);
    EXPECT_LT(out.find("slow.json"), out.find("fails.json"));
    EXPECT_LT(out.find("fails.json"), out.find("good.json"));
    EXPECT_THAT(out, HasSubstr("\n3 scenarios: 2 passed, 1 failed\n"));
    EXPECT_EQ(run({"run", file("fails"), file("exits"), file("locked")}), kExitBroken);
}

TEST_F(CliTest, AFolderStandsForItsScenariosButNotForTheSchema) {
    file("good");
    fs::create_directories(folder_ / "below");
    file("below/other");
    std::ofstream(path("scenario.schema.json")) << "{}";
    EXPECT_EQ(run({"run", folder_.string()}), kExitOk);
    EXPECT_THAT(out, HasSubstr("2 scenarios: 2 passed"));
    fs::create_directories(folder_ / "empty");
    EXPECT_EQ(run({"run", path("empty")}), kExitBadInput);
    EXPECT_THAT(err, HasSubstr("no scenario (*.json) in this folder"));
}

TEST_F(CliTest, ReportsAreWrittenOrRefusedBeforeTheRun) {
    EXPECT_EQ(run({"run", file("good"), file("fails"), "--report", "json:" + path("r.out"), "--report",
                   "junit:" + path("r.xml")}),
              kExitFailed);
    const nlohmann::json report = nlohmann::json::parse(content(path("r.out")));
    EXPECT_EQ(report["total"], 2);
    EXPECT_EQ(report["runs"][1]["verdict"], "failed");
    EXPECT_THAT(content(path("r.xml")), HasSubstr("tests=\"2\" failures=\"1\" errors=\"0\""));
    EXPECT_EQ(run({"run", file("good"), "--report", "xml:r"}), kExitBadInput);
    EXPECT_EQ(run({"run", file("good"), "--report", "json:" + path("no/such/folder")}), kExitBadInput);
    EXPECT_THAT(out, IsEmpty());
}

TEST_F(CliTest, AWaiverFilePardonsADriverAndIsInTheReport) {
    const std::string waivers = path("driver.waivers");
    std::ofstream(waivers)
        << R"([{"rule": "TCB-01", "reason": "known"}, {"rule": "TCB-02", "reason": "was once"}])";
    EXPECT_EQ(run({"run", file("rude")}), kExitFailed);
    EXPECT_EQ(run({"run", file("rude"), "--waive", waivers, "--report", "json:" + path("r.out")}), kExitOk);
    EXPECT_THAT(out, HasSubstr("no run broke TCB-02, its waiver is not needed\n"));
    EXPECT_THAT(out, Not(HasSubstr("no run broke TCB-01")));
    const nlohmann::json report = nlohmann::json::parse(content(path("r.out")));
    EXPECT_EQ(report["runs"][0]["broken_rules"][0]["pardon"], "waived: known");
    EXPECT_EQ(report["unused_waivers"], nlohmann::json::array({"TCB-02"}));
    EXPECT_EQ(run({"run", file("fails"), "--waive", waivers}), kExitFailed);
    EXPECT_THAT(out, HasSubstr(" --waive " + waivers + " --seed")) << "the replay needs it too";
}

TEST_F(CliTest, ABadWaiverFileKeepsAllRunsFromStarting) {
    const std::string waivers = path("driver.waivers");
    std::ofstream(waivers) << R"([{"rule": "TCB-0l", "reason": "known"}])";
    EXPECT_EQ(run({"run", file("good"), "--waive", waivers}), kExitBadInput);
    EXPECT_THAT(err, HasSubstr("/0/rule: found \"TCB-0l\"; did you mean \"TCB-01\"?"));
    EXPECT_THAT(out, IsEmpty());
    EXPECT_EQ(run({"run", file("good"), "--waive", path("nowhere")}), kExitBadInput);
}

TEST_F(CliTest, RulesPrintsOneRuleOrAll) {
    EXPECT_EQ(run({"rules", "TCB-02"}), kExitOk);
    EXPECT_THAT(out, HasSubstr("TCB-02  error: doorbell for a tag whose TCB was not invalidated\n"));
    EXPECT_THAT(out, Not(HasSubstr("TCB-03")));
    EXPECT_EQ(run({"rules", "tcb-02", "--json"}), kExitOk);
    const nlohmann::json rule = nlohmann::json::parse(out);
    ASSERT_EQ(rule.size(), 1u);
    EXPECT_EQ(rule[0]["id"], "TCB-02");
    EXPECT_EQ(run({"rules", "TBC-02"}), kExitBadInput);
    EXPECT_THAT(err, HasSubstr("no rule \"TBC-02\"; did you mean \"TCB-02\"?"));
    EXPECT_EQ(run({"rules", "banana", "--json"}), kExitBadInput);
}

TEST_F(CliTest, TracesOfSeveralRunsNeedAFolder) {
    EXPECT_EQ(run({"run", file("good"), file("fails"), "--trace", path("t")}), kExitBadInput);
    EXPECT_THAT(err, HasSubstr("--trace needs a folder for 2 runs"));
}

TEST_F(CliTest, EachRunHasATraceOfItsOwnInTheFolder) {
    const std::string good = file("good", R"("runs": [{"run": "a"}, {"run": "b"}], )");
    fs::create_directories(path("traces"));
    EXPECT_EQ(run({"run", good, "--trace", path("traces")}), kExitOk);
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(path("traces")))
        names.push_back(entry.path().filename().string());
    EXPECT_THAT(names, UnorderedElementsAre(EndsWith("good.json.a.trace.jsonl"),
                                            EndsWith("good.json.b.trace.jsonl")));
}

TEST_F(CliTest, AFailedRunIsRepeatedForTheEventsBeforeItsFailure) {
    EXPECT_EQ(run({"run", file("fails")}), kExitFailed);
    EXPECT_THAT(out, HasSubstr("The events before the failure:\nhead\nup to 12 ms\n"));
}

TEST_F(CliTest, AFailedRunTellsTheCommandThatShowsItAgain) {
    const std::string fails = file("fails", R"("runs": [{"run": "a"}, {"run": "b"}], "seed": 9, )");
    EXPECT_EQ(run({"run", fails, "--only", "b", "--set", "soc=t6000", "--report", "json:" + path("report")}),
              kExitFailed);
    const std::string command =
        "ans2emu run " + fails + " --only b --set soc=t6000 --seed 9 --trace trace.jsonl -v";
    EXPECT_THAT(out, HasSubstr("To see this run again: " + command));
    std::ifstream report(path("report"));
    EXPECT_THAT(nlohmann::json::parse(report).dump(), HasSubstr(command));
}

TEST_F(CliTest, ARunThatPassesIsNotRepeated) {
    EXPECT_EQ(run({"run", file("good")}), kExitOk);
    EXPECT_THAT(out, Not(HasSubstr("The events before")));
}

TEST_F(CliTest, AnUnknownRunIsTheUsersMistake) {
    EXPECT_EQ(run({"run", file("good", R"("runs": [{"run": "fixed"}], )"), "--only", "fixde"}),
              kExitBadInput);
    EXPECT_THAT(err, HasSubstr("did you mean \"fixed\"?"));
}

TEST_F(CliTest, AMutantThatARunNoticesIsNoSurvivor) {
    EXPECT_EQ(run({"mutate", "--measure", "submit_lock", file("strict")}), kExitOk);
    EXPECT_THAT(out, HasSubstr("noticed"));
    EXPECT_THAT(out, HasSubstr("an interrupt was lost"));
    EXPECT_THAT(out, HasSubstr("1 mutant, 0 survivors"));
}

TEST_F(CliTest, AMutantThatNobodyNoticesSurvivesAndFailsTheCommand) {
    EXPECT_EQ(run({"mutate", "--measure", "submit_lock", "--json", file("good")}), kExitFailed);
    const auto report = nlohmann::json::parse(out);
    EXPECT_EQ(report.at("mutants"), 1);
    EXPECT_EQ(report.at("survivors"), nlohmann::json({"submit_lock"}));
}

TEST_F(CliTest, RunsThatShowABrokenDriverDoNotJudgeMutants) {
    EXPECT_EQ(run({"mutate", "--measure", "tcb_invalidate",
                   file("strict", R"("driver": {"omit": ["submit_lock"]}, )"), file("good")}),
              kExitFailed);
    EXPECT_THAT(out, HasSubstr("1 run, nobody noticed"));
}

TEST_F(CliTest, MutantsOfADriverThatFailsAnywayMeanNothing) {
    EXPECT_EQ(run({"mutate", file("fails")}), kExitFailed);
    EXPECT_THAT(err, HasSubstr("with every measure in place a run fails already"));
}

TEST_F(CliTest, AnUnknownMeasureIsTheUsersMistake) {
    EXPECT_EQ(run({"mutate", "--measure", "submit_lok", file("good")}), kExitBadInput);
    EXPECT_THAT(err, HasSubstr("did you mean \"submit_lock\"?"));
}

TEST_F(CliTest, AnInterruptEndsTheWorkersAndThenTheProgram) {
    const std::string spins = file("spins", R"("limits": {"wall_s": 20}, )");
    const auto started = std::chrono::steady_clock::now();
    const pid_t program = fork();
    if (program == 0) {
        std::vector<std::string> arguments{"ans2emu", "run", spins, spins};
        std::vector<char*> argv;
        for (std::string& argument : arguments)
            argv.push_back(argument.data());
        run_program(static_cast<int>(argv.size()), argv.data(), {act, no_bench});
        _exit(0);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    kill(program, SIGINT);
    int status = 0;
    ASSERT_EQ(waitpid(program, &status, 0), program);
    EXPECT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), SIGINT);
    EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(10));
}

TEST_F(CliTest, CheckSaysOkOrEverythingThatIsWrong) {
    EXPECT_EQ(run({"check", file("good")}), kExitOk);
    EXPECT_THAT(out, StartsWith("ok  "));
    std::ofstream(path("bad.json")) << "{\"name\": 1}";
    EXPECT_EQ(run({"check", folder_.string()}), kExitBadInput);
    EXPECT_THAT(out, HasSubstr("good.json"));
    EXPECT_EQ(std::count(err.begin(), err.end(), '\n'), 3) << err;
    EXPECT_EQ(run({"check"}), kExitBadInput);
    EXPECT_EQ(run({"check", "--schema"}), kExitOk);
    EXPECT_EQ(nlohmann::json::parse(out)["title"], "ans2emu scenario");
}

TEST_F(CliTest, ListHasPathNameAndDescription) {
    const std::string good = file("good");
    EXPECT_EQ(run({"list", "--json", folder_.string()}), kExitOk);
    EXPECT_EQ(nlohmann::json::parse(out),
              nlohmann::json::array({{{"path", good}, {"name", "good"}, {"description", "d"}}}));
    EXPECT_EQ(run({"list", folder_.string()}), kExitOk);
    EXPECT_EQ(out, good + "  good\n");
}

TEST_F(CliTest, RegsPrintsOneBlockOrAll) {
    EXPECT_EQ(run({"regs", "mailbox"}), kExitOk);
    EXPECT_THAT(out, HasSubstr("A2I_CONTROL"));
    EXPECT_THAT(out, Not(HasSubstr("CPU_CONTROL")));
    EXPECT_EQ(run({"regs", "--json", "sart"}), kExitOk);
    const nlohmann::json sart = nlohmann::json::parse(out);
    ASSERT_EQ(sart.size(), 2u) << "versions 2 and 3";
    EXPECT_EQ(sart[0]["registers"][0]["name"], "CONFIG");
    EXPECT_EQ(sart[0]["registers"][0]["count"], 16);
    EXPECT_EQ(run({"regs", "mailbx"}), kExitBadInput);
    EXPECT_THAT(err, HasSubstr("did you mean \"mailbox\"?"));
    EXPECT_EQ(run({"regs"}), kExitOk);
    for (const std::string_view block : block_names())
        EXPECT_THAT(out, HasSubstr(std::string(block)));
}

TEST_F(CliTest, PoliciesFaultsAndRulesAreObjectsWithAnIdAndASource) {
    EXPECT_EQ(run({"regs", "--policies", "--json"}), kExitOk);
    for (const nlohmann::json& policy : nlohmann::json::parse(out)) {
        EXPECT_FALSE(policy.at("source").get<std::string>().empty());
        EXPECT_TRUE(policy.contains("strict") && policy.contains("lenient") && policy.contains("default"));
    }
    for (const char* command : {"faults", "rules"}) {
        EXPECT_EQ(run({command, "--json"}), kExitOk);
        const nlohmann::json table = nlohmann::json::parse(out);
        EXPECT_GT(table.size(), 5u);
        for (const nlohmann::json& row : table) {
            EXPECT_FALSE(row.at("id").get<std::string>().empty());
            EXPECT_FALSE(row.at("title").get<std::string>().empty());
            EXPECT_FALSE(row.at("source").get<std::string>().empty());
        }
        EXPECT_EQ(run({command}), kExitOk);
        EXPECT_THAT(out, HasSubstr(table[0].at("id").get<std::string>()));
    }
}

TEST_F(CliTest, StatesAreObjectsWithAnIdAndASource) {
    EXPECT_EQ(run({"faults", "--states", "--json"}), kExitOk);
    const nlohmann::json table = nlohmann::json::parse(out);
    for (const nlohmann::json& row : table)
        for (const char* key : {"id", "title", "source"})
            EXPECT_FALSE(row.at(key).get<std::string>().empty());
    EXPECT_EQ(run({"faults", "--states"}), kExitOk);
    for (const nlohmann::json& row : table)
        EXPECT_THAT(out, HasSubstr(row.at("id").get<std::string>()));
    EXPECT_THAT(out, Not(HasSubstr("nvme.irq.drop")));
}

TEST_F(CliTest, EveryHelpShowsAnExample) {
    for (const char* command : {"run", "check", "list", "regs", "faults", "rules", "bench"}) {
        EXPECT_EQ(run({command, "--help"}), kExitOk);
        EXPECT_THAT(out, HasSubstr(std::string("Example:\n  ans2emu ") + command));
    }
    EXPECT_EQ(run({"--help"}), kExitOk);
    EXPECT_THAT(out, HasSubstr("Exit codes:"));
}

TEST(StoryTest, ABurstOfDriverLinesIsCutUnlessAllIsAskedFor) {
    for (const bool verbose : {false, true}) {
        std::vector<StoryLine> told;
        StoryTeller teller(verbose, [&](const StoryLine& line) { told.push_back(line); });
        const std::string text = "register x0";
        for (SimTime at : {microseconds(1), microseconds(2)})
            for (int i = 0; i < 20; ++i) {
                Event event;
                event.kind = EventKind::DriverLog;
                event.time = at;
                event.set_text(text);
                teller.on_event(event);
            }
        teller.step_begun(0, "", microseconds(3));
        ASSERT_EQ(told.size(), verbose ? 41u : 19u);
        EXPECT_EQ(told[8].text, verbose ? text : "... and 12 lines more (-v)");
    }
}

TEST(StoryTest, ALineSurvivesThePipe) {
    const StoryLine line{Scene::Driver, 123456789, "a \"quoted\" line", "warning", 7};
    const StoryLine back = decode_story(encode(line));
    EXPECT_EQ(std::tie(back.scene, back.at, back.text, back.mark, back.step),
              std::tie(line.scene, line.at, line.text, line.mark, line.step));
}

TEST(TerminalTest, NothingDangerousIsPrinted) {
    EXPECT_EQ(printable("a\x1b[0m\x7f\n"), "a?[0m??");
    EXPECT_EQ(printable("\xc3\xa9\xff\xc2\x9b\xe2\x82"), "\xc3\xa9?????") << "broken UTF-8 and C1 controls";
}

TEST(TerminalTest, ColumnsAreAligned) {
    Table table;
    table.row({"a", "12", "x"});
    table.row({"bbb", "3", ""});
    EXPECT_EQ(table.text(1, {1}), " a    12  x\n bbb   3\n");
}

TEST(TerminalTest, SizesAndTimesAreReadable) {
    EXPECT_EQ(size_text(4096), "4 KiB");
    EXPECT_EQ(size_text(1536), "1.5 KiB");
    EXPECT_EQ(size_text(8ull << 40), "8 TiB");
    EXPECT_EQ(ms_text(microseconds(12'345)), "12.345 ms");
}

}  // namespace
}  // namespace ans::cli
