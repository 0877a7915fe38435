// SPDX-License-Identifier: MIT
#include "testbench/scenario/run.h"

#include <algorithm>
#include <optional>
#include <sstream>

#include "testbench/fault/plan.h"
#include "testbench/monitors/monitor_set.h"
#include "testbench/scenario/collector.h"
#include "testbench/scenario/files/judge.h"
#include "testbench/scenario/files/problem.h"
#include "testbench/scenario/rig.h"
#include "testbench/scenario/session.h"
#include "testbench/trace/json_lines.h"
#include "testbench/trace/recent.h"

namespace ans::scenario {

namespace {

monitor::MonitorConfig monitor_config(const SocProfile& profile, const RegMapLookup& registers) {
    monitor::MonitorConfig config;
    config.registers = registers;
    config.nvme_irq = profile.nvme_irq;
    for (std::size_t i = 0; i < profile.locked_count; ++i)
        config.boot_entries.push_back(
            {profile.locked[i].address, profile.locked[i].size, profile.locked[i].flags});
    return config;
}

// What ended the run before its steps did, beside what the driver says of itself.
Ending ending_of(host::Engine::End end, const Conductor& conductor, RunFacts& facts) {
    using Kind = host::HostFailure::Kind;
    const host::HostFailure& failure = conductor.failure();
    Ending ending;
    ending.bus_hang = failure.kind == Kind::BusHang;
    ending.bus_fault = failure.kind == Kind::BusFault;
    ending.out_of_time = end != host::Engine::End::Stopped || failure.kind == Kind::Stuck;
    ending.guest_broken = failure.kind == Kind::GuestBroken;
    ending.driver_dead = conductor.driver_dead();
    if (failure.kind != Kind::None)
        facts.outcome_detail = failure.thread + ": " + failure.text;
    else if (end == host::Engine::End::Idle)
        facts.outcome_detail = "every thread sleeps and nothing will wake one";
    else if (end == host::Engine::End::Limit)
        facts.outcome_detail = "the simulated deadline came first";
    return ending;
}

std::unique_ptr<Conductor> make_conductor(const Scenario& scenario, Rig& rig, EventHub& events,
                                          const RunOptions& options) {
    if (options.conduct) return options.conduct(scenario, rig, events, options.observer);
    return std::make_unique<Session>(scenario, rig, events, options.observer);
}

std::vector<ScriptResult> script_results(const Scenario& scenario, const fault::FaultPlan& plan) {
    std::vector<ScriptResult> results;
    for (std::size_t i = 0; i < plan.script_count(); ++i) {
        const fault::ScriptRunner& script = plan.script(i);
        const fault::ScriptStep* present = script.present();
        results.push_back({scenario.scripts[i].id, script.done(), scenario.scripts[i].order.size(),
                           present == nullptr ? "" : present->place + ": " + present->what});
    }
    return results;
}

}  // namespace

RunResult run_scenario(const Scenario& scenario, const RunOptions& options) {
    RunResult result;
    result.path = scenario.path;
    result.name = scenario.title();
    result.run = scenario.run;

    EventHub events;
    DecideHub decide;
    Rig rig(scenario, events, decide);
    const RegMapLookup registers = [&rig](Unit unit) { return rig.soc().register_map(unit); };
    // Sinks that show come before those that judge, so that a violation stands below what caused it.
    std::unique_ptr<trace::JsonLines> trace;
    if (!options.trace_file.empty()) {
        trace = std::make_unique<trace::JsonLines>(events, options.trace_file, registers);
        if (!trace->error().empty()) throw UserError(trace->error());
    }
    Collector collector(scenario, events);
    if (options.observer != nullptr) events.subscribe(*options.observer, options.observer->kinds());
    monitor::MonitorSet monitors(events, monitor_config(rig.soc().profile(), registers));

    std::optional<trace::Recent> recent;
    if (options.events_around != 0)
        recent.emplace(events, options.events_around, EventHub::all(), options.around);

    fault::FaultPlan plan("faults", scenario.faults, scenario.seed, events, decide, rig, scenario.scripts);
    const std::unique_ptr<Conductor> conductor = make_conductor(scenario, rig, events, options);
    rig.on_power_lost([&](std::uint64_t lost, SimTime at) { conductor->on_power_lost(lost, at); });

    const host::Engine::End end = conductor->drive(scenario.limits.sim_time);
    const SimTime now = kernel_now();
    const bool cut_short =
        end != host::Engine::End::Stopped || conductor->failure().kind != host::HostFailure::Kind::None;
    if (cut_short) conductor->abandon();
    monitors.finish(now);
    if (const std::exception_ptr error = conductor->failure().error) std::rethrow_exception(error);

    RunFacts& facts = result.facts;
    facts.sim_time = now;
    facts.steps = conductor->results();
    const Ending ending = ending_of(end, *conductor, facts);
    facts.outcome = outcome_of(scenario, facts.steps, ending);
    conductor->fill_counters(facts);
    collector.fill(facts);
    facts.scripts = script_results(scenario, plan);
    if (rig.media().close(now) != MediaResult::Ok)
        throw UserError(scenario.media.image + ": the image could not be kept; is the disk full?");
    if (trace != nullptr) {
        const std::string error = trace->close();
        if (!error.empty()) throw UserError(error);
    }
    if (recent) {
        std::stringstream table;
        recent->print(table, registers);
        for (std::string line; std::getline(table, line);)
            result.around.push_back(line);
    }
    judge(scenario, result);
    return result;
}

}  // namespace ans::scenario
