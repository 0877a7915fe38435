// SPDX-License-Identifier: MIT
// The power-state register, of which a PMGR has one for each domain.
// source: hardware.md 1.1 [linux-6.12 apple-pmgr-pwrstate] [u-boot apple-pmgr]; places and names by SoC
// profile
#pragma once

#include <iterator>

#include "models/common/reg_map.h"

namespace ans::pmgr_regs {

using PsTarget = Field<0, 4>;
using PsActual = Field<4, 4>;
using PsWasPwrGated = Field<8, 1>;
using PsWasClkGated = Field<9, 1>;
using PsDevDisable = Field<10, 1>;
using PsParentOff = Field<11, 1>;
using PsMin = Field<16, 4>;
using PsAuto = Field<24, 4>;
using PsAutoEnable = Field<28, 1>;
using PsReset = Field<31, 1>;
inline constexpr FieldInfo kFields[] = {
    field<PsTarget>("TARGET", "state asked for: f active, 4 clock gated, 0 power gated"),
    field<PsActual>("ACTUAL", "state reached; read only"),
    field<PsWasPwrGated>("WAS_PWRGATED", "sticky, write one to clear (G)"),
    field<PsWasClkGated>("WAS_CLKGATED", "sticky, write one to clear (G)"),
    field<PsDevDisable>("DEV_DISABLE", "stored"),
    field<PsParentOff>("PARENT_OFF", "the parent is power gated; read only (G)"),
    field<PsMin>("PS_MIN", "stored"),
    field<PsAuto>("PS_AUTO", "stored (G)"),
    field<PsAutoEnable>("AUTO_ENABLE", "stored"),
    field<PsReset>("RESET", "level of the domain's reset line")};

inline constexpr std::uint64_t kActive = 0xf;
inline constexpr std::uint64_t kPowerGated = 0;

/// Drivers write these as 0 in every read-modify-write, which is how one treats bits that a 1 clears.
inline constexpr std::uint64_t kSticky = PsWasPwrGated::mask | PsWasClkGated::mask;
inline constexpr std::uint64_t kStored =
    PsTarget::mask | PsDevDisable::mask | PsMin::mask | PsAuto::mask | PsAutoEnable::mask | PsReset::mask;

constexpr Reg power_state(std::string_view name, std::uint32_t offset, bool on) {
    const std::uint64_t reset = on ? PsTarget::put(kActive) | PsActual::put(kActive) : 0;
    // clang-format off
    return {name, offset, 4, reset, Access::ReadWrite, kStored | kSticky, "power state of a domain",
            "hardware.md 1.1; reset value (G)", kFields, std::size(kFields)};
    // clang-format on
}

}  // namespace ans::pmgr_regs
