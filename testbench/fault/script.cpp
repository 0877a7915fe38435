// SPDX-License-Identifier: MIT
#include "testbench/fault/script.h"

namespace ans::fault {

std::string defect(const ScriptStep& step, EventKind last) {
    if (step.wait) return defect(*step.wait);
    if (step.actions.size() > 32) return "it does too many things at once";
    When when;
    when.kind = last;
    for (const Do& todo : step.actions) {
        if (todo.hit == Hit::Match) return "a step of a script hits what comes after it, never what matched";
        if (std::string why = defect(todo, when); !why.empty()) return why;
    }
    return {};
}

std::string defect(const Script& script) {
    if (script.id.empty()) return "it has no id";
    if (script.order.empty()) return "it has no steps";
    if (script.order.size() > kMostScriptSteps)
        return "it has more than " + std::to_string(kMostScriptSteps) + " steps";
    EventKind last = EventKind::Count;
    for (const std::uint32_t index : script.order) {
        if (index >= script.steps.size()) return "it has no such step";
        const ScriptStep& step = script.steps[index];
        if (std::string why = defect(step, last); !why.empty()) return why;
        if (step.wait && step.wait->kind != EventKind::Count) last = step.wait->kind;
    }
    return {};
}

ScriptRunner::ScriptRunner(const Script& script, std::size_t index, std::uint64_t seed, ScriptStage& stage)
    : script_(script), index_(index), seed_(seed), stage_(stage) {
    for (std::size_t i = 0; i < script.order.size(); ++i) {
        const std::optional<When>& wait = script.steps[script.order[i]].wait;
        if (!wait || wait->kind == EventKind::Count) continue;
        needed_until_[static_cast<std::size_t>(wait->kind)] = i + 1;
        if (wait->following) needed_until_[static_cast<std::size_t>(wait->following->kind)] = i + 1;
    }
}

void ScriptRunner::on_event(const Event& event, const StateTracker& machine) {
    if (!condition_) return;
    const When& when = *present()->wait;
    if (event.kind == when.kind && condition_->judge(event, machine)) {
        last_ = event;
        last_.text_size = 0;  // the text lives no longer than the event
        has_last_ = true;
        pass(event.time);
    } else if (when.following && event.kind == when.following->kind) {
        condition_->note(event);
    }
}

void ScriptRunner::on_time(SimTime now) {
    if (wake_ <= now) pass(now);
}

void ScriptRunner::happened(const Do& todo, std::size_t number, SimTime now) {
    if (number != done_ || open_ == 0) return;  // a lasting one that hits again
    open_ &= ~(1u << (&todo - present()->actions.data()));
    if (open_ == 0) pass(now);
}

void ScriptRunner::pass(SimTime now) {
    const ScriptStep& over = *present();
    condition_.reset();
    wake_ = kNever;
    ++done_;
    stage_.passed(index_, over, done_, now);
    go_on(now);
}

void ScriptRunner::go_on(SimTime now) {
    while (!finished() && begin_step(*present(), now)) {
        ++done_;
        stage_.passed(index_, script_.steps[script_.order[done_ - 1]], done_, now);
    }
}

// True: the step is over already.
bool ScriptRunner::begin_step(const ScriptStep& step, SimTime now) {
    if (step.wait && step.wait->kind != EventKind::Count) {
        // Waits of one script draw differently.
        condition_.emplace(*step.wait, seed_ + done_ * 0x9e3779b97f4a7c15u, script_.id);
        return false;
    }
    if (step.wait || step.pause != 0) {
        const SimTime until = step.wait                   ? step.wait->after
                              : step.pause > kNever - now ? kNever
                                                          : now + step.pause;
        if (until <= now) return true;
        wake_ = until;
        return false;
    }
    open_ = static_cast<std::uint32_t>((std::uint64_t{1} << step.actions.size()) - 1);
    for (const Do& todo : step.actions)
        stage_.begin(index_, todo, has_last_ ? &last_ : nullptr, now);
    return open_ == 0;
}

}  // namespace ans::fault
