// SPDX-License-Identifier: MIT
#include <nlohmann/json.hpp>

#include "testbench/cli/tables.h"
#include "testbench/fault/states.h"
#include "testbench/fault/table.h"
#include "testbench/scenario/files/shapes.h"

namespace ans::cli {

using nlohmann::ordered_json;

namespace {

// Times are written in microseconds, as scenarios give them.
std::uint64_t shown(const fault::ParamInfo& param, std::uint64_t value) {
    return param.type == fault::ParamType::Time ? value / microseconds(1) : value;
}

std::string range_text(const fault::ParamInfo& param) {
    if (param.type == fault::ParamType::Choice) {
        std::vector<std::string_view> choices(param.choices, param.choices + param.choice_count);
        return scenario::one_of(choices);
    }
    if (param.max == UINT64_MAX) return "any number";
    if (param.type == fault::ParamType::Time)
        return "up to " + std::to_string(shown(param, param.max)) + " us";
    return std::to_string(shown(param, param.min)) + " to " + std::to_string(shown(param, param.max)) +
           (param.unit.empty() ? "" : " " + std::string(param.unit));
}

std::string default_text(const fault::ParamInfo& param) {
    if (param.required) return "required";
    if (param.by_default == fault::kUnset) return "may be left out";
    if (param.type == fault::ParamType::Choice)
        return "default " + std::string(param.choices[param.by_default]);
    return "default " + std::to_string(shown(param, param.by_default));
}

std::string where(const fault::ActionInfo& action) {
    return action.own() ? "at its own time"
                        : "at " + std::string(decide_point_name(action.point)) +
                              (action.second_point == DecidePoint::Count
                                   ? ""
                                   : " and " + std::string(decide_point_name(action.second_point)));
}

ordered_json param_json(const fault::ParamInfo& param) {
    ordered_json out{
        {"name", scenario::param_key(param)}, {"what", param.what}, {"required", param.required}};
    if (param.type == fault::ParamType::Choice) {
        ordered_json choices = ordered_json::array();
        for (std::size_t i = 0; i < param.choice_count; ++i)
            choices.push_back(param.choices[i]);
        out["choices"] = choices;
        out["default"] = param.choices[param.by_default];
        return out;
    }
    out["unit"] = param.unit;
    out["min"] = shown(param, param.min);
    out["max"] = shown(param, param.max);
    if (!param.required && param.by_default != fault::kUnset) out["default"] = shown(param, param.by_default);
    return out;
}

}  // namespace

std::string faults_text(const Style& style) {
    std::string out;
    std::size_t count = 0;
    const fault::ActionInfo* actions = fault::actions(count);
    for (std::size_t i = 0; i < count; ++i) {
        const fault::ActionInfo& a = actions[i];
        out += (i == 0 ? "" : "\n") + style(Colour::Bold, a.id) + "  " + std::string(a.title) + "\n  " +
               where(a);
        if (a.native != EventKind::Count)
            out += "; a rule on event \"" + std::string(event_info(a.native).name) +
                   "\" hits the very one that matched";
        out += "\n";
        Table params;
        for (std::size_t p = 0; p < a.param_count; ++p) {
            const fault::ParamInfo& param = a.params[p];
            params.row({std::string(scenario::param_key(param)), range_text(param), default_text(param),
                        std::string(param.what)});
        }
        out += params.text(4);
        out += style(Colour::Dim,
                     "  imitates: " + std::string(a.imitates) + "\n  source:   " + std::string(a.source)) +
               "\n";
    }
    return out;
}

std::string faults_json() {
    ordered_json out = ordered_json::array();
    std::size_t count = 0;
    const fault::ActionInfo* actions = fault::actions(count);
    for (std::size_t i = 0; i < count; ++i) {
        const fault::ActionInfo& a = actions[i];
        ordered_json points = ordered_json::array(), params = ordered_json::array();
        for (const DecidePoint point : {a.point, a.second_point})
            if (!a.own() && point != DecidePoint::Count) points.push_back(decide_point_name(point));
        for (std::size_t p = 0; p < a.param_count; ++p)
            params.push_back(param_json(a.params[p]));
        out.push_back(
            {{"id", a.id},
             {"title", a.title},
             {"owner", a.owner},
             {"points", points},
             {"event", a.native == EventKind::Count ? std::string_view() : event_info(a.native).name},
             {"params", params},
             {"imitates", a.imitates},
             {"source", a.source}});
    }
    return out.dump(2) + "\n";
}

std::string states_text(const Style& style) {
    std::string out;
    for (const fault::StateInfo& state : fault::states()) {
        out += style(Colour::Bold, state.name) + "  " + std::string(state.what) + "\n";
        Table params;
        if (state.which != nullptr)
            params.row(
                {std::string(state.which->name), range_text(*state.which), default_text(*state.which)});
        if (state.most != 0) {
            params.row({"min", "1 to " + std::to_string(state.most), "default 1"});
            params.row({"max", "1 to " + std::to_string(state.most), "may be left out"});
        }
        out += params.text(4) + style(Colour::Dim, "  source: " + std::string(state.source)) + "\n";
    }
    return out;
}

std::string states_json() {
    ordered_json out = ordered_json::array();
    for (const fault::StateInfo& state : fault::states()) {
        ordered_json params = ordered_json::array();
        if (state.which != nullptr) params.push_back(param_json(*state.which));
        if (state.most != 0)
            for (const char* bound : {"min", "max"})
                params.push_back({{"name", bound}, {"required", false}, {"min", 1}, {"max", state.most}});
        out.push_back(
            {{"id", state.name}, {"title", state.what}, {"params", params}, {"source", state.source}});
    }
    return out.dump(2) + "\n";
}

std::string list_text(const std::vector<scenario::Scenario>& scenarios) {
    Table table;
    for (auto s = scenarios.begin(); s != scenarios.end();) {
        std::string runs;
        const auto first = s;
        for (; s != scenarios.end() && s->path == first->path; ++s)
            if (!s->run.empty()) runs += (runs.empty() ? " (" : ", ") + s->run;
        table.row({printable(first->path), printable(first->name + (runs.empty() ? "" : runs + ")"))});
    }
    return table.text();
}

std::string list_json(const std::vector<scenario::Scenario>& scenarios) {
    ordered_json out = ordered_json::array();
    for (const scenario::Scenario& s : scenarios) {
        if (out.empty() || out.back()["path"] != s.path)
            out.push_back({{"path", s.path}, {"name", s.name}, {"description", s.description}});
        if (!s.run.empty()) out.back()["runs"].push_back(s.run);
    }
    return out.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace ans::cli
