// SPDX-License-Identifier: MIT
// Carries out a scenario's fault rules: judges candidates at decide points, watches events, runs actions of
// their own at their time.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/common/agenda.h"
#include "testbench/fault/condition.h"
#include "testbench/fault/effects.h"

namespace ans::fault {

/// A rule whose `when` names an action's native kind is judged at the decide point, before the effect, and
/// hits that very thing. Every other rule watches events; a match arms its action, and the next thing at the
/// decide point that fits the action's parameters suffers, or, for an action of its own, schedules it. Arming
/// again what is already armed changes nothing. Several rules on one thing: all count it, the first in the
/// file that fires has it, a later one that fires is armed for the next. An effect of its own happens at most
/// once an instant per rule, so that rules cannot set each other off for ever without time passing.
class FaultPlan : public sc_core::sc_module, public EventSink, public Decider {
public:
    /// Throws std::invalid_argument where defect() finds one. `events`, `points`, `machine` outlive the
    /// plan's use.
    FaultPlan(sc_core::sc_module_name name, std::vector<Rule> rules, std::uint64_t seed, EventHub& events,
              DecideHub& points, MachineControl& machine);
    ~FaultPlan() override;

    std::size_t rule_count() const { return states_.size(); }
    const Rule& rule(std::size_t index) const { return states_[index]->rule; }
    /// How many effects of that rule took place.
    std::uint64_t fired(std::size_t index) const { return states_[index]->fired; }
    /// Ids of the rules that must fire and did not.
    std::vector<std::string> unfired() const;

    void on_event(const Event& event) override;
    Verdict decide(DecidePoint point, const Event& about) override;

private:
    struct RuleState {
        RuleState(Rule r, std::uint64_t seed)
            : rule(std::move(r)),
              condition(rule.when, seed, rule.id),
              draws(seed, rule.id + "/effects"),
              last_own(rule.actions.size(), kNever) {}
        const Rule rule;
        Condition condition;
        std::uint64_t fired = 0;
        RuleRandom draws;               ///< for its effects
        std::vector<SimTime> last_own;  ///< by action: the instant in which it last happened on its own
    };
    /// An action with its parameters resolved: waiting for its time, or for its thing.
    struct Planned {
        std::size_t rule;
        std::size_t deed;  ///< index in the rule's actions
        const ActionInfo* action;
        Values values;
        bool operator==(const Planned& other) const {
            return rule == other.rule && deed == other.deed && values == other.values;
        }
    };

    void start_of_simulation() override;
    void install(std::size_t index);
    static bool concerns(const Rule& rule, DecidePoint point, const Event& about);
    Planned resolve(std::size_t index, const Do& todo, const Event* event) const;
    void plan(std::size_t index, const Do& todo, const Event* event, SimTime now);
    void arm(const Planned& planned);
    void run_due();
    void run_own(const Planned& planned);
    Verdict fire(const Planned& planned, const Event& about);
    void announce(const Planned& planned, SimTime now, const Event* about);

    EventHub& events_;
    DecideHub& points_;
    MachineControl& machine_;
    std::vector<std::unique_ptr<RuleState>> states_;
    std::array<std::vector<std::size_t>, kEventKinds> watchers_;   ///< rules by the kind they watch
    std::array<std::vector<std::size_t>, kDecidePoints> natives_;  ///< rules judged at the point
    std::vector<Planned> armed_;
    Agenda<Planned> agenda_{16};
    sc_core::sc_event due_{"due"};
};

}  // namespace ans::fault
