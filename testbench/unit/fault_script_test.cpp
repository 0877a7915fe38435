// SPDX-License-Identifier: MIT
// Scripts at work: one step at a time, on the plan that carries the rules out.
#include <gmock/gmock.h>

#include "testbench/fault/states.h"
#include "testbench/unit/fault_bench.h"

namespace ans::test {
namespace {

using fault::Script;
using fault::ScriptStep;
using fault::When;

ScriptStep wait_for(EventKind kind, std::vector<FieldMatch> fields = {}) {
    ScriptStep step;
    step.wait = When();
    step.wait->kind = kind;
    step.wait->fields = std::move(fields);
    step.what = "wait";
    return step;
}
ScriptStep until(SimTime moment) {
    ScriptStep step;
    step.wait = When();
    step.wait->after = moment;
    return step;
}
ScriptStep pause(SimTime time) {
    ScriptStep step;
    step.pause = time;
    return step;
}
ScriptStep does(std::vector<Do> actions) {
    ScriptStep step;
    step.actions = std::move(actions);
    return step;
}
Do drop() {
    return act("nvme.completion.drop");
}

Script script_of(std::vector<ScriptStep> steps) {
    Script script;
    script.id = "s";
    script.steps = std::move(steps);
    for (std::uint32_t i = 0; i < script.steps.size(); ++i) {
        script.steps[i].place = "/scripts/0/steps/" + std::to_string(i);
        script.order.push_back(i);
    }
    return script;
}

class FaultScriptTest : public FaultTest {
protected:
    void script(std::vector<ScriptStep> steps) { scripts({script_of(std::move(steps))}); }
    void scripts(std::vector<Script> all, std::vector<Rule> rules = {}) {
        plans_.push_back(std::make_unique<FaultPlan>("plan", std::move(rules), 1, events, points, machine,
                                                     std::move(all)));
        plan_ = plans_.back().get();
    }
    const fault::ScriptRunner& runner() const { return plan_->script(0); }
    void ring(std::uint64_t tag) {
        events.emit(make(EventKind::Doorbell, {{"tag", tag}, {"queue", 1}}, kernel_now()));
    }
    std::vector<std::string> texts_of(EventKind kind) const {
        std::vector<std::string> texts;
        for (const EventRecorder::Entry& entry : recorder.entries)
            if (entry.event.kind == kind) texts.push_back(entry.text);
        return texts;
    }
    bool dropped(std::uint64_t tag) {
        const Event about = make(EventKind::CompletionPosted, {{"tag", tag}, {"queue", 1}}, kernel_now());
        const bool drop = points.ask(DecidePoint::Completion, about).kind == Verdict::Kind::Drop;
        if (!drop) events.emit(about);
        return drop;
    }
};

TEST_F(FaultScriptTest, StepsAreDoneInOrder) {
    script({wait_for(EventKind::Doorbell), wait_for(EventKind::ResetLine), does({drop()})});
    run([&] {
        events.emit(make(EventKind::ResetLine, {}));
        EXPECT_FALSE(dropped(1)) << "no doorbell yet";
        ring(1);
        EXPECT_FALSE(dropped(1)) << "the reset came too early";
        events.emit(make(EventKind::ResetLine, {}));
        EXPECT_TRUE(dropped(1));
        EXPECT_FALSE(dropped(2)) << "once";
        EXPECT_TRUE(runner().finished());
    });
}

TEST_F(FaultScriptTest, AScriptBeginsWithTheRun) {
    script({does({drop()})});
    run([&] { EXPECT_TRUE(dropped(1)); });
}

TEST_F(FaultScriptTest, OneEventEndsOneWait) {
    script({wait_for(EventKind::Doorbell), wait_for(EventKind::Doorbell), does({drop()})});
    run([&] {
        ring(1);
        EXPECT_FALSE(dropped(1));
        ring(2);
        EXPECT_TRUE(dropped(2));
    });
}

TEST_F(FaultScriptTest, AWaitCountsFromWhenItIsReached) {
    ScriptStep second = wait_for(EventKind::Doorbell);
    second.wait->nth = 2;
    script({wait_for(EventKind::ResetLine), second, does({drop()})});
    run([&] {
        ring(1);
        ring(2);
        events.emit(make(EventKind::ResetLine, {}));
        ring(3);
        EXPECT_FALSE(dropped(3));
        ring(4);
        EXPECT_TRUE(dropped(4));
    });
}

TEST_F(FaultScriptTest, AScriptGoesOnWhenItsActionHasHit) {
    script({does({drop()}), does({act("firmware.crash")})});
    run([&] {
        pass(microseconds(100));
        EXPECT_TRUE(machine.deeds.empty());
        EXPECT_EQ(runner().done(), 0u);
        EXPECT_TRUE(dropped(1));
        pass(microseconds(1));
        EXPECT_EQ(machine.deeds.size(), 1u);
        EXPECT_TRUE(runner().finished());
    });
}

TEST_F(FaultScriptTest, AllActionsOfAStepMustTakePlace) {
    script({does({drop(), act("firmware.hang")}), does({act("firmware.crash")})});
    run([&] {
        pass(microseconds(1));
        EXPECT_THAT(machine.deeds, ::testing::ElementsAre("hang"));
        EXPECT_TRUE(dropped(1));
        pass(microseconds(1));
        EXPECT_THAT(machine.deeds, ::testing::ElementsAre("hang", "crash 0 0"));
    });
}

TEST_F(FaultScriptTest, AnActionThatCannotHappenHoldsTheScript) {
    machine.alive = false;
    script({does({act("firmware.crash")})});
    run([&] {
        pass(microseconds(10));
        EXPECT_FALSE(runner().finished());
        EXPECT_EQ(runner().present()->place, "/scripts/0/steps/0");
    });
}

TEST_F(FaultScriptTest, AnActionHitsWhatComesAfterTheEventThatWasWaitedFor) {
    script({wait_for(EventKind::CompletionPosted), does({drop()})});
    run([&] {
        EXPECT_FALSE(dropped(1));
        EXPECT_TRUE(dropped(2));
    });
}

TEST_F(FaultScriptTest, AnActionSparesTheCommandThatWasWaitedForThoughItIsJudgedAfterwards) {
    const auto command_dropped = [&](std::uint64_t tag) {
        const Event about = make(EventKind::CommandFetched, {{"tag", tag}}, kernel_now());
        events.emit(about);
        return points.ask(DecidePoint::Command, about).kind == Verdict::Kind::Drop;
    };
    script({wait_for(EventKind::CommandFetched), does({act("nvme.command.drop")})});
    run([&] {
        EXPECT_FALSE(command_dropped(1));
        EXPECT_TRUE(command_dropped(2));
    });
}

TEST_F(FaultScriptTest, AWaitSeesWhatTheActionBeforeItHitAndDidNotDrop) {
    script({does({act("nvme.completion.status", {{"status", 4}})}), wait_for(EventKind::CompletionPosted),
            does({drop()})});
    run([&] {
        EXPECT_FALSE(dropped(1)) << "changed, then observed";
        EXPECT_EQ(runner().done(), 2u);
        EXPECT_TRUE(dropped(2));
    });
}

TEST_F(FaultScriptTest, APauseBeginsWhenItIsReached) {
    script({wait_for(EventKind::Doorbell), pause(microseconds(5)), does({act("firmware.crash")})});
    run([&] {
        pass(microseconds(10));
        ring(1);
        pass(microseconds(10));
        EXPECT_THAT(machine.at, ::testing::ElementsAre(microseconds(15)));
    });
}

TEST_F(FaultScriptTest, PausesFollowEachOtherWithoutAnyEvent) {
    script({pause(microseconds(2)), does({act("firmware.hang")}), pause(microseconds(3)),
            does({act("firmware.crash")})});
    run([&] {
        pass(microseconds(10));
        EXPECT_THAT(machine.at, ::testing::ElementsAre(microseconds(2), microseconds(5)));
    });
}

TEST_F(FaultScriptTest, AMomentThatIsPastIsNoWait) {
    script({pause(microseconds(5)), until(microseconds(3)), does({act("firmware.hang")}),
            until(microseconds(9)), does({act("firmware.crash")})});
    run([&] {
        pass(microseconds(10));
        EXPECT_THAT(machine.at, ::testing::ElementsAre(microseconds(5), microseconds(9)));
    });
}

TEST_F(FaultScriptTest, WhatNeedsNoWaitingIsReadyForTheVeryNextThing) {
    script({wait_for(EventKind::Doorbell), until(0), does({drop()}), does({drop()})});
    run([&] {
        ring(1);
        EXPECT_TRUE(dropped(1));
        EXPECT_TRUE(dropped(2));
    });
}

TEST_F(FaultScriptTest, StepsWithoutAnyEventAreReadyForTheVeryNextThing) {
    script({does({drop()}), does({drop()})});
    run([&] {
        EXPECT_TRUE(dropped(1));
        EXPECT_TRUE(dropped(2));
    });
}

TEST_F(FaultScriptTest, WhatLastsGoesOnBehindItsStep) {
    Do two = drop();
    two.things = 2;
    script({does({two}), does({act("nvme.completion.drop", {{"tag", 9}})})});
    run([&] {
        EXPECT_TRUE(dropped(1));
        EXPECT_TRUE(dropped(2)) << "the first step's second";
        EXPECT_EQ(runner().done(), 1u);
        EXPECT_FALSE(dropped(3));
        EXPECT_TRUE(dropped(9));
        EXPECT_TRUE(runner().finished());
    });
}

TEST_F(FaultScriptTest, AnActionMayUseTheEventOfTheLastWaitEvenAfterAPause) {
    Do same_tag = drop();
    same_tag.params[static_cast<std::size_t>(fault::param_index(*same_tag.action, "tag"))].from_event =
        find_field(EventKind::Doorbell, "tag");
    script({wait_for(EventKind::Doorbell), pause(microseconds(1)), does({same_tag})});
    run([&] {
        ring(7);
        pass(microseconds(2));
        EXPECT_FALSE(dropped(6));
        EXPECT_TRUE(dropped(7));
    });
}

TEST_F(FaultScriptTest, ARepeatedStepStartsAnew) {
    Script twice = script_of({wait_for(EventKind::Doorbell), does({drop()})});
    twice.order = {0, 1, 0, 1};
    scripts({twice});
    run([&] {
        ring(1);
        EXPECT_TRUE(dropped(1));
        EXPECT_FALSE(dropped(2));
        ring(3);
        EXPECT_TRUE(dropped(3));
        EXPECT_FALSE(dropped(4));
        EXPECT_TRUE(runner().finished());
    });
}

TEST_F(FaultScriptTest, ActionsOfOneInstantAllHappen) {
    Script many = script_of({does({act("firmware.hang")})});
    many.order = {0, 0, 0};
    scripts({many});
    run([&] {
        pass(microseconds(1));
        EXPECT_EQ(machine.deeds.size(), 3u);
    });
}

TEST_F(FaultScriptTest, AStateBindsAWait) {
    ScriptStep asleep = wait_for(EventKind::Doorbell);
    asleep.wait->states = {{fault::find_state("iop_asleep")}};
    script({asleep, does({drop()})});
    run([&] {
        ring(1);
        EXPECT_FALSE(dropped(1));
        events.emit(make(EventKind::FirmwareState, {{"state", 5}}));
        ring(2);
        EXPECT_TRUE(dropped(2));
    });
}

TEST_F(FaultScriptTest, TheEventThatAWaitFollowsCountsFromWhenTheWaitIsReached) {
    ScriptStep follows = wait_for(EventKind::CqHead);
    follows.wait->following.emplace();
    follows.wait->following->kind = EventKind::Doorbell;
    follows.wait->following->within = microseconds(50);
    script({wait_for(EventKind::ResetLine), follows, does({drop()})});
    run([&] {
        ring(1);
        events.emit(make(EventKind::ResetLine, {}, kernel_now()));
        events.emit(make(EventKind::CqHead, {}, kernel_now()));
        EXPECT_FALSE(dropped(1));
        ring(2);
        events.emit(make(EventKind::CqHead, {}, kernel_now()));
        EXPECT_TRUE(dropped(2));
    });
}

TEST_F(FaultScriptTest, KindsThatNoStepWaitsForAnyMoreAreNotHeard) {
    events.unsubscribe(recorder);
    script({wait_for(EventKind::Doorbell), wait_for(EventKind::ResetLine), pause(microseconds(1))});
    EXPECT_TRUE(events.wants(EventKind::Doorbell));
    EXPECT_FALSE(events.wants(EventKind::CqHead));
    run([&] {
        ring(1);
        pass(microseconds(1));
        EXPECT_FALSE(events.wants(EventKind::Doorbell));
        EXPECT_TRUE(events.wants(EventKind::ResetLine));
        events.emit(make(EventKind::ResetLine, {}));
        pass(microseconds(3));
        EXPECT_FALSE(events.wants(EventKind::ResetLine));
    });
}

TEST_F(FaultScriptTest, ProgressNamesScriptAndStep) {
    script({wait_for(EventKind::Doorbell), does({drop()})});
    run([&] {
        ring(1);
        dropped(1);
        EXPECT_EQ(recorder.count(EventKind::RunNote), 2u);
        EXPECT_EQ(texts_of(EventKind::RunNote).front(),
                  "script s: step 1 of 2 (/scripts/0/steps/0) is over: wait");
        EXPECT_THAT(texts_of(EventKind::FaultFired).front(),
                    ::testing::StartsWith("s at /scripts/0/steps/1: nvme.completion.drop on completion"));
    });
}

TEST_F(FaultScriptTest, TwoScriptsGoTheirOwnWays) {
    Script other = script_of({wait_for(EventKind::ResetLine), does({act("firmware.crash")})});
    other.id = "other";
    scripts({script_of({wait_for(EventKind::Doorbell), does({drop()})}), other});
    run([&] {
        ring(1);
        EXPECT_TRUE(dropped(1));
        EXPECT_TRUE(plan_->script(0).finished());
        EXPECT_EQ(plan_->script(1).done(), 0u);
    });
}

TEST_F(FaultScriptTest, ARuleAndAScriptBothWork) {
    Rule rule = rule_on(EventKind::CompletionPosted, drop(), {equal(EventKind::CompletionPosted, "tag", 1)});
    scripts({script_of({does({drop()})})}, {rule});
    run([&] {
        EXPECT_TRUE(dropped(1)) << "the rule's";
        EXPECT_EQ(runner().done(), 0u);
        EXPECT_TRUE(dropped(2)) << "the script's";
        EXPECT_TRUE(runner().finished());
        EXPECT_EQ(plan_->fired(0), 1u);
    });
}

TEST_F(FaultScriptTest, ScriptsThatSetEachOtherOffComeToAnEnd) {
    const auto on_faults = [](const char* id, std::uint32_t times) {
        Script script = script_of({wait_for(EventKind::FaultFired), does({act("firmware.hang")})});
        script.id = id;
        script.order.clear();
        for (std::uint32_t i = 0; i < times; ++i)
            script.order.insert(script.order.end(), {0, 1});
        return script;
    };
    scripts({on_faults("a", 1000), on_faults("b", 1000), script_of({does({act("firmware.crash")})})});
    run([&] {
        pass(microseconds(1));
        EXPECT_TRUE(runner().finished());
    });
}

TEST_F(FaultScriptTest, ABadScriptIsRefused) {
    EXPECT_EQ(fault::defect(script_of({})), "it has no steps");
    Do match = drop();
    match.hit = fault::Hit::Match;
    EXPECT_EQ(fault::defect(script_of({does({match})})),
              "a step of a script hits what comes after it, never what matched");
    Do refers = drop();
    refers.params[0].from_event = find_field(EventKind::Doorbell, "tag");
    EXPECT_NE(fault::defect(script_of({does({refers})})), "") << "no wait before";
    EXPECT_EQ(fault::defect(script_of({wait_for(EventKind::Doorbell), pause(1), does({refers})})), "");
    Script missing = script_of({pause(1)});
    missing.order.push_back(1);
    EXPECT_EQ(fault::defect(missing), "it has no such step");
    EXPECT_THROW(scripts({missing}), std::invalid_argument);
}

}  // namespace
}  // namespace ans::test
