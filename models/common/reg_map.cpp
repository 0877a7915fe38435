// SPDX-License-Identifier: MIT
#include "models/common/reg_map.h"

#include <cstdio>

namespace ans {

std::string_view access_name(Access access) {
    switch (access) {
        case Access::None:
            return "--";
        case Access::ReadOnly:
            return "R";
        case Access::WriteOnly:
            return "W";
        case Access::ReadWrite:
            return "RW";
    }
    return "?";
}

RegPlace find_register(const RegMap& map, std::uint32_t offset) {
    for (std::size_t i = 0; i < map.reg_count; ++i) {
        const Reg& reg = map.regs[i];
        if (offset < reg.offset) continue;
        const std::uint32_t stride = reg.stride != 0 ? reg.stride : reg.width;
        const std::uint32_t index = (offset - reg.offset) / stride;
        const std::uint32_t inside = (offset - reg.offset) % stride;
        if (index < reg.count && inside < reg.width) return {&reg, index, reg.width == 8 && inside >= 4};
    }
    return {};
}

std::string register_name(const RegMap& map, std::uint32_t offset, unsigned width) {
    const RegPlace place = find_register(map, offset);
    if (place.reg == nullptr) {
        char hole[16];
        std::snprintf(hole, sizeof hole, "+0x%x", offset);
        return hole;
    }
    std::string name(place.reg->name);
    if (place.reg->count > 1) name += "(" + std::to_string(place.index) + ")";
    if (place.reg->width == 8 && width == 4) name += place.high_half ? ".hi" : ".lo";
    return name;
}

}  // namespace ans
