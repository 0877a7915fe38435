// SPDX-License-Identifier: MIT
// `while` of a fault rule: the states that states.cpp lists, each with the keys that it needs.
#include "testbench/fault/states.h"
#include "testbench/scenario/files/shapes.h"

namespace ans::scenario {

namespace {

using fault::StateInfo;
using fault::While;

// A state by its name alone, or an object: its own keys depend on what the state counts.
Type<While> state_of(const StateInfo& info) {
    std::vector<Key<While>> keys{{"state", info.what, true,
                                  [&info](const Input&, While& out) {
                                      out.state = &info;
                                      return true;
                                  },
                                  [&info](const While&) {
                                      return Schema{{"description", info.what}, {"const", info.name}};
                                  }},
                                 key<While>("is", &While::is, boolean(), "false: while it does not hold")};
    if (info.which != nullptr) {
        const fault::ParamInfo& which = *info.which;
        const auto type = which.type == fault::ParamType::Choice
                              ? choice<std::uint64_t>({which.choices, which.choices + which.choice_count})
                              : integer<std::uint64_t>(which.min, which.max);
        keys.push_back(key<While>(which.name, &While::which, type, which.what, which.required));
    }
    if (info.most != 0) {
        Type<std::uint64_t> most = integer<std::uint64_t>(1, info.most);
        keys.push_back(key<While>("min", &While::min, most, "at least so many"));
        most.show = {};
        keys.push_back(key<While>("max", &While::max, most, "at most so many"));
    }
    return shape<While>(std::move(keys), [](const Input& in, const While& wanted) {
        if (wanted.min <= wanted.max) return true;
        return in.complain("min " + std::to_string(wanted.min) + " is above max " +
                           std::to_string(wanted.max));
    });
}

Type<While> state_type() {
    std::vector<std::string_view> words, plain;
    std::vector<Type<While>> types;
    for (const StateInfo& info : fault::states()) {
        words.push_back(info.name);
        types.push_back(state_of(info));
        if (info.which == nullptr || !info.which->required) plain.push_back(info.name);
    }
    const Type<While> object = selected("state", words, types);
    return {[object, words](const Input& in, While& out) {
                if (in.value.is_object()) return object.read(in, out);
                if (!in.value.is_string()) return in.expected("the name of a state, or an object with it");
                std::size_t index = 0;
                if (!read_choice(in, words, index)) return false;
                out.state = &fault::states()[index];
                const auto* which = out.state->which;
                return which == nullptr || !which->required ||
                       in.complain("needs an object with the key " + in_quotes(which->name));
            },
            [object, plain] {
                Schema any = object.schema()["anyOf"];
                any.push_back(choice_schema(plain));
                return Schema{{"anyOf", any}};
            },
            {}};
}

}  // namespace

Schema state_definition() {
    return state_type().schema();
}

// One state or a list of them, all of which must hold.
Type<std::vector<While>> while_type() {
    const Type<While> state = state_type();
    Type<While> named = state;
    named.schema = [] { return schema_ref("state"); };
    const auto states = list(named, 8, 1);
    return {[=](const Input& in, std::vector<While>& out) {
                if (!in.value.is_array()) return state.read(in, out.emplace_back());
                if (!states.read(in, out)) return false;
                for (std::size_t b = 0; b < out.size(); ++b)
                    for (std::size_t a = 0; a < b; ++a)
                        if (const std::string why = fault::contradiction(out[a], out[b]); !why.empty()) {
                            in.problems.add(Path(in.path, b), why + ", so the rule can never fire");
                            return false;
                        }
                return true;
            },
            [=] {
                return Schema{{"anyOf", {named.schema(), states.schema()}}};
            },
            {}};
}

}  // namespace ans::scenario
