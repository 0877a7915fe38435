// SPDX-License-Identifier: MIT
// A script: what no single rule can say, step after step. It has a rule's `when` and a rule's actions; the
// plan (plan.h) carries the actions out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "testbench/fault/condition.h"

namespace ans::fault {

/// One step: a wait for an event or a moment, a pause, or actions.
struct ScriptStep {
    std::string place;  ///< JSON pointer; of a step in another file, that file's path stands before it
    std::string what;   ///< the step as the file says it, shortened
    std::optional<When> wait;
    SimTime pause = 0;
    std::vector<Do> actions;
};

struct Script {
    std::string id;  ///< unique in its scenario, among rules too
    std::string place;
    std::vector<ScriptStep> steps;     ///< each once
    std::vector<std::uint32_t> order;  ///< what is done, repeats and uses unrolled: places in `steps`
    bool must_finish = true;           ///< a script that did not reach its end fails the run
};
inline constexpr std::size_t kMostScriptSteps = 10'000;  ///< in `order`

/// Why the step cannot be done behind a wait for `last` (Count: behind none), or "".
std::string defect(const ScriptStep& step, EventKind last);
/// Why the script cannot be carried out, or "".
std::string defect(const Script& script);

/// What a runner needs of the plan. Neither call comes back into the runner at once.
class ScriptStage {
public:
    virtual ~ScriptStage() = default;
    /// Begins an action; the runner is told by happened() when it took place.
    virtual void begin(std::size_t script, const Do& todo, const Event* event, SimTime now) = 0;
    /// A step is over.
    virtual void passed(std::size_t script, const ScriptStep& step, std::size_t number, SimTime now) = 0;
};

/// A script at work. It does one step at a time: a wait is over with the first match since it was reached, a
/// pause with its time, actions when each of them has taken place.
class ScriptRunner {
public:
    /// `script` and `stage` outlive this; `index` is what it tells the stage.
    ScriptRunner(const Script& script, std::size_t index, std::uint64_t seed, ScriptStage& stage);

    void start(SimTime now) { go_on(now); }
    void on_event(const Event& event, const StateTracker& machine);
    /// To be called at wake().
    void on_time(SimTime now);
    /// An action that was begun as part of the step `number` took place.
    void happened(const Do& todo, std::size_t number, SimTime now);

    SimTime wake() const { return wake_; }
    /// Steps that are over; the number of the present one.
    std::size_t done() const { return done_; }
    bool finished() const { return done_ == script_.order.size(); }
    const ScriptStep* present() const { return finished() ? nullptr : &script_.steps[script_.order[done_]]; }
    /// Is the kind waited for now or later, as an event or as the one before it?
    bool needs(EventKind kind) const { return done_ < needed_until_[static_cast<std::size_t>(kind)]; }

private:
    void go_on(SimTime now);
    bool begin_step(const ScriptStep& step, SimTime now);
    void pass(SimTime now);

    const Script& script_;
    const std::size_t index_;
    const std::uint64_t seed_;
    ScriptStage& stage_;
    std::array<std::size_t, kEventKinds> needed_until_{};
    std::size_t done_ = 0;
    std::optional<Condition> condition_;  ///< of the present wait
    SimTime wake_ = kNever;
    std::uint32_t open_ = 0;  ///< of the present actions: those that have not taken place, as bits
    Event last_;              ///< of the last wait for an event
    bool has_last_ = false;
};

}  // namespace ans::fault
