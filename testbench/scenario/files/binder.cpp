// SPDX-License-Identifier: MIT
#include "testbench/scenario/files/binder.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace ans::scenario {

namespace {

// What stands in the file, short enough for one line. Containers are not spelled out: they may be anything.
std::string found(const Json& value) {
    switch (value.type()) {
        case Json::value_t::null:
            return "null";
        case Json::value_t::object:
            return value.empty() ? "an empty object" : "an object";
        case Json::value_t::array:
            return value.empty() ? "an empty list" : "a list";
        case Json::value_t::string:
            return in_quotes(value.get_ref<const std::string&>());
        default:
            return value.dump();
    }
}

bool parse_hex(const std::string& text, std::uint64_t& out) {
    if (text.size() < 3 || text.size() > 18 || text[0] != '0' || (text[1] != 'x' && text[1] != 'X'))
        return false;
    const char* end = text.data() + text.size();
    const auto result = std::from_chars(text.data() + 2, end, out, 16);
    return result.ec == std::errc() && result.ptr == end;
}

std::string with_unit(std::string_view unit) {
    return unit.empty() ? std::string() : " (" + std::string(unit) + ")";
}

std::string plain(double value) {
    return Json(value).dump();
}
std::string bound(double value) {
    return value == std::floor(value) && std::abs(value) < 1e15
               ? std::to_string(static_cast<std::int64_t>(value))
               : plain(value);
}

}  // namespace

bool Input::complain(const std::string& text) const {
    problems.add(path, text);
    return false;
}

bool Input::expected(const std::string& what) const {
    return complain("found " + found(value) + ", expected " + what);
}

bool read_integer(const Input& in, std::uint64_t min, std::uint64_t max, std::string_view unit,
                  std::uint64_t& out) {
    const auto refuse = [&] {
        const std::string range = max == UINT64_MAX
                                      ? (min == 0 ? "" : " of at least " + std::to_string(min))
                                      : " from " + std::to_string(min) + " to " + std::to_string(max);
        return in.expected("a whole number" + range + with_unit(unit));
    };
    if (in.value.is_string()) {
        if (!parse_hex(in.value.get_ref<const std::string&>(), out)) return refuse();
    } else if (in.value.is_number_unsigned()) {
        out = in.value.get<std::uint64_t>();
    } else {
        return refuse();
    }
    return out >= min && out <= max ? true : refuse();
}

bool read_number(const Input& in, double min, double max, std::string_view unit, double& out) {
    const auto refuse = [&] {
        return in.expected("a number from " + bound(min) + " to " + bound(max) + with_unit(unit));
    };
    if (!in.value.is_number()) return refuse();
    out = in.value.get<double>();
    return out >= min && out <= max ? true : refuse();
}

bool read_text(const Input& in, std::size_t longest, std::string_view meaning, std::string& out) {
    if (!in.value.is_string()) return in.expected(std::string(meaning));
    out = in.value.get<std::string>();
    if (out.empty()) return in.expected(std::string(meaning));
    if (out.find('\0') != std::string::npos) return in.complain("holds a NUL character");
    if (out.size() > longest) return in.complain("is longer than " + std::to_string(longest) + " bytes");
    return true;
}

bool read_choice(const Input& in, const std::vector<std::string_view>& names, std::size_t& out) {
    std::string hint;
    if (in.value.is_string()) {
        const std::string& word = in.value.get_ref<const std::string&>();
        const auto place = std::find(names.begin(), names.end(), word);
        if (place != names.end()) {
            out = static_cast<std::size_t>(place - names.begin());
            return true;
        }
        hint = suggestion(word, names);
        // A long list would bury the one that was meant.
        if (!hint.empty() && names.size() > 8) return in.complain("found " + found(in.value) + hint);
    }
    return in.expected(one_of(names) + hint);
}

// Bounds bind numbers only and the pattern strings only, so one schema says both.
Schema integer_schema(std::uint64_t min, std::uint64_t max) {
    Schema schema{{"type", {"integer", "string"}}, {"minimum", min}};
    if (max != UINT64_MAX) schema["maximum"] = max;
    schema["pattern"] = "^0[xX][0-9a-fA-F]{1,16}$";
    return schema;
}

Schema number_schema(double min, double max) {
    return {{"type", "number"}, {"minimum", min}, {"maximum", max}};
}

Schema choice_schema(const std::vector<std::string_view>& names) {
    Schema list = Schema::array();
    for (const std::string_view name : names)
        list.push_back(std::string(name));
    return {{"enum", list}};
}

Schema schema_ref(const std::string& definition) {
    return {{"$ref", "#/definitions/" + definition}};
}

Type<double> number(double min, double max, std::string_view unit) {
    return {[=](const Input& in, double& out) { return read_number(in, min, max, unit, out); },
            [=] { return number_schema(min, max); }, [](const double& value) { return Schema(value); }};
}

Type<bool> boolean() {
    return {[](const Input& in, bool& out) {
                if (!in.value.is_boolean()) return in.expected("true or false");
                out = in.value.get<bool>();
                return true;
            },
            [] {
                return Schema{{"type", "boolean"}};
            },
            [](const bool& value) { return Schema(value); }};
}

Type<std::string> text(std::size_t longest, std::string_view meaning) {
    return {[=](const Input& in, std::string& out) { return read_text(in, longest, meaning, out); },
            [longest] {
                return Schema{{"type", "string"}, {"minLength", 1}, {"maxLength", longest}};
            },
            [](const std::string& value) { return Schema(value); }};
}

Type<std::string> word(std::vector<std::string_view> names) {
    return {[names](const Input& in, std::string& out) {
                std::size_t index = 0;
                if (!read_choice(in, names, index)) return false;
                out = names[index];
                return true;
            },
            [names] { return choice_schema(names); }, [](const std::string& value) { return Schema(value); }};
}

Type<SimTime> duration(std::string_view unit, double max) {
    const SimTime one = unit == "us" ? microseconds(1) : unit == "ms" ? milliseconds(1) : seconds(1);
    return {[=](const Input& in, SimTime& out) {
                double count = 0;
                if (!read_number(in, 0, max, unit, count)) return false;
                out = static_cast<SimTime>(std::llround(count * static_cast<double>(one)));
                return true;
            },
            [max] { return number_schema(0, max); },
            [one](const SimTime& value) {
                return value % one == 0 ? Schema(value / one)
                                        : Schema(static_cast<double>(value) / static_cast<double>(one));
            }};
}

bool read_object(const Input& in, const std::vector<KeyUse>& keys) {
    if (!in.value.is_object()) return in.expected("an object");
    std::vector<std::string_view> names;
    names.reserve(keys.size());
    for (const KeyUse& use : keys)
        names.push_back(use.name);
    bool good = true;
    for (const auto& [name, value] : in.value.items()) {
        const Path path(in.path, name);
        const auto use =
            std::find_if(keys.begin(), keys.end(), [&n = name](const KeyUse& k) { return k.name == n; });
        if (use == keys.end()) {
            std::string hint = suggestion(name, names);
            if (hint.empty())
                hint = names.empty() ? "; nothing belongs here" : "; known here: " + one_of(names);
            in.problems.add(path, "unknown key" + hint);
            good = false;
        } else {
            good &= use->read({value, path, in.problems});
        }
    }
    for (const KeyUse& use : keys)
        if (use.required && !in.value.contains(use.name)) {
            in.problems.add(in.path, "key " + in_quotes(use.name) + " is missing");
            good = false;
        }
    return good;
}

Schema object_schema(Schema properties, const std::vector<std::string_view>& required) {
    Schema schema{{"type", "object"}, {"properties", std::move(properties)}};
    if (!required.empty()) schema["required"] = choice_schema(required)["enum"];
    schema["additionalProperties"] = false;
    return schema;
}

}  // namespace ans::scenario
