// SPDX-License-Identifier: MIT
// Registers of the ASC block that control the coprocessor, as data.
#pragma once

#include <iterator>

#include "models/common/reg_map.h"

namespace ans::asc_regs {

using ControlRun = Field<4, 1>;
inline constexpr FieldInfo kControlFields[] = {field<ControlRun>("RUN", "the firmware may run")};

using StatusBit0 = Field<0, 1>;
using StatusStopped = Field<1, 1>;
using StatusIrqNotPending = Field<2, 1>;
using StatusFiqNotPending = Field<3, 1>;
using StatusIdle = Field<5, 1>;
inline constexpr FieldInfo kStatusFields[] = {
    field<StatusBit0>("RUNNING", "or CPU_IDLE: policy cpu_status_bit0"), field<StatusStopped>("STOPPED"),
    field<StatusIrqNotPending>("IRQ_NOT_PEND", "constant 1 (G)"),
    field<StatusFiqNotPending>("FIQ_NOT_PEND", "constant 1 (G)"),
    field<StatusIdle>("IDLE", "m1n1's name; stopped, or waiting for work (G)")};

/// A stopped processor with nothing pending. source: bit 1 hardware.md 2, the rest (G)
inline constexpr std::uint64_t kStatusStopped =
    StatusStopped::mask | StatusIrqNotPending::mask | StatusFiqNotPending::mask | StatusIdle::mask;

// clang-format off
inline constexpr Reg CpuControl{
    "CPU_CONTROL", 0x44, 4, 0, Access::ReadWrite, ControlRun::mask, "start switch of the firmware",
    "hardware.md 2 [linux-6.12 apple.c]; other bits read 0 (G)", kControlFields, std::size(kControlFields)};
inline constexpr Reg CpuStatus{
    "CPU_STATUS", 0x48, 4, kStatusStopped, Access::ReadOnly, 0, "state of the processor",
    "hardware.md 2 [m1n1, asahi docs]; policy cpu_status_bit0", kStatusFields, std::size(kStatusFields)};
// clang-format on

inline constexpr Reg kRegs[] = {CpuControl, CpuStatus};
inline constexpr RegMap kMap{"asc", Unit::Asc, 0x4000, kRegs, std::size(kRegs)};

}  // namespace ans::asc_regs
