// SPDX-License-Identifier: MIT
#include <algorithm>
#include <nlohmann/json.hpp>

#include "testbench/cli/tables.h"
#include "testbench/monitors/rules.h"

namespace ans::cli {

using monitor::RuleInfo;
using nlohmann::ordered_json;

namespace {

std::vector<const RuleInfo*> chosen_rules(const std::string& id) {
    std::vector<const RuleInfo*> out;
    std::size_t count = 0;
    const RuleInfo* rules = monitor::rules(count);
    for (std::size_t i = 0; i < count; ++i)
        if (id.empty() || rules[i].id == id) out.push_back(&rules[i]);
    return out;
}

}  // namespace

std::vector<std::string_view> rule_ids() {
    std::vector<std::string_view> ids;
    for (const RuleInfo* rule : chosen_rules(""))
        ids.push_back(rule->id);
    return ids;
}

std::optional<std::string> rules_text(const std::string& id, const Style& style) {
    std::string out;
    for (const RuleInfo* rule : chosen_rules(id)) {
        out += (out.empty() ? "" : "\n") + style(Colour::Bold, rule->id) + "  " +
               std::string(severity_name(rule->severity)) + ": " + std::string(rule->title) + "\n";
        for (const std::string_view part : {rule->fact, rule->what_to_do})
            for (const std::string& line : wrapped(part, 96))
                out += "  " + line + "\n";
        out += style(Colour::Dim, "  source: " + std::string(rule->source)) + "\n";
    }
    return out.empty() ? std::nullopt : std::optional(out);
}

std::optional<std::string> rules_json(const std::string& id) {
    ordered_json out = ordered_json::array();
    for (const RuleInfo* rule : chosen_rules(id))
        out.push_back({{"id", rule->id},
                       {"title", rule->title},
                       {"severity", severity_name(rule->severity)},
                       {"fact", rule->fact},
                       {"what_to_do", rule->what_to_do},
                       {"source", rule->source}});
    return out.empty() ? std::nullopt : std::optional(out.dump(2) + "\n");
}

}  // namespace ans::cli
