// SPDX-License-Identifier: MIT
// What the RTL twins of hardware blocks cost.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace ans::bench {

/// By block: {tlm_ns_per_access, rtl_ns_per_access, lockstep_ns_per_access, cycles_per_second,
/// main_job_slowdown}, and {boot_ms} of a whole boot with both twins. `program`: this executable. Null where
/// the build has no twins.
nlohmann::ordered_json twin_figures(const std::string& program);

}  // namespace ans::bench
