// SPDX-License-Identifier: MIT
// A scenario's steps, carried out by the machine's first driver thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "host_driver/nvme/driver.h"
#include "testbench/scenario/belongings.h"
#include "testbench/scenario/conductor.h"
#include "testbench/scenario/files/result.h"
#include "testbench/scenario/raw_access.h"
#include "testbench/scenario/rig.h"
#include "testbench/scenario/run.h"
#include "testbench/scenario/shadow.h"

namespace ans::scenario {

class Session : public Conductor {
public:
    Session(const Scenario& scenario, Rig& rig, EventHub& events, RunObserver* observer);
    ~Session() override;

    /// Does all steps on the machine's first driver thread, up to the first that does not end as its `expect`
    /// allows.
    host::Engine::End drive(SimTime limit) override;
    const host::HostFailure& failure() const override { return rig_.host().failure(); }
    void abandon() override { rig_.host().abandon(); }
    /// The step goes with its thread; the next gets a new one.
    void on_power_lost(std::uint64_t lost_blocks, SimTime at) override;
    const std::vector<StepResult>& results() const override { return results_; }
    /// The driver's counters over all its lives, and what verifying jobs found.
    void fill_counters(RunFacts& facts) const override;
    bool driver_dead() const override;

private:
    driver::Status perform(const Boot&, StepResult& result);
    driver::Status perform(const Identify&, StepResult& result);
    driver::Status perform(const Smart&, StepResult& result);
    driver::Status perform(const Io& io, StepResult& result);
    driver::Status perform(const ReadImage& step, StepResult& result);
    driver::Status perform(const WriteImage& step, StepResult& result);
    driver::Status perform(const Flush&, StepResult& result);
    driver::Status perform(const Trim& step, StepResult& result);
    driver::Status perform(const Suspend&, StepResult& result);
    driver::Status perform(const Resume&, StepResult& result);
    driver::Status perform(const Reset&, StepResult& result);
    driver::Status perform(const Shutdown&, StepResult& result);
    driver::Status perform(const PowerCut&, StepResult& result);
    driver::Status perform(const PowerOn&, StepResult& result);
    driver::Status perform(const Wait& step, StepResult& result);
    driver::Status perform(const Mmio& step, StepResult& result);
    driver::Status perform(const Mail& step, StepResult& result);
    driver::Status perform(const RawCommand& step, StepResult& result);
    driver::Status perform(const Abandon& step, StepResult& result);
    driver::Status perform(const Shell& step, StepResult& result);

    void start();
    void run_from(std::size_t index);
    bool run_step(std::size_t index);
    void retire_driver();

    const Scenario& scenario_;
    Rig& rig_;
    RunObserver* observer_;
    RawAccess raw_;
    Belongings belongings_;
    std::unique_ptr<driver::Driver> driver_;
    Shadow shadow_;
    std::vector<StepResult> results_;
    std::size_t next_step_ = 0;
    bool power_lost_ = false;
    bool died_ = false;           ///< the last driver gave its device up, and was removed at the end
    driver::Counters retired_{};  ///< of drivers that are gone
    std::uint64_t mismatches_ = 0;
};

}  // namespace ans::scenario
