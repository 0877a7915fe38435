// SPDX-License-Identifier: MIT
// Who drives the machine through one run: the reference driver, a driver of the user's, a guest kernel. The
// run sees all of them alike.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "testbench/host/engine.h"
#include "testbench/host/host.h"
#include "testbench/scenario/files/result.h"
#include "testbench/scenario/rig.h"

namespace ans::scenario {

class RunObserver;

class Conductor {
public:
    virtual ~Conductor() = default;

    /// Drives the machine until the driver's work is done, it fails, or simulated time reaches `limit`.
    virtual host::Engine::End drive(SimTime limit) = 0;
    /// Why the driver's side ended the run by itself.
    virtual const host::HostFailure& failure() const = 0;
    /// The run is over before its driver was: whatever still runs ends where it is. Afterwards only the
    /// results may be asked.
    virtual void abandon() = 0;
    /// A fault took the machine's power; callable from any process.
    virtual void on_power_lost(std::uint64_t lost_blocks, SimTime at) = 0;

    /// Results of the scenario's steps so far; one that never returned is `Unfinished`.
    virtual const std::vector<StepResult>& results() const = 0;
    virtual void fill_counters(RunFacts& facts) const = 0;
    /// The driver gave its device up.
    virtual bool driver_dead() const = 0;
};

/// Called before elaboration; what it builds may bind to the machine. `observer` may be absent.
using ConductorFactory =
    std::function<std::unique_ptr<Conductor>(const Scenario&, Rig&, EventHub&, RunObserver*)>;

}  // namespace ans::scenario
