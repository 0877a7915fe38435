// SPDX-License-Identifier: MIT
// What a rule of a scenario file may say of states, of events before the match and of how long an action
// lasts, and which rules are refused because they never have their moment.
#include "testbench/fault/states.h"
#include "testbench/unit/scenario_bench.h"

namespace ans::scenario {
namespace {

using ::testing::IsEmpty;

std::string with_while(const std::string& states) {
    return fault(R"({"event": "irq", "while": )" + states + "}");
}
std::string following(const std::string& more, const std::string& fields = "") {
    return fault(R"({"event": "tcb_inval", "following": {"event": "doorbell")" + more + "}" + fields + "}");
}
std::string two_rules(const std::string& first, const std::string& second,
                      const std::string& act = R"({"action": "nvme.irq.delay", "by_us": 3})") {
    return with(R"("faults": [{"id": "a", "when": )" + first + R"(, "do": {"action": "nvme.irq.drop"}},
                {"id": "b", "when": )" +
                second + R"(, "do": )" + act + "}]");
}

const std::vector<Bad>& bad_files() {
    static const std::vector<Bad> all{
        {with_while("5"),
         "f.json:1: /faults/0/when/while: found 5, expected the name of a state, or an object with it"},
        {with_while("[]"), "f.json:1: /faults/0/when/while: is empty"},
        {with_while(R"("completng")"),
         "f.json:1: /faults/0/when/while: found \"completng\"; did you mean \"completing\"?"},
        {with_while(R"({"state": "iop_aslep"})"),
         "f.json:1: /faults/0/when/while/state: found \"iop_aslep\"; "
         "did you mean \"iop_asleep\"?"},
        {with_while(R"("irq_high")"),
         "f.json:1: /faults/0/when/while: needs an object with the key \"line\""},
        {with_while(R"({"state": "irq_high"})"), "f.json:1: /faults/0/when/while: key \"line\" is missing"},
        {with_while(R"({"state": "in_flight", "min": 200})"),
         "f.json:1: /faults/0/when/while/min: found 200, expected a whole number from 1 to 128"},
        {with_while(R"({"state": "in_flight", "min": 5, "max": 4})"),
         "f.json:1: /faults/0/when/while: min 5 is above max 4", false},
        {with_while(R"({"state": "iop_asleep", "min": 5})"),
         "f.json:1: /faults/0/when/while/min: unknown key; known here: state or is"},
        {with_while(R"(["iop_asleep", "iop_running"])"),
         "f.json:1: /faults/0/when/while/1: state \"iop_running\" and \"iop_asleep\" exclude each other, so "
         "the "
         "rule can never fire",
         false},
        {with_while(R"(["completing", "iop_running", {"state": "completing", "is": false}])"),
         "f.json:1: /faults/0/when/while/2: state \"completing\" contradicts itself, so the rule can never "
         "fire",
         false},
        {with_while(R"([{"state": "in_flight", "max": 3}, {"state": "in_flight", "queue": "io", "min": 4}])"),
         "f.json:1: /faults/0/when/while/1: state \"in_flight\" contradicts itself, so the rule can never "
         "fire",
         false},

        {following(""), "f.json:1: /faults/0/when/following: key \"within_us\" is missing"},
        {following(R"(, "within_us": 0)"),
         "f.json:1: /faults/0/when/following/within_us: is 0, so the rule can never fire", false},
        {following(R"(, "within_us": 5, "same": ["queue"])"),
         "f.json:1: /faults/0/when/following/same/0: event \"tcb_inval\" has no field \"queue\"", false},
        {following(R"(, "within_us": 5, "following": {"event": "irq", "within_us": 5})"),
         "f.json:1: /faults/0/when/following/following: unknown key; known here: event, within_us, same, "
         "queue, "
         "tag or linear"},
        {following(R"(, "within_us": 5, "same": ["tag"], "tag": {"min": 4, "max": 9})", R"(, "tag": [1, 2])"),
         "f.json:1: /faults/0/when/following: \"tag\" must be the same in two events that never share a "
         "value of "
         "it, so the rule can never fire",
         false},

        {fault(R"({"event": "irq", "after_us": 600000000})"),
         "f.json:1: /faults/0/when: after_us is not below the run's limit (limits.sim_ms), so the rule can "
         "never "
         "fire",
         false},
        {fault(R"({"event": "irq"})", R"({"action": "nvme.irq.drop", "for_us": 0})"),
         "f.json:1: /faults/0/do/for_us: found 0, expected more than 0 (us)", false},
        {fault(R"({"event": "irq"})", R"({"action": "nvme.irq.drop", "for_count": 0})"),
         "f.json:1: /faults/0/do/for_count: found 0, expected a whole number from 1 to 1000000"},
        {fault(R"({"event": "irq"})", R"({"action": "nvme.irq.drop", "hit": "nxt"})"),
         "f.json:1: /faults/0/do/hit: found \"nxt\", expected match or next; did you mean \"next\"?"},
        {fault(R"({"event": "irq"})", R"({"action": "firmware.hang", "for_us": 5})"),
         "f.json:1: /faults/0/do/for_us: unknown key; known here: action or after_us"},
        {fault(R"({"event": "doorbell"})", R"({"action": "nvme.irq.drop", "hit": "match"})"),
         "f.json:1: /faults/0: cannot be carried out: action \"nvme.irq.drop\" cannot hit such an event "
         "itself, "
         "only \"irq\"",
         false},

        {two_rules(R"({"event": "irq"})", R"({"event": "irq", "level": true})"),
         "f.json:2: /faults/1/do: action \"nvme.irq.delay\" fights with \"nvme.irq.drop\" of rule \"a\", "
         "which "
         "takes everything that this rule matches",
         false},
        {two_rules(R"({"event": "irq", "nth": 2})", R"({"event": "irq", "nth": 2})"),
         "f.json:2: /faults/1/do: action \"nvme.irq.delay\" fights with \"nvme.irq.drop\" of rule \"a\", "
         "which "
         "takes everything that this rule matches",
         false},
    };
    return all;
}

const std::vector<std::string>& good_files() {
    static const std::vector<std::string> all{
        with_while(R"("completing")"),
        with_while(R"(["iop_running", {"state": "in_flight", "queue": "io", "min": 4, "max": 61}])"),
        with_while(R"([{"state": "iop_asleep", "is": false}, {"state": "iop_crashed", "is": false}])"),
        with_while(
            R"([{"state": "in_flight", "queue": "admin"}, {"state": "in_flight", "queue": "io", "max": 9}])"),
        with_while(R"([{"state": "irq_high", "line": 5}, {"state": "irq_high", "line": 6, "is": false}])"),
        following(R"(, "within_us": 0.5)"),
        following(R"(, "within_us": 5, "same": ["tag"], "queue": "io")",
                  R"(, "nth": 3, "while": "completing")"),
        fault(R"({"event": "irq"})", R"({"action": "nvme.irq.drop", "hit": "next", "after_us": 3})"),
        fault(R"({"event": "irq"})",
              R"({"action": "nvme.irq.drop", "hit": "match", "for_us": 10, "for_count": 3})"),
        fault(R"({"event": "doorbell"})", R"({"action": "nvme.irq.drop", "hit": "next", "for_count": 3})"),
        // Not certain to fight: the special before the general, a choice by count or chance, the next thing.
        two_rules(R"({"event": "irq", "level": true})", R"({"event": "irq"})"),
        two_rules(R"({"event": "irq", "nth": 1})", R"({"event": "irq"})"),
        two_rules(R"({"event": "irq", "probability": 0.5})", R"({"event": "irq", "probability": 0.5})"),
        two_rules(R"({"event": "irq", "while": "completing"})", R"({"event": "irq"})"),
        two_rules(R"({"event": "irq"})", R"({"event": "irq"})", R"({"action": "firmware.hang"})"),
    };
    return all;
}

TEST(RuleFile, EachMistakeIsNamedInItsOwnWords) {
    for (const Bad& bad : bad_files()) {
        const Loaded loaded = load(bad.text);
        EXPECT_TRUE(loaded.scenarios.empty()) << bad.text;
        ASSERT_FALSE(loaded.problems.empty()) << bad.text;
        EXPECT_EQ(loaded.problems.front(), bad.problem);
    }
}

TEST(RuleFile, GoodFilesHaveNoProblems) {
    for (const std::string& text : good_files())
        EXPECT_THAT(load(text).problems, IsEmpty()) << text;
}

TEST_F(SchemaTest, KnowsTheSameRules) {
    for (const std::string& text : good_files())
        EXPECT_TRUE(accepts(text)) << text;
    for (const Bad& bad : bad_files())
        EXPECT_EQ(accepts(bad.text), !bad.schema_knows) << bad.text;
}

TEST(RuleFile, StatesArriveTyped) {
    const Loaded loaded =
        load(with_while(R"(["iop_asleep", {"state": "in_flight", "queue": "io", "min": 4}])"));
    ASSERT_FALSE(loaded.scenarios.empty());
    const auto& states = loaded.scenarios.front().faults.at(0).when.states;
    ASSERT_EQ(states.size(), 2u);
    EXPECT_EQ(states[0].state, fault::find_state("iop_asleep"));
    EXPECT_TRUE(states[0].is);
    EXPECT_EQ(states[1].state, fault::find_state("in_flight"));
    EXPECT_EQ(states[1].which, 2u);
    EXPECT_EQ(states[1].min, 4u);
    EXPECT_EQ(states[1].max, UINT64_MAX);
}

TEST(RuleFile, TheEventBeforeArrivesTyped) {
    const Loaded loaded = load(following(R"(, "within_us": 1.5, "same": ["tag"], "queue": "io")"));
    ASSERT_FALSE(loaded.scenarios.empty());
    const auto& before = loaded.scenarios.front().faults.at(0).when.following;
    ASSERT_TRUE(before);
    EXPECT_EQ(before->kind, EventKind::Doorbell);
    EXPECT_EQ(before->within, nanoseconds(1500));
    EXPECT_EQ(before->same, std::vector<std::string>{"tag"});
    ASSERT_EQ(before->fields.size(), 1u);
    EXPECT_EQ(before->fields[0].values, std::vector<std::uint64_t>{1});
}

TEST(RuleFile, TheActionsSpanArrivesTyped) {
    const Loaded loaded = load(fault(
        R"({"event": "irq"})", R"({"action": "nvme.irq.drop", "hit": "next", "for_us": 2, "for_count": 7})"));
    ASSERT_FALSE(loaded.scenarios.empty());
    const fault::Do& act = loaded.scenarios.front().faults.at(0).actions.at(0);
    EXPECT_EQ(act.hit, fault::Hit::Next);
    EXPECT_EQ(act.span, microseconds(2));
    EXPECT_EQ(act.things, 7u);
}

}  // namespace
}  // namespace ans::scenario
