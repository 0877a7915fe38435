// SPDX-License-Identifier: MIT
// Fault rules: `do` offers the parameters of the action that it names, as the fault table lists them.
#include <set>

#include "testbench/fault/table.h"
#include "testbench/scenario/files/deeds.h"
#include "testbench/scenario/files/shapes.h"

namespace ans::scenario {

namespace {

using fault::ActionInfo;
using fault::ParamInfo;
using fault::ParamType;
using fault::When;


Type<std::uint64_t> param_value(const ParamInfo& param) {
    if (param.type == ParamType::Choice)
        return choice<std::uint64_t>({param.choices, param.choices + param.choice_count});
    if (param.type == ParamType::Integer) return integer<std::uint64_t>(param.min, param.max, param.unit);
    const Type<SimTime> type =
        duration("us", static_cast<double>(param.max) / static_cast<double>(microseconds(1)));
    return {[read = type.read, least = param.min](const Input& in, std::uint64_t& out) {
                return read(in, out) && (out >= least || in.expected("more than 0 (us)"));
            },
            type.schema, type.show};
}

Key<Deed> param_entry(const ActionInfo& action, std::size_t index) {
    const ParamInfo& param = action.params[index];
    const Type<std::uint64_t> type = param_value(param);
    const bool may_refer = param.type == ParamType::Integer;
    return {param_key(param), param.what, param.required,
            [read = type.read, index, may_refer](const Input& in, Deed& out) {
                constexpr std::string_view kPrefix = "$event.";
                if (may_refer && in.value.is_string()) {
                    const std::string& word = in.value.get_ref<const std::string&>();
                    if (std::string_view(word).substr(0, kPrefix.size()) == kPrefix) {
                        out.references.push_back({index, word.substr(kPrefix.size()), in.path.pointer()});
                        return true;
                    }
                }
                return read(in, out.act.params[index].value);
            },
            [type, &param, may_refer](const Deed&) {
                Schema schema{{"description", param.what}};
                if (may_refer)
                    schema["anyOf"] = {type.schema(),
                                       Schema{{"type", "string"}, {"pattern", "^\\$event\\.[a-z0-9_]+$"}}};
                else
                    schema.update(type.schema());
                if (!param.required && param.by_default != fault::kUnset)
                    schema["default"] = type.show(param.by_default);
                return schema;
            }};
}

// A key that every action has.
template <typename M>
Key<Deed> deed_key(std::string_view name, M fault::Do::*member, const Type<M>& type, std::string_view what) {
    return {name, what, false,
            [read = type.read, member](const Input& in, Deed& out) { return read(in, out.act.*member); },
            [schema = type.schema, what](const Deed&) {
                Schema out{{"description", what}};
                out.update(schema());
                return out;
            }};
}

Type<SimTime> positive(const Type<SimTime>& type) {
    return {[read = type.read](const Input& in, SimTime& out) {
                return read(in, out) && (out != 0 || in.expected("more than 0 (us)"));
            },
            type.schema,
            {}};
}

Type<Deed> deed_of(const ActionInfo& action) {
    std::vector<Key<Deed>> keys{{"action", action.title, true, [](const Input&, Deed&) { return true; },
                                 [&action](const Deed&) {
                                     return Schema{{"description", action.title}, {"const", action.id}};
                                 }}};
    for (std::size_t i = 0; i < action.param_count; ++i)
        keys.push_back(param_entry(action, i));
    const Type<SimTime> us = duration("us", kLongestUs);
    keys.push_back(deed_key("after_us", &fault::Do::delay, us,
                            "how long after the match it happens or begins to wait for its occasion"));
    if (!action.own()) {
        keys.push_back(deed_key("hit", &fault::Do::hit, optional(choice<fault::Hit>({"match", "next"})),
                                "only the very thing that matched, or not that but the next one that fits; "
                                "left out: the match if "
                                "it can be hit, else the next"));
        keys.push_back(deed_key("for_us", &fault::Do::span, positive(us),
                                "not one thing but every one that fits for so long"));
        keys.push_back(deed_key("for_count", &fault::Do::things, integer<std::uint32_t>(1, 1'000'000),
                                "not one thing but so many that fit, one after the other"));
    }
    Type<Deed> type = shape<Deed>(std::move(keys));
    return {[read = type.read, &action](const Input& in, Deed& out) {
                out.act.action = &action;
                for (std::size_t i = 0; i < action.param_count; ++i)
                    out.act.params.push_back({action.params[i].by_default, nullptr});
                return read(in, out);
            },
            type.schema,
            {}};
}

Type<Deed> deed_type() {
    std::vector<std::string_view> words;
    std::vector<Type<Deed>> types;
    std::size_t count = 0;
    const ActionInfo* table = fault::actions(count);
    for (std::size_t i = 0; i < count; ++i) {
        words.push_back(table[i].id);
        types.push_back(deed_of(table[i]));
    }
    return selected("action", words, types);
}

struct RawRule {
    std::string id;
    When when;
    std::vector<Deed> deeds;
    bool must_fire = true;
};

bool resolve(const Reference& reference, EventKind kind, const std::string& absent, Problems& problems,
             fault::ParamValue& out) {
    if (kind == EventKind::Count) {
        problems.add(reference.pointer, absent);
        return false;
    }
    out.from_event = find_field(kind, reference.field);
    if (out.from_event != nullptr) return true;
    const EventInfo& info = event_info(kind);
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < info.field_count; ++i)
        names.push_back(info.fields[i].name);
    const std::string hint = suggestion(reference.field, names);
    problems.add(reference.pointer, "event " + in_quotes(info.name) + " has no field " +
                                        in_quotes(reference.field) +
                                        (!hint.empty()   ? hint
                                         : names.empty() ? ""
                                                         : "; its fields: " + one_of(names)));
    return false;
}

}  // namespace

std::string_view param_key(const ParamInfo& param) {
    // Times carry their unit in the key. Composed once; views into the set stay valid.
    static std::set<std::string, std::less<>> composed;
    if (param.type != ParamType::Time) return param.name;
    return *composed.insert(std::string(param.name) + "_" + std::string(param.unit)).first;
}

Schema action_definition() {
    return deed_type().schema();
}

Type<std::vector<Deed>> deeds_type() {
    static const Type<Deed> one = deed_type();
    static const Type<std::vector<Deed>> many =
        list<Deed>({one.read, [] { return schema_ref("action"); }, {}}, 16, 1);
    return {[](const Input& in, std::vector<Deed>& out) {
                return in.value.is_array() ? many.read(in, out) : one.read(in, out.emplace_back());
            },
            [] {
                return Schema{{"anyOf", {schema_ref("action"), many.schema()}}};
            },
            {}};
}

bool resolve_references(const std::vector<Deed>& deeds, EventKind kind, const std::string& absent,
                        Problems& problems, std::vector<fault::Do>& out) {
    bool good = true;
    for (const Deed& deed : deeds) {
        out.push_back(deed.act);
        for (const Reference& reference : deed.references)
            good &= resolve(reference, kind, absent, problems, out.back().params[reference.param]);
    }
    return good;
}

Type<fault::Rule> rule_type() {
    const Type<RawRule> raw = shape<RawRule>({
        key<RawRule>("id", &RawRule::id, text(40, "a name for the rule"), "name of the rule in reports",
                     true),
        key<RawRule>("when", &RawRule::when, when_ref(), "which event, and which of its occurrences", true),
        key<RawRule>("do", &RawRule::deeds, deeds_type(), "what happens then", true),
        key<RawRule>("must_fire", &RawRule::must_fire, boolean(), "a rule that never fired fails the run"),
    });
    return {[raw](const Input& in, fault::Rule& out) {
                RawRule rule;
                bool good = raw.read(in, rule);
                out.id = rule.id;
                if (!good) return false;
                good =
                    resolve_references(rule.deeds, rule.when.kind,
                                       "refers to an event, and `when` names none", in.problems, out.actions);
                out.when = std::move(rule.when);
                out.must_fire = rule.must_fire;
                if (!good) return false;
                const std::string defect = fault::defect(out);  // what no single key shows
                return defect.empty() || in.complain("cannot be carried out: " + defect);
            },
            raw.schema,
            {}};
}

}  // namespace ans::scenario
