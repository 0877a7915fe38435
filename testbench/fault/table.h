// SPDX-License-Identifier: MIT
// THE table of what can be done to the machine. Parser, schema, `ans2emu faults` and the reference page read
// it. Its rows are in table_*.cpp.
#pragma once

#include <cstddef>
#include <string_view>

#include "testbench/fault/rule.h"

namespace ans::fault {

/// Values of the parameter `kind` of "firmware.crash".
enum class CrashKind : std::uint8_t { Assert, Exception, Watchdog };
/// The panic message of a planned crash.
std::string_view crash_reason(CrashKind kind);

/// Values of its parameter `log`: what is wrong with the crashlog.
enum class CrashlogChoice : std::uint8_t {
    WellFormed,
    ZeroSection,
    ShortSection,
    LongSection,
    ShortMailbox,
    NoTerminator,
    LongHeader,
    ShortHeader,
    Random
};

/// Values of the parameter `keeps` of "power.cut": which writes of the cache reach the medium.
enum class CutKeeps : std::uint8_t { Nothing, Oldest, Any, Everything };

/// The wires that can be forced. The first four are those of the parameter `wire`.
enum class Wire : std::uint8_t { SendEmpty, SendNotEmpty, RecvEmpty, RecvNotEmpty, Nvme };

/// All actions, in the order of `ans2emu faults`.
const ActionInfo* actions(std::size_t& count);
/// The action of that id, or nullptr.
const ActionInfo* find_action(std::string_view id);
/// The place of a parameter in `action.params`, or -1.
int param_index(const ActionInfo& action, std::string_view name);

}  // namespace ans::fault
