// SPDX-License-Identifier: MIT
// What an action does: to the thing at its decide point (a verdict), or to the machine as a whole.
#pragma once

#include <array>
#include <cstdint>

#include "testbench/fault/rule.h"
#include "testbench/fault/table.h"

namespace ans::fault {

/// What a fault may do to the machine as a whole. Called from the plan's own process, never inside a block's
/// call.
class MachineControl {
public:
    virtual ~MachineControl() = default;
    /// Is there live firmware? Without it crash, sleep and hang do not fire.
    virtual bool firmware_runs() const = 0;
    virtual void crash(CrashKind kind) = 0;
    virtual void sleep() = 0;
    virtual void hang() = 0;
    virtual void power_cut() = 0;
};

/// Parameters of an action in the order of its table row, resolved.
using Values = std::array<std::uint64_t, kMaxParams>;

/// Do the action's own parameters (`fifo`, `tag`) admit this thing?
bool fits(const ActionInfo& action, const Values& values, DecidePoint point, const Event& about);
/// What becomes of `about`.
Verdict verdict_of(const ActionInfo& action, const Values& values, const Event& about);
/// May an action of its own happen now?
bool possible(const ActionInfo& action, const MachineControl& machine);
void perform(const ActionInfo& action, const Values& values, MachineControl& machine);

}  // namespace ans::fault
