// SPDX-License-Identifier: MIT
// What an action does: to the thing at its decide point (a verdict), or to the machine as a whole.
#pragma once

#include <array>
#include <cstdint>

#include "testbench/fault/rule.h"
#include "testbench/fault/table.h"

namespace ans::fault {

/// A message that nobody sent.
struct ForgedMail {
    bool to_ap;  ///< into I2A; else into A2I
    std::uint64_t msg0;
    std::uint64_t msg1;
    std::uint64_t times;
    SimTime gap;  ///< between one and the next
};

/// A write by a DMA engine that nobody asked.
struct RogueWrite {
    std::uint64_t address;
    std::size_t size;    ///< bytes
    std::uint8_t value;  ///< of each byte
    bool through_sart;   ///< by the firmware; else past every filter
};

/// What a fault may do to the machine as a whole. Called from the plan's own process, never inside a block's
/// call. A `draw` is a random number of the rule's own.
class MachineControl {
public:
    virtual ~MachineControl() = default;
    /// Is there live firmware? Without it crash, sleep and hang do not fire.
    virtual bool firmware_runs() const = 0;
    virtual void crash(CrashKind kind, CrashlogChoice log) = 0;
    virtual void sleep() = 0;
    virtual void hang() = 0;
    virtual void power_cut(CutKeeps keeps, unsigned percent, std::uint64_t draw) = 0;
    virtual void send(const ForgedMail& mail) = 0;
    /// The wire stays at `level` for that time, whatever its block says.
    virtual void force_wire(Wire wire, bool level, SimTime how_long) = 0;
    virtual void write_memory(const RogueWrite& write) = 0;
};

/// Parameters of an action in the order of its table row, resolved.
using Values = std::array<std::uint64_t, kMaxParams>;

/// Is this a thing that the action can hit, whatever its parameters are?
bool admits(const ActionInfo& action, const Event& about);
/// And do its parameters (`fifo`, `tag`, `lba`) admit it?
bool fits(const ActionInfo& action, const Values& values, DecidePoint point, const Event& about);
/// What becomes of `about`.
Verdict verdict_of(const ActionInfo& action, const Values& values, const Event& about, std::uint64_t draw);
/// May an action of its own happen now?
bool possible(const ActionInfo& action, const MachineControl& machine);
void perform(const ActionInfo& action, const Values& values, MachineControl& machine, std::uint64_t draw);

}  // namespace ans::fault
