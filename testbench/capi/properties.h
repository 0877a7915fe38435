// SPDX-License-Identifier: MIT
// What a foreign driver may ask of its machine by name: what a device tree would tell, and a little more.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "testbench/scenario/rig.h"

namespace ans::capi {

struct Property {
    std::string name;
    std::variant<std::uint64_t, std::string> value;
};

/// In a fixed order.
std::vector<Property> properties_of(const scenario::Scenario& scenario, scenario::Rig& rig);

}  // namespace ans::capi
