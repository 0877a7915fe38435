// SPDX-License-Identifier: MIT
// The state of the firmware as events tell it.
#pragma once

#include <cstdint>

namespace ans::fw::rtkit {

/// Order of the `state` field's names in event_table.cpp.
enum class State : std::uint8_t { Off, Booting, Running, Quiesced, Idle, Sleeping, Crashed, Hung };

}  // namespace ans::fw::rtkit
