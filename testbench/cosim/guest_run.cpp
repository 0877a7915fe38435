// SPDX-License-Identifier: MIT
#include "testbench/cosim/guest_run.h"

#include <algorithm>

#include "testbench/cosim/linux_conductor.h"
#include "testbench/cosim/run_folder.h"
#include "testbench/scenario/files/judge.h"

namespace ans::cosim {

namespace {

std::unique_ptr<RunFolder> folder_of(const scenario::Scenario& scenario, const GuestWishes& wishes) {
    if (wishes.keep.empty()) return std::make_unique<RunFolder>();
    std::string name = scenario.path + (scenario.run.empty() ? "" : "." + scenario.run);
    std::replace(name.begin(), name.end(), '/', '_');
    return std::make_unique<RunFolder>(wishes.keep + "/" + name);
}

}  // namespace

void GuestRuns::prepare(std::vector<scenario::Scenario>& scenarios) {
    for (scenario::Scenario& scenario : scenarios) {
        if (scenario.driver.kind != scenario::DriverKind::Linux) continue;
        const scenario::GuestFlavour flavour = scenario.driver.guest.flavour;
        if (kits_.empty()) remove_stale_folders();
        if (kits_.count(flavour) == 0) kits_[flavour] = prepare_kit(flavour, wishes_);
        expect_of_kernel(scenario, kits_[flavour].release);
        if (!wishes_.shell) continue;
        // A person is at work: what limits a run does not limit them.
        constexpr std::uint64_t kDay = 86'400;
        scenario.limits.sim_time = seconds(kDay);
        scenario.limits.wall_s = kDay;
        scenario.driver.guest.patience_s = kDay;
    }
}

scenario::ConductorFactory GuestRuns::conductor(const scenario::Scenario& scenario) const {
    if (scenario.driver.kind != scenario::DriverKind::Linux) return {};
    const GuestKit& kit = kits_.at(scenario.driver.guest.flavour);
    return [kit, wishes = wishes_](const scenario::Scenario& s, scenario::Rig& rig, EventHub& events,
                                   scenario::RunObserver* observer) {
        return std::make_unique<LinuxConductor>(s, rig, events, observer, kit, wishes, folder_of(s, wishes));
    };
}

}  // namespace ans::cosim
