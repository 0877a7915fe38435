// SPDX-License-Identifier: MIT
#include "testbench/scenario/files/result.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace ans::scenario {

using nlohmann::json;
using nlohmann::ordered_json;

namespace {

constexpr std::array<std::string_view, 4> kStatuses{"ok", "error", "unfinished", "not_run"};
constexpr std::array<std::string_view, 4> kVerdicts{"passed", "failed", "bad_input", "broken"};

// Microseconds as a number: exact to the picosecond for two hours, which is more than a report needs.
double us(SimTime time) {
    return static_cast<double>(time) / static_cast<double>(microseconds(1));
}
SimTime from_us(const json& j) {
    return static_cast<SimTime>(std::llround(j.get<double>() * static_cast<double>(microseconds(1))));
}

template <typename Names>
std::size_t index_of(const Names& names, const std::string& word) {
    for (std::size_t i = 0; i < names.size(); ++i)
        if (names[i] == word) return i;
    throw json::type_error::create(302, "unknown word " + word, static_cast<json*>(nullptr));
}

Outcome outcome_from(const std::string& word) {
    for (std::size_t i = 0; i <= static_cast<std::size_t>(Outcome::Crash); ++i)
        if (outcome_name(static_cast<Outcome>(i)) == word) return static_cast<Outcome>(i);
    throw json::type_error::create(302, "unknown outcome " + word, static_cast<json*>(nullptr));
}

template <typename T, typename F>
ordered_json array_of(const std::vector<T>& items, F make) {
    ordered_json out = ordered_json::array();
    for (const T& item : items)
        out.push_back(make(item));
    return out;
}

template <typename T, typename F>
std::vector<T> vector_of(const json& items, F make) {
    std::vector<T> out;
    for (const json& item : items)
        out.push_back(make(item));
    return out;
}

}  // namespace

std::string_view step_status_name(StepStatus status) {
    return kStatuses[static_cast<std::size_t>(status)];
}
std::string_view verdict_name(Verdict verdict) {
    return kVerdicts[static_cast<std::size_t>(verdict)];
}

ordered_json to_json(const RunResult& r) {
    const RunFacts& f = r.facts;
    ordered_json out;
    out["path"] = r.path;
    out["run"] = r.run;
    out["name"] = r.name;
    out["verdict"] = verdict_name(r.verdict);
    out["failures"] = r.failures;
    out["checks"] = r.checks;
    if (!r.around.empty()) out["around"] = r.around;
    if (!r.replay.empty()) out["replay"] = r.replay;
    out["outcome"] = outcome_name(f.outcome);
    out["outcome_detail"] = f.outcome_detail;
    out["sim_us"] = us(f.sim_time);
    out["wall_ms"] = r.wall_ms;
    out["steps"] = array_of(f.steps, [](const StepResult& s) {
        return ordered_json{{"name", s.name},          {"status", step_status_name(s.status)},
                            {"begin_us", us(s.begin)}, {"end_us", us(s.end)},
                            {"detail", s.detail},      {"bytes", s.bytes},
                            {"commands", s.commands}};
    });
    out["stages"] = array_of(f.stages, [](const StageResult& s) {
        return ordered_json{{"name", s.name}, {"at_us", us(s.at)}};
    });
    out["faults"] = array_of(f.faults, [](const FaultResult& s) {
        return ordered_json{{"id", s.id}, {"fired", s.fired}};
    });
    out["scripts"] = array_of(f.scripts, [](const ScriptResult& s) {
        return ordered_json{{"id", s.id}, {"done", s.done}, {"steps", s.steps}, {"waits", s.waits}};
    });
    out["violations"] = array_of(f.violations, [](const Violation& v) { return ordered_json(v.rule); });
    out["broken_rules"] = array_of(f.violations, [](const Violation& v) {
        return ordered_json{{"rule", v.rule},   {"severity", v.severity},  {"text", v.text},
                            {"count", v.count}, {"first_us", us(v.first)}, {"pardon", v.pardon}};
    });
    out["counters"] = f.counters;
    out["log"] = array_of(f.log, [](const LogLine& l) {
        return ordered_json{{"at_us", us(l.at)}, {"source", l.source}, {"text", l.text}};
    });
    out["log_cut"] = f.log_cut;
    return out;
}

RunResult result_from_json(const json& j) {
    RunResult r;
    r.path = j.at("path");
    r.run = j.at("run");
    r.name = j.at("name");
    r.verdict = static_cast<Verdict>(index_of(kVerdicts, j.at("verdict")));
    r.failures = j.at("failures").get<std::vector<std::string>>();
    r.checks = j.at("checks").get<std::vector<std::string>>();
    r.around = j.value("around", r.around);
    r.replay = j.value("replay", r.replay);
    r.wall_ms = j.at("wall_ms");
    RunFacts& f = r.facts;
    f.outcome = outcome_from(j.at("outcome"));
    f.outcome_detail = j.at("outcome_detail");
    f.sim_time = from_us(j.at("sim_us"));
    f.steps = vector_of<StepResult>(j.at("steps"), [](const json& s) {
        return StepResult{s.at("name"),
                          static_cast<StepStatus>(index_of(kStatuses, s.at("status"))),
                          from_us(s.at("begin_us")),
                          from_us(s.at("end_us")),
                          s.at("detail"),
                          s.at("bytes"),
                          s.at("commands")};
    });
    f.stages = vector_of<StageResult>(j.at("stages"), [](const json& s) {
        return StageResult{s.at("name"), from_us(s.at("at_us"))};
    });
    f.faults = vector_of<FaultResult>(j.at("faults"), [](const json& s) {
        return FaultResult{s.at("id"), s.at("fired")};
    });
    f.scripts = vector_of<ScriptResult>(j.at("scripts"), [](const json& s) {
        return ScriptResult{s.at("id"), s.at("done"), s.at("steps"), s.at("waits")};
    });
    f.violations = vector_of<Violation>(j.at("broken_rules"), [](const json& v) {
        return Violation{v.at("rule"),  v.at("severity"),          v.at("text"),
                         v.at("count"), from_us(v.at("first_us")), v.at("pardon")};
    });
    f.counters = j.at("counters").get<std::map<std::string, std::uint64_t>>();
    f.log = vector_of<LogLine>(j.at("log"), [](const json& l) {
        return LogLine{from_us(l.at("at_us")), l.at("source"), l.at("text")};
    });
    f.log_cut = j.at("log_cut");
    return r;
}

std::string json_report(const std::vector<RunResult>& results,
                        const std::vector<std::string>& unused_waivers) {
    std::size_t passed = 0;
    for (const RunResult& r : results)
        passed += r.verdict == Verdict::Passed ? 1 : 0;
    const ordered_json report{{"total", results.size()},
                              {"passed", passed},
                              {"unused_waivers", unused_waivers},
                              {"runs", array_of(results, [](const RunResult& r) { return to_json(r); })}};
    return report.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

namespace {

// Text for an XML attribute or element; control characters, which XML cannot hold, become '?'.
std::string xml(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\n':
                out += "&#10;";
                break;
            case '\t':
                out += "&#9;";
                break;
            default:
                out += c >= 0x20 && c < 0x7f ? c : '?';
        }
    }
    return out;
}

std::string seconds_text(double ms) {
    char text[40];
    std::snprintf(text, sizeof text, "%.3f", ms / 1000);
    return text;
}

}  // namespace

std::string junit_report(const std::vector<RunResult>& results) {
    std::size_t failures = 0, errors = 0;
    double wall = 0;
    for (const RunResult& r : results) {
        failures += r.verdict == Verdict::Failed ? 1 : 0;
        errors += r.verdict == Verdict::BadInput || r.verdict == Verdict::Broken ? 1 : 0;
        wall += r.wall_ms;
    }
    std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"ans2emu\" tests=\"" +
                      std::to_string(results.size()) + "\" failures=\"" + std::to_string(failures) +
                      "\" errors=\"" + std::to_string(errors) + "\" time=\"" + seconds_text(wall) + "\">\n";
    for (const RunResult& r : results) {
        out += "  <testcase classname=\"" + xml(r.path) + "\" name=\"" + xml(r.name) + "\" time=\"" +
               seconds_text(r.wall_ms) + "\"";
        if (r.verdict == Verdict::Passed) {
            out += "/>\n";
            continue;
        }
        const std::string tag = r.verdict == Verdict::Failed ? "failure" : "error";
        std::string body;
        for (const std::string& failure : r.failures)
            body.append(failure).append("\n");
        for (const std::string& line : r.around)
            body.append(line).append("\n");
        if (!r.replay.empty()) body.append("replay: ").append(r.replay).append("\n");
        out += ">\n    <" + tag + " message=\"" + xml(r.failures.empty() ? "" : r.failures.front()) + "\">" +
               xml(body) + "</" + tag + ">\n  </testcase>\n";
    }
    return out + "</testsuite>\n";
}

}  // namespace ans::scenario
