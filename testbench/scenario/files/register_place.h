// SPDX-License-Identifier: MIT
// Where a CPU's raw access goes: a register by name, or an address.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ans::scenario {

struct CpuPlace {
    std::uint64_t address = 0;
    unsigned width = 4;  ///< bytes
};

/// "nvme.CC", "sart.CONFIG(2)", "0x277408110": where that is on the SoC of that name. Returns what is wrong,
/// or "".
std::string find_place(std::string_view soc, const std::string& text, CpuPlace& place);

}  // namespace ans::scenario
