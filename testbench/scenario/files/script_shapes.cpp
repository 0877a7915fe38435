// SPDX-License-Identifier: MIT
// Scripts as files say them; script_linker.cpp makes of them what runs.
#include "testbench/scenario/files/script_linker.h"
#include "testbench/scenario/files/shapes.h"

namespace ans::scenario {

namespace {

// The step as a report shows it.
std::string in_short(const Json& value) {
    constexpr std::size_t kLongest = 120;
    std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
    if (text.size() > kLongest) text.replace(kLongest, std::string::npos, "...");
    return text;
}

struct Repeat {
    std::uint64_t times = 1;
    std::vector<RawStep> steps;
};

const Type<RawStep>& step_shape();

Type<RawStep> one_step() {
    return {[](const Input& in, RawStep& out) {
                out.pointer = in.path.pointer();
                if (!step_shape().read(in, out)) return false;
                if (out.kind != RawStep::Kind::Repeat) out.what = in_short(in.value);
                return true;
            },
            [] { return schema_ref("script_step"); },
            {}};
}

Type<std::vector<RawStep>> some_steps() {
    return list(one_step(), fault::kMostScriptSteps, 1);
}

// A key that says which kind of step it is.
template <typename M>
Key<RawStep> kind_key(std::string_view name, RawStep::Kind kind, const Type<M>& type, M RawStep::*member,
                      std::string_view what) {
    return {name, what, false,
            [read = type.read, kind, member](const Input& in, RawStep& out) {
                out.kind = kind;
                return read(in, out.*member);
            },
            [schema = type.schema, what](const RawStep&) {
                Schema out{{"description", what}};
                out.update(schema());
                return out;
            }};
}

Key<RawStep> repeat_key() {
    const Type<Repeat> type = shape<Repeat>({
        key<Repeat>("times", &Repeat::times, integer<std::uint64_t>(1, fault::kMostScriptSteps), "how often",
                    true),
        key<Repeat>("steps", &Repeat::steps, some_steps(), "what is repeated", true),
    });
    return {"repeat", "`{times, steps}`: steps that are done so many times", false,
            [read = type.read](const Input& in, RawStep& out) {
                Repeat repeat;
                if (!read(in, repeat)) return false;
                out.kind = RawStep::Kind::Repeat;
                out.times = repeat.times;
                out.steps = std::move(repeat.steps);
                return true;
            },
            [schema = type.schema](const RawStep&) {
                Schema out{{"description", "`{times, steps}`: steps that are done so many times"}};
                out.update(schema());
                return out;
            }};
}

Type<SimTime> some_time() {
    const Type<SimTime> us = duration("us", kLongestUs);
    return {[read = us.read](const Input& in, SimTime& out) {
                return read(in, out) && (out != 0 || in.expected("more than 0 (us)"));
            },
            us.schema,
            {}};
}

const Type<RawStep>& step_shape() {
    using StepKind = RawStep::Kind;
    static const Type<RawStep> type = shape<RawStep>(
        {kind_key("wait", StepKind::Wait, when_ref(), &RawStep::when,
                  "until the next event that matches, counted from here, or until a moment"),
         kind_key("wait_us", StepKind::Pause, some_time(), &RawStep::pause, "so long"),
         kind_key(
             "do", StepKind::Do, deeds_type(), &RawStep::deeds,
             "actions, until each of them has taken place; what waits for its occasion hits the next one"),
         repeat_key(),
         kind_key("use", StepKind::Use, text(4096, "the id of a script, or file.script.json#id"),
                  &RawStep::use,
                  "the steps of another script: its id, or file.script.json#id, relative to this file")},
        [](const Input& in, const RawStep&) {
            return in.value.size() == 1 || in.expected("one of wait, wait_us, do, repeat or use");
        });
    return type;
}

Type<std::vector<RawScript>> book_type() {
    const Type<RawScript> script = shape<RawScript>({
        key<RawScript>("id", &RawScript::id, text(40, "a name for the script"),
                       "name of the script in reports", true),
        key<RawScript>("steps", &RawScript::steps, some_steps(), "what it does, in order", true),
        key<RawScript>("must_finish", &RawScript::must_finish, boolean(),
                       "a script that did not reach its end fails the run"),
    });
    const Type<RawScript> placed{[read = script.read](const Input& in, RawScript& out) {
                                     out.pointer = in.path.pointer();
                                     if (!read(in, out)) return false;
                                     return out.id.find('#') == std::string::npos ||
                                            in.complain("id " + in_quotes(out.id) + " has a #");
                                 },
                                 script.schema,
                                 {}};
    const auto all = list(placed, 100);
    return {[all](const Input& in, std::vector<RawScript>& out) {
                if (!all.read(in, out)) return false;
                bool good = true;
                for (std::size_t i = 0; i < out.size(); ++i)
                    for (std::size_t j = 0; j < i; ++j)
                        if (out[i].id == out[j].id) {
                            in.problems.add(out[i].pointer + "/id", "id " + in_quotes(out[i].id) +
                                                                        " is taken by script " +
                                                                        std::to_string(j) + " already");
                            good = false;
                            break;
                        }
                return good;
            },
            all.schema,
            {}};
}

struct Library {
    std::string description;
    std::vector<RawScript> scripts;
};

}  // namespace

Schema script_step_definition() {
    Schema schema = step_shape().schema();
    schema["minProperties"] = 1;
    schema["maxProperties"] = 1;
    return schema;
}

const Type<std::vector<RawScript>>& library_type() {
    static const Type<std::vector<RawScript>> type = [] {
        const Type<Library> library = shape<Library>({
            key<Library>("description", &Library::description, text(2000, "what the scripts are for"),
                         "what the scripts are for"),
            key<Library>("scripts", &Library::scripts, book_type(), "for use by others", true),
        });
        return Type<std::vector<RawScript>>{[library](const Input& in, std::vector<RawScript>& out) {
                                                Library read;
                                                const bool good = library.read(in, read);
                                                out = std::move(read.scripts);
                                                return good;
                                            },
                                            library.schema,
                                            {}};
    }();
    return type;
}

Key<Scenario> scripts_key() {
    static const Type<std::vector<RawScript>> type = book_type();
    constexpr std::string_view kWhat =
        "what goes wrong step after step; a script that another of this file uses does not run by itself";
    return {"scripts", kWhat, false,
            [](const Input& in, Scenario& out) {
                std::vector<RawScript> scripts;
                if (!type.read(in, scripts)) return false;
                // Paths of `--set` start where the user is.
                const bool typed = !in.problems.override_of(in.path.pointer()).empty();
                return link_scripts(std::move(scripts), typed ? std::string() : out.path, in.problems,
                                    out.scripts);
            },
            [kWhat](const Scenario&) {
                Schema out{{"description", kWhat}};
                out.update(type.schema());
                return out;
            }};
}

}  // namespace ans::scenario
