// SPDX-License-Identifier: MIT
#include "testbench/scenario/files/judge.h"

#include <algorithm>
#include <cstdio>

#include "testbench/scenario/files/problem.h"

namespace ans::scenario {

namespace {

bool has(const std::vector<std::string>& ids, const std::string& id) {
    return std::find(ids.begin(), ids.end(), id) != ids.end();
}

// Why this broken rule does not fail the run; "" where nothing says so.
std::string pardon(const Scenario& scenario, const std::string& rule) {
    if (has(scenario.expect.violations, rule)) return "expected";
    if (has(scenario.expect.allow_rules, rule)) return "allowed";
    for (const Waiver& waiver : scenario.waivers)
        if (waiver.rule == rule && !has(scenario.expect.unbroken, rule)) return "waived: " + waiver.reason;
    return {};
}

/// Does this broken rule fail the run?
bool counts(const Scenario& scenario, const Violation& violation) {
    const bool grave = violation.severity == "error" || has(scenario.expect.unbroken, violation.rule);
    return grave && pardon(scenario, violation.rule).empty();
}

/// What a run may not do unless it is expected to.
struct Harm {
    std::string_view counter;
    std::string_view what;
    std::string_view text;
};
constexpr Harm kHarms[] = {
    {"data_mismatches", "data", " blocks were not what had been written"},
    {"dma_bytes_left", "memory", " bytes left behind by a driver that is gone"},
    {"sart_entries_left", "SART entries", " left behind by a driver that is gone"},
};

class Judge {
public:
    Judge(const Scenario& scenario, RunResult& result)
        : expect_(scenario.expect), scenario_(scenario), result_(result) {}

    void all() {
        steps();
        outcome();
        faults();
        scripts();
        counters();
        log("log", expect_.log, lines_of(""));
        log("dmesg", expect_.dmesg, lines_of("driver"));
        reports();
        sim_time();
        violations();
        result_.verdict = result_.failures.empty() ? Verdict::Passed : Verdict::Failed;
    }

private:
    void met(std::string text) { result_.checks.push_back(std::move(text)); }
    void missed(std::string text) { result_.failures.push_back(std::move(text)); }

    void steps() {
        const std::vector<StepResult>& done = result_.facts.steps;
        std::size_t good = 0;
        for (std::size_t i = 0; i < scenario_.steps.size(); ++i) {
            const StepResult none;
            const StepResult& step = i < done.size() ? done[i] : none;
            if (as_expected(scenario_.steps[i], step)) {
                ++good;
                continue;
            }
            const bool cut_short = step.status == StepStatus::NotRun || step.status == StepStatus::Unfinished;
            if (cut_short && ended_early()) continue;  // the outcome tells it
            missed("step " + std::to_string(i + 1) + " (" + std::string(step_name(scenario_.steps[i])) +
                   "): expected " + std::string(step_expect_name(step_expect(scenario_.steps[i]))) +
                   ", got " + std::string(step_status_name(step.status)) +
                   (step.detail.empty() ? "" : ": " + step.detail));
        }
        good += foreign_steps();
        if (good == std::max(done.size(), scenario_.steps.size())) met("every step ended as expected");
    }

    // What a foreign driver did besides the file's steps: each must have gone well. Returns how many have.
    std::size_t foreign_steps() {
        const std::vector<StepResult>& done = result_.facts.steps;
        std::size_t good = 0;
        for (std::size_t i = scenario_.steps.size(); i < done.size(); ++i) {
            const StepResult& step = done[i];
            if (step.status == StepStatus::Ok) ++good;
            if (step.status == StepStatus::Ok || ended_early()) continue;
            missed("step " + std::to_string(i + 1) + " (" + step.name + "): expected ok, got " +
                   std::string(step_status_name(step.status)) +
                   (step.detail.empty() ? "" : ": " + step.detail));
        }
        return good;
    }

    bool ended_early() const {
        const Outcome outcome = result_.facts.outcome;
        return outcome == Outcome::BusHang || outcome == Outcome::BusFault || outcome == Outcome::Stuck ||
               outcome == Outcome::Crash || outcome == Outcome::GuestBroken;
    }

    void outcome() {
        const Outcome is = result_.facts.outcome;
        const std::string detail =
            result_.facts.outcome_detail.empty() ? "" : ": " + result_.facts.outcome_detail;
        if (is == expect_.outcome) return met("outcome " + std::string(outcome_name(is)) + detail);
        // A step that failed has been told already, with more to read.
        if (is == Outcome::StepFailed && expect_.outcome == Outcome::Pass && !result_.failures.empty())
            return;
        missed("outcome: expected " + std::string(outcome_name(expect_.outcome)) + ", got " +
               std::string(outcome_name(is)) + " (" + std::string(outcome_meaning(is)) + ")" + detail);
    }

    void faults() {
        for (std::size_t i = 0; i < scenario_.faults.size(); ++i) {
            const fault::Rule& rule = scenario_.faults[i];
            const std::uint64_t fired = i < result_.facts.faults.size() ? result_.facts.faults[i].fired : 0;
            if (fired != 0)
                met("fault " + rule.id + " fired " +
                    (fired == 1 ? "once" : std::to_string(fired) + " times"));
            else if (rule.must_fire)
                missed("fault " + rule.id + " never fired: nothing matched its `when` (must_fire is true)");
        }
    }

    void scripts() {
        for (std::size_t i = 0; i < scenario_.scripts.size(); ++i) {
            const fault::Script& script = scenario_.scripts[i];
            const ScriptResult none;
            const ScriptResult& is = i < result_.facts.scripts.size() ? result_.facts.scripts[i] : none;
            const std::size_t steps = script.order.size();
            if (is.done == steps)
                met("script " + script.id + " finished, " + std::to_string(steps) + " steps");
            else if (script.must_finish)
                missed("script " + script.id + " did not finish (must_finish is true): it waited at step " +
                       std::to_string(is.done + 1) + " of " + std::to_string(steps) + ", " + is.waits);
        }
    }

    static std::string expected_count(const Bounds& bounds) {
        if (bounds.min == bounds.max) return std::to_string(bounds.min);
        if (bounds.max == UINT64_MAX) return "at least " + std::to_string(bounds.min);
        return std::to_string(bounds.min) + " to " + std::to_string(bounds.max);
    }

    void counter(const std::string& name, const Bounds& bounds) {
        const auto found = result_.facts.counters.find(name);
        const std::uint64_t is = found == result_.facts.counters.end() ? 0 : found->second;
        if (is >= bounds.min && is <= bounds.max) return met(name + " " + std::to_string(is));
        missed("counter " + name + ": expected " + expected_count(bounds) + ", got " + std::to_string(is));
    }

    void counters() {
        for (const CounterBounds& c : expect_.counters)
            counter(c.name, c.bounds);
        for (const Harm& harm : kHarms)
            by_silence(harm);
    }

    // Wrong data and leaks never pass by silence.
    void by_silence(const Harm& harm) {
        const auto found = result_.facts.counters.find(std::string(harm.counter));
        const bool expected = std::any_of(expect_.counters.begin(), expect_.counters.end(),
                                          [&](const CounterBounds& c) { return c.name == harm.counter; });
        if (expected || found == result_.facts.counters.end() || found->second == 0) return;
        missed(std::string(harm.what) + ": " + std::to_string(found->second) + std::string(harm.text));
    }

    using Lines = std::vector<const std::string*>;

    // The lines of one source, or of all.
    Lines lines_of(std::string_view source) const {
        Lines lines;
        for (const LogLine& line : result_.facts.log)
            if (source.empty() || line.source == source) lines.push_back(&line.text);
        return lines;
    }

    // The first line from `from` on that holds `part`; the log's size where there is none.
    static std::size_t find_line(const Lines& lines, const std::string& part, std::size_t from) {
        while (from < lines.size() && lines[from]->find(part) == std::string::npos)
            ++from;
        return from;
    }

    void log(const std::string& name, const LogExpectation& expected, const Lines& lines) {
        const std::size_t end = lines.size();
        const std::string cut = result_.facts.log_cut ? " (the log was cut, it grew too long)" : "";
        for (const std::string& part : expected.contains) {
            if (find_line(lines, part, 0) != end)
                met(name + " has " + in_quotes(part));
            else
                missed(name + ": no line has " + in_quotes(part) + cut);
        }
        for (const std::string& part : expected.lacks) {
            const std::size_t line = find_line(lines, part, 0);
            if (line == end)
                met(name + " lacks " + in_quotes(part));
            else
                missed(name + ": expected no line with " + in_quotes(part) + ", got " + in_quotes(*lines[line]));
        }
        std::size_t line = 0;
        for (const std::string& part : expected.in_order) {
            line = find_line(lines, part, line);
            if (line == end)
                return missed(name + ": no line has " + in_quotes(part) +
                              " after the ones before it in in_order" + cut);
            ++line;
        }
        if (!expected.in_order.empty()) met(name + " lines in order");
    }

    // Reports of a guest's kernel: those that must come do, and no other.
    void reports() {
        if (scenario_.driver.kind != DriverKind::Linux) return;
        const std::vector<std::string>& expected = expect_.dmesg.reports;
        const Lines lines = lines_of("driver");
        std::size_t surprises = 0;
        for (const std::string* line : lines) {
            const auto fits = [&](const std::string& part) { return line->find(part) != std::string::npos; };
            if (!is_kernel_report(*line) || std::any_of(expected.begin(), expected.end(), fits)) continue;
            if (++surprises == 1) missed("dmesg: the kernel reports " + in_quotes(*line));
        }
        if (surprises > 1) missed("dmesg: " + std::to_string(surprises - 1) + " more reports");
        for (const std::string& part : expected) {
            if (find_line(lines, part, 0) != lines.size())
                met("dmesg has the report " + in_quotes(part));
            else
                missed("dmesg: expected the report " + in_quotes(part) + ", and it did not come");
        }
        if (surprises == 0 && expected.empty()) met("no report of the kernel's");
    }

    static std::string ms(SimTime time) {
        char text[40];
        std::snprintf(text, sizeof text, "%.3f ms",
                      static_cast<double>(time) / static_cast<double>(milliseconds(1)));
        return text;
    }

    void sim_time() {
        const SimTime is = result_.facts.sim_time;
        if (is < expect_.sim_time.min)
            missed("simulated time: expected at least " + ms(expect_.sim_time.min) + ", got " + ms(is));
        else if (is > expect_.sim_time.max)
            missed("simulated time: expected at most " + ms(expect_.sim_time.max) + ", got " + ms(is));
        else if (expect_.sim_time.min != 0 || expect_.sim_time.max != kNever)
            met("simulated time " + ms(is));
    }

    void violations() {
        std::vector<Violation>& found = result_.facts.violations;
        for (Violation& v : found) {
            v.pardon = pardon(scenario_, v.rule);
            if (counts(scenario_, v))
                missed("rule " + v.rule + " broken " +
                       (v.count == 1 ? "once" : std::to_string(v.count) + " times") + ", first at " +
                       ms(v.first) + ": " + v.text);
        }
        const auto broken = [&](const std::string& id) {
            return std::any_of(found.begin(), found.end(), [&](const Violation& v) { return v.rule == id; });
        };
        for (const std::string& id : expect_.violations) {
            if (broken(id))
                met("rule " + id + " broken");
            else
                missed("rule " + id + ": expected to be broken, and was not");
        }
        for (const std::string& id : expect_.unbroken)
            if (!broken(id)) met("rule " + id + " not broken");
    }

    const Expect& expect_;
    const Scenario& scenario_;
    RunResult& result_;
};

}  // namespace

SimTime moment_of_failure(const Scenario& scenario, const RunFacts& facts) {
    SimTime moment = facts.sim_time;
    for (const Violation& v : facts.violations)
        if (counts(scenario, v)) moment = std::min(moment, v.first);
    for (std::size_t i = 0; i < facts.steps.size() && i < scenario.steps.size(); ++i) {
        const StepResult& step = facts.steps[i];
        const bool ended = step.status == StepStatus::Ok || step.status == StepStatus::Error;
        if (ended && !as_expected(scenario.steps[i], step)) moment = std::min(moment, step.end);
    }
    return moment;
}

bool as_expected(const Step& step, const StepResult& result) {
    switch (step_expect(step)) {
        case StepExpect::Ok:
            return result.status == StepStatus::Ok;
        case StepExpect::Error:
            return result.status == StepStatus::Error;
        case StepExpect::Any:
            return result.status == StepStatus::Ok || result.status == StepStatus::Error;
    }
    return false;
}

Outcome outcome_of(const Scenario& scenario, const std::vector<StepResult>& steps, const Ending& ending) {
    if (ending.crash) return Outcome::Crash;
    if (ending.bus_hang) return Outcome::BusHang;
    if (ending.bus_fault) return Outcome::BusFault;
    if (ending.guest_broken) return Outcome::GuestBroken;
    if (ending.out_of_time) return Outcome::Stuck;
    for (std::size_t i = 0; i < scenario.steps.size(); ++i)
        if (i >= steps.size() || !as_expected(scenario.steps[i], steps[i])) return Outcome::StepFailed;
    for (std::size_t i = scenario.steps.size(); i < steps.size(); ++i)
        if (steps[i].status != StepStatus::Ok) return Outcome::StepFailed;
    return ending.driver_dead ? Outcome::DriverDead : Outcome::Pass;
}

bool is_kernel_report(std::string_view line) {
    // source: what the kernel prints through WARN, BUG, its oops and hung-task code, KASAN and lockdep
    constexpr std::string_view kMarks[] = {
        "WARNING: ",         "BUG: ",        "Oops",           "Kernel panic", "INFO: task ",
        "INFO: rcu",         "nobody cared", "um virt-pci delay", "Segfault with no mm",
        "general protection"};
    return std::any_of(std::begin(kMarks), std::end(kMarks),
                       [&](std::string_view mark) { return line.find(mark) != std::string_view::npos; });
}

void expect_of_kernel(Scenario& scenario, std::string_view release) {
    for (KernelExpect& kernel : scenario.kernels) {
        if (release.substr(0, kernel.release.size()) != kernel.release) continue;
        scenario.expect = kernel.expect;
        return;
    }
}

void judge(const Scenario& scenario, RunResult& result) {
    result.failures.clear();
    result.checks.clear();
    Judge(scenario, result).all();
}

}  // namespace ans::scenario
