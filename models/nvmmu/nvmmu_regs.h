// SPDX-License-Identifier: MIT
// NVMMU registers, as data. Offsets count from the NVMe window's base, as every driver counts them.
#pragma once

#include <iterator>

#include "models/common/reg_map.h"

namespace ans::nvmmu_regs {

inline constexpr std::uint32_t kFirst = 0x28000;  ///< the part of the NVMe window that this block answers
inline constexpr std::uint32_t kSize = 0x2000;

inline constexpr Reg NumTcbs{"NVMMU_NUM_TCBS",
                             0x28100,
                             4,
                             0,
                             Access::WriteOnly,
                             0xffff'ffff,
                             "entries less one of both TCB arrays",
                             "hardware.md 6 [linux-6.12 apple.c]"};
inline constexpr Reg AsqTcbBase{"NVMMU_ASQ_TCB_BASE",
                                0x28108,
                                8,
                                0,
                                Access::ReadWrite,
                                ~0ull,
                                "physical base of the admin TCB array",
                                "hardware.md 6 [linux-6.12 apple.c]"};
inline constexpr Reg IosqTcbBase{"NVMMU_IOSQ_TCB_BASE",
                                 0x28110,
                                 8,
                                 0,
                                 Access::ReadWrite,
                                 ~0ull,
                                 "physical base of the I/O TCB array; also written while CC.EN=1",
                                 "hardware.md 6 [u-boot nvme_apple.c, openbsd aplns.c]"};
inline constexpr Reg TcbInval{"NVMMU_TCB_INVAL",
                              0x28118,
                              4,
                              0,
                              Access::WriteOnly,
                              0xffff'ffff,
                              "tag to invalidate, no queue selector",
                              "hardware.md 6 [linux-6.12 apple.c]"};
inline constexpr Reg TcbStat{"NVMMU_TCB_STAT",
                             0x28120,
                             4,
                             0,
                             Access::ReadOnly,
                             0,
                             "result of the last invalidation, 0 is success",
                             "hardware.md 6 [linux-6.12 apple.c]; codes: policy invalidate_free"};
inline constexpr Reg Unknown29120{
    "UNKNOWN_29120",  0x29120, 4,         0,
    Access::ReadOnly, 0,       "reads 0", "hardware.md 6: read by m1n1 in TCB_STAT's place"};

inline constexpr Reg kRegs[] = {NumTcbs, AsqTcbBase, IosqTcbBase, TcbInval, TcbStat, Unknown29120};
inline constexpr RegMap kMap{"nvmmu", Unit::Nvmmu, 0x2a000, kRegs, std::size(kRegs)};

}  // namespace ans::nvmmu_regs
