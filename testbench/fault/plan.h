// SPDX-License-Identifier: MIT
// Carries out a scenario's fault rules and scripts: judges candidates at decide points, watches events, runs
// actions of their own at their time.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/common/agenda.h"
#include "testbench/fault/condition.h"
#include "testbench/fault/effects.h"
#include "testbench/fault/script.h"

namespace ans::fault {

/// A rule whose `when` names an action's native kind is judged at the decide point, before the effect, and
/// hits that very thing (or, if it says so, the next). Every other rule watches events; a match arms its
/// action, and the next thing at the decide point that fits the action's parameters suffers, or, for an
/// action of its own, schedules it. A lasting action stays armed for its span or its number of things. Arming
/// again what is already armed starts that anew and changes nothing else. Several rules on one thing: all
/// count it, the first in the file that fires has it, a later one that fires is armed for the next. An effect
/// of its own happens at most once an instant per rule, so that rules cannot set each other off for ever
/// without time passing. A script's actions are armed or scheduled likewise, each when its step is reached.
class FaultPlan : public sc_core::sc_module, public EventSink, public Decider, private ScriptStage {
public:
    /// Throws std::invalid_argument where defect() finds one. `events`, `points`, `machine` outlive the
    /// plan's use.
    FaultPlan(sc_core::sc_module_name name, std::vector<Rule> rules, std::uint64_t seed, EventHub& events,
              DecideHub& points, MachineControl& machine, std::vector<Script> scripts = {});
    ~FaultPlan() override;

    std::size_t rule_count() const { return states_.size(); }
    const Rule& rule(std::size_t index) const { return states_[index]->rule; }
    /// How many effects of that rule took place.
    std::uint64_t fired(std::size_t index) const { return states_[index]->fired; }
    /// Ids of the rules that must fire and did not.
    std::vector<std::string> unfired() const;
    std::size_t script_count() const { return scripts_.size(); }
    const ScriptRunner& script(std::size_t index) const { return scripts_[index]->runner; }

    void on_event(const Event& event) override;
    Verdict decide(DecidePoint point, const Event& about) override;

private:
    /// Whose action it is.
    struct Owner {
        Owner(const std::string& id, std::uint64_t seed) : draws(seed, id + "/effects") {}
        std::uint64_t fired = 0;
        RuleRandom draws;  ///< for its effects
    };
    struct RuleState : Owner {
        RuleState(Rule r, std::uint64_t seed)
            : Owner(r.id, seed),
              rule(std::move(r)),
              condition(rule.when, seed, rule.id),
              last_own(rule.actions.size(), kNever) {}
        const Rule rule;
        Condition condition;
        std::vector<SimTime> last_own;  ///< by action: the instant in which it last happened on its own
    };
    struct ScriptState : Owner {
        ScriptState(Script s, std::size_t index, std::uint64_t seed, ScriptStage& stage)
            : Owner(s.id, seed), script(std::move(s)), runner(script, index, seed, stage) {}
        const Script script;
        ScriptRunner runner;
    };
    /// An action with its parameters resolved: waiting for its time, or for its thing.
    struct Planned {
        std::size_t owner;  ///< a rule, or behind the rules a script
        const Do* todo;
        Values values;
        std::size_t step = 0;  ///< of a script
        const ActionInfo& action() const { return *todo->action; }
        bool operator==(const Planned& other) const {
            return owner == other.owner && todo == other.todo && values == other.values;
        }
    };
    /// Waits for its things.
    struct Armed {
        Planned planned;
        SimTime until;                   ///< after that it waits no more
        std::uint32_t left;              ///< things that it will still hit
        std::optional<Event> past = {};  ///< a thing that may still come to be judged and is not hit
    };

    void start_of_simulation() override;
    void install(std::size_t index);
    static bool concerns(const Rule& rule, DecidePoint point, const Event& about);
    Planned resolve(std::size_t index, const Do& todo, const Event* event) const;
    void plan(std::size_t index, const Do& todo, const Event* event, SimTime now);
    void arm(const Planned& planned, SimTime now, std::uint32_t already = 0,
             const std::optional<Event>& past = {});
    std::size_t find_armed(DecidePoint point, const Event& about, std::size_t count) const;
    Verdict hit_armed(std::size_t index, const Event& about);
    void run_due();
    void run_own(const Planned& planned);
    Verdict fire(const Planned& planned, const Event& about);
    void announce(const Planned& planned, SimTime now, const Event* about);
    void emit(EventKind kind, const std::string& text, SimTime now, std::size_t owner) const;

    // Scripts.
    void begin(std::size_t script, const Do& todo, const Event* event, SimTime now) override;
    void passed(std::size_t script, const ScriptStep& step, std::size_t number, SimTime now) override;
    bool of_script(const Planned& planned) const { return planned.owner >= states_.size(); }
    ScriptState& script_of(const Planned& planned) { return *scripts_[planned.owner - states_.size()]; }
    Owner& owner_of(const Planned& planned);
    void happened(const Planned& planned, SimTime now);
    void install(const Script& script);
    void tell_scripts(const Event& event);
    bool wake_scripts(SimTime now);
    EventHub::Kinds kinds() const;
    void hear_less();

    EventHub& events_;
    DecideHub& points_;
    MachineControl& machine_;
    std::vector<std::unique_ptr<RuleState>> states_;
    std::array<std::vector<std::size_t>, kEventKinds> watchers_;   ///< rules by the kind they watch
    std::array<std::vector<std::size_t>, kEventKinds> followers_;  ///< rules whose match must follow the kind
    std::array<std::vector<std::size_t>, kDecidePoints> natives_;  ///< rules judged at the point
    std::vector<std::unique_ptr<ScriptState>> scripts_;
    EventHub::Kinds heard_;
    StateTracker now_;
    std::vector<Armed> armed_;  ///< first come, first served
    Agenda<Planned> agenda_{16};
    sc_core::sc_event due_{"due"};
};

}  // namespace ans::fault
