// SPDX-License-Identifier: MIT
#include "testbench/cli/docs.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "host_driver/common/measures.h"
#include "models/common/event.h"
#include "testbench/cli/tables.h"
#include "testbench/scenario/files/load.h"

namespace ans::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kMade =
    "<!-- Made by `ans2emu docs`; a test compares. Edit the tables, not this page. -->\n\n";

// A cell of a Markdown table.
std::string cell(std::string text) {
    for (std::size_t at = 0; (at = text.find_first_of("|\n", at)) != std::string::npos; at += 2)
        text.replace(at, 1, text[at] == '|' ? "\\|" : "  ");
    return text;
}

std::string code(const std::string& text) {
    return "`" + text + "`";
}

std::string row(const std::vector<std::string>& cells) {
    std::string out = "|";
    for (const std::string& c : cells)
        out += " " + cell(c) + " |";
    return out + "\n";
}

std::string head(const std::vector<std::string>& cells) {
    std::string rule = "|";
    for (std::size_t i = 0; i < cells.size(); ++i)
        rule += "---|";
    return row(cells) + rule + "\n";
}

std::string number_text(const Json& value) {
    if (value.is_number_float() && value.get<double>() == static_cast<double>(value.get<long long>()))
        return std::to_string(value.get<long long>());
    return value.dump();
}

std::string values_of(const Json& schema);

std::string alternatives(const Json& any) {
    std::vector<std::string> texts;
    for (const Json& one : any)
        if (std::string text = values_of(one); std::find(texts.begin(), texts.end(), text) == texts.end())
            texts.push_back(text);
    std::string out;
    for (const std::string& text : texts)
        out += (out.empty() ? "" : ", or ") + text;
    return out;
}

// What a value may be, in words.
std::string values_of(const Json& schema) {
    if (schema.contains("$ref")) {
        const std::string ref = schema["$ref"];
        const std::string name = ref.substr(ref.rfind('/') + 1);
        return name == "bounds"        ? "a number, or `{min, max}`"
               : name == "action"      ? "an action"
               : name == "script_step" ? "a step"
                                       : "see " + code(name);
    }
    if (schema.contains("enum")) {
        std::string out;
        for (const Json& word : schema["enum"])
            out += (out.empty() ? "" : ", ") +
                   (word.is_string() ? code(word.get<std::string>()) : code(word.dump()));
        return out;
    }
    if (schema.contains("const")) return code(schema["const"].dump());
    if (schema.contains("anyOf")) return alternatives(schema["anyOf"]);
    if (schema.contains("type") && schema["type"].is_array()) {
        Json one = schema;
        one["type"] = schema["type"].front();  // the others are other ways to write it, like text with digits
        return values_of(one);
    }
    const std::string type = schema.value("type", "");
    if (type == "array") return "a list: " + values_of(schema.value("items", Json::object()));
    if (type == "string") return schema.contains("pattern") ? "hexadecimal text" : "text";
    if (type == "boolean") return "true or false";
    if (type == "object") return "an object";
    std::string out = type == "integer" ? "whole number" : type;
    if (schema.contains("minimum")) out += ", from " + number_text(schema["minimum"]);
    if (schema.contains("maximum") && schema["maximum"].dump().size() < 18)
        out += " to " + number_text(schema["maximum"]);
    return out;
}

std::string keys_table(const Json& object) {
    const auto properties = object.value("properties", Json::object());
    if (properties.empty()) return "No keys.\n";
    const auto required = object.value("required", Json::array());
    std::string out = head({"key", "values", "default", "meaning"});
    for (const auto& [name, schema] : properties.items()) {
        const bool needed = std::find(required.begin(), required.end(), name) != required.end();
        out += row({code(name), values_of(schema),
                    needed                       ? "required"
                    : schema.contains("default") ? code(schema["default"].dump())
                                                 : "",
                    schema.value("description", "")});
    }
    return out;
}

std::string steps_chapter(const Json& steps) {
    std::string out =
        "## steps\n\nA step is its name, or an object with the name as its only key and the step's own keys "
        "inside. Every step takes "
        "`expect`: `ok` (default), `error`, or `any`.\n";
    for (const Json& any : steps["items"]["anyOf"]) {
        if (!any.contains("properties")) continue;
        const auto first = any["properties"].items().begin();
        Json body = first.value();
        if (body.contains("properties")) body["properties"].erase("expect");
        out += "\n### " + first.key() + "\n\n";
        if (!body.value("properties", Json::object()).empty())
            out += keys_table(body);
        else
            out += "No keys of its own.\n";
    }
    return out;
}

std::string fields_of(const EventInfo& info) {
    std::string out;
    for (std::size_t i = 0; i < info.field_count; ++i) {
        const EventField& field = info.fields[i];
        out += (out.empty() ? "" : ", ") + code(std::string(field.name));
        if (!field.what.empty()) out += " (" + std::string(field.what) + ")";
    }
    if (info.has_text) out += std::string(out.empty() ? "" : ", ") + "`text`";
    return out;
}

std::string events_chapter() {
    std::string out =
        "## Events\n\nWhat `when` can name, what `--trace` writes, and what counters named `events.<event>` "
        "count.\n\n" +
        head({"event", "what happened", "fields"});
    for (std::size_t k = 0; k < kEventKinds; ++k) {
        const EventInfo& info = event_info(static_cast<EventKind>(k));
        out += row({code(std::string(info.name)), std::string(info.what), fields_of(info)});
    }
    return out;
}

std::string when_chapter(const Json& schema) {
    std::string out = "## faults\n\n" + keys_table(schema["properties"]["faults"]["items"]) +
                      "\n`when` names an event and any of its fields: a value, a list of values, `{\"min\", "
                      "\"max\"}` or `{\"mask\", \"value\"}`; "
                      "`text` is a part of the event's text. Without an event, `{\"after_us\": N}` is a "
                      "moment. `do` is one action or a list of "
                      "them, with its parameters beside it; a parameter may be `\"$event.field\"`, a field "
                      "of the matched event. "
                      "[faults.md](faults.md) lists the actions.\n\nWhatever the event, `when` takes:\n\n";
    Json common{{"properties", Json::object()}};
    for (const auto& [name, definition] : schema["definitions"].items())
        if (definition.contains("description") && name != "when" && name != "action")
            common["properties"][name] = definition;
    return out + keys_table(common);
}

std::string scripts_chapter(const Json& schema) {
    return "## scripts\n\nWhat no single rule says: steps that are done one after the other, once, from the "
           "start of the run.\n\n" +
           keys_table(schema["properties"]["scripts"]["items"]) + "\nA step is an object with one key:\n\n" +
           keys_table(schema["definitions"]["script_step"]) +
           "\nA wait counts from the moment when it is reached, and `$event.field` in a `do` is a field of "
           "the event of the last wait. "
           "An action that is decided at some point waits for the next thing that it can hit, and the script "
           "goes on when it has hit; any "
           "other happens by itself. What an action hit is observed after it, so a wait behind it sees a "
           "message that was delayed or changed, "
           "and none that was dropped. A `repeat` must wait or take time in its body.\n\n"
           "A library is a file named `*.script.json`: `{\"scripts\": [...]}`, as in `scenarios/scripts`. It "
           "is no scenario; `ans2emu check` "
           "takes it by name.\n";
}

std::string scenarios_page() {
    const Json schema = scenario::scenario_schema();
    const Json& keys = schema["properties"];
    std::string out =
        "# Scenario files\n\n" + std::string(kMade) +
        "One JSON file is one run of the machine, or several (`runs`): which SoC, firmware and driver, what "
        "goes wrong, what is "
        "done, and what must come of it. `ans2emu check FILE` says what is wrong with one; "
        "`scenarios/scenario.schema.json` helps your editor (`\"$schema\": \"../scenario.schema.json\"`).\n\n"
        "Times and sizes carry their unit in the key. Numbers may be text like `\"0x8000\"`. Paths start at "
        "the file.\n\n"
        "## The file\n\n" +
        keys_table(schema);
    for (const char* part : {"firmware", "machine", "media", "driver", "limits"})
        out += "\n## " + std::string(part) + "\n\n" + keys_table(keys[part]);
    out += "\n" + when_chapter(schema) + "\n" + scripts_chapter(schema) + "\n" +
           steps_chapter(keys["steps"]) + "\n";
    Json expect = keys["expect"];
    const Json counters = expect["properties"]["counters"];
    out += "## expect\n\n" + keys_table(expect) + "\n### Counters\n\n" + head({"counter", "counts"});
    for (const auto& [name, counter] : counters["properties"].items())
        out += row({code(name), counter.value("description", "")});
    out +=
        "\n## policies\n\nWhat hardware does where nobody knows. `preset` is where every policy starts "
        "from.\n\n" +
        keys_table(keys["policies"]) + "\n" + events_chapter();
    return out;
}

std::string param_text(const Json& param) {
    std::string values;
    if (param.contains("choices")) {
        for (const Json& choice : param["choices"])
            values += (values.empty() ? "" : ", ") + code(choice.get<std::string>());
    } else if (param.contains("min") && param.contains("max")) {
        values = number_text(param["min"]) + " to " + number_text(param["max"]);
    }
    if (param.contains("unit") && param["unit"] != "") values += " " + param["unit"].get<std::string>();
    std::string out = code(param["name"]) + ": " + param.value("what", "");
    if (!values.empty()) out += " (" + values + ")";
    if (param.value("required", false))
        out += ", required";
    else if (param.contains("default") && !param["default"].is_null())
        out += ", default " + code(param["default"].is_string() ? param["default"].get<std::string>()
                                                                : param["default"].dump());
    return out;
}

std::string points_chapter() {
    std::string out = "\n## Decide points\n\nWhere an action takes hold of a thing.\n\n" +
                      head({"point", "what is about to happen"});
    for (std::size_t i = 0; i < kDecidePoints; ++i) {
        const auto point = static_cast<DecidePoint>(i);
        out += row({code(std::string(decide_point_name(point))), std::string(decide_point_what(point))});
    }
    return out;
}

std::string faults_page() {
    std::string out = "# What can be done to the machine\n\n" + std::string(kMade) +
                      "The actions of fault rules. An action with an *event* hits the very thing that a rule "
                      "on that event matched; with any "
                      "other `when` it waits for the next such thing. An action that is decided nowhere "
                      "happens by itself. An action hits only what its title says: on `mail_push`, "
                      "`rtkit.hello.drop` sees HELLO alone, and `nth` counts nothing else.\n" +
                      points_chapter();
    std::string owner;
    for (const Json& action : Json::parse(faults_json())) {
        if (action.value("owner", "") != owner) {
            owner = action.value("owner", "");
            out += "\n## " + owner + "\n";
        }
        out += "\n### " + action["id"].get<std::string>() + "\n\n" + action["title"].get<std::string>() +
               ".\n\n";
        std::string points;
        for (const Json& point : action["points"])
            points += (points.empty() ? "" : ", ") + code(point);
        if (!points.empty()) out += "- decided at: " + points + "\n";
        if (action.value("event", "") != "") out += "- event: " + code(action["event"]) + "\n";
        for (const Json& param : action.value("params", Json::array()))
            out += "- " + param_text(param) + "\n";
        if (action.contains("imitates")) out += "- imitates: " + action["imitates"].get<std::string>() + "\n";
        out += "- source: " + action["source"].get<std::string>() + "\n";
    }
    return out;
}

std::string rules_page() {
    std::string out = "# What a driver must and must not do\n\n" + std::string(kMade) +
                      "The monitors judge every driver by these rules, from what crosses the bus. A broken "
                      "rule of severity error fails a "
                      "run that does not allow it.\n\n" +
                      head({"rule", "severity", "what is wrong"});
    const Json rules = Json::parse(*rules_json(""));
    for (const Json& rule : rules) {
        const std::string id = rule["id"];
        out += row({"[" + id + "](#" + id + ")", rule["severity"], rule["title"]});
    }
    for (const Json& rule : rules)
        out += "\n## " + rule["id"].get<std::string>() + "\n\n**" + rule["title"].get<std::string>() +
               "** (" + rule["severity"].get<std::string>() +
               ")\n\n- why: " + rule["fact"].get<std::string>() +
               "\n- what to do: " + rule["what_to_do"].get<std::string>() +
               "\n- source: " + rule["source"].get<std::string>() + "\n";
    return out;
}

std::string measures_page() {
    std::string out = "# The protective measures of the reference driver\n\n" + std::string(kMade) +
                      "`\"driver\": {\"omit\": [\"name\"]}` leaves one out, to show what it is for. `ans2emu "
                      "mutate` leaves each out in turn "
                      "and asks the scenarios who noticed.\n\n" +
                      head({"measure", "what the driver does", "without it", "source"});
    for (const driver::MeasureInfo& m : driver::measures())
        out +=
            row({code(std::string(m.name)), std::string(m.does),
                 std::string(m.protects) +
                     (m.harmless.empty() ? "" : " (cannot be noticed here: " + std::string(m.harmless) + ")"),
                 std::string(m.source)});
    return out;
}

struct Page {
    std::string_view name;
    std::string (*make)();
};
constexpr Page kPages[] = {{"scenarios", scenarios_page},
                           {"faults", faults_page},
                           {"rules", rules_page},
                           {"measures", measures_page}};

}  // namespace

std::vector<std::string_view> docs_pages() {
    std::vector<std::string_view> names;
    for (const Page& page : kPages)
        names.push_back(page.name);
    return names;
}

std::string docs_page(std::string_view name) {
    const auto page =
        std::find_if(std::begin(kPages), std::end(kPages), [&](const Page& p) { return p.name == name; });
    return page == std::end(kPages) ? std::string() : page->make();
}

}  // namespace ans::cli
