// SPDX-License-Identifier: MIT
#include "testbench/fault/conflict.h"

#include <algorithm>

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

// Does the action's own row, or its block range, leave the choice to this parameter?
bool chooses(const ActionInfo& action, const ParamInfo& param) {
    const auto names = [&](const FieldUse& use) { return use.param == param.name; };
    return param.name == "lba" || std::any_of(action.only, action.only + action.only_count, names);
}

// Everything that `narrow` takes, `wide` takes: the row of another action may want other things, and parameters that choose
// are either left open or the same in both.
bool takes_what(const Do& wide, const Do& narrow) {
    const ActionInfo& action = *wide.action;
    const auto fixed = [](const FieldUse& use) { return use.param.empty(); };
    if (narrow.action != wide.action && std::any_of(action.only, action.only + action.only_count, fixed)) return false;
    for (std::size_t i = 0; i < wide.params.size(); ++i) {
        const ParamInfo& info = action.params[i];
        const ParamValue& given = wide.params[i];
        const bool open = info.name != "lba" && given.from_event == nullptr && given.value == info.by_default;
        const bool alike = narrow.action == wide.action && narrow.params[i].value == given.value &&
                           narrow.params[i].from_event == given.from_event;
        if (chooses(action, info) && !open && !alike) return false;
    }
    return true;
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
    const bool hidden = same || (takes_all(earlier.when) && covers(earlier.when, later.when));
    if (!hidden) return {};
    const std::string of = " of rule \"" + earlier.id + "\"";
    for (const Do& first : earlier.actions)
        for (const Do& second : later.actions) {
            const std::string names = "action \"" + std::string(second.action->id) + "\" fights with \"" +
                                      std::string(first.action->id) + "\"" + of;
            if (second.action->own()) {
                if (same && first.action == second.action && first.delay == second.delay)
                    return names + ": both do it at the same moments";
            } else if (kind != EventKind::Count && hits_match(first, kind) && hits_match(second, kind) &&
                       meet(*first.action, *second.action) && takes_what(first, second)) {
                return names + ", which takes everything that this rule matches";
            }
        }
    return {};
}

}  // namespace ans::fault
