// SPDX-License-Identifier: MIT
#include "testbench/cli/app.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <iostream>

#include "testbench/cli/catalog.h"
#include "testbench/cli/docs.h"
#include "testbench/cli/mutate_command.h"
#include "testbench/cli/run_command.h"
#include "testbench/cli/tables.h"
#include "testbench/scenario/files/load.h"

namespace ans::cli {

namespace {

constexpr const char* kExitCodes =
    "Exit codes:\n"
    "  0  all expectations met\n"
    "  1  an expectation was missed, or the driver broke a rule of severity error\n"
    "  2  bad usage, a bad scenario, or an image that cannot be used\n"
    "  3  the emulator itself failed\n";

int check_command(std::vector<std::string> paths, bool schema) {
    if (schema) {
        std::cout << scenario::scenario_schema().dump(2) << "\n";
        return kExitOk;
    }
    if (paths.empty()) {
        std::cerr << "ans2emu check: expected scenario files or folders\n";
        return kExitBadInput;
    }
    const Style style = Style::of(STDOUT_FILENO);
    const auto libraries = std::stable_partition(paths.begin(), paths.end(), [](const std::string& path) {
        return !scenario::is_script_library(path);
    });
    Catalog catalog = load_catalog({paths.begin(), libraries}, {});
    for (auto library = libraries; library != paths.end(); ++library) {
        const std::vector<std::string> problems = scenario::check_script_library(*library);
        catalog.problems.insert(catalog.problems.end(), problems.begin(), problems.end());
        if (problems.empty())
            std::cout << style(Colour::Good, "ok") << "  " << printable(*library) << "  (scripts)\n";
    }
    for (const scenario::Scenario& s : catalog.scenarios)
        std::cout << style(Colour::Good, "ok") << "  " << printable(s.path) << "  " << printable(s.title())
                  << "\n";
    std::cout << std::flush;
    for (const std::string& problem : catalog.problems)
        std::cerr << printable(problem) << "\n";
    return catalog.problems.empty() ? kExitOk : kExitBadInput;
}

int list_command(std::vector<std::string> paths, bool json) {
    if (paths.empty()) {
        const std::string folder = default_folder();
        if (folder.empty()) {
            std::cerr << "ans2emu list: found no folder \"scenarios\"; name one\n";
            return kExitBadInput;
        }
        paths.push_back(folder);
    }
    const Catalog catalog = load_catalog(paths, {});
    std::cout << (json ? list_json(catalog.scenarios) : list_text(catalog.scenarios)) << std::flush;
    for (const std::string& problem : catalog.problems)
        std::cerr << printable(problem) << "\n";
    return catalog.problems.empty() ? kExitOk : kExitBadInput;
}

int regs_command(const std::string& block, bool policies, bool json) {
    const Style style = Style::of(STDOUT_FILENO);
    if (policies) {
        std::cout << (json ? policies_json() : policies_text(style));
        return kExitOk;
    }
    const std::optional<std::string> text = json ? regs_json(block) : regs_text(block, style);
    if (!text) {
        std::cerr << "ans2emu regs: no block " << scenario::in_quotes(block)
                  << scenario::suggestion(block, block_names())
                  << "; blocks: " << scenario::one_of(block_names()) << "\n";
        return kExitBadInput;
    }
    std::cout << *text;
    return kExitOk;
}

int rules_command(std::string id, bool json) {
    std::transform(id.begin(), id.end(), id.begin(), [](unsigned char c) { return std::toupper(c); });
    const std::optional<std::string> text = json ? rules_json(id) : rules_text(id, Style::of(STDOUT_FILENO));
    if (!text) {
        const std::string hint = scenario::suggestion(id, rule_ids());
        std::cerr << "ans2emu rules: no rule " << scenario::in_quotes(id)
                  << (hint.empty() ? "; `ans2emu rules` prints all" : hint) << "\n";
        return kExitBadInput;
    }
    std::cout << *text;
    return kExitOk;
}

void add_run(CLI::App& app, RunArguments& arguments) {
    CLI::App& run = *app.add_subcommand("run", "Run scenarios and check what they expect");
    run.add_option("SCENARIO", arguments.paths, "scenario files, or folders of them")->required();
    run.add_option("--set", arguments.overrides,
                   "change a value, like driver.queue_depth=8 or\n"
                   "/faults/0/when/nth=3; may be given often")
        ->type_name("PATH=VALUE")
        ->allow_extra_args(false);
    run.add_option("--seed", arguments.seed, "instead of the scenario's")
        ->type_name("N")
        ->check([](const std::string& text) {
            return text.front() == '-' ? "expected a whole number from 0" : std::string();
        });
    run.add_option("--only", arguments.only, "of files with several runs: only the run of this name")
        ->type_name("RUN");
    run.add_option("--driver", arguments.driver,
                   "your driver: a shared object that exports ans2emu_driver_main;\n"
                   "it drives instead of the scenario's steps")
        ->type_name("FILE");
    run.add_option("--waive", arguments.waiver_file,
                   "rules that the driver is known to break:\n[{\"rule\": \"TCB-09\", \"reason\": \"...\"}]")
        ->type_name("FILE");
    run.add_option("--trace", arguments.trace,
                   "every event as a line of JSON; with several runs a folder,\nwhich gets a file a run")
        ->type_name("FILE");
    run.add_option(
           "--vcd", arguments.vcd,
           "waveforms of the blocks that run as RTL (models.mailbox=rtl);\nwith several runs a folder")
        ->type_name("FILE");
    run.add_option("--report", arguments.reports, "json:FILE or junit:FILE; may be given often")
        ->type_name("KIND:FILE")
        ->allow_extra_args(false);
    run.add_option("-j,--jobs", arguments.jobs, "scenarios at a time (the number of cores)")
        ->check(CLI::Range(1, 64))
        ->type_name("N");
    run.add_flag("-v,--verbose", arguments.verbose,
                 "the whole story: firmware log, states, every driver line");
    run.add_option("--kernel", arguments.guest.kernel, "a User Mode Linux kernel of yours, for scenarios with Linux")
        ->type_name("FILE");
    run.add_option("--kernel-src", arguments.guest.kernel_source,
                   "a Linux source tree of yours: it is built with the\nconfiguration that the scenarios need")
        ->type_name("FOLDER")
        ->excludes("--kernel");
    run.add_option("--module", arguments.guest.modules,
                   "a module of yours (X.ko) in place of the packaged one\nof that name; may be given often")
        ->type_name("FILE")
        ->allow_extra_args(false);
    run.add_option("--keep", arguments.guest.keep,
                   "a folder that gets the files of each run with Linux:\nkernel log, console, device tree")
        ->type_name("FOLDER");
    run.add_flag("--shell", arguments.guest.shell, "with Linux: a shell in the guest once the steps are done");
    run.footer(
        "Example:\n  ans2emu run scenarios/faults/lost_completion_irq.json --set faults.0.when.nth=80 -v\n"
        "  ans2emu run scenarios --report junit:result.xml\n\n" +
        std::string(kExitCodes));
}

void add_mutate(CLI::App& app, MutateArguments& arguments) {
    CLI::App& mutate = *app.add_subcommand(
        "mutate", "Leave each protective measure of the reference driver out and see which scenario notices");
    mutate.add_option("SCENARIO", arguments.paths, "files or folders (the scenarios of this source tree)");
    mutate.add_option("--measure", arguments.measures, "only this one; may be given often")
        ->type_name("NAME")
        ->allow_extra_args(false);
    mutate.add_option("-j,--jobs", arguments.jobs, "runs at a time (the number of cores)")
        ->check(CLI::Range(1, 64))
        ->type_name("N");
    mutate.add_flag("--list", arguments.list, "print the measures and what they protect from instead");
    mutate.add_flag("--json", arguments.json,
                    "for programs: an object with mutants, survivors, harmless, noticed");
    mutate.footer(
        "Example:\n  ans2emu mutate\n  ans2emu mutate --measure submit_lock scenarios/faults\n\n"
        "Exit codes:\n  0  every omission was noticed, or is documented as one that cannot matter\n"
        "  1  one survived, or a scenario fails with every measure in place\n");
}

}  // namespace

int run_program(int argc, char** argv, const Services& services) {
    CLI::App app("ans2emu: Apple's ANS2 NVMe coprocessor, emulated for people who write drivers for it");
    app.name("ans2emu");
    app.require_subcommand(1);
    app.footer("Example:\n  ans2emu run scenarios/boot/t8103.json\n\n" + std::string(kExitCodes));

    RunArguments run;
    add_run(app, run);

    std::vector<std::string> paths;
    bool schema = false, json = false, policies = false, states = false;
    std::string block;
    CLI::App& check = *app.add_subcommand("check", "Validate scenarios without running them");
    check.add_option("SCENARIO", paths, "scenario files, or folders of them");
    check.add_flag("--schema", schema, "print the JSON Schema of scenario files");
    check.footer(
        "Example:\n  ans2emu check scenarios my_scenario.json\n"
        "  ans2emu check --schema > scenarios/scenario.schema.json\n");

    CLI::App& list = *app.add_subcommand("list", "List scenarios, one line each");
    list.add_option("SCENARIO", paths, "files or folders (the scenarios of this source tree)");
    list.add_flag("--json", json, "an array of objects with path, name, description");
    list.footer("Example:\n  ans2emu list\n  ans2emu list --json scenarios/faults\n");

    CLI::App& regs =
        *app.add_subcommand("regs", "Print register maps, or the policies for what nobody knows");
    regs.add_option("BLOCK", block, "one block only");
    regs.add_flag("--policies", policies,
                  "the policies instead, with their default, strict and lenient values");
    regs.add_flag("--json", json, "for programs");
    regs.footer("Example:\n  ans2emu regs mailbox\n  ans2emu regs --policies\n");

    CLI::App& faults = *app.add_subcommand("faults", "Print what scenarios can do to the machine");
    faults.add_flag("--states", states, "the states that a rule's `while` may name, instead");
    faults.add_flag("--json", json, "for programs");
    faults.footer("Example:\n  ans2emu faults\n  ans2emu faults --states\n");

    CLI::App& rules = *app.add_subcommand("rules", "Print the rules that the monitors watch over");
    std::string rule;
    rules.add_option("ID", rule, "one rule only, like TCB-02");
    rules.add_flag("--json", json, "an array of objects with id, title, severity, fact, what_to_do, source");
    rules.footer("Example:\n  ans2emu rules TCB-02\n");

    MutateArguments mutate;
    add_mutate(app, mutate);

    std::string page;
    CLI::App& docs = *app.add_subcommand("docs", "Print a reference page, as docs/ keeps it");
    docs.add_option("PAGE", page, "scenarios, faults, rules or measures")
        ->required()
        ->check(CLI::IsMember(docs_pages()));
    docs.footer("Example:\n  ans2emu docs faults > docs/faults.md\n");

    CLI::App& bench = *app.add_subcommand("bench", "Measure speed, beside the floor of this host");
    bench.add_flag("--json", json, "for programs: one object");
    std::string subject;
    bench.add_option("WHAT", subject, "linux: what a guest kernel costs, instead of the machine alone")
        ->check(CLI::IsMember({"linux"}));
    bench.footer("Example:\n  ans2emu bench --json\n  ans2emu bench linux\n");

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? kExitOk : kExitBadInput;
    }
    const Style style = Style::of(STDOUT_FILENO);
    if (app.got_subcommand("run")) return run_command(run, services);
    if (app.got_subcommand("mutate")) return mutate_command(mutate, services);
    if (docs.parsed()) std::cout << docs_page(page);
    if (check.parsed()) return check_command(paths, schema);
    if (list.parsed()) return list_command(paths, json);
    if (regs.parsed()) return regs_command(block, policies, json);
    if (bench.parsed()) return subject.empty() ? services.bench(json) : services.bench_linux(json);
    if (faults.parsed() && states) std::cout << (json ? states_json() : states_text(style));
    if (faults.parsed() && !states) std::cout << (json ? faults_json() : faults_text(style));
    if (rules.parsed()) return rules_command(rule, json);
    return kExitOk;
}

}  // namespace ans::cli
