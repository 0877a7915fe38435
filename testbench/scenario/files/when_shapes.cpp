// SPDX-License-Identifier: MIT
// `when` of a fault rule: offers the fields of the event that it names, as event_table.cpp lists them.
#include "testbench/fault/conflict.h"
#include "testbench/scenario/files/shapes.h"

namespace ans::scenario {

namespace {

using fault::FieldMatch;
using fault::Following;
using fault::When;


std::uint64_t largest(const EventField& field) {
    return field.bits == 64 ? UINT64_MAX : (std::uint64_t{1} << field.bits) - 1;
}

std::vector<std::string_view> list_of(const std::string_view* names, std::size_t count) {
    return {names, names + count};
}

Type<std::uint64_t> field_value(const EventField& field) {
    if (field.format == FieldFormat::Enum)
        return choice<std::uint64_t>(list_of(field.names, field.name_count));
    if (field.format != FieldFormat::Bool) return integer<std::uint64_t>(0, largest(field));
    Type<bool> type = boolean();
    return {[read = type.read](const Input& in, std::uint64_t& out) {
                bool value = false;
                if (!read(in, value)) return false;
                out = value ? 1 : 0;
                return true;
            },
            type.schema,
            {}};
}

struct Masked {
    std::uint64_t mask = 0, value = 0;
};

bool numeric(const EventField& field) {
    return field.format != FieldFormat::Enum && field.format != FieldFormat::Bool;
}

// All numeric fields of a width share a definition.
Schema match_schema(const EventField& field, const std::function<Schema()>& full) {
    return numeric(field) ? schema_ref("match_" + std::to_string(field.bits) + "_bits") : full();
}

// One value, a list of values, {min, max} or {mask, value}.
Type<FieldMatch> field_match(const EventField& field) {
    const Type<std::uint64_t> value = field_value(field);
    const auto values = list(value, 64, 1);
    Type<std::uint64_t> bare = value;
    bare.show = {};
    const Type<Bounds> range = shape<Bounds>(
        {key<Bounds>("min", &Bounds::min, bare, "at least"),
         key<Bounds>("max", &Bounds::max, bare, "at most")},
        [](const Input& in, const Bounds& b) {
            if (b.min <= b.max) return true;
            return in.complain("min " + std::to_string(b.min) + " is above max " + std::to_string(b.max));
        });
    const Type<Masked> masked =
        shape<Masked>({key<Masked>("mask", &Masked::mask, bare, "bits that are compared", true),
                       key<Masked>("value", &Masked::value, bare, "what these bits must be", true)},
                      [](const Input& in, const Masked& m) {
                          if ((m.value & ~m.mask) == 0) return true;
                          return in.complain("value has bits outside mask, so nothing can match");
                      });

    return {[=, &field](const Input& in, FieldMatch& out) {
                out.field = &field;
                if (in.value.is_array()) {
                    out.op = FieldMatch::Op::OneOf;
                    return values.read(in, out.values);
                }
                if (!in.value.is_object() || !numeric(field)) {
                    out.op = FieldMatch::Op::Equal;
                    out.values.resize(1);
                    return value.read(in, out.values[0]);
                }
                if (in.value.contains("mask") || in.value.contains("value")) {
                    Masked m;
                    out.op = FieldMatch::Op::Masked;
                    if (!masked.read(in, m)) return false;
                    out.values = {m.mask, m.value};
                    return true;
                }
                Bounds b;
                out.op = FieldMatch::Op::Range;
                if (!range.read(in, b)) return false;
                out.values = {b.min, b.max};
                return true;
            },
            [=, &field] {
                Schema any{value.schema(), values.schema()};
                if (numeric(field)) any.insert(any.end(), {range.schema(), masked.schema()});
                return Schema{{"anyOf", any}};
            },
            {}};
}

bool check_following(const Input& in, const Following& following, const When& when) {
    const Path path(in.path, "following"), same(path, "same");
    for (std::size_t i = 0; i < following.same.size(); ++i)
        for (const EventKind kind : {following.kind, when.kind})
            if (find_field(kind, following.same[i]) == nullptr) {
                in.problems.add(Path(same, i), "event " + in_quotes(event_info(kind).name) +
                                                   " has no field " + in_quotes(following.same[i]));
                return false;
            }
    const std::string why = fault::contradiction(following, when);
    if (!why.empty()) in.problems.add(path, why + ", so the rule can never fire");
    return why.empty();
}

bool check_when(const Input& in, const When& when) {
    if (when.nth != 0 && when.every != 0)
        return in.complain("gives both nth and every, expected one of them");
    if (when.after >= when.before)
        return in.complain("after_us is not below before_us, so the rule can never fire");
    if (when.probability <= 0) return in.complain("probability is 0, so the rule can never fire");
    return !when.following || check_following(in, *when.following, when);
}

bool check_order_of_events(const Input& in, const Following& following) {
    const Path path(in.path, "within_us");
    if (following.within != 0) return true;
    in.problems.add(path, "is 0, so the rule can never fire");
    return false;
}

// The event's name, its text and its fields.
template <typename P>
std::vector<Key<P>> pattern_keys(EventKind kind) {
    const EventInfo& info = event_info(kind);
    const auto own_name = [kind](const Input&, P& out) {
        out.kind = kind;
        return true;
    };
    const auto own_schema = [&info](const P&) {
        return Schema{{"description", info.what}, {"const", info.name}};
    };
    std::vector<Key<P>> keys{{"event", info.what, true, own_name, own_schema}};
    if (info.has_text)
        keys.push_back(key<P>("text", &P::text, text(200, "a text"), "part of the event's text"));
    for (std::size_t i = 0; i < info.field_count; ++i) {
        const EventField& field = info.fields[i];
        const Type<FieldMatch> type = field_match(field);
        keys.push_back(
            {field.name, field.what, false,
             [read = type.read](const Input& in, P& out) { return read(in, out.fields.emplace_back()); },
             [schema = type.schema, &field](const P&) { return match_schema(field, schema); }});
    }
    return keys;
}

// One shape for each kind of event, chosen by the key `event`. `more` are the keys that all have.
template <typename P>
Type<P> by_event(const std::vector<Key<P>>& more, std::function<bool(const Input&, const P&)> check) {
    std::vector<std::string_view> words;
    std::vector<Type<P>> types;
    for (std::size_t k = 0; k < kEventKinds; ++k) {
        const auto kind = static_cast<EventKind>(k);
        std::vector<Key<P>> keys = pattern_keys<P>(kind);
        keys.insert(keys.begin() + 1, more.begin(), more.end());
        words.push_back(event_info(kind).name);
        types.push_back(shape<P>(std::move(keys), check));
    }
    return selected("event", words, types);
}

Type<Following> following_type() {
    Type<SimTime> us = duration("us", kLongestUs);
    us.show = {};
    const auto same = list(text(40, "the name of a field"), fault::kMaxSame, 1);
    return by_event<Following>(
        {key<Following>("within_us", &Following::within, us, "so long before at most", true),
         key<Following>("same", &Following::same, same, "fields that are equal in both events")},
        check_order_of_events);
}

// The keys that narrow down an occurrence, whatever the event.
std::vector<Key<When>> occurrence_keys() {
    Type<SimTime> us = duration("us", kLongestUs);
    us.show = {};
    Type<std::uint64_t> ordinal = integer<std::uint64_t>(1, UINT32_MAX);
    ordinal.show = {};
    return {
        key<When>("nth", &When::nth, ordinal, "only the n-th match in the time window, from 1"),
        key<When>("every", &When::every, ordinal, "only each n-th match"),
        key<When>("at_most", &When::at_most, ordinal, "fire so often at most"),
        key<When>("probability", &When::probability, number(0, 1),
                  "of each match, drawn from the scenario's seed"),
        key<When>("after_us", &When::after, us, "only at or after this simulated time"),
        key<When>("before_us", &When::before, us, "only before this simulated time"),
        key<When>("while", &When::states, while_type(),
                  "only if this held just before the event: a state, or a list of states that all hold"),
        key<When>("following", &When::following, optional(following_type()),
                  "only if that other event happened before, not too long ago"),
    };
}

}  // namespace

Schema when_definitions() {
    Schema definitions = Schema::object();
    for (const Key<When>& k : occurrence_keys())
        definitions[std::string(k.name)] = k.schema(When());
    for (std::size_t kind = 0; kind < kEventKinds; ++kind) {
        const EventInfo& info = event_info(static_cast<EventKind>(kind));
        for (std::size_t i = 0; i < info.field_count; ++i)
            if (numeric(info.fields[i]))
                definitions["match_" + std::to_string(info.fields[i].bits) + "_bits"] =
                    field_match(info.fields[i]).schema();
    }
    definitions["state"] = state_definition();
    definitions["when"] = when_type().schema();
    return definitions;
}

Type<When> when_ref() {
    static const Type<When> type = when_type();
    return {
        [](const Input& in, When& out) { return type.read(in, out); }, [] { return schema_ref("when"); }, {}};
}

Type<When> when_type() {
    std::vector<Key<When>> common = occurrence_keys();
    for (Key<When>& k : common)
        k.schema = [name = std::string(k.name)](const When&) { return schema_ref(name); };
    const Type<When> by_name = by_event<When>(common, check_when);
    // Without an event the clock is what matches, once.
    Type<SimTime> us = duration("us", kLongestUs);
    const Type<When> by_clock =
        shape<When>({key<When>("after_us", &When::after, us, "at this simulated time", true)});
    return {[by_name, by_clock](const Input& in, When& out) {
                const bool clock =
                    in.value.is_object() && in.value.size() == 1 && in.value.contains("after_us");
                return clock ? by_clock.read(in, out) : by_name.read(in, out);
            },
            [by_name, by_clock] {
                Schema any = by_name.schema()["anyOf"];
                any.push_back(by_clock.schema());
                return Schema{{"anyOf", any}};
            },
            {}};
}

}  // namespace ans::scenario
