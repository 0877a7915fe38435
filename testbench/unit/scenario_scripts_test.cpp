// SPDX-License-Identifier: MIT
// Scripts of scenario files: how they are read, what `use` and `repeat` become, what is refused.
#include "testbench/support/temp_folder.h"
#include "testbench/unit/scenario_bench.h"

namespace ans::scenario {
namespace {

using test::TempFolder;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string kWait = R"({"wait": {"event": "doorbell"}})";
const std::string kDrop = R"({"do": {"action": "nvme.irq.drop"}})";
const std::string kCrash = R"({"do": {"action": "firmware.crash"}})";

std::string script(const std::string& id, const std::string& list) {
    return "{\"id\": \"" + id + "\", \"steps\": [" + list + "]}";
}
std::string repeat(unsigned times, const std::string& list) {
    return "{\"repeat\": {\"times\": " + std::to_string(times) + ", \"steps\": [" + list + "]}}";
}
std::string use(const std::string& what) {
    return "{\"use\": \"" + what + "\"}";
}
std::string scripts(const std::string& all, const std::string& more = "") {
    const std::string steps = more.find("\"steps\"") == std::string::npos ? R"(, "steps": ["boot"])" : "";
    return with("\"scripts\": [" + all + "]" + more + steps);
}
std::string one(const std::string& list, const std::string& more = "") {
    return scripts(script("a", list), more);
}
std::string library(const std::string& all) {
    return "{\"scripts\": [" + all + "]}";
}

const std::vector<Bad>& bad_files() {
    static const std::vector<Bad> all{
        {with(R"("scripts": 5, "steps": ["boot"])"), "f.json:1: /scripts: found 5, expected a list"},
        {one(""), "f.json:1: /scripts/0/steps: is empty"},
        {scripts(R"({"steps": [{"wait_us": 1}]})"), "f.json:1: /scripts/0: key \"id\" is missing"},
        {one("{}"),
         "f.json:1: /scripts/0/steps/0: found an empty object, expected one of wait, wait_us, do, repeat or "
         "use"},
        {one(R"({"wait_us": 1, "use": "b"})"),
         "f.json:1: /scripts/0/steps/0: found an object, expected one of wait, wait_us, do, repeat or use"},
        {one(R"({"wiat": {"event": "irq"}})"),
         "f.json:1: /scripts/0/steps/0/wiat: unknown key; did you mean \"wait\"?"},
        {one(R"({"wait": {"event": "dorbell"}})"),
         "f.json:1: /scripts/0/steps/0/wait/event: found \"dorbell\"; did you mean \"doorbell\"?"},
        {one(R"({"wait_us": 0})"), "f.json:1: /scripts/0/steps/0/wait_us: found 0, expected more than 0 (us)",
         false},
        {one(R"({"do": {"action": "mailbox.dorp"}})"),
         "f.json:1: /scripts/0/steps/0/do/action: found \"mailbox.dorp\"; did you mean \"mailbox.drop\"?"},
        {one(kWait + R"(, {"do": {"action": "nvme.completion.drop", "tag": "$event.tga"}})"),
         "f.json:1: /scripts/0/steps/1/do/tag: event \"doorbell\" has no field \"tga\"; did you mean "
         "\"tag\"?",
         false},
        {one(R"({"do": {"action": "nvme.completion.drop", "tag": "$event.tag"}})"),
         "f.json:1: /scripts/0/steps/0/do/tag: refers to an event, and no wait for one comes before it",
         false},
        {one(kWait + R"(, {"do": {"action": "nvme.completion.drop", "hit": "match"}})"),
         "f.json:1: /scripts/0/steps/1: cannot be done: a step of a script hits what comes after it, never "
         "what "
         "matched",
         false},

        {one(repeat(0, kWait)),
         "f.json:1: /scripts/0/steps/0/repeat/times: found 0, expected a whole number from 1 to 10000"},
        {one(repeat(2, kCrash)),
         "f.json:1: /scripts/0/steps/0/repeat: neither waits nor takes time, so all of it happens at once; "
         "give its "
         "body a wait or wait_us",
         false},
        {one(repeat(2, R"({"wait": {"after_us": 5}})")),
         "f.json:1: /scripts/0/steps/0/repeat: neither waits nor takes time, so all of it happens at once; "
         "give its "
         "body a wait or wait_us",
         false},
        {scripts(script("a", repeat(2, use("b"))) + "," + script("b", kCrash)),
         "f.json:1: /scripts/0/steps/0/repeat: neither waits nor takes time, so all of it happens at once; "
         "give its "
         "body a wait or wait_us",
         false},
        {one(repeat(5000, kWait + "," + kDrop) + "," + kWait),
         "f.json:1: /scripts/0/steps: makes more than 10000 steps of the scripts when unrolled", false},
        {one(repeat(10000, repeat(10000, repeat(10000, repeat(10000, kWait))))),
         "f.json:1: /scripts/0/steps: makes more than 10000 steps of the scripts when unrolled", false},

        {scripts(script("a", repeat(6000, kWait)) + "," + script("b", repeat(6000, kWait)) + "," +
                 script("c", kWait)),
         "f.json:1: /scripts/1/steps: makes more than 10000 steps of the scripts when unrolled", false},

        {one(use("a")),
         "f.json:1: /scripts/0/steps/0/use: never ends: the script uses itself (\"a\" -> \"a\")", false},
        {scripts(script("a", kWait + "," + use("b")) + "," + script("b", repeat(2, kWait + "," + use("a")))),
         "f.json:1: /scripts/1/steps/0/repeat/steps/1/use: never ends: the script uses itself (\"a\" -> "
         "\"b\" -> \"a\")",
         false},
        {scripts(script("flood", kWait) + "," + script("a", use("flod"))),
         "f.json:1: /scripts/1/steps/0/use: no script \"flod\" in this file; did you mean \"flood\"?", false},
        {one(use("nowhere.script.json#a")),
         "f.json:1: /scripts/0/steps/0/use: nowhere.script.json: no such file", false},
        {scripts(script("a", kWait) + "," + script("a", kWait)),
         "f.json:1: /scripts/1/id: id \"a\" is taken by script 0 already", false},
        {scripts(script("a#b", kWait)), "f.json:1: /scripts/0: id \"a#b\" has a #", false},
        {one(kWait,
             R"(, "faults": [{"id": "a", "when": {"event": "irq"}, "do": {"action": "nvme.irq.drop"}}])"),
         "f.json:1: /scripts/0/id: id \"a\" is taken by a fault rule", false},
        {one(R"({"wait_us": 6000}, {"wait_us": 6000})", R"(, "limits": {"sim_ms": 10})"),
         "f.json:1: /scripts/0: never ends: at \"/scripts/0/steps/1\" its waiting is not below the run's "
         "limit "
         "(limits.sim_ms)",
         false},
        {one(R"({"wait": {"event": "irq", "after_us": 10000}})", R"(, "limits": {"sim_ms": 10})"),
         "f.json:1: /scripts/0: never ends: at \"/scripts/0/steps/0\" its waiting is not below the run's "
         "limit "
         "(limits.sim_ms)",
         false},
    };
    return all;
}

TEST(ScenarioScripts, SayWhatIsWrongAndWhere) {
    for (const Bad& bad : bad_files())
        EXPECT_THAT(load(bad.text).problems, ElementsAre(bad.problem)) << bad.text;
}

TEST_F(SchemaTest, RefusesWhatItCanKnowOfScripts) {
    for (const Bad& bad : bad_files())
        EXPECT_EQ(accepts(bad.text), !bad.schema_knows) << bad.text;
}

TEST_F(SchemaTest, KnowsEveryKindOfStep) {
    EXPECT_TRUE(accepts(one(kWait + "," + kDrop + R"(, {"wait_us": 0.5}, )" + repeat(3, kWait) + "," +
                            use("x.script.json#y"))));
}

std::vector<std::string> places(const fault::Script& script) {
    std::vector<std::string> out;
    for (const std::uint32_t index : script.order)
        out.push_back(script.steps[index].place);
    return out;
}

TEST(ScenarioScripts, RepeatsAreUnrolled) {
    const Loaded loaded = load(one(repeat(2, kWait + "," + repeat(2, R"({"wait_us": 1})"))));
    ASSERT_THAT(loaded.problems, IsEmpty());
    const std::string body = "/scripts/0/steps/0/repeat/steps/";
    EXPECT_THAT(places(loaded.scenarios[0].scripts[0]),
                ElementsAre(body + "0", body + "1/repeat/steps/0", body + "1/repeat/steps/0", body + "0",
                            body + "1/repeat/steps/0", body + "1/repeat/steps/0"));
}

TEST(ScenarioScripts, TheMostStepsAreAccepted) {
    const Loaded loaded = load(one(repeat(5000, kWait + "," + kDrop)));
    ASSERT_THAT(loaded.problems, IsEmpty());
    EXPECT_EQ(loaded.scenarios[0].scripts[0].order.size(), fault::kMostScriptSteps);
    EXPECT_LE(loaded.scenarios[0].scripts[0].steps.size(), 4u) << "a repeated step is kept once";
}

TEST(ScenarioScripts, AScriptThatIsUsedDoesNotRunByItself) {
    const Loaded loaded =
        load(scripts(script("part", kWait) + "," + script("whole", use("part") + "," + use("part"))));
    ASSERT_THAT(loaded.problems, IsEmpty());
    ASSERT_EQ(loaded.scenarios[0].scripts.size(), 1u);
    EXPECT_EQ(loaded.scenarios[0].scripts[0].id, "whole");
    EXPECT_THAT(places(loaded.scenarios[0].scripts[0]),
                ElementsAre("/scripts/0/steps/0", "/scripts/0/steps/0"));
}

TEST(ScenarioScripts, AReferenceInARepeatMeansTheLastWaitOfEachPass) {
    const std::string act = R"({"do": {"action": "nvme.completion.drop", "tag": "$event.tag"}})";
    const Loaded loaded = load(one(kWait + "," + repeat(2, act + R"(, {"wait": {"event": "tcb_inval"}})")));
    ASSERT_THAT(loaded.problems, IsEmpty());
    const fault::Script& script = loaded.scenarios[0].scripts[0];
    EXPECT_EQ(script.steps[script.order[1]].actions[0].params[0].from_event,
              find_field(EventKind::Doorbell, "tag"));
    EXPECT_EQ(script.steps[script.order[3]].actions[0].params[0].from_event,
              find_field(EventKind::TcbInvalidated, "tag"));
}

TEST(ScenarioScripts, AScriptMayCutPowerBeforePowerOn) {
    EXPECT_THAT(
        load(one(R"({"do": {"action": "power.cut"}})", R"(, "steps": ["boot", "power_on"])")).problems,
        IsEmpty());
}

TEST(ScenarioScripts, TheStepIsKeptAsTheFileSaysIt) {
    const Loaded loaded = load(one(kWait));
    EXPECT_EQ(loaded.scenarios[0].scripts[0].steps[0].what, R"({"wait":{"event":"doorbell"}})");
    EXPECT_TRUE(loaded.scenarios[0].scripts[0].must_finish);
}

class ScriptLibraries : public ::testing::Test {
protected:
    Loaded load_using(const std::string& what) {
        return load_scenario(folder_.write("s.json", one(kWait + "," + use(what))));
    }
    TempFolder folder_;
};

TEST_F(ScriptLibraries, AreFoundRelativeToTheFileThatUsesThem) {
    std::filesystem::create_directory(folder_ / "deep");
    folder_.write("deep/first.script.json", library(script("x", use("second.script.json#y"))));
    const std::string second = folder_.write("deep/second.script.json", library(script("y", kDrop)));
    const Loaded loaded = load_using("deep/first.script.json#x");
    ASSERT_THAT(loaded.problems, IsEmpty());
    EXPECT_THAT(places(loaded.scenarios[0].scripts[0]),
                ElementsAre("/scripts/0/steps/0", second + ": /scripts/0/steps/0"));
}

TEST_F(ScriptLibraries, MayUseTheEventThatTheirUserWaitedFor) {
    const std::string file = folder_.write(
        "l.script.json",
        library(script("x", R"({"do": {"action": "nvme.completion.drop", "tag": "$event.tag"}})")));
    EXPECT_THAT(check_script_library(file), IsEmpty());
    EXPECT_THAT(load_using("l.script.json#x").problems, IsEmpty());
}

TEST_F(ScriptLibraries, WhatIsWrongInThemIsToldWhereTheyAreUsed) {
    const std::string file = folder_.write("l.script.json", library(script("x", "{\"wait_us\": -1}")));
    EXPECT_THAT(
        load_using("l.script.json#x").problems,
        ElementsAre(
            folder_ / "s.json:1: /scripts/0/steps/1/use: " + file +
            ":1: /scripts/0/steps/0/wait_us: found -1, expected a number from 0 to 86400000000 (us)"));
}

TEST_F(ScriptLibraries, CirclesAcrossFilesAreRefused) {
    const std::string b = folder_.write("b.script.json", library(script("y", use("a.script.json#x"))));
    folder_.write("a.script.json", library(script("x", use("b.script.json#y"))));
    EXPECT_THAT(
        load_using("a.script.json#x").problems,
        ElementsAre(
            folder_ / "s.json:1: /scripts/0/steps/1/use: " + b +
            ": /scripts/0/steps/0/use: never ends: the script uses itself (\"x\" -> \"y\" -> \"x\")"));
    EXPECT_EQ(check_script_library(b).size(), 1u);
}

TEST_F(ScriptLibraries, AScenarioIsNone) {
    folder_.write("other.json", with(""));
    EXPECT_FALSE(load_using("other.json#x").problems.empty());
}

TEST_F(ScriptLibraries, AChainOfUsesHasAnEnd) {
    std::string all;
    for (int i = 0; i < 60; ++i)
        all += script("s" + std::to_string(i), use("s" + std::to_string(i + 1))) + ",";
    const std::vector<std::string> problems =
        check_script_library(folder_.write("l.script.json", library(all + script("s60", kWait))));
    ASSERT_FALSE(problems.empty());
    EXPECT_THAT(problems[0], ::testing::HasSubstr("is nested too deep"));
}

TEST_F(ScriptLibraries, AChainOfUsesHasAnEndInWhateverOrderItIsWritten) {
    std::string all = script("s60", kWait);
    for (int i = 59; i >= 0; --i)
        all += "," + script("s" + std::to_string(i), use("s" + std::to_string(i + 1)));
    const std::vector<std::string> problems =
        check_script_library(folder_.write("l.script.json", library(all)));
    ASSERT_FALSE(problems.empty());
    EXPECT_THAT(problems[0], ::testing::HasSubstr("/scripts/16/steps/0/use: is nested too deep"));
}

TEST_F(ScriptLibraries, UsesThatDoubleInEachLevelEndAtTheBound) {
    std::string all;
    for (int i = 0; i < 15; ++i) {
        const std::string next = use("s" + std::to_string(i + 1));
        all += script("s" + std::to_string(i), next + "," + next) + ",";
    }
    EXPECT_THAT(check_script_library(
                    folder_.write("l.script.json", library(all + script("s15", kWait + "," + kWait)))),
                ::testing::Contains(
                    ::testing::HasSubstr("makes more than 10000 steps of the scripts when unrolled")));
}

}  // namespace
}  // namespace ans::scenario
