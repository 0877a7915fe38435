// SPDX-License-Identifier: MIT
// THE table of what can be done to the machine. Parser, schema, `ans2emu faults` and the reference page read
// it.
#pragma once

#include <cstddef>
#include <string_view>

#include "testbench/fault/rule.h"

namespace ans::fault {

/// Values of the parameter `fifo`.
enum class FifoChoice : std::uint8_t { Any, A2i, I2a };

/// Values of the parameter `kind` of "firmware.crash".
enum class CrashKind : std::uint8_t { Assert, Exception, Watchdog };
/// The panic message of a planned crash.
std::string_view crash_reason(CrashKind kind);

/// All actions, in the order of `ans2emu faults`.
const ActionInfo* actions(std::size_t& count);
/// The action of that id, or nullptr.
const ActionInfo* find_action(std::string_view id);
/// The place of a parameter in `action.params`, or -1.
int param_index(const ActionInfo& action, std::string_view name);

}  // namespace ans::fault
