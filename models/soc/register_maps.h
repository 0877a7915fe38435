// SPDX-License-Identifier: MIT
// The register maps of all blocks, for whoever prints or names registers.
#pragma once

#include <cstddef>
#include <string_view>

#include "models/common/reg_map.h"

namespace ans {

/// A block's registers under the name by which users ask for them: "mailbox", "sart-v2".
struct NamedMap {
    std::string_view name;
    std::string_view socs;  ///< which SoCs have it
    const RegMap* map;
};

/// In the order of `ans2emu regs`.
const NamedMap* register_maps(std::size_t& count);

}  // namespace ans
