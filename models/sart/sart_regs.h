// SPDX-License-Identifier: MIT
// SART registers, as data: one map a layout, 16 entries each. Numbers of pages count 4 KiB.
#pragma once

#include <iterator>

#include "models/common/reg_map.h"

namespace ans::sart_regs {

inline constexpr unsigned kEntries = 16;           ///< source: hardware.md 4
inline constexpr unsigned kPageShift = 12;         ///< source: hardware.md 4
inline constexpr std::uint32_t kWindow = 0x10000;  ///< bytes; source: hardware.md 1

namespace v2 {  // t8103

using ConfigSize = Field<0, 24>;
using ConfigFlags = Field<24, 8>;
using PaddrPage = Field<0, 24>;  ///< 36-bit addresses
inline constexpr FieldInfo kConfigFields[] = {
    field<ConfigFlags>("FLAGS", "0: entry disabled; meaning of each bit unknown, drivers write 0xff"),
    field<ConfigSize>("SIZE", "pages")};
inline constexpr FieldInfo kPaddrFields[] = {field<PaddrPage>("PAGE", "first page")};

inline constexpr Reg Config{"CONFIG",
                            0x00,
                            4,
                            0,
                            Access::ReadWrite,
                            0xffff'ffff,
                            "flags and size of an entry",
                            "hardware.md 4 [linux-6.12 sart.c]; reset: guess",
                            kConfigFields,
                            2,
                            Access::None,
                            kEntries,
                            4};
inline constexpr Reg Paddr{"PADDR",
                           0x40,
                           4,
                           0,
                           Access::ReadWrite,
                           PaddrPage::mask,
                           "first page of an entry",
                           "hardware.md 4 [linux-6.12 sart.c]; 24 bits: hardware.md 4 [linux-6.12 binding]",
                           kPaddrFields,
                           1,
                           Access::None,
                           kEntries,
                           4};

inline constexpr Reg kRegs[] = {Config, Paddr};
inline constexpr RegMap kMap{"sart", Unit::Sart, kWindow, kRegs, std::size(kRegs)};

}  // namespace v2

namespace v3 {  // t8112, t600x, t602x

using ConfigFlags = Field<0, 8>;
using PaddrPage = Field<0, 30>;  ///< 42-bit addresses
using SizePages = Field<0, 30>;
inline constexpr FieldInfo kConfigFields[] = {
    field<ConfigFlags>("FLAGS", "0: entry disabled; meaning of each bit unknown, drivers write 0xff")};
inline constexpr FieldInfo kPaddrFields[] = {field<PaddrPage>("PAGE", "first page")};
inline constexpr FieldInfo kSizeFields[] = {field<SizePages>("PAGES")};

inline constexpr Reg Config{"CONFIG",
                            0x00,
                            4,
                            0,
                            Access::ReadWrite,
                            ConfigFlags::mask,
                            "flags of an entry",
                            "hardware.md 4 [linux-6.12 sart.c]; other bits and reset: guess",
                            kConfigFields,
                            1,
                            Access::None,
                            kEntries,
                            4};
inline constexpr Reg Paddr{"PADDR",
                           0x40,
                           4,
                           0,
                           Access::ReadWrite,
                           PaddrPage::mask,
                           "first page of an entry",
                           "hardware.md 4 [linux-6.12 sart.c]; 30 bits: hardware.md 4 [linux-6.12 binding]",
                           kPaddrFields,
                           1,
                           Access::None,
                           kEntries,
                           4};
inline constexpr Reg Size{"SIZE",
                          0x80,
                          4,
                          0,
                          Access::ReadWrite,
                          SizePages::mask,
                          "pages of an entry",
                          "hardware.md 4 [linux-6.12 sart.c]",
                          kSizeFields,
                          1,
                          Access::None,
                          kEntries,
                          4};

inline constexpr Reg kRegs[] = {Config, Paddr, Size};
inline constexpr RegMap kMap{"sart", Unit::Sart, kWindow, kRegs, std::size(kRegs)};

}  // namespace v3

}  // namespace ans::sart_regs
