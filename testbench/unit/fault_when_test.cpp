// SPDX-License-Identifier: MIT
// Rules that look at more than one event: at a state, at an event before; and actions that last.
#include "testbench/fault/conflict.h"
#include "testbench/fault/states.h"
#include "testbench/unit/fault_bench.h"

namespace ans::test {
namespace {

using fault::fight;
using fault::Following;
using fault::Hit;

Rule drop_completions() {
    return rule_on(EventKind::CompletionPosted, act("nvme.completion.drop"));
}

Following after(EventKind kind, SimTime within, std::vector<std::string> same = {}) {
    Following following;
    following.kind = kind;
    following.within = within;
    following.same = std::move(same);
    return following;
}

class FaultWhenTest : public FaultTest {
protected:
    void ring(std::uint64_t tag, SimTime time = 0) {
        events.emit(make(EventKind::Doorbell, {{"tag", tag}, {"queue", 1}}, time));
    }
    bool dropped(std::uint64_t tag, SimTime time = 0) {
        const Event about = make(EventKind::CompletionPosted, {{"tag", tag}, {"queue", 1}}, time);
        const bool drop = points.ask(DecidePoint::Completion, about).kind == Verdict::Kind::Drop;
        if (!drop) events.emit(about);
        return drop;
    }
};

TEST_F(FaultWhenTest, AStateIsThatOfJustBeforeTheEvent) {
    Rule rule = rule_on(EventKind::FirmwareState, act("nvme.completion.drop"));
    rule.when.states = {{fault::find_state("iop_asleep")}};
    plan({rule});
    events.emit(make(EventKind::FirmwareState, {{"state", 5}}));
    EXPECT_FALSE(dropped(1)) << "it was awake until then";
    events.emit(make(EventKind::FirmwareState, {{"state", 2}}));
    EXPECT_TRUE(dropped(1)) << "it slept until then";
}

TEST_F(FaultWhenTest, AStateBindsARuleAtADecidePoint) {
    Rule rule = drop_completions();
    rule.when.states = {{fault::find_state("in_flight"), true, 0, 2}};
    plan({rule});
    events.emit(make(EventKind::ControllerState, {{"enabled", 1}}));
    ring(1);
    EXPECT_FALSE(dropped(1)) << "alone in flight";
    ring(1);
    ring(2);
    EXPECT_TRUE(dropped(1));
}

TEST_F(FaultWhenTest, AllStatesMustHold) {
    Rule rule = drop_completions();
    rule.when.states = {{fault::find_state("iop_running")}, {fault::find_state("in_reset"), false}};
    plan({rule});
    EXPECT_FALSE(dropped(1));
    events.emit(make(EventKind::FirmwareState, {{"state", 2}}));
    EXPECT_TRUE(dropped(1));
    events.emit(make(EventKind::ResetLine, {{"level", 1}}));
    EXPECT_FALSE(dropped(1));
}

TEST_F(FaultWhenTest, OnlyTheKindsOfTheStatesThatAreAskedForAreHeard) {
    events.unsubscribe(recorder);
    Rule rule = drop_completions();
    rule.when.states = {{fault::find_state("iop_asleep")}};
    plan({rule});
    EXPECT_TRUE(events.wants(EventKind::FirmwareState));
    EXPECT_FALSE(events.wants(EventKind::Doorbell));
}

TEST_F(FaultWhenTest, AnEventMustFollowTheOtherInTime) {
    Rule rule = drop_completions();
    rule.when.following = after(EventKind::Doorbell, microseconds(5));
    plan({rule});
    EXPECT_FALSE(dropped(1));
    ring(9, microseconds(10));
    EXPECT_TRUE(dropped(1, microseconds(15)));
    EXPECT_FALSE(dropped(1, microseconds(15) + 1));
}

TEST_F(FaultWhenTest, TheEventBeforeMustHaveTheSameFields) {
    Rule rule = drop_completions();
    rule.when.following = after(EventKind::Doorbell, microseconds(5), {"queue", "tag"});
    plan({rule});
    ring(3);
    ring(4);
    EXPECT_FALSE(dropped(5));
    EXPECT_TRUE(dropped(3));
    events.emit(make(EventKind::Doorbell, {{"tag", 5}, {"queue", 0}}));
    EXPECT_FALSE(dropped(5)) << "another queue";
}

TEST_F(FaultWhenTest, TheEventBeforeMustMatchItsOwnFields) {
    Rule rule = drop_completions();
    rule.when.following = after(EventKind::Doorbell, microseconds(5));
    rule.when.following->fields = {equal(EventKind::Doorbell, "queue", 0)};
    plan({rule});
    ring(1);
    EXPECT_FALSE(dropped(1));
    events.emit(make(EventKind::Doorbell, {{"queue", 0}}));
    EXPECT_TRUE(dropped(1));
}

TEST_F(FaultWhenTest, AnEventDoesNotFollowItself) {
    Rule rule = rule_on(EventKind::Doorbell, act("nvme.completion.drop"));
    rule.when.following = after(EventKind::Doorbell, microseconds(5));
    plan({rule});
    ring(1);
    EXPECT_FALSE(dropped(1));
    ring(2);
    EXPECT_TRUE(dropped(1));
}

/// As the machine does: a command is observed when it is fetched, and then judged.
bool command_dropped(EventHub& events, DecideHub& points, std::uint64_t tag, SimTime time) {
    const Event about = make(EventKind::CommandFetched, {{"tag", tag}, {"queue", 1}}, time);
    events.emit(about);
    return points.ask(DecidePoint::Command, about).kind == Verdict::Kind::Drop;
}

TEST_F(FaultWhenTest, ARuleOnACommandHitsTheVeryCommand) {
    Rule rule = rule_on(EventKind::CommandFetched, act("nvme.command.drop"));
    rule.when.nth = 2;
    plan({rule});
    EXPECT_FALSE(command_dropped(events, points, 2, 10));
    EXPECT_TRUE(command_dropped(events, points, 3, 20));
    EXPECT_FALSE(command_dropped(events, points, 4, 30));
}

TEST_F(FaultWhenTest, ACommandDoesNotFollowItselfThoughItIsObservedBeforeItIsJudged) {
    Rule rule = rule_on(EventKind::CommandFetched, act("nvme.command.drop"));
    rule.when.following = after(EventKind::CommandFetched, microseconds(5));
    plan({rule});
    EXPECT_FALSE(command_dropped(events, points, 2, 0));
    EXPECT_TRUE(command_dropped(events, points, 3, microseconds(5)));
    EXPECT_FALSE(command_dropped(events, points, 4, microseconds(11)));
}

TEST_F(FaultWhenTest, ACommandFollowsAnEarlierOneOfItsTag) {
    Rule rule = rule_on(EventKind::CommandFetched, act("nvme.command.drop"));
    rule.when.following = after(EventKind::CommandFetched, microseconds(5), {"tag"});
    plan({rule});
    EXPECT_FALSE(command_dropped(events, points, 2, 0));
    EXPECT_FALSE(command_dropped(events, points, 3, microseconds(1)));
    EXPECT_TRUE(command_dropped(events, points, 2, microseconds(4)));
}

TEST_F(FaultWhenTest, OfManyEventsBeforeTheOldestIsForgotten) {
    Rule rule = drop_completions();
    rule.when.following = after(EventKind::Doorbell, seconds(1), {"tag"});
    plan({rule});
    for (std::uint64_t tag = 0; tag < 129; ++tag)
        ring(tag, tag);
    EXPECT_FALSE(dropped(0, 200));
    EXPECT_TRUE(dropped(1, 200));
    EXPECT_TRUE(dropped(128, 200));
}

TEST_F(FaultWhenTest, TheNextThingIsHitInsteadOfTheMatch) {
    Rule rule = drop_completions();
    rule.when.nth = 2;
    rule.actions[0].hit = Hit::Next;
    plan({rule});
    EXPECT_EQ(pattern(5), "..x..");
}

TEST_F(FaultWhenTest, TheNextThingMayBeAskedForLater) {
    Rule rule = rule_on(EventKind::CompletionPosted, act("nvme.completion.drop", {}, microseconds(5)));
    rule.when.nth = 1;
    rule.actions[0].hit = Hit::Next;
    plan({rule});
    run([&] {
        EXPECT_FALSE(dropped(0, kernel_now()));
        EXPECT_FALSE(dropped(0, kernel_now()));
        pass(microseconds(6));
        EXPECT_TRUE(dropped(0, kernel_now()));
        EXPECT_FALSE(dropped(0, kernel_now()));
    });
}

TEST_F(FaultWhenTest, WhatMayOnlyHitTheMatchDoesNotWaitForAnother) {
    Rule first = drop_completions(), second = drop_completions();
    first.when.nth = 1;
    second.id = "second";
    second.when.fields = {equal(EventKind::CompletionPosted, "tag", 0)};
    second.when.at_most = 1;
    second.actions[0].hit = Hit::Match;
    plan({first, second});
    EXPECT_TRUE(dropped(0)) << "by the first rule";
    EXPECT_FALSE(dropped(1));
    EXPECT_EQ(plan_->fired(1), 0u);
}

TEST_F(FaultWhenTest, ACountHitsTheMatchAndWhatComesAfter) {
    Rule rule = drop_completions();
    rule.when.nth = 2;
    rule.actions[0].things = 3;
    plan({rule});
    EXPECT_EQ(pattern(7), ".xxx...");
    EXPECT_EQ(plan_->fired(0), 3u);
}

TEST_F(FaultWhenTest, ASpanHitsEverythingUntilItIsOver) {
    Rule rule = drop_completions();
    rule.when.nth = 1;
    rule.actions[0].span = microseconds(10);
    plan({rule});
    EXPECT_TRUE(dropped(1, microseconds(1)));
    EXPECT_TRUE(dropped(2, microseconds(2)));
    EXPECT_TRUE(dropped(3, microseconds(11) - 1));
    EXPECT_FALSE(dropped(4, microseconds(11)));
    EXPECT_FALSE(dropped(5, microseconds(12)));
}

TEST_F(FaultWhenTest, AnArmedActionLastsToo) {
    Rule rule = rule_on(EventKind::Doorbell, act("nvme.completion.drop"));
    rule.when.nth = 1;
    rule.actions[0].span = microseconds(10);
    rule.actions[0].things = 2;
    plan({rule});
    ring(1, microseconds(1));
    EXPECT_TRUE(dropped(1, microseconds(2)));
    EXPECT_TRUE(dropped(1, microseconds(3)));
    EXPECT_FALSE(dropped(1, microseconds(4))) << "whichever ends first";
}

TEST_F(FaultWhenTest, AMatchWhileItLastsStartsTheSpanAnew) {
    Rule rule = rule_on(EventKind::Doorbell, act("nvme.completion.drop"));
    rule.actions[0].span = microseconds(10);
    plan({rule});
    ring(1);
    ring(1, microseconds(9));
    EXPECT_TRUE(dropped(1, microseconds(18)));
    EXPECT_FALSE(dropped(1, microseconds(19)));
}

TEST_F(FaultWhenTest, ALastingActionKeepsToTheTagThatMatched) {
    Rule rule = drop_completions();
    rule.when.nth = 1;
    rule.actions[0].params[0].from_event = find_field(EventKind::CompletionPosted, "tag");
    rule.actions[0].things = 2;
    plan({rule});
    EXPECT_TRUE(dropped(7));
    EXPECT_FALSE(dropped(8));
    EXPECT_TRUE(dropped(7));
    EXPECT_FALSE(dropped(7));
}

TEST(RuleFights, OnlyWhatIsCertainIsRefused) {
    const auto fights = [](auto change_first, auto change_second) {
        Rule first = drop_completions(), second = drop_completions();
        change_first(first);
        change_second(second);
        return !fight(first, second).empty();
    };
    const auto nothing = [](Rule&) {};
    const auto tag = [](Rule& r) { r.when.fields = {equal(EventKind::CompletionPosted, "tag", 5)}; };
    const auto third = [](Rule& r) { r.when.nth = 3; };
    EXPECT_TRUE(fights(nothing, nothing));
    EXPECT_TRUE(fights(nothing, tag));
    EXPECT_FALSE(fights(tag, nothing)) << "the second has the others";
    EXPECT_TRUE(fights(third, third));
    EXPECT_FALSE(fights(third, nothing));
    EXPECT_TRUE(fights(nothing, third));
    EXPECT_FALSE(fights(nothing, [](Rule& r) { r.actions[0].hit = Hit::Next; }));
    EXPECT_FALSE(fights([](Rule& r) { r.actions[0].params[0].value = 5; }, nothing)) << "takes one tag only";
    EXPECT_FALSE(fights([](Rule& r) { r.when.after = 1; }, nothing));
    EXPECT_FALSE(fights([](Rule& r) { r.when.probability = 0.5; }, nothing));
    EXPECT_FALSE(fights([](Rule& r) { r.when.states = {{fault::find_state("in_reset")}}; }, nothing));
    EXPECT_FALSE(fights(nothing, [](Rule& r) { r.actions[0] = act("power.cut"); }));
    const auto crash = [](Rule& r) { r.actions[0] = act("firmware.crash"); };
    EXPECT_TRUE(fights(crash, crash));
    EXPECT_FALSE(fights(crash, [](Rule& r) { r.actions[0] = act("firmware.crash", {}, 5); }));
    const auto send = [](Rule& r) { r.actions[0] = act("mailbox.send", {{"msg0", 7}}); };
    EXPECT_FALSE(fights(send, send)) << "two messages at once are two messages";
}

TEST(DisjointMatches, AreFoundForEveryPairButMaskAndRange) {
    const EventField* tag = find_field(EventKind::Doorbell, "tag");
    using Op = FieldMatch::Op;
    const FieldMatch five{tag, Op::Equal, {5}}, low{tag, Op::Range, {0, 4}}, high{tag, Op::Range, {5, 9}},
        odd{tag, Op::Masked, {1, 1}}, even{tag, Op::Masked, {1, 0}}, few{tag, Op::OneOf, {1, 2}};
    EXPECT_TRUE(disjoint(five, low));
    EXPECT_TRUE(disjoint(low, five));
    EXPECT_FALSE(disjoint(five, high));
    EXPECT_TRUE(disjoint(low, high));
    EXPECT_TRUE(disjoint(odd, even));
    EXPECT_TRUE(disjoint(five, even));
    EXPECT_FALSE(disjoint(few, odd));
    EXPECT_TRUE(disjoint(few, high));
    EXPECT_FALSE(disjoint(few, few));
    EXPECT_FALSE(disjoint(odd, high));
}

TEST(FaultDefects, ConditionsThatCannotHoldAreNamed) {
    const auto why = [](auto change) {
        Rule rule = drop_completions();
        change(rule);
        return fault::defect(rule);
    };
    EXPECT_NE(why([](Rule& r) { r.when.states = {{nullptr}}; }), "");
    EXPECT_NE(why([](Rule& r) { r.when.states = {{fault::find_state("in_reset"), true, 0, 2}}; }), "");
    EXPECT_NE(why([](Rule& r) { r.when.states = {{fault::find_state("in_reset"), true, 1}}; }), "");
    EXPECT_NE(why([](Rule& r) {
                  r.when.states = {{fault::find_state("iop_asleep")}, {fault::find_state("iop_running")}};
              }),
              "");
    EXPECT_NE(why([](Rule& r) { r.when.following = after(EventKind::Doorbell, 0); }), "");
    EXPECT_NE(why([](Rule& r) { r.when.following = after(EventKind::Doorbell, 1, {"cid"}); }), "");
    EXPECT_NE(why([](Rule& r) { r.when.following = after(EventKind::Count, 1); }), "");
    EXPECT_NE(why([](Rule& r) {
                  r.actions[0] = act("power.cut");
                  r.actions[0].things = 2;
              }),
              "");
    EXPECT_NE(why([](Rule& r) {
                  r.when.kind = EventKind::Doorbell;
                  r.actions[0].hit = Hit::Match;
              }),
              "");
}

TEST_F(FaultWhenTest, RulesThatFightAreRefusedWithBothNames) {
    Rule other = drop_completions();
    other.id = "other";
    try {
        plan({drop_completions(), other});
        FAIL() << "accepted";
    } catch (const std::invalid_argument& error) {
        EXPECT_STREQ(error.what(),
                     "fault rule \"other\": action \"nvme.completion.drop\" fights with "
                     "\"nvme.completion.drop\" of rule \"r\", which takes everything that this rule matches");
    }
}

}  // namespace
}  // namespace ans::test
