// SPDX-License-Identifier: MIT
// What `ans2emu run` needs where Linux drives: the kits, and a conductor for each run.
#pragma once

#include <map>
#include <vector>

#include "testbench/cosim/guest_kit.h"
#include "testbench/scenario/conductor.h"

namespace ans::cosim {

class GuestRuns {
public:
    explicit GuestRuns(GuestWishes wishes) : wishes_(std::move(wishes)) {}

    /// Makes the kits that these scenarios need, and lets each expect what it expects of that kernel. Does
    /// nothing where no guest drives. Throws UserError.
    void prepare(std::vector<scenario::Scenario>& scenarios);
    /// Of a prepared scenario; empty where no guest drives it.
    scenario::ConductorFactory conductor(const scenario::Scenario& scenario) const;

private:
    const GuestWishes wishes_;
    std::map<scenario::GuestFlavour, GuestKit> kits_;
};

}  // namespace ans::cosim
