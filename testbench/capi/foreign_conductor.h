// SPDX-License-Identifier: MIT
// A driver of the user's at the machine: entry functions, one after another, each a step of the run.
#pragma once

#include <sysc/communication/sc_prim_channel.h>

#include <atomic>

#include "testbench/capi/properties.h"
#include "testbench/capi/watchdog.h"
#include "testbench/capi/world.h"
#include "testbench/scenario/conductor.h"
#include "testbench/scenario/run.h"

namespace ans::capi {

class ForeignConductor : public scenario::Conductor, private EventSink {
public:
    ForeignConductor(const scenario::Scenario& scenario, scenario::Rig& rig, EventHub& events,
                     scenario::RunObserver* observer);
    ~ForeignConductor() override;

    World& world() { return world_; }
    const std::vector<Property>& properties() const { return properties_; }
    /// Is a driver at work? Then the machine cannot be closed, run or judged.
    bool running() const { return running_; }

    /// One driver, from its entry to its end. Called from outside the simulation.
    Answer run(const std::string& name, ans2emu_entry* entry, void* context, int& returned);
    Answer power_cut();
    Answer power_on();
    /// How the last run of the engine ended; Stopped before any.
    host::Engine::End last_end() const { return end_; }

    /// Runs the scenario's library. Throws UserError where it cannot be loaded.
    host::Engine::End drive(SimTime limit) override;
    const host::HostFailure& failure() const override;
    void abandon() override {
        if (!broken_) rig_.host().abandon();
    }
    void on_power_lost(std::uint64_t lost_blocks, SimTime at) override;
    const std::vector<scenario::StepResult>& results() const override { return results_; }
    void fill_counters(scenario::RunFacts& facts) const override;
    bool driver_dead() const override { return false; }

private:
    // Asks the kernel to stop, from any OS thread.
    class StopRequest : public sc_core::sc_prim_channel {
    public:
        explicit StopRequest(host::Engine& engine) : engine_(engine) {}
        void ask() { async_request_update(); }

    private:
        void update() override { engine_.stop(); }
        host::Engine& engine_;
    };

    host::Engine::End run_engine();
    void on_event(const Event& event) override;
    void on_failed(DriverCpu& cpu, DriverFrame::End end);
    void log(port::LogLevel level, const std::string& text);
    Answer conclude(const std::string& name, bool returned, bool late);
    Answer refuse_unless_ready() const;
    void end_step(scenario::StepStatus status, const std::string& detail);

    const scenario::Scenario& scenario_;
    scenario::Rig& rig_;
    EventHub& events_;
    scenario::RunObserver* observer_;
    World world_;
    const std::vector<Property> properties_;
    StopRequest stop_request_;
    std::vector<scenario::StepResult> results_;
    host::Engine::End end_ = host::Engine::End::Stopped;
    host::HostFailure failure_;  ///< of the driver's code
    bool running_ = false;
    bool broken_ = false;  ///< the kernel threw
    bool powered_ = true;
    std::uint64_t lost_blocks_ = 0;
    std::uint64_t doorbells_ = 0;
    std::uint64_t completions_ = 0;
};

/// scenario::ConductorFactory.
std::unique_ptr<scenario::Conductor> foreign_conductor(const scenario::Scenario& scenario, scenario::Rig& rig,
                                                       EventHub& events, scenario::RunObserver* observer);

}  // namespace ans::capi
