// SPDX-License-Identifier: MIT
#include "testbench/fault/plan.h"

#include <algorithm>
#include <stdexcept>

namespace ans::fault {

namespace {

// A hostile scenario may arm without end; beyond this the oldest wait is all it gets.
constexpr std::size_t kMaxPlanned = 4096;

}  // namespace

SC_HAS_PROCESS(FaultPlan);
FaultPlan::FaultPlan(sc_core::sc_module_name name, std::vector<Rule> rules, std::uint64_t seed,
                     EventHub& events, DecideHub& points, MachineControl& machine)
    : sc_module(name), events_(events), points_(points), machine_(machine) {
    for (Rule& rule : rules) {
        if (const std::string why = defect(rule); !why.empty())
            throw std::invalid_argument("fault rule \"" + rule.id + "\": " + why);
        states_.push_back(std::make_unique<RuleState>(std::move(rule), seed));
    }
    for (std::size_t i = 0; i < states_.size(); ++i)
        install(i);
    EventHub::Kinds kinds;
    for (std::size_t k = 0; k < kEventKinds; ++k)
        kinds.set(k, !watchers_[k].empty());
    events_.subscribe(*this, kinds);

    SC_METHOD(run_due);
    sensitive << due_;
    dont_initialize();
}

FaultPlan::~FaultPlan() {
    events_.unsubscribe(*this);
}

void FaultPlan::install(std::size_t index) {
    const Rule& rule = states_[index]->rule;
    bool native = false;
    for (const Do& todo : rule.actions) {
        for (const DecidePoint point : {todo.action->point, todo.action->second_point}) {
            if (point == DecidePoint::Count) continue;
            points_.install(point, *this);
            if (!hits_match(*todo.action, rule.when.kind)) continue;
            native = true;
            auto& judged = natives_[static_cast<std::size_t>(point)];
            if (judged.empty() || judged.back() != index) judged.push_back(index);
        }
    }
    if (!native && rule.when.kind != EventKind::Count)
        watchers_[static_cast<std::size_t>(rule.when.kind)].push_back(index);
}

void FaultPlan::start_of_simulation() {
    for (std::size_t i = 0; i < states_.size(); ++i) {
        RuleState& state = *states_[i];
        const When& when = state.rule.when;
        if (when.kind != EventKind::Count || !state.condition.drawn()) continue;
        for (const Do& todo : state.rule.actions)
            plan(i, todo, nullptr, when.after);
    }
}

FaultPlan::Planned FaultPlan::resolve(std::size_t index, const Do& todo, const Event* event) const {
    const Rule& rule = states_[index]->rule;
    Planned planned{index, static_cast<std::size_t>(&todo - rule.actions.data()), todo.action, {}};
    for (std::size_t i = 0; i < todo.params.size(); ++i) {
        const ParamValue& given = todo.params[i];
        const ParamInfo& info = todo.action->params[i];
        // A field may hold what the parameter does not take; the file could not say so at load.
        planned.values[i] = given.from_event == nullptr || event == nullptr
                                ? given.value
                                : std::clamp(given.from_event->get(*event), info.min, info.max);
    }
    return planned;
}

void FaultPlan::plan(std::size_t index, const Do& todo, const Event* event, SimTime now) {
    const Planned planned = resolve(index, todo, event);
    if (!todo.action->own() && todo.delay == 0 && event != nullptr) {
        arm(planned);
        return;
    }
    if (agenda_.size() >= kMaxPlanned) return;
    agenda_.add(todo.delay > kNever - now ? kNever : now + todo.delay, planned);
    notify_at(due_, agenda_.next_due());
}

void FaultPlan::arm(const Planned& planned) {
    if (armed_.size() >= kMaxPlanned || std::find(armed_.begin(), armed_.end(), planned) != armed_.end())
        return;
    armed_.push_back(planned);
}

void FaultPlan::on_event(const Event& event) {
    for (const std::size_t index : watchers_[static_cast<std::size_t>(event.kind)]) {
        RuleState& state = *states_[index];
        if (!state.condition.judge(event)) continue;
        for (const Do& todo : state.rule.actions)
            plan(index, todo, &event, event.time);
    }
}

// A rule counts only what one of its actions can hit.
bool FaultPlan::concerns(const Rule& rule, DecidePoint point, const Event& about) {
    if (rule.when.kind != about.kind) return false;
    return std::any_of(rule.actions.begin(), rule.actions.end(), [&](const Do& todo) {
        return hits_match(*todo.action, about.kind) && todo.action->at(point) && admits(*todo.action, about);
    });
}

Verdict FaultPlan::decide(DecidePoint point, const Event& about) {
    Verdict verdict;
    bool taken = false;
    for (const std::size_t index : natives_[static_cast<std::size_t>(point)]) {
        RuleState& state = *states_[index];
        if (!concerns(state.rule, point, about) || !state.condition.judge(about)) continue;
        for (const Do& todo : state.rule.actions) {
            const Planned planned = resolve(index, todo, &about);
            if (!taken && hits_match(*todo.action, about.kind) &&
                fits(*todo.action, planned.values, point, about)) {
                verdict = fire(planned, about);
                taken = true;
            } else {
                plan(index, todo, &about, about.time);
            }
        }
    }
    if (taken || armed_.empty()) return verdict;
    const auto waiting = std::find_if(armed_.begin(), armed_.end(), [&](const Planned& p) {
        return fits(*p.action, p.values, point, about);
    });
    if (waiting == armed_.end()) return verdict;
    const Planned planned = *waiting;
    armed_.erase(waiting);
    return fire(planned, about);
}

Verdict FaultPlan::fire(const Planned& planned, const Event& about) {
    announce(planned, about.time, &about);
    return verdict_of(*planned.action, planned.values, about, states_[planned.rule]->draws.next());
}

void FaultPlan::run_due() {
    const SimTime now = kernel_now();
    while (agenda_.next_due() <= now) {
        const Planned planned = agenda_.take();
        if (planned.action->own())
            run_own(planned);
        else
            arm(planned);
    }
    notify_at(due_, agenda_.next_due());
}

void FaultPlan::run_own(const Planned& planned) {
    RuleState& state = *states_[planned.rule];
    const SimTime now = kernel_now();
    SimTime& last = state.last_own[planned.deed];
    if (last == now || !possible(*planned.action, machine_)) return;
    last = now;
    announce(planned, now, nullptr);
    perform(*planned.action, planned.values, machine_, state.draws.next());
}

void FaultPlan::announce(const Planned& planned, SimTime now, const Event* about) {
    RuleState& state = *states_[planned.rule];
    ++state.fired;
    if (!events_.wants(EventKind::FaultFired)) return;
    std::string text = state.rule.id + ": " + std::string(planned.action->id);
    if (about != nullptr) {
        const EventInfo& info = event_info(about->kind);
        text.append(" on ").append(info.name);
        for (std::size_t i = 0; i < info.field_count; ++i)
            text.append(" ")
                .append(info.fields[i].name)
                .append("=")
                .append(format_field(info.fields[i], *about));
    }
    Event event;
    event.time = now;
    event.kind = EventKind::FaultFired;
    event.unit = Unit::Fault;
    event.slot[0] = planned.rule;
    event.set_text(text);
    events_.emit(event);
}

std::vector<std::string> FaultPlan::unfired() const {
    std::vector<std::string> ids;
    for (const auto& state : states_)
        if (state->rule.must_fire && state->fired == 0) ids.push_back(state->rule.id);
    return ids;
}

}  // namespace ans::fault
