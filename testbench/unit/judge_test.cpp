// SPDX-License-Identifier: MIT
// Expectations held against facts, and the forms of a result.
#include "testbench/scenario/files/judge.h"

#include <gmock/gmock.h>

#include "testbench/scenario/collector.h"
#include "testbench/scenario/files/load.h"
#include "testbench/support/sim_test.h"

namespace ans::scenario {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Scenario scenario_of(const std::string& members) {
    const Loaded loaded = load_scenario_text(
        R"({"name": "n", "description": "d", "steps": ["boot", {"io": {"expect": "error"}}], )" + members +
            "}",
        "f.json");
    EXPECT_THAT(loaded.problems, IsEmpty());
    return loaded.scenarios.front();
}

class JudgeTest : public ::testing::Test {
protected:
    JudgeTest() {
        result.facts.steps = {{"boot", StepStatus::Ok, 0, milliseconds(10), "", 0, 0},
                              {"io", StepStatus::Error, milliseconds(10), milliseconds(30), "", 4096, 1}};
        result.facts.sim_time = milliseconds(30);
        result.facts.counters = {{"errors", 2}, {"events.irq", 7}};
        result.facts.log = {{1, "driver", "one"}, {2, "firmware", "two"}, {3, "driver", "three"}};
    }
    const std::vector<std::string>& failures(const std::string& members) {
        const Scenario scenario = scenario_of(members);
        result.facts.outcome = outcome_of(scenario, result.facts.steps, ending);
        judge(scenario, result);
        EXPECT_EQ(result.verdict, result.failures.empty() ? Verdict::Passed : Verdict::Failed);
        return result.failures;
    }
    Ending ending;
    RunResult result;
};

TEST_F(JudgeTest, StepsThatEndAsExpectedPass) {
    EXPECT_THAT(failures("\"seed\": 1"), IsEmpty());
    EXPECT_THAT(result.checks, ElementsAre("every step ended as expected", "outcome pass"));
}

TEST_F(JudgeTest, AStepThatEndsOtherwiseFailsTheRunOnce) {
    result.facts.steps[0] = {"boot", StepStatus::Error, 0, 1, "no HELLO", 0, 0};
    EXPECT_THAT(failures("\"seed\": 1"), ElementsAre("step 1 (boot): expected ok, got error: no HELLO"));
    EXPECT_EQ(result.facts.outcome, Outcome::StepFailed);
}

TEST_F(JudgeTest, AStepThatNeverRanIsNotAsExpected) {
    result.facts.steps.pop_back();
    EXPECT_THAT(failures("\"seed\": 1"), ElementsAre("step 2 (io): expected error, got not_run"));
}

TEST_F(JudgeTest, OfSeveralEndingsTheMostTellingCounts) {
    const Scenario scenario = scenario_of("\"seed\": 1");
    const auto outcome = [&] { return outcome_of(scenario, result.facts.steps, ending); };
    EXPECT_EQ(outcome(), Outcome::Pass);
    ending.driver_dead = true;
    EXPECT_EQ(outcome(), Outcome::DriverDead);
    result.facts.steps[0].status = StepStatus::Error;
    EXPECT_EQ(outcome(), Outcome::StepFailed);
    ending.out_of_time = true;
    EXPECT_EQ(outcome(), Outcome::Stuck);
    ending.bus_fault = true;
    EXPECT_EQ(outcome(), Outcome::BusFault);
    ending.bus_hang = true;
    EXPECT_EQ(outcome(), Outcome::BusHang);
}

TEST_F(JudgeTest, AnOutcomeThatWasExpectedPassesWithItsUnfinishedStep) {
    ending.bus_hang = true;
    result.facts.steps[1].status = StepStatus::Unfinished;
    EXPECT_THAT(failures("\"expect\": {\"outcome\": \"bus_hang\"}"), IsEmpty());
    EXPECT_THAT(failures("\"expect\": {\"outcome\": \"stuck\"}"),
                ElementsAre("outcome: expected stuck, got bus_hang (a CPU access was never answered)"));
}

TEST_F(JudgeTest, CountersAreComparedExactlyOrWithinBounds) {
    EXPECT_THAT(failures(R"("expect": {"counters": {"errors": 2, "events.irq": {"min": 7}, "timeouts": 0}})"),
                IsEmpty());
    EXPECT_THAT(
        failures(
            R"("expect": {"counters": {"errors": 3, "events.irq": {"max": 6}, "timeouts": {"min": 1}}})"),
        ElementsAre("counter errors: expected 3, got 2", "counter events.irq: expected 0 to 6, got 7",
                    "counter timeouts: expected at least 1, got 0"));
}

TEST_F(JudgeTest, WrongDataFailsAlsoWhereNobodyAsked) {
    result.facts.counters["data_mismatches"] = 4;
    EXPECT_THAT(failures("\"seed\": 1"), ElementsAre("data: 4 blocks were not what had been written"));
    EXPECT_THAT(failures(R"("expect": {"counters": {"data_mismatches": {"min": 1}}})"), IsEmpty());
}

TEST_F(JudgeTest, WhatADriverKeptFailsAlsoWhereNobodyAsked) {
    result.facts.counters["dma_bytes_left"] = 4096;
    result.facts.counters["sart_entries_left"] = 2;
    EXPECT_THAT(failures("\"seed\": 1"),
                ElementsAre("memory: 4096 bytes left behind by a driver that is gone",
                            "SART entries: 2 left behind by a driver that is gone"));
    EXPECT_THAT(failures(R"("expect": {"counters": {"dma_bytes_left": 4096, "sart_entries_left": 2}})"),
                IsEmpty());
}

TEST_F(JudgeTest, LogLinesAreSearched) {
    EXPECT_THAT(
        failures(
            R"("expect": {"log": {"contains": ["tw"], "lacks": ["four"], "in_order": ["one", "three"]}})"),
        IsEmpty());
    EXPECT_THAT(
        failures(R"("expect": {"log": {"contains": ["four"], "lacks": ["wo"], "in_order": ["two", "one"]}})"),
        ElementsAre("log: no line has \"four\"", "log: expected no line with \"wo\", got \"two\"",
                    "log: no line has \"one\" after the ones before it in in_order"));
}

TEST_F(JudgeTest, SimulatedTimeHasBounds) {
    EXPECT_THAT(failures(R"("expect": {"sim_time_ms": {"min": 30, "max": 30}})"), IsEmpty());
    EXPECT_THAT(failures(R"("expect": {"sim_time_ms": {"min": 31}})"),
                ElementsAre("simulated time: expected at least 31.000 ms, got 30.000 ms"));
    EXPECT_THAT(failures(R"("expect": {"sim_time_ms": {"max": 29.5}})"),
                ElementsAre("simulated time: expected at most 29.500 ms, got 30.000 ms"));
}

TEST_F(JudgeTest, ARuleThatNeverFiredFailsUnlessItNeedNot) {
    const std::string rule =
        R"("faults": [{"id": "a", "when": {"event": "irq"}, "do": {"action": "nvme.irq.drop"})";
    EXPECT_THAT(failures(rule + "}]"),
                ElementsAre("fault a never fired: nothing matched its `when` (must_fire is true)"));
    EXPECT_THAT(failures(rule + ", \"must_fire\": false}]"), IsEmpty());
    result.facts.faults = {{"a", 2}};
    EXPECT_THAT(failures(rule + "}]"), IsEmpty());
}

TEST_F(JudgeTest, AScriptThatDidNotFinishFailsUnlessItNeedNot) {
    const std::string script =
        R"("scripts": [{"id": "a", "steps": [{"wait_us": 1}, {"wait": {"event": "irq"}}])";
    result.facts.scripts = {{"a", 1, 2, "/scripts/0/steps/1: {irq}"}};
    EXPECT_THAT(failures(script + "}]"),
                ElementsAre("script a did not finish (must_finish is true): it waited at step 2 of 2, "
                            "/scripts/0/steps/1: {irq}"));
    EXPECT_THAT(failures(script + ", \"must_finish\": false}]"), IsEmpty());
    result.facts.scripts[0].done = 2;
    EXPECT_THAT(failures(script + "}]"), IsEmpty());
    EXPECT_THAT(result.checks, ::testing::Contains("script a finished, 2 steps"));
}

TEST_F(JudgeTest, OnlyErrorRulesThatAreNotAllowedFail) {
    result.facts.violations = {{"TCB-03", "warning", "w", 1, 0},
                               {"TCB-01", "error", "tag 5", 2, milliseconds(3)}};
    EXPECT_THAT(failures("\"seed\": 1"), ElementsAre("rule TCB-01 broken 2 times, first at 3.000 ms: tag 5"));
    EXPECT_THAT(failures(R"("expect": {"allow_rules": ["TCB-01"]})"), IsEmpty());
}

TEST_F(JudgeTest, AnExpectedViolationMustHappenAndMayHappen) {
    EXPECT_THAT(failures(R"("expect": {"violations": ["TCB-01"]})"),
                ElementsAre("rule TCB-01: expected to be broken, and was not"));
    result.facts.violations = {{"TCB-01", "error", "tag 5", 2, 7},
                               {"TCB-02", "error", "tag 6", 1, milliseconds(1)}};
    EXPECT_THAT(failures(R"("expect": {"violations": ["TCB-01"]})"),
                ElementsAre("rule TCB-02 broken once, first at 1.000 ms: tag 6"));
    EXPECT_EQ(result.facts.violations[0].pardon, "expected");
    EXPECT_EQ(result.facts.violations[1].pardon, "");
}

TEST_F(JudgeTest, AnUnbrokenRuleFailsTheRunAlsoAsAnAdvice) {
    EXPECT_THAT(failures(R"("expect": {"unbroken": ["TCB-09"]})"), IsEmpty());
    EXPECT_THAT(result.checks, Contains("rule TCB-09 not broken"));
    result.facts.violations = {{"TCB-09", "advice", "tag 5", 1, milliseconds(2)}};
    EXPECT_THAT(failures(R"("expect": {"unbroken": ["TCB-09"]})"),
                ElementsAre("rule TCB-09 broken once, first at 2.000 ms: tag 5"));
}

TEST_F(JudgeTest, AWaivedRuleDoesNotFailTheRunUnlessTheScenarioIsAboutIt) {
    result.facts.violations = {{"TCB-01", "error", "tag 5", 2, 7}};
    Scenario scenario = scenario_of("\"seed\": 1");
    scenario.waivers = {{"TCB-01", "known since 2021"}};
    judge(scenario, result);
    EXPECT_THAT(result.failures, IsEmpty());
    EXPECT_EQ(result.facts.violations[0].pardon, "waived: known since 2021");
    EXPECT_EQ(moment_of_failure(scenario, result.facts), result.facts.sim_time);
    scenario.expect.unbroken = {"TCB-01"};
    judge(scenario, result);
    EXPECT_EQ(result.failures.size(), 1u);
}

TEST_F(JudgeTest, AResultSurvivesItsJsonForm) {
    result.path = "p";
    result.name = "n";
    result.wall_ms = 1.5;
    result.facts.stages = {{"rtkit ready", microseconds(5) + 1}};
    result.facts.violations = {{"TCB-01", "error", "tag 5", 2, 7}};
    result.facts.scripts = {{"a", 1, 2, "here"}};
    failures("\"seed\": 1");
    const nlohmann::ordered_json json = to_json(result);
    EXPECT_EQ(to_json(result_from_json(nlohmann::json::parse(json.dump()))), json);
}

TEST_F(JudgeTest, ReportsCountAndEscape) {
    RunResult bad = result;
    bad.verdict = Verdict::Broken;
    bad.name = "<&\">\x1b";
    bad.failures = {"died"};
    result.verdict = Verdict::Passed;
    const std::string junit = junit_report({result, bad});
    EXPECT_THAT(junit, HasSubstr("tests=\"2\" failures=\"0\" errors=\"1\""));
    EXPECT_THAT(junit, HasSubstr("name=\"&lt;&amp;&quot;&gt;?\""));
    EXPECT_THAT(junit, HasSubstr("<error message=\"died\">died&#10;</error>"));
    const nlohmann::json json = nlohmann::json::parse(json_report({result, bad}));
    EXPECT_EQ(json["total"], 2);
    EXPECT_EQ(json["passed"], 1);
    EXPECT_EQ(json["runs"][1]["verdict"], "broken");
}

Event text_event(EventKind kind, const std::string& text, SimTime time = 0) {
    Event event;
    event.kind = kind;
    event.time = time;
    event.set_text(text);
    return event;
}

TEST(CollectorTest, ListensOnlyToWhatSomebodyWillRead) {
    EventHub hub;
    const Collector collector(scenario_of(R"("expect": {"counters": {"events.doorbell": 1}})"), hub);
    EXPECT_TRUE(hub.wants(EventKind::Doorbell));
    EXPECT_TRUE(hub.wants(EventKind::DriverLog));
    EXPECT_FALSE(hub.wants(EventKind::RegRead));
}

TEST(CollectorTest, GathersLogFaultsAndViolations) {
    EventHub hub;
    Collector collector(
        scenario_of(
            R"("faults": [{"id": "a", "when": {"event": "irq"}, "do": {"action": "nvme.irq.drop"}}])"),
        hub);
    const std::string line = "line", fired = "a: nvme.irq.drop", broken = "TCB-01 tag 5 in flight",
                      stage = "ready";
    hub.emit(text_event(EventKind::DriverLog, line, 5));
    hub.emit(text_event(EventKind::FaultFired, fired));
    Event violation = text_event(EventKind::RuleViolated, broken, 9);
    find_field(EventKind::RuleViolated, "severity")->set(violation, 2);
    hub.emit(violation);
    hub.emit(violation);
    hub.emit(text_event(EventKind::DriverStage, stage, 3));
    RunFacts facts;
    collector.fill(facts);
    ASSERT_EQ(facts.log.size(), 1u);
    EXPECT_EQ(facts.log[0].text, "line");
    EXPECT_EQ(facts.log[0].source, "driver");
    EXPECT_EQ(facts.faults.at(0).fired, 1u);
    ASSERT_EQ(facts.violations.size(), 1u);
    EXPECT_EQ(facts.violations[0].rule, "TCB-01");
    EXPECT_EQ(facts.violations[0].text, "tag 5 in flight");
    EXPECT_EQ(facts.violations[0].severity, "error");
    EXPECT_EQ(facts.violations[0].count, 2u);
    EXPECT_EQ(facts.stages.at(0).name, "ready");
}

TEST(CollectorTest, AnEndlessLogIsCutAndSaysSo) {
    EventHub hub;
    const Collector collector(scenario_of("\"seed\": 1"), hub);
    const std::string line(5000, 'x');
    for (int i = 0; i < 30'000; ++i)
        hub.emit(text_event(EventKind::FirmwareLog, line));
    RunFacts facts;
    collector.fill(facts);
    EXPECT_TRUE(facts.log_cut);
    EXPECT_LE(facts.log.size(), 20'000u);
    EXPECT_LE(facts.log[0].text.size(), 1000u);
}

}  // namespace
}  // namespace ans::scenario
