// SPDX-License-Identifier: MIT
#include "testbench/fault/plan.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "testbench/fault/conflict.h"

namespace ans::fault {

namespace {

// A hostile scenario may arm without end; beyond this the oldest wait is all it gets.
constexpr std::size_t kMaxPlanned = 4096;

SimTime later(SimTime now, SimTime by) {
    return by > kNever - now ? kNever : now + by;
}

}  // namespace

SC_HAS_PROCESS(FaultPlan);
FaultPlan::FaultPlan(sc_core::sc_module_name name, std::vector<Rule> rules, std::uint64_t seed,
                     EventHub& events, DecideHub& points, MachineControl& machine,
                     std::vector<Script> scripts)
    : sc_module(name), events_(events), points_(points), machine_(machine) {
    for (Rule& rule : rules) {
        if (const std::string why = defect(rule); !why.empty())
            throw std::invalid_argument("fault rule \"" + rule.id + "\": " + why);
        for (const auto& earlier : states_)
            if (const std::string why = fight(earlier->rule, rule); !why.empty())
                throw std::invalid_argument("fault rule \"" + rule.id + "\": " + why);
        states_.push_back(std::make_unique<RuleState>(std::move(rule), seed));
    }
    ScriptStage& stage = *this;
    for (Script& script : scripts) {
        if (const std::string why = defect(script); !why.empty())
            throw std::invalid_argument("script \"" + script.id + "\": " + why);
        scripts_.push_back(std::make_unique<ScriptState>(std::move(script), scripts_.size(), seed, stage));
    }
    for (std::size_t i = 0; i < states_.size(); ++i)
        install(i);
    for (const auto& state : scripts_)
        install(state->script);
    heard_ = kinds();
    events_.subscribe(*this, heard_);

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
            if (!can_hit_match(*todo.action, rule.when.kind)) continue;
            native = true;
            auto& judged = natives_[static_cast<std::size_t>(point)];
            if (judged.empty() || judged.back() != index) judged.push_back(index);
        }
    }
    if (!native && rule.when.kind != EventKind::Count)
        watchers_[static_cast<std::size_t>(rule.when.kind)].push_back(index);
    if (rule.when.following) followers_[static_cast<std::size_t>(rule.when.following->kind)].push_back(index);
    for (const While& wanted : rule.when.states)
        now_.need(*wanted.state);
}

void FaultPlan::install(const Script& script) {
    for (const ScriptStep& step : script.steps) {
        for (const Do& todo : step.actions)
            for (const DecidePoint point : {todo.action->point, todo.action->second_point})
                if (point != DecidePoint::Count) points_.install(point, *this);
        if (!step.wait) continue;
        for (const While& wanted : step.wait->states)
            now_.need(*wanted.state);
    }
}

EventHub::Kinds FaultPlan::kinds() const {
    EventHub::Kinds kinds = now_.kinds();
    for (std::size_t k = 0; k < kEventKinds; ++k) {
        if (!watchers_[k].empty() || !followers_[k].empty()) kinds.set(k);
        for (const auto& state : scripts_)
            if (state->runner.needs(static_cast<EventKind>(k))) kinds.set(k);
    }
    return kinds;
}

void FaultPlan::start_of_simulation() {
    for (const auto& state : scripts_)
        state->runner.start(0);
    if (!scripts_.empty()) due_.notify(sc_core::SC_ZERO_TIME);
    for (std::size_t i = 0; i < states_.size(); ++i) {
        RuleState& state = *states_[i];
        const When& when = state.rule.when;
        if (when.kind != EventKind::Count || !state.condition.drawn()) continue;
        for (const Do& todo : state.rule.actions)
            plan(i, todo, nullptr, when.after);
    }
}

FaultPlan::Planned FaultPlan::resolve(std::size_t index, const Do& todo, const Event* event) const {
    Planned planned{index, &todo, {}};
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
    Planned planned = resolve(index, todo, event);
    if (of_script(planned)) planned.step = script_of(planned).runner.done();
    if (!todo.action->own() && todo.delay == 0 && (event != nullptr || of_script(planned))) {
        // A step hits what comes after the event that was waited for, also where that thing is yet to be
        // judged.
        const bool over = of_script(planned) && event != nullptr && can_hit_match(*todo.action, event->kind);
        arm(planned, now, 0, over ? std::optional<Event>(*event) : std::nullopt);
        return;
    }
    if (agenda_.size() >= kMaxPlanned) return;
    agenda_.add(later(now, todo.delay), planned);
    notify_at(due_, agenda_.next_due());
}

// `already`: things that it has hit before it came to wait.
void FaultPlan::arm(const Planned& planned, SimTime now, std::uint32_t already,
                    const std::optional<Event>& past) {
    const Do& todo = *planned.todo;
    const std::uint32_t unbounded = std::numeric_limits<std::uint32_t>::max();
    const std::uint32_t things = todo.things != 0 ? todo.things : todo.span != 0 ? unbounded : 1;
    if (things <= already) return;
    const Armed armed{planned, todo.span == 0 ? kNever : later(now, todo.span), things - already, past};
    const auto known = std::find_if(armed_.begin(), armed_.end(),
                                    [&](const Armed& other) { return other.planned == planned; });
    if (known != armed_.end())
        *known = armed;
    else if (armed_.size() < kMaxPlanned)
        armed_.push_back(armed);
}

void FaultPlan::on_event(const Event& event) {
    for (const std::size_t index : watchers_[static_cast<std::size_t>(event.kind)]) {
        RuleState& state = *states_[index];
        if (!state.condition.judge(event, now_)) continue;
        for (const Do& todo : state.rule.actions)
            plan(index, todo, &event, event.time);
    }
    for (const std::size_t index : followers_[static_cast<std::size_t>(event.kind)])
        states_[index]->condition.note(event);
    tell_scripts(event);
    now_.update(event);
}

void FaultPlan::tell_scripts(const Event& event) {
    for (const auto& state : scripts_)
        state->runner.on_event(event, now_);
}

void FaultPlan::begin(std::size_t script, const Do& todo, const Event* event, SimTime now) {
    plan(states_.size() + script, todo, event, now);
}

void FaultPlan::passed(std::size_t script, const ScriptStep& step, std::size_t number, SimTime now) {
    const ScriptState& state = *scripts_[script];
    if (events_.wants(EventKind::RunNote))
        emit(EventKind::RunNote,
             "script " + state.script.id + ": step " + std::to_string(number) + " of " +
                 std::to_string(state.script.order.size()) + " (" + step.place + ") is over: " + step.what,
             now, states_.size() + script);
    // Whoever sends this event may not be cut off while it does, and the next step may need waking.
    due_.notify(sc_core::SC_ZERO_TIME);
}

bool FaultPlan::wake_scripts(SimTime now) {
    bool woken = false;
    for (const auto& state : scripts_)
        if (state->runner.wake() <= now) {
            state->runner.on_time(now);
            woken = true;
        }
    return woken;
}

// A kind that no step waits for any more costs nothing again.
void FaultPlan::hear_less() {
    const EventHub::Kinds wanted = kinds();
    events_.unsubscribe(*this, heard_ & ~wanted);
    heard_ = wanted;
}

FaultPlan::Owner& FaultPlan::owner_of(const Planned& planned) {
    if (of_script(planned)) return script_of(planned);
    return *states_[planned.owner];
}

void FaultPlan::happened(const Planned& planned, SimTime now) {
    if (of_script(planned)) script_of(planned).runner.happened(*planned.todo, planned.step, now);
}

// A rule counts only what one of its actions can hit.
bool FaultPlan::concerns(const Rule& rule, DecidePoint point, const Event& about) {
    if (rule.when.kind != about.kind) return false;
    return std::any_of(rule.actions.begin(), rule.actions.end(), [&](const Do& todo) {
        return !todo.action->own() && todo.action->native == about.kind && todo.action->at(point) &&
               admits(*todo.action, about);
    });
}

Verdict FaultPlan::decide(DecidePoint point, const Event& about) {
    armed_.erase(std::remove_if(armed_.begin(), armed_.end(),
                                [&](const Armed& armed) { return armed.until <= about.time; }),
                 armed_.end());
    const std::size_t armed_before = armed_.size();
    Verdict verdict;
    bool taken = false;
    for (const std::size_t index : natives_[static_cast<std::size_t>(point)]) {
        RuleState& state = *states_[index];
        if (!concerns(state.rule, point, about) || !state.condition.judge(about, now_)) continue;
        for (const Do& todo : state.rule.actions) {
            const Planned planned = resolve(index, todo, &about);
            if (!taken && hits_match(todo, about.kind) && fits(*todo.action, planned.values, point, about)) {
                verdict = fire(planned, about);
                taken = true;
                if (todo.span != 0 || todo.things != 0) arm(planned, about.time, 1);
            } else if (todo.hit != Hit::Match) {
                plan(index, todo, &about, about.time);
            }
        }
    }
    if (taken) return verdict;
    // What this very thing armed waits for the next.
    const std::size_t waiting = find_armed(point, about, armed_before);
    return waiting == armed_before ? verdict : hit_armed(waiting, about);
}

std::size_t FaultPlan::find_armed(DecidePoint point, const Event& about, std::size_t count) const {
    const auto takes = [&](const Armed& armed) {
        return fits(armed.planned.action(), armed.planned.values, point, about) &&
               !(armed.past && same_thing(*armed.past, about));
    };
    std::size_t index = 0;
    while (index < count && !takes(armed_[index]))
        ++index;
    return index;
}

Verdict FaultPlan::hit_armed(std::size_t index, const Event& about) {
    const Planned planned = armed_[index].planned;
    if (--armed_[index].left == 0) armed_.erase(armed_.begin() + static_cast<std::ptrdiff_t>(index));
    return fire(planned, about);
}

Verdict FaultPlan::fire(const Planned& planned, const Event& about) {
    announce(planned, about.time, &about);
    const Verdict verdict =
        verdict_of(planned.action(), planned.values, about, owner_of(planned).draws.next());
    happened(planned, about.time);
    return verdict;
}

void FaultPlan::run_due() {
    const SimTime now = kernel_now();
    do {
        while (agenda_.next_due() <= now) {
            const Planned planned = agenda_.take();
            if (planned.action().own())
                run_own(planned);
            else
                arm(planned, now);
        }
    } while (wake_scripts(now));
    if (!scripts_.empty()) hear_less();
    for (const auto& state : scripts_)
        notify_at(due_, state->runner.wake());
    notify_at(due_, agenda_.next_due());
}

void FaultPlan::run_own(const Planned& planned) {
    const SimTime now = kernel_now();
    if (!possible(planned.action(), machine_)) return;
    if (!of_script(planned)) {
        RuleState& state = *states_[planned.owner];
        SimTime& last = state.last_own[static_cast<std::size_t>(planned.todo - state.rule.actions.data())];
        if (last == now) return;
        last = now;
    }
    announce(planned, now, nullptr);
    perform(planned.action(), planned.values, machine_, owner_of(planned).draws.next());
    happened(planned, now);
}

void FaultPlan::announce(const Planned& planned, SimTime now, const Event* about) {
    ++owner_of(planned).fired;
    if (!events_.wants(EventKind::FaultFired)) return;
    std::string text;
    if (of_script(planned)) {
        const Script& script = script_of(planned).script;
        text = script.id + " at " + script.steps[script.order[planned.step]].place;
    } else {
        text = states_[planned.owner]->rule.id;
    }
    text.append(": ").append(planned.action().id);
    if (about != nullptr) {
        const EventInfo& info = event_info(about->kind);
        text.append(" on ").append(info.name);
        for (std::size_t i = 0; i < info.field_count; ++i)
            text.append(" ")
                .append(info.fields[i].name)
                .append("=")
                .append(format_field(info.fields[i], *about));
    }
    emit(EventKind::FaultFired, text, now, planned.owner);
}

void FaultPlan::emit(EventKind kind, const std::string& text, SimTime now, std::size_t owner) const {
    Event event;
    event.time = now;
    event.kind = kind;
    event.unit = Unit::Fault;
    if (kind == EventKind::FaultFired) event.slot[0] = owner;
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
