// SPDX-License-Identifier: MIT
// Identify and log pages as real machines answer them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "firmware_stub/ans/profile.h"
#include "models/media/device_state.h"

namespace ans::fw {

using Page = std::array<std::byte, 4096>;

/// Identify controller (CNS 1). source: NVMe 1.1 figure 82, values real-machines.md
void identify_controller(Page& page, const Identity& identity, bool write_zeroes);
/// Identify namespace (CNS 0) of a namespace of `blocks` blocks of 4096 bytes; 0 blocks: inactive, all zero.
void identify_namespace(Page& page, std::uint64_t blocks);

/// Log page 2. source: NVMe 1.1 figure 79
void smart_log(Page& page, const DeviceCounters& values);
/// Log page 3: one slot, active. source: NVMe 1.1 figure 80, FRMW of real-machines.md
void firmware_slot_log(Page& page, const Identity& identity);

}  // namespace ans::fw
