// SPDX-License-Identifier: MIT
#include "testbench/cli/mutate_command.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>

#include "host_driver/common/measures.h"
#include "testbench/cli/catalog.h"
#include "testbench/cli/terminal.h"
#include "testbench/scenario/files/problem.h"

namespace ans::cli {

using driver::MeasureInfo;
using nlohmann::ordered_json;
using scenario::RunResult;
using scenario::Scenario;
using scenario::Verdict;

namespace {

// A mutant may spin; the healthy driver needs milliseconds of real time.
constexpr double kMutantPatience = 10;  // s

struct Mutant {
    const MeasureInfo* measure;
    std::size_t runs = 0;  ///< made until somebody noticed
    std::string scenario;  ///< who noticed; "" nobody
    std::string run;       ///< which of the scenario's runs
    std::string by;        ///< the rule or expectation
    bool noticed() const { return !scenario.empty(); }
};

// A run that leaves a measure out already shows a broken driver: it cannot tell one more omission from its
// own.
bool shows_a_healthy_driver(const Scenario& s) {
    return s.driver.kind == scenario::DriverKind::Reference && s.driver.omit.empty();
}

// The scenarios that name the measure's incident come first: most mutants die in the first run.
void nearest_first(std::vector<Scenario>& scenarios, const MeasureInfo& measure) {
    const auto near = [&](const Scenario& s) { return s.path.find(measure.source) != std::string::npos; };
    std::stable_partition(scenarios.begin(), scenarios.end(), near);
}

class Mutation {
public:
    Mutation(std::vector<Scenario> scenarios, const MutateArguments& arguments, const Services& services)
        : scenarios_(std::move(scenarios)) {
        options_.run = services.run;
        options_.parallel =
            arguments.jobs != 0 ? arguments.jobs : std::max(1u, std::thread::hardware_concurrency());
        for (Scenario& s : scenarios_)
            s.limits.wall_s = std::min(s.limits.wall_s, kMutantPatience);
    }

    /// The healthy driver over all scenarios; the first run that does not pass, or nothing.
    std::string sound() {
        SilentListener silence;
        for (const RunResult& result : run_workers(scenarios_, options_, silence))
            if (result.verdict != Verdict::Passed)
                return result.path + ": " +
                       (result.failures.empty() ? "did not pass" : result.failures.front());
        return {};
    }

    Mutant judge(const MeasureInfo& measure) {
        Mutant mutant{&measure, 0, {}, {}, {}};
        std::vector<Scenario> all = scenarios_;
        nearest_first(all, measure);
        const std::size_t step = std::size_t{options_.parallel} * 4;
        for (std::size_t first = 0; first < all.size() && !mutant.noticed(); first += step) {
            const auto from = all.begin() + static_cast<std::ptrdiff_t>(first);
            const auto to = all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), first + step));
            std::vector<Scenario> some(from, to);
            for (Scenario& s : some)
                s.driver.omit.push_back(measure.measure);
            SilentListener silence;
            for (const RunResult& result : run_workers(some, options_, silence)) {
                ++mutant.runs;
                if (result.verdict == Verdict::Passed || mutant.noticed()) continue;
                mutant.scenario = result.path;
                mutant.run = result.run;
                mutant.by = result.failures.empty() ? "the run did not pass" : result.failures.front();
            }
        }
        return mutant;
    }

private:
    std::vector<Scenario> scenarios_;
    WorkerOptions options_;
};

bool wanted(const MutateArguments& arguments, const MeasureInfo& measure) {
    const auto& only = arguments.measures;
    return only.empty() || std::find(only.begin(), only.end(), measure.name) != only.end();
}

bool known(const MutateArguments& arguments) {
    const std::vector<std::string_view> names = driver::measure_names();
    for (const std::string& name : arguments.measures) {
        if (std::find(names.begin(), names.end(), name) != names.end()) continue;
        std::cerr << "ans2emu mutate: no measure " << scenario::in_quotes(name)
                  << scenario::suggestion(name, names) << "; ans2emu mutate --list shows them\n";
        return false;
    }
    return true;
}

int print_list(const MutateArguments& arguments) {
    const Style style = Style::of(STDOUT_FILENO);
    ordered_json out = ordered_json::array();
    for (const MeasureInfo& m : driver::measures()) {
        if (!wanted(arguments, m)) continue;
        out.push_back({{"id", m.name}, {"title", m.does}, {"protects", m.protects}, {"source", m.source}});
        if (!m.harmless.empty()) out.back()["harmless"] = m.harmless;
        if (arguments.json) continue;
        std::cout << style(Colour::Bold, m.name) << "  " << m.does << "\n  without it: " << m.protects
                  << "\n";
        if (!m.harmless.empty()) std::cout << "  cannot matter here: " << m.harmless << "\n";
        std::cout << style(Colour::Dim, "  source: " + std::string(m.source)) << "\n\n";
    }
    if (arguments.json) std::cout << out.dump(2) << "\n";
    return kExitOk;
}

void print_mutant(const Mutant& mutant, const Style& style) {
    const std::string name(mutant.measure->name);
    std::string row = name + std::string(name.size() < 24 ? 24 - name.size() : 1, ' ');
    if (mutant.noticed())
        row += style(Colour::Good, "noticed ") + "  " + mutant.scenario +
               (mutant.run.empty() ? "" : " (" + mutant.run + ")") + "\n" + std::string(26, ' ') +
               style(Colour::Dim, printable(mutant.by));
    else if (!mutant.measure->harmless.empty())
        row += style(Colour::Dim, "harmless") + "  " + std::string(mutant.measure->harmless);
    else
        row += style(Colour::Bad, "SURVIVED") + "  " + counted(mutant.runs, "run") + ", nobody noticed";
    std::cout << row << "\n" << std::flush;
}

std::string to_json(const std::vector<Mutant>& mutants) {
    ordered_json out{{"mutants", mutants.size()}, {"survivors", ordered_json::array()}};
    out["harmless"] = ordered_json::array();
    out["noticed"] = ordered_json::array();
    for (const Mutant& m : mutants) {
        if (m.noticed())
            out["noticed"].push_back(
                {{"name", m.measure->name}, {"path", m.scenario}, {"run", m.run}, {"by", m.by}});
        else if (!m.measure->harmless.empty())
            out["harmless"].push_back({{"name", m.measure->name}, {"reason", m.measure->harmless}});
        else
            out["survivors"].push_back(m.measure->name);
    }
    return out.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

void show_progress(const std::string& text) {
    if (isatty(STDERR_FILENO) != 0) std::cerr << "\r\033[K" << text << std::flush;
}

}  // namespace

int mutate_command(const MutateArguments& arguments, const Services& services) {
    if (!known(arguments)) return kExitBadInput;
    if (arguments.list) return print_list(arguments);
    std::vector<std::string> paths = arguments.paths;
    if (paths.empty()) paths.push_back(default_folder());
    if (paths.front().empty()) {
        std::cerr << "ans2emu mutate: found no folder \"scenarios\"; name one\n";
        return kExitBadInput;
    }
    Catalog catalog = load_catalog(paths, {});
    for (const std::string& problem : catalog.problems)
        std::cerr << printable(problem) << "\n";
    if (!catalog.problems.empty()) return kExitBadInput;
    auto& all = catalog.scenarios;
    all.erase(
        std::remove_if(all.begin(), all.end(), [](const Scenario& s) { return !shows_a_healthy_driver(s); }),
        all.end());

    Mutation mutation(std::move(all), arguments, services);
    show_progress("... the healthy driver first");
    if (const std::string why = mutation.sound(); !why.empty()) {
        std::cerr << "ans2emu mutate: with every measure in place a run fails already: " << printable(why)
                  << "\n";
        return kExitFailed;
    }
    const Style style = Style::of(STDOUT_FILENO);
    std::vector<Mutant> mutants;
    for (const MeasureInfo& measure : driver::measures()) {
        if (!wanted(arguments, measure)) continue;
        show_progress("... without " + std::string(measure.name));
        mutants.push_back(mutation.judge(measure));
        show_progress("");
        if (!arguments.json) print_mutant(mutants.back(), style);
    }
    const auto lives = [](const Mutant& m) { return !m.noticed() && m.measure->harmless.empty(); };
    const auto survivors = static_cast<std::size_t>(std::count_if(mutants.begin(), mutants.end(), lives));
    if (arguments.json)
        std::cout << to_json(mutants);
    else
        std::cout << "\n"
                  << counted(mutants.size(), "mutant") << ", " << counted(survivors, "survivor") << "\n";
    return survivors == 0 ? kExitOk : kExitFailed;
}

}  // namespace ans::cli
