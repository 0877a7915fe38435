// SPDX-License-Identifier: MIT
#include "testbench/fault/rule.h"

#include <algorithm>
#include <functional>
#include <iterator>

#include "testbench/fault/conflict.h"
#include "testbench/fault/states.h"

namespace ans::fault {

namespace {

std::uint64_t largest(const EventField& field) {
    return field.bits == 64 ? UINT64_MAX : (std::uint64_t{1} << field.bits) - 1;
}

bool belongs(const EventField* field, EventKind kind) {
    const EventInfo& info = event_info(kind);
    const std::less_equal<const EventField*> not_after;
    return field != nullptr && not_after(info.fields, field) &&
           !not_after(info.fields + info.field_count, field);
}

std::string quoted(std::string_view word) {
    return "\"" + std::string(word) + "\"";
}

std::string defect_of(const FieldMatch& match, EventKind kind) {
    if (!belongs(match.field, kind)) return "a matched field is none of the event's";
    const std::string name = quoted(match.field->name);
    const auto& v = match.values;
    const std::uint64_t top = largest(*match.field);
    const bool pair = match.op == FieldMatch::Op::Masked || match.op == FieldMatch::Op::Range;
    const std::size_t wanted = pair ? 2 : 1;
    if (match.op == FieldMatch::Op::OneOf ? v.empty() : v.size() != wanted)
        return "the match of " + name + " has the wrong number of values";
    switch (match.op) {
        case FieldMatch::Op::Equal:
        case FieldMatch::Op::OneOf:
            if (*std::min_element(v.begin(), v.end()) > top) return name + " never has such a value";
            break;
        case FieldMatch::Op::Masked:
            if ((v[1] & ~v[0]) != 0 || v[1] > top) return name + " never has that value under its mask";
            break;
        case FieldMatch::Op::Range:
            if (v[0] > v[1] || v[0] > top) return "the range of " + name + " is empty";
            break;
    }
    return {};
}

std::string defect_of(const Pattern& pattern) {
    if (!pattern.text.empty() && !event_info(pattern.kind).has_text)
        return "an event " + quoted(event_info(pattern.kind).name) + " has no text";
    for (const FieldMatch& match : pattern.fields)
        if (std::string why = defect_of(match, pattern.kind); !why.empty()) return why;
    return {};
}

std::string defect_of(const While& wanted) {
    if (wanted.state == nullptr) return "a state is missing";
    const StateInfo& state = *wanted.state;
    if (wanted.min > wanted.max || (wanted.max != UINT64_MAX && wanted.max > state.most) ||
        (wanted.min != 1 && (wanted.min == 0 || wanted.min > state.most)))
        return "state " + quoted(state.name) + " is never so often";
    if (wanted.which != 0 && (state.which == nullptr || wanted.which > state.which->max))
        return "state " + quoted(state.name) + " has no such part";
    return {};
}

std::string defect_of(const Following& following, const When& when) {
    if (following.kind == EventKind::Count) return "the event that it follows is missing";
    if (following.within == 0) return "it follows an event within no time";
    if (following.same.size() > kMaxSame) return "it compares too many fields";
    if (std::string why = defect_of(static_cast<const Pattern&>(following)); !why.empty()) return why;
    for (const std::string& name : following.same)
        for (const EventKind kind : {following.kind, when.kind})
            if (find_field(kind, name) == nullptr)
                return "event " + quoted(event_info(kind).name) + " has no field " + quoted(name);
    return contradiction(following, when);
}

}  // namespace

bool Pattern::matches(const Event& event) const {
    for (const FieldMatch& match : fields)
        if (!match.matches(event)) return false;
    return text.empty() || event.text().find(text) != std::string_view::npos;
}

bool FieldMatch::matches(const Event& event) const {
    const std::uint64_t value = field->get(event);
    switch (op) {
        case Op::Equal:
            return value == values[0];
        case Op::Masked:
            return (value & values[0]) == values[1];
        case Op::Range:
            return value >= values[0] && value <= values[1];
        case Op::OneOf:
            return std::find(values.begin(), values.end(), value) != values.end();
    }
    return false;
}

std::string defect(const When& when) {
    if (when.after >= when.before) return "its time window is empty";
    if (!(when.probability > 0.0 && when.probability <= 1.0))
        return "its probability is not above 0 and at most 1";
    if (when.nth != 0 && when.every != 0) return "nth and every exclude each other";
    if (when.kind == EventKind::Count) {
        const bool bare = when.fields.empty() && when.text.empty() && when.nth == 0 && when.every == 0 &&
                          when.states.empty() && !when.following;
        return bare ? std::string() : "it counts or matches an event but names none";
    }
    if (std::string why = defect_of(static_cast<const Pattern&>(when)); !why.empty()) return why;
    for (const While& wanted : when.states)
        if (std::string why = defect_of(wanted); !why.empty()) return why;
    for (auto a = when.states.begin(); a != when.states.end(); ++a)
        for (auto b = std::next(a); b != when.states.end(); ++b)
            if (std::string why = contradiction(*a, *b); !why.empty()) return why;
    return when.following ? defect_of(*when.following, when) : std::string();
}

std::string defect(const Do& todo, const When& when) {
    if (todo.action == nullptr) return "an action is missing";
    const ActionInfo& action = *todo.action;
    const std::string name = quoted(action.id);
    if (todo.params.size() != action.param_count || action.param_count > kMaxParams)
        return "action " + name + " has the wrong number of parameters";
    if (todo.delay != 0 && hits_match(todo, when.kind))
        return "action " + name + " hits the matched thing itself and cannot be delayed";
    if (action.own() && (todo.hit || todo.span != 0 || todo.things != 0))
        return "action " + name + " hits no thing and lasts no time";
    if (todo.hit == Hit::Match && !can_hit_match(action, when.kind))
        return "action " + name + " cannot hit such an event itself, only " +
               quoted(event_info(action.native).name);
    for (std::size_t i = 0; i < action.param_count; ++i) {
        const ParamInfo& param = action.params[i];
        const ParamValue& given = todo.params[i];
        const std::string where = "parameter " + quoted(param.name) + " of " + name;
        if (given.from_event != nullptr) {
            if (when.kind == EventKind::Count || !belongs(given.from_event, when.kind))
                return where + " names a field that the event does not have";
        } else if (given.value == kUnset && param.by_default == kUnset) {
            if (param.required) return where + " is missing";
        } else if (given.value < param.min || given.value > param.max) {
            return where + " is out of range";
        }
    }
    return {};
}

std::string defect(const Rule& rule) {
    if (rule.id.empty()) return "it has no id";
    if (rule.actions.empty()) return "it does nothing";
    if (std::string why = defect(rule.when); !why.empty()) return why;
    // Its own firing is such an event: without a bound it would set itself off for ever.
    if (rule.when.kind == EventKind::FaultFired && rule.when.nth == 0 && rule.when.at_most == 0)
        return "a rule on faults needs nth or at_most";
    for (const Do& todo : rule.actions)
        if (std::string why = defect(todo, rule.when); !why.empty()) return why;
    for (auto a = rule.actions.begin(); a != rule.actions.end(); ++a)
        for (auto b = std::next(a); b != rule.actions.end(); ++b)
            if (hits_match(*a, rule.when.kind) && hits_match(*b, rule.when.kind))
                return "actions " + quoted(a->action->id) + " and " + quoted(b->action->id) +
                       (meet(*a->action, *b->action) ? " fight over one thing"
                                                     : " see that event at two places; give each a rule");
    return {};
}

}  // namespace ans::fault
