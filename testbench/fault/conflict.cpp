// SPDX-License-Identifier: MIT
#include "testbench/fault/conflict.h"

#include <algorithm>

#include "testbench/fault/table.h"

namespace ans::fault {

namespace {

using Op = FieldMatch::Op;

bool allows(const FieldMatch& match, std::uint64_t value) {
    Event event;
    match.field->set(event, value);
    return match.field->get(event) == value && match.matches(event);
}

bool equal(const FieldMatch& a, const FieldMatch& b) {
    return a.field == b.field && a.op == b.op && a.values == b.values;
}

// Does each of `few` stand among `many`?
template <typename T, typename Equal>
bool part_of(const std::vector<T>& few, const std::vector<T>& many, Equal equals) {
    return std::all_of(few.begin(), few.end(), [&](const T& one) {
        return std::any_of(many.begin(), many.end(), [&](const T& other) { return equals(one, other); });
    });
}

bool equal(const While& a, const While& b) {
    return a.state == b.state && a.is == b.is && a.which == b.which && a.min == b.min && a.max == b.max;
}

bool field_equal(const FieldMatch& a, const FieldMatch& b) {
    return equal(a, b);
}
bool while_equal(const While& a, const While& b) {
    return equal(a, b);
}

bool covers(const Pattern& wide, const Pattern& narrow) {
    return wide.kind == narrow.kind && (wide.text.empty() || wide.text == narrow.text) &&
           part_of(wide.fields, narrow.fields, field_equal);
}

bool equal(const Following& a, const Following& b) {
    return covers(a, b) && covers(b, a) && a.text == b.text && a.within == b.within && a.same == b.same;
}

// Everything that `narrow` matches is matched by `wide`, counting aside.
bool covers(const When& wide, const When& narrow) {
    return covers(static_cast<const Pattern&>(wide), static_cast<const Pattern&>(narrow)) &&
           wide.after <= narrow.after && wide.before >= narrow.before &&
           part_of(wide.states, narrow.states, while_equal) &&
           (!wide.following || (narrow.following && equal(*wide.following, *narrow.following)));
}

bool takes_all(const When& when) {
    return when.nth == 0 && when.every == 0 && when.at_most == 0 && when.probability >= 1.0;
}

bool same_moments(const When& a, const When& b) {
    return covers(a, b) && covers(b, a) && a.text == b.text && a.nth == b.nth && a.every == b.every &&
           a.at_most == b.at_most && a.probability >= 1.0 && b.probability >= 1.0;
}

bool equal(const ParamValue& a, const ParamValue& b) {
    return a.value == b.value && a.from_event == b.from_event;
}

// Does the action take only things of some fixed sort?
bool picks(const ActionInfo& action) {
    return std::any_of(action.only, action.only + action.only_count,
                       [](const FieldUse& use) { return use.param.empty(); });
}

// Left out, so that the action takes any.
bool open(const Do& todo, std::string_view name) {
    const auto index = static_cast<std::size_t>(param_index(*todo.action, name));
    const ParamInfo& info = todo.action->params[index];
    const ParamValue& given = todo.params[index];
    const bool any = info.type == ParamType::Choice ? info.choices[0] == "any" && given.value == 0
                                                    : info.by_default == kUnset && given.value == kUnset;
    return any && given.from_event == nullptr;
}

// Does `wide` take all that `narrow` takes?
bool takes_what(const Do& wide, const Do& narrow) {
    const auto param_equal = [](const ParamValue& a, const ParamValue& b) { return equal(a, b); };
    const ActionInfo& action = *wide.action;
    if (wide.action == narrow.action && std::equal(wide.params.begin(), wide.params.end(),
                                                   narrow.params.begin(), narrow.params.end(), param_equal))
        return true;
    if ((picks(action) && wide.action != narrow.action) || param_index(action, "lba") >= 0) return false;
    return std::all_of(action.only, action.only + action.only_count,
                       [&](const FieldUse& use) { return use.param.empty() || open(wide, use.param); });
}

// A rule counts only what its actions can hit.
bool counts_alike(const Do& a, const Do& b) {
    return a.action == b.action || (!picks(*a.action) && !picks(*b.action));
}

// Nothing that could be done twice at once.
bool only_once(Effect effect) {
    return effect == Effect::Crash || effect == Effect::Sleep || effect == Effect::Hang ||
           effect == Effect::PowerCut;
}

}  // namespace

bool disjoint(const FieldMatch& a, const FieldMatch& b) {
    if (a.op == Op::Equal || a.op == Op::OneOf)
        return std::none_of(a.values.begin(), a.values.end(),
                            [&](std::uint64_t value) { return allows(a, value) && allows(b, value); });
    if (b.op == Op::Equal || b.op == Op::OneOf) return disjoint(b, a);
    if (a.op == Op::Range && b.op == Op::Range)
        return std::max(a.values[0], b.values[0]) > std::min(a.values[1], b.values[1]);
    if (a.op == Op::Masked && b.op == Op::Masked)
        return ((a.values[1] ^ b.values[1]) & a.values[0] & b.values[0]) != 0;
    return false;  // a mask and a range: not worth the search
}

std::string contradiction(const Following& following, const Pattern& when) {
    for (const std::string& name : following.same)
        for (const FieldMatch& before : following.fields)
            for (const FieldMatch& now : when.fields)
                if (before.field->name == name && now.field->name == name && disjoint(before, now))
                    return "\"" + name + "\" must be the same in two events that never share a value of it";
    return {};
}

bool meet(const ActionInfo& a, const ActionInfo& b) {
    return a.at(b.point) || (b.second_point != DecidePoint::Count && a.at(b.second_point));
}

std::string fight(const Rule& earlier, const Rule& later) {
    const EventKind kind = later.when.kind;
    const bool same = same_moments(earlier.when, later.when);
    const bool all = takes_all(earlier.when) && covers(earlier.when, later.when);
    if (!same && !all) return {};
    for (const Do& first : earlier.actions)
        for (const Do& second : later.actions) {
            const std::string names = "action \"" + std::string(second.action->id) + "\" fights with \"" +
                                      std::string(first.action->id) + "\" of rule \"" + earlier.id + "\"";
            if (second.action->own()) {
                if (same && first.action == second.action && first.delay == second.delay &&
                    only_once(first.action->effect))
                    return names + ": both do it at the same moments";
            } else if (hits_match(first, kind) && hits_match(second, kind) &&
                       meet(*first.action, *second.action) && takes_what(first, second) &&
                       (all || counts_alike(first, second))) {
                return names + ", which takes everything that this rule matches";
            }
        }
    return {};
}

}  // namespace ans::fault
