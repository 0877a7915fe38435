// SPDX-License-Identifier: MIT
// Registers that the NVMe driver uses: standard ones, Apple's, the NVMMU's, CPU control and PMGR.
#pragma once

#include "host_driver/common/bits.h"
#include "host_driver/port/port.h"

namespace ans::driver::nvme {

// Standard registers. source: hardware.md 5
inline constexpr port::Address kCap = 0x00;
inline constexpr port::Address kVs = 0x08;
inline constexpr port::Address kCc = 0x14;
inline constexpr port::Address kCsts = 0x1c;
inline constexpr port::Address kAqa = 0x24;
inline constexpr port::Address kAsq = 0x28;
inline constexpr port::Address kAcq = 0x30;
inline constexpr port::Address kAcqHead = 0x1004;
inline constexpr port::Address kIocqHead = 0x100c;

using CapMqes = Bits<0, 16>;
using CapTimeout = Bits<24, 8>;  // units of 500 ms. source: NVMe 1.1 section 3.1.1
using CapStride = Bits<32, 4>;
using CcEnable = Bits<0, 1>;
using CcShutdown = Bits<14, 2>;
inline constexpr std::uint32_t kCcShutdownNormal = static_cast<std::uint32_t>(CcShutdown::put(1));
inline constexpr std::uint32_t kCcDisabled = 0x00460000;  ///< IOSQES 6, IOCQES 4. source: hardware.md 5
using CstsReady = Bits<0, 1>;
using CstsFatal = Bits<1, 1>;
using CstsShutdown = Bits<2, 2>;
inline constexpr unsigned kShutdownComplete = 2;
inline constexpr std::uint32_t kAllOnes = 0xffff'ffff;  ///< what a bus without a device reads

// Apple's. source: hardware.md 6
inline constexpr port::Address kMaxPendingCommands = 0x1210;
inline constexpr std::uint32_t kMaxPendingValue = 64u | 64u << 16;
inline constexpr port::Address kBootStatus = 0x1300;
inline constexpr std::uint32_t kBootStatusReady = 0xde71ce55;
inline constexpr port::Address kUnknownControl = 0x24008;
using PrpNullCheck = Bits<11, 1>;
inline constexpr port::Address kLinearSqControl = 0x24908;
inline constexpr port::Address kLinearAsqDoorbell = 0x2490c;
inline constexpr port::Address kLinearIosqDoorbell = 0x24910;
inline constexpr port::Address kNumTcbs = 0x28100;  ///< entries - 1, for both arrays
inline constexpr port::Address kAsqTcbBase = 0x28108;
inline constexpr port::Address kIosqTcbBase = 0x28110;
inline constexpr port::Address kTcbInvalidate = 0x28118;
inline constexpr port::Address kTcbStat = 0x28120;

// ASC. source: hardware.md 2
inline constexpr port::Address kCpuControl = 0x44;
using CpuRun = Bits<4, 1>;

// PMGR power-state register. source: hardware.md 1.1
using PowerReset = Bits<31, 1>;
using PowerAutoEnable = Bits<28, 1>;
using PowerAutoState = Bits<24, 4>;
using PowerDeviceDisable = Bits<10, 1>;
using PowerWasGated = Bits<8, 2>;
using PowerActual = Bits<4, 4>;
using PowerTarget = Bits<0, 4>;
inline constexpr unsigned kPowerActive = 0xf;
inline constexpr unsigned kPowerGated = 0x0;

}  // namespace ans::driver::nvme
