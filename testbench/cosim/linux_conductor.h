// SPDX-License-Identifier: MIT
// A scenario's steps, carried out by a guest kernel. Each boot starts a new life of it, with a plan of all steps
// until that life's end; the guest says on its second console where it is.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "testbench/cosim/guest.h"
#include "testbench/cosim/guest_kit.h"
#include "testbench/cosim/run_folder.h"
#include "testbench/scenario/conductor.h"
#include "testbench/scenario/run.h"

namespace ans::cosim {

class LinuxConductor : public scenario::Conductor, private GuestListener {
public:
    LinuxConductor(const scenario::Scenario& scenario, scenario::Rig& rig, EventHub& events,
                   scenario::RunObserver* observer, GuestKit kit, GuestWishes wishes,
                   std::unique_ptr<RunFolder> folder);
    ~LinuxConductor() override;

    host::Engine::End drive(SimTime limit) override;
    const host::HostFailure& failure() const override { return failure_; }
    void abandon() override { guest_.reset(); }
    void on_power_lost(std::uint64_t lost_blocks, SimTime at) override;
    const std::vector<scenario::StepResult>& results() const override { return results_; }
    void fill_counters(scenario::RunFacts&) const override {}
    bool driver_dead() const override { return false; }

private:
    enum class Turn : std::uint8_t { Next, End, Limit, Idle };

    void kernel_line(std::string_view line, SimTime at) override;
    void step_line(std::string_view line, SimTime at) override;

    void begin(std::size_t index, SimTime at);
    void end(std::size_t index, bool good, SimTime at);
    bool does_itself(std::size_t index) const;
    void start_life(std::size_t index);
    void write_initrd(std::size_t first, std::size_t last) const;
    std::size_t end_of_life(std::size_t first) const;
    Turn do_ourselves(std::size_t index);
    Turn live(SimTime limit);
    Turn after_exit();
    void guest_broke(std::string why);

    const scenario::Scenario& scenario_;
    scenario::Rig& rig_;
    EventHub& events_;
    scenario::RunObserver* observer_;
    const GuestKit kit_;
    const GuestWishes wishes_;
    const std::unique_ptr<RunFolder> folder_owner_;
    const std::string folder_;
    const std::unique_ptr<Terminal> terminal_;
    GuestCpu cpu_;
    std::unique_ptr<Guest> guest_;
    std::vector<scenario::StepResult> results_;
    std::size_t next_ = 0;                ///< the step to begin
    std::optional<std::size_t> present_;  ///< the step that goes on
    unsigned lives_ = 0;
    bool powering_down_ = false;  ///< the kernel has shut its devices down
    bool failed_ = false;         ///< a step did not end as expected
    std::optional<std::uint64_t> lost_blocks_;
    std::string last_kernel_line_;
    host::HostFailure failure_;
};

}  // namespace ans::cosim
