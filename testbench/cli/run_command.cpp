// SPDX-License-Identifier: MIT
#include "testbench/cli/run_command.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <thread>

#include "testbench/cli/catalog.h"
#include "testbench/cli/failure.h"
#include "testbench/cosim/guest_run.h"
#include "testbench/cosim/terminal.h"
#include "testbench/scenario/files/problem.h"
#include "testbench/scenario/files/waivers.h"

namespace ans::cli {

using scenario::RunResult;
using scenario::Scenario;
using scenario::Verdict;

namespace {

// Prints in the order of the scenarios, whatever order they end in: what is not yet its turn waits.
class Console : public WorkerListener {
public:
    /// `stories`: tell each run; otherwise a line each.
    /// `quiet`: no progress, the terminal is somebody else's.
    Console(const std::vector<Scenario>& scenarios, bool stories, bool quiet)
        : scenarios_(scenarios),
          stories_(stories),
          quiet_(quiet),
          style_(Style::of(STDOUT_FILENO)),
          pages_(scenarios.size()) {
        for (std::size_t i = 0; i < scenarios.size() && stories_; ++i)
            pages_[i].text = (i == 0 ? "" : "\n") + StoryPrinter(scenarios_[i], style_).opening();
        flush();
    }

    void told(std::size_t job, const StoryLine& line) override {
        if (!stories_) return;
        pages_[job].text += StoryPrinter(scenarios_[job], style_).line(line);
        flush();
    }

    void finished(std::size_t job, const RunResult& result) override {
        pages_[job].text +=
            stories_ ? StoryPrinter(scenarios_[job], style_).ending(result) : short_text(result);
        pages_[job].complete = true;
        flush();
    }

    void waiting(const std::vector<Running>& running) override {
        constexpr double kPatience = 2;  // s before a person wants to know
        if (quiet_ || isatty(STDOUT_FILENO) == 0) return;
        std::string text;
        for (const Running& r : running)
            if (r.seconds > kPatience)
                text += (text.empty() ? "" : "; ") + scenarios_[r.job].path + ": " +
                        wall_text(r.seconds * 1000) + ", simulated " + ms_text(r.sim_time);
        if (text.empty()) return;
        clear_progress();
        std::cout << "\r" << style_(Colour::Dim, "... " + printable(text).substr(0, 100)) << std::flush;
        progress_shown_ = true;
    }

private:
    struct Page {
        std::string text;
        bool complete = false;
    };

    std::string short_text(const RunResult& result) const {
        std::string verdict = verdict_text(result.verdict, style_);
        const std::size_t plain = verdict_text(result.verdict, Style(false)).size();
        verdict.append(plain < 9 ? 9 - plain : 0, ' ');
        std::string out = verdict + "  " + printable(result.path) + "  " + printable(result.name) + "  " +
                          style_(Colour::Dim, "(" + ms_text(result.facts.sim_time) + " simulated, " +
                                                  wall_text(result.wall_ms) + " real)") +
                          "\n";
        for (const std::string& failure : result.failures)
            out += "           " + printable_lines(failure, 11) + "\n";
        return out;
    }

    void clear_progress() {
        if (progress_shown_) std::cout << "\r\033[K";
        progress_shown_ = false;
    }

    void flush() {
        bool any = false;
        for (; turn_ < pages_.size(); ++turn_) {
            Page& page = pages_[turn_];
            if (!page.text.empty()) {
                if (!any) clear_progress();
                any = true;
                std::cout << page.text;
                page.text.clear();
            }
            if (!page.complete) break;
        }
        if (any) std::cout << std::flush;
    }

    const std::vector<Scenario>& scenarios_;
    const bool stories_;
    const bool quiet_;
    const Style style_;
    std::vector<Page> pages_;
    std::size_t turn_ = 0;  ///< whose page is being printed
    bool progress_shown_ = false;
};

struct Report {
    std::string file;
    bool json;
};

// Opens each file now, so that a bad path is told before the runs and not after them.
bool open_reports(const std::vector<std::string>& arguments, std::vector<Report>& reports) {
    for (const std::string& argument : arguments) {
        const std::size_t colon = argument.find(':');
        const std::string kind = argument.substr(0, colon);
        if (colon == std::string::npos || colon + 1 == argument.size() ||
            (kind != "json" && kind != "junit")) {
            std::cerr << "ans2emu: --report " << printable(argument)
                      << ": expected json:FILE or junit:FILE\n";
            return false;
        }
        const std::string file = argument.substr(colon + 1);
        if (!std::ofstream(file)) {
            std::cerr << "ans2emu: --report: cannot write " << printable(file) << "\n";
            return false;
        }
        reports.push_back({file, kind == "json"});
    }
    return true;
}

bool write_reports(const std::vector<Report>& reports, const std::vector<RunResult>& results,
                   const std::vector<std::string>& unused_waivers) {
    bool good = true;
    for (const Report& report : reports) {
        std::ofstream out(report.file);
        out << (report.json ? scenario::json_report(results, unused_waivers)
                            : scenario::junit_report(results))
            << std::flush;
        if (out) continue;
        std::cerr << "ans2emu: --report: cannot write " << printable(report.file) << "\n";
        good = false;
    }
    return good;
}

void print_summary(const std::vector<RunResult>& results) {
    const Style style = Style::of(STDOUT_FILENO);
    std::map<Verdict, std::size_t> counts;
    for (const RunResult& result : results)
        ++counts[result.verdict];
    std::cout << "\n" << counted(results.size(), "scenario") << ":";
    std::string separator = " ";
    for (const auto& [verdict, count] : counts) {
        const Colour colour = verdict == Verdict::Passed ? Colour::Good : Colour::Bad;
        const std::string word =
            verdict == Verdict::BadInput ? "with bad input" : std::string(verdict_name(verdict));
        std::cout << separator << style(colour, std::to_string(count) + " " + word);
        separator = ", ";
    }
    std::cout << "\n";
}

// A file name for what a run writes: its path and run in one word.
std::string file_name(const Scenario& s, const char* extension) {
    std::string name = s.path + (s.run.empty() ? "" : "." + s.run);
    std::replace(name.begin(), name.end(), '/', '_');
    return name + extension;
}

// False, and told: several runs would write one file.
bool plan_files(const char* option, const std::string& place, const char* extension,
                const std::vector<Scenario>& scenarios, std::vector<std::string>& files) {
    std::error_code error;
    const bool folder = std::filesystem::is_directory(place, error);
    if (place.empty()) return true;
    if (!folder && scenarios.size() != 1) {
        std::cerr << "ans2emu: " << option << " needs a folder for " << scenarios.size() << " runs, and "
                  << printable(place) << " is none"
                  << (scenarios.front().run.empty() ? "" : "; --only RUN chooses one run") << "\n";
        return false;
    }
    for (const Scenario& s : scenarios)
        files.push_back(folder ? (std::filesystem::path(place) / file_name(s, extension)).string() : place);
    return true;
}

// False, and told: the waveforms cannot be written, or there is nothing to show.
bool plan_waves(const std::string& place, const std::vector<Scenario>& scenarios,
                std::vector<std::string>& waves) {
    if (!plan_files("--vcd", place, ".vcd", scenarios, waves)) return false;
    for (std::size_t i = 0; i < waves.size(); ++i) {
        const scenario::Models& models = scenarios[i].models;
        if (models.mailbox == Implementation::Tlm && models.sart == Implementation::Tlm) {
            std::cerr << "ans2emu: --vcd shows RTL twins, and " << printable(scenarios[i].path)
                      << " runs none; add --set models.mailbox=rtl or models.sart=rtl\n";
            return false;
        }
        if (std::ofstream(waves[i])) continue;
        std::cerr << "ans2emu: --vcd: cannot write " << printable(waves[i]) << "\n";
        return false;
    }
    return true;
}

// The scenarios' own steps are the reference driver's.
void attach_driver(const std::string& library, std::vector<Scenario>& scenarios) {
    if (library.empty()) return;
    for (Scenario& s : scenarios) {
        s.driver.kind = scenario::DriverKind::Foreign;
        s.driver.library = library;
        s.steps.clear();
    }
}

// False, and told: no file has a run of that name.
bool keep_only(const std::string& run, std::vector<Scenario>& scenarios) {
    if (run.empty()) return true;
    std::vector<std::string_view> names;
    std::string hint;
    for (const Scenario& s : scenarios)
        if (!s.run.empty()) names.push_back(s.run);
    hint = scenario::suggestion(run, names);
    const auto other = [&](const Scenario& s) { return s.run != run; };
    scenarios.erase(std::remove_if(scenarios.begin(), scenarios.end(), other), scenarios.end());
    if (!scenarios.empty()) return true;
    std::cerr << "ans2emu: --only " << scenario::in_quotes(run) << ": no run of that name" << hint << "\n";
    return false;
}

// False, and told: the waiver file cannot be used.
bool waive(const std::string& file, std::vector<scenario::Waiver>& waivers,
           std::vector<Scenario>& scenarios) {
    if (file.empty()) return true;
    scenario::Waivers loaded = scenario::load_waivers(file);
    for (const std::string& problem : loaded.problems)
        std::cerr << printable(problem) << "\n";
    waivers = std::move(loaded.waivers);
    for (Scenario& s : scenarios)
        s.waivers = waivers;
    return loaded.problems.empty();
}

// The rules that are waived although no run broke them.
std::vector<std::string> unused(const std::vector<scenario::Waiver>& waivers,
                                const std::vector<RunResult>& results) {
    std::vector<std::string> rules;
    for (const scenario::Waiver& waiver : waivers) {
        const auto breaks = [&](const RunResult& result) {
            const auto& found = result.facts.violations;
            return std::any_of(found.begin(), found.end(),
                               [&](const auto& v) { return v.rule == waiver.rule; });
        };
        if (std::none_of(results.begin(), results.end(), breaks)) rules.push_back(waiver.rule);
    }
    return rules;
}

}  // namespace

int run_command(const RunArguments& arguments, const Services& services) {
    std::vector<std::string> overrides = arguments.overrides;
    if (arguments.seed) overrides.push_back("seed=" + std::to_string(*arguments.seed));
    Catalog catalog = load_catalog(arguments.paths, overrides);
    for (const std::string& problem : catalog.problems)
        std::cerr << problem << "\n";
    if (!catalog.problems.empty()) return kExitBadInput;
    if (!keep_only(arguments.only, catalog.scenarios)) return kExitBadInput;
    attach_driver(arguments.driver, catalog.scenarios);
    std::vector<std::string> traces, waves;
    if (!plan_files("--trace", arguments.trace, ".trace.jsonl", catalog.scenarios, traces))
        return kExitBadInput;
    if (!plan_waves(arguments.vcd, catalog.scenarios, waves)) return kExitBadInput;
    std::vector<scenario::Waiver> waivers;
    if (!waive(arguments.waiver_file, waivers, catalog.scenarios)) return kExitBadInput;
    std::vector<Report> reports;
    if (!open_reports(arguments.reports, reports)) return kExitBadInput;

    cosim::GuestRuns guests(arguments.guest);
    try {
        guests.prepare(catalog.scenarios);
    } catch (const scenario::UserError& error) {
        std::cerr << "ans2emu: " << error.what() << "\n";
        return kExitBadInput;
    }
    if (arguments.guest.shell && catalog.scenarios.size() != 1) {
        std::cerr << "ans2emu: --shell is for one run, and these are " << catalog.scenarios.size() << "\n";
        return kExitBadInput;
    }
    const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
    const unsigned jobs = arguments.jobs != 0 ? arguments.jobs : cores;
    Console console(catalog.scenarios, catalog.scenarios.size() == 1 || arguments.verbose,
                    arguments.guest.shell);
    const WorkerOptions options{
        services.run, jobs, arguments.verbose, traces, waves, {}, [&](const Scenario& s) {
            return guests.conductor(s);
        }};
    const cosim::TerminalGuard terminal;
    std::vector<RunResult> results = run_workers(catalog.scenarios, options, console);
    explain_failures(catalog.scenarios, arguments, options, results);
    for (const RunResult& result : results)
        std::cout << explanation(result, results.size() > 1, Style::of(STDOUT_FILENO));
    if (results.size() > 1) print_summary(results);

    const std::vector<std::string> unused_waivers = unused(waivers, results);
    for (const std::string& rule : unused_waivers)
        std::cout << "note: " << printable(arguments.waiver_file) << ": no run broke " << rule
                  << ", its waiver is not needed\n";

    int code = kExitOk;
    for (const RunResult& result : results)
        code = std::max(code, exit_code(result.verdict));
    if (!write_reports(reports, results, unused_waivers)) code = std::max(code, kExitBadInput);
    return code;
}

}  // namespace ans::cli
