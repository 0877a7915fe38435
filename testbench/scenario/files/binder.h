// SPDX-License-Identifier: MIT
// From a table to three things: each key of a struct is described once (name, member, type, help), and the
// table reads documents, words the errors and writes the JSON Schema. Defaults are the struct's own
// initialisers.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/common/sim_time.h"
#include "testbench/scenario/files/problem.h"

namespace ans::scenario {

using Json = nlohmann::json;
using Schema = nlohmann::ordered_json;

/// A value with its place, and where to complain.
struct Input {
    const Json& value;
    const Path& path;
    Problems& problems;

    /// "found <value>, expected <what>"; returns false, for `return in.expected(...)`.
    bool expected(const std::string& what) const;
    bool complain(const std::string& text) const;
};

/// How a T is read from JSON and described in the schema. `read` returns false after it has complained.
template <typename T>
struct Type {
    std::function<bool(const Input&, T&)> read;
    std::function<Schema()>
        schema;  ///< made when asked for: files are read far more often than schemas are printed
    std::function<Schema(const T&)> show = {};  ///< a T as JSON, for the schema's `default`; empty: not shown
};

// The readers behind the types below, not templates.
bool read_integer(const Input& in, std::uint64_t min, std::uint64_t max, std::string_view unit,
                  std::uint64_t& out);
bool read_number(const Input& in, double min, double max, std::string_view unit, double& out);
bool read_text(const Input& in, std::size_t longest, std::string_view meaning, std::string& out);
bool read_choice(const Input& in, const std::vector<std::string_view>& names, std::size_t& out);
Schema integer_schema(std::uint64_t min, std::uint64_t max);
Schema number_schema(double min, double max);
Schema choice_schema(const std::vector<std::string_view>& names);
/// A part of the schema that is written once, under "definitions".
Schema schema_ref(const std::string& definition);

/// A whole number, or a string of hexadecimal digits after "0x".
template <typename T>
Type<T> integer(std::uint64_t min, std::uint64_t max, std::string_view unit = {}) {
    return {[=](const Input& in, T& out) {
                std::uint64_t value = 0;
                if (!read_integer(in, min, max, unit, value)) return false;
                out = static_cast<T>(value);
                return true;
            },
            [=] { return integer_schema(min, max); },
            [](const T& value) { return Schema(static_cast<std::uint64_t>(value)); }};
}

Type<double> number(double min, double max, std::string_view unit = {});
Type<bool> boolean();
/// `meaning`: what the text is, as in "expected <meaning>".
Type<std::string> text(std::size_t longest, std::string_view meaning);
/// A duration counted in `unit` ("us", "ms", "s"), fractions allowed, kept as SimTime. At most `max` units.
Type<SimTime> duration(std::string_view unit, double max);

/// One of `names`, as text.
Type<std::string> word(std::vector<std::string_view> names);

/// One of `names`; the n-th name is the value n of the enumeration E.
template <typename E>
Type<E> choice(const std::vector<std::string_view>& names) {
    return {[names](const Input& in, E& out) {
                std::size_t index = 0;
                if (!read_choice(in, names, index)) return false;
                out = static_cast<E>(index);
                return true;
            },
            [names] { return choice_schema(names); },
            [names](const E& value) { return Schema(std::string(names[static_cast<std::size_t>(value)])); }};
}

/// A value that may be left out; JSON null is not a value.
template <typename T>
Type<std::optional<T>> optional(Type<T> type) {
    return {[read = type.read](const Input& in, std::optional<T>& out) {
                T value{};
                if (!read(in, value)) return false;
                out = std::move(value);
                return true;
            },
            type.schema,
            {}};
}

template <typename T>
Type<std::vector<T>> list(Type<T> type, std::size_t most, std::size_t least = 0) {
    return {[read = type.read, most, least](const Input& in, std::vector<T>& out) {
                if (!in.value.is_array()) return in.expected("a list");
                const std::size_t size = in.value.size();
                if (size > most) return in.complain("has more than " + std::to_string(most) + " elements");
                if (size < least) return in.complain("is empty");
                bool good = true;
                out.clear();
                for (std::size_t i = 0; i < size; ++i) {
                    T element{};
                    const Path path(in.path, i);
                    good &= read({in.value[i], path, in.problems}, element);
                    out.push_back(std::move(element));
                }
                return good;
            },
            [items = type.schema, most, least] {
                Schema schema{{"type", "array"}, {"items", items()}, {"maxItems", most}};
                if (least != 0) schema["minItems"] = least;
                return schema;
            },
            {}};
}

/// One key of a struct S.
template <typename S>
struct Key {
    std::string_view name;
    std::string_view what;
    bool required;
    std::function<bool(const Input&, S&)> read;
    std::function<Schema(const S& defaults)> schema;
};

template <typename S, typename B, typename M>
Key<S> key(std::string_view name, M B::*member, Type<M> type, std::string_view what, bool required = false) {
    return {name, what, required,
            [read = type.read, member](const Input& in, S& out) { return read(in, out.*member); },
            [type, member, what, required](const S& defaults) {
                Schema schema{{"description", what}};
                schema.update(type.schema());
                if (!required && type.show) schema["default"] = type.show(defaults.*member);
                return schema;
            }};
}

// The object reader behind Shape, not a template.
struct KeyUse {
    std::string_view name;
    bool required;
    std::function<bool(const Input&)> read;
};
bool read_object(const Input& in, const std::vector<KeyUse>& keys);
Schema object_schema(Schema properties, const std::vector<std::string_view>& required);

/// A struct as a table of its keys. `check` sees the whole struct, if all its keys were good.
template <typename S>
Type<S> shape(std::vector<Key<S>> keys, std::function<bool(const Input&, const S&)> check = {}) {
    auto table = std::make_shared<const std::vector<Key<S>>>(std::move(keys));
    return {[table, check](const Input& in, S& out) {
                std::vector<KeyUse> uses;
                for (const Key<S>& k : *table)
                    uses.push_back(
                        {k.name, k.required, [&](const Input& member) { return k.read(member, out); }});
                return read_object(in, uses) && (!check || check(in, out));
            },
            [table] {
                const auto defaults = S();
                Schema properties = Schema::object();
                std::vector<std::string_view> required;
                for (const Key<S>& k : *table) {
                    properties[std::string(k.name)] = k.schema(defaults);
                    if (k.required) required.push_back(k.name);
                }
                return object_schema(std::move(properties), required);
            },
            {}};
}

/// An object whose key `selector` holds one of `words`, which says which of `types` it is.
template <typename T>
Type<T> selected(const std::string& selector, const std::vector<std::string_view>& words,
                 const std::vector<Type<T>>& types) {
    return {[=](const Input& in, T& out) {
                if (!in.value.is_object())
                    return in.expected("an object with the key " + in_quotes(selector));
                if (!in.value.contains(selector))
                    return in.complain("key " + in_quotes(selector) + " is missing");
                const Path path(in.path, selector);
                std::size_t index = 0;
                if (!read_choice({in.value[selector], path, in.problems}, words, index)) return false;
                return types[index].read(in, out);
            },
            [types] {
                Schema any = Schema::array();
                for (const Type<T>& type : types)
                    any.push_back(type.schema());
                return Schema{{"anyOf", any}};
            },
            {}};
}

}  // namespace ans::scenario
