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
    ending.crash = failure.kind == Kind::Crash;
    ending.bus_hang = failure.kind == Kind::BusHang;
    ending.bus_fault = failure.kind == Kind::BusFault;
    ending.guest_broken = failure.kind == Kind::GuestBroken;
    ending.out_of_time = end != host::Engine::End::Stopped || failure.kind == Kind::Deadline;
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
    if (options.conduct && scenario.driver.kind != DriverKind::Reference)
        return options.conduct(scenario, rig, events, options.observer);
    if (scenario.driver.kind == DriverKind::Foreign)
        throw UserError(scenario.path + ": /driver/kind: this run has no way to a foreign driver");
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

// Sinks that show come before those that judge, so that a violation stands below what caused it.
struct Run::Parts {
    Parts(const Scenario& s, const RunOptions& o)
        : scenario(s),
          rig(s, events, decide, o.wave_file),
          registers([this](Unit unit) { return rig.soc().register_map(unit); }),
          trace(open_trace(o)),
          collector(s, events),
          monitors(observed(o), monitor_config(rig.soc().profile(), registers)) {
        if (o.events_around != 0) recent.emplace(events, o.events_around, EventHub::all(), o.around);
        plan.emplace("faults", s.faults, s.seed, events, decide, rig, s.scripts);
        conductor = make_conductor(s, rig, events, o);
        rig.on_power_lost([this](std::uint64_t lost, SimTime at) { conductor->on_power_lost(lost, at); });
    }

    std::unique_ptr<trace::JsonLines> open_trace(const RunOptions& options) {
        if (options.trace_file.empty()) return nullptr;
        auto made = std::make_unique<trace::JsonLines>(events, options.trace_file, registers);
        if (!made->error().empty()) throw UserError(made->error());
        return made;
    }
    EventHub& observed(const RunOptions& options) {
        if (options.observer != nullptr) events.subscribe(*options.observer, options.observer->kinds());
        return events;
    }

    const Scenario& scenario;
    EventHub events;
    DecideHub decide;
    Rig rig;
    const RegMapLookup registers;
    std::unique_ptr<trace::JsonLines> trace;
    Collector collector;
    monitor::MonitorSet monitors;
    std::optional<trace::Recent> recent;
    std::optional<fault::FaultPlan> plan;
    std::unique_ptr<Conductor> conductor;
};

Run::Run(const Scenario& scenario, const RunOptions& options)
    : parts_(std::make_unique<Parts>(scenario, options)) {}
Run::~Run() = default;

Conductor& Run::conductor() {
    return *parts_->conductor;
}
Rig& Run::rig() {
    return parts_->rig;
}
host::Engine::End Run::drive() {
    return parts_->conductor->drive(parts_->scenario.limits.sim_time);
}
void Run::flush_trace() {
    if (parts_->trace != nullptr) parts_->trace->flush();
}

RunResult Run::finish(host::Engine::End end) {
    Parts& p = *parts_;
    Conductor& conductor = *p.conductor;
    RunResult result;
    result.path = p.scenario.path;
    result.name = p.scenario.title();
    result.run = p.scenario.run;

    const SimTime now = kernel_now();
    const bool cut_short =
        end != host::Engine::End::Stopped || conductor.failure().kind != host::HostFailure::Kind::None;
    if (cut_short) conductor.abandon();
    p.monitors.finish(now);
    if (const std::exception_ptr error = conductor.failure().error) std::rethrow_exception(error);

    RunFacts& facts = result.facts;
    facts.sim_time = now;
    facts.steps = conductor.results();
    const Ending ending = ending_of(end, conductor, facts);
    facts.outcome = outcome_of(p.scenario, facts.steps, ending);
    conductor.fill_counters(facts);
    p.collector.fill(facts);
    facts.scripts = script_results(p.scenario, *p.plan);
    if (p.rig.media().close(now) != MediaResult::Ok)
        throw UserError(p.scenario.media.image + ": the image could not be kept; is the disk full?");
    if (p.trace != nullptr) {
        const std::string error = p.trace->close();
        if (!error.empty()) throw UserError(error);
    }
    if (p.recent) {
        std::stringstream table;
        p.recent->print(table, p.registers);
        for (std::string line; std::getline(table, line);)
            result.around.push_back(line);
    }
    judge(p.scenario, result);
    return result;
}

RunResult run_scenario(const Scenario& scenario, const RunOptions& options) {
    Run run(scenario, options);
    return run.finish(run.drive());
}

}  // namespace ans::scenario
