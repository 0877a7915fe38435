// SPDX-License-Identifier: MIT
// Registers of the NVMe front end, as data: the standard ones that drivers use and Apple's own.
#pragma once

#include <iterator>

#include "models/common/reg_map.h"

namespace ans::nvme_regs {

using CapMqes = Field<0, 16>;
using CapCqr = Field<16, 1>;
using CapTo = Field<24, 8>;
using CapDstrd = Field<32, 4>;
using CapCssNvm = Field<37, 1>;
using CapMpsmin = Field<48, 4>;
inline constexpr FieldInfo kCapFields[] = {
    field<CapMqes>("MQES", "entries less one"),     field<CapCqr>("CQR", "queues are contiguous"),
    field<CapTo>("TO", "time to RDY, in 500 ms"),   field<CapDstrd>("DSTRD", "doorbell stride, 0 is 4 bytes"),
    field<CapCssNvm>("CSS_NVM", "NVM command set"), field<CapMpsmin>("MPSMIN", "smallest page, 0 is 4 KiB")};

using CcEn = Field<0, 1>;
using CcCss = Field<4, 3>;
using CcMps = Field<7, 4>;
using CcAms = Field<11, 3>;
using CcShn = Field<14, 2>;
using CcIosqes = Field<16, 4>;
using CcIocqes = Field<20, 4>;
inline constexpr FieldInfo kCcFields[] = {field<CcEn>("EN"),
                                          field<CcCss>("CSS"),
                                          field<CcMps>("MPS"),
                                          field<CcAms>("AMS"),
                                          field<CcShn>("SHN", "1 normal, 2 abrupt"),
                                          field<CcIosqes>("IOSQES"),
                                          field<CcIocqes>("IOCQES")};

using CstsRdy = Field<0, 1>;
using CstsCfs = Field<1, 1>;
using CstsShst = Field<2, 2>;
inline constexpr FieldInfo kCstsFields[] = {field<CstsRdy>("RDY"), field<CstsCfs>("CFS", "fatal"),
                                            field<CstsShst>("SHST", "1 shutting down, 2 done")};

using AqaAsqs = Field<0, 12>;
using AqaAcqs = Field<16, 12>;
inline constexpr FieldInfo kAqaFields[] = {field<AqaAsqs>("ASQS", "entries less one"),
                                           field<AqaAcqs>("ACQS", "entries less one")};

using MaxPendAdmin = Field<0, 16>;
using MaxPendIo = Field<16, 16>;
inline constexpr FieldInfo kMaxPendFields[] = {field<MaxPendAdmin>("ADMIN", "order of the halves is a guess"),
                                               field<MaxPendIo>("IO")};

using PrpNullCheckBit = Field<11, 1>;
inline constexpr FieldInfo kUnknownCtrlFields[] = {field<PrpNullCheckBit>("PRP_NULL_CHECK")};
using LinearEnable = Field<0, 1>;
inline constexpr FieldInfo kLinearFields[] = {field<LinearEnable>("EN")};
using DoorbellValue = Field<0, 16>;
inline constexpr FieldInfo kDoorbellFields[] = {field<DoorbellValue>("VALUE")};

/// The value the firmware publishes when it takes commands. source: hardware.md 6, 0x1300
inline constexpr std::uint32_t kBootStatusOk = 0xde71ce55;

/// MQES 63, CQR, TO 10 s, NVM command set. source: guess within the bounds of hardware.md 5
inline constexpr std::uint64_t kCapReset =
    CapMqes::put(63) | CapCqr::put(1) | CapTo::put(20) | CapCssNvm::put(1);

inline constexpr std::uint64_t kAll = ~std::uint64_t{0};

inline constexpr Reg Cap{"CAP",
                         0x00,
                         8,
                         kCapReset,
                         Access::ReadOnly,
                         0,
                         "controller capabilities",
                         "value guess; bounds hardware.md 5",
                         kCapFields,
                         std::size(kCapFields)};
inline constexpr Reg Vs{"VS",
                        0x08,
                        4,
                        0x0001'0100,
                        Access::ReadOnly,
                        0,
                        "version 1.1",
                        "hardware.md 5 [linux IDENTIFY_CNS commit]"};
inline constexpr Reg IntMs{"INTMS",
                           0x0c,
                           4,
                           0,
                           Access::ReadWrite,
                           kAll,
                           "interrupt mask set",
                           "NVMe 1.1 3.1.3; effect: policy int_mask"};
inline constexpr Reg IntMc{"INTMC",
                           0x10,
                           4,
                           0,
                           Access::ReadWrite,
                           kAll,
                           "interrupt mask clear",
                           "NVMe 1.1 3.1.4; effect: policy int_mask"};
inline constexpr Reg Cc{"CC",
                        0x14,
                        4,
                        0,
                        Access::ReadWrite,
                        0x00ff'fff1,
                        "controller configuration",
                        "NVMe 1.1 3.1.5",
                        kCcFields,
                        std::size(kCcFields)};
inline constexpr Reg Csts{"CSTS",
                          0x1c,
                          4,
                          0,
                          Access::ReadOnly,
                          0,
                          "controller status",
                          "NVMe 1.1 3.1.6",
                          kCstsFields,
                          std::size(kCstsFields)};
inline constexpr Reg Aqa{"AQA",
                         0x24,
                         4,
                         0,
                         Access::ReadWrite,
                         0x0fff'0fff,
                         "admin queue sizes",
                         "NVMe 1.1 3.1.8",
                         kAqaFields,
                         std::size(kAqaFields)};
inline constexpr Reg Asq{
    "ASQ", 0x28, 8, 0, Access::ReadWrite, ~0xfffull, "admin submission queue base", "NVMe 1.1 3.1.9"};
inline constexpr Reg Acq{
    "ACQ", 0x30, 8, 0, Access::ReadWrite, ~0xfffull, "admin completion queue base", "NVMe 1.1 3.1.10"};
inline constexpr Reg AsqTail{"ASQ_TAIL_DB",
                             0x1000,
                             4,
                             0,
                             Access::WriteOnly,
                             kAll,
                             "admin ring tail, only without LINEAR_SQ_CTRL.EN",
                             "hardware.md 5, 6.1 (G)",
                             kDoorbellFields,
                             1};
inline constexpr Reg AcqHead{
    "ACQ_HEAD_DB",   0x1004,          4, 0, Access::WriteOnly, kAll, "admin completion head",
    "hardware.md 5", kDoorbellFields, 1};
inline constexpr Reg IosqTail{"IOSQ_TAIL_DB",
                              0x1008,
                              4,
                              0,
                              Access::WriteOnly,
                              kAll,
                              "I/O ring tail, only without LINEAR_SQ_CTRL.EN",
                              "hardware.md 5, 6.1 (G)",
                              kDoorbellFields,
                              1};
inline constexpr Reg IocqHead{
    "IOCQ_HEAD_DB",  0x100c,          4, 0, Access::WriteOnly, kAll, "I/O completion head",
    "hardware.md 5", kDoorbellFields, 1};
inline constexpr Reg MaxPend{"MAX_PEND_CMDS_CTRL",
                             0x1210,
                             4,
                             0,
                             Access::ReadWrite,
                             kAll,
                             "most pending commands a queue",
                             "hardware.md 6 [linux-6.12 apple.c]",
                             kMaxPendFields,
                             std::size(kMaxPendFields)};
inline constexpr Reg BootStatus{"BOOT_STATUS",
                                0x1300,
                                4,
                                0,
                                Access::ReadOnly,
                                0,
                                "0xde71ce55 once the firmware takes commands",
                                "hardware.md 6; 0 before is a guess",
                                nullptr,
                                0,
                                Access::ReadWrite};
inline constexpr Reg ModeSel{"MODESEL",
                             0x1304,
                             4,
                             0,
                             Access::ReadWrite,
                             kAll,
                             "written 0 by U-Boot and OpenBSD",
                             "hardware.md 6; meaning unknown"};
inline constexpr Reg BaseCmdId{
    "BASE_CMD_ID", 0x1308, 4, 0x6000, Access::ReadOnly, 0, "read by no driver", "hardware.md 6 [qemu-apple]"};
inline constexpr Reg UnknownCtrl{"UNKNOWN_CTRL",
                                 0x24008,
                                 4,
                                 PrpNullCheckBit::mask,
                                 Access::ReadWrite,
                                 kAll,
                                 "chicken bits; drivers clear PRP_NULL_CHECK",
                                 "hardware.md 6; reset value a guess",
                                 kUnknownCtrlFields,
                                 1};
inline constexpr Reg LinearSqCtrl{"LINEAR_SQ_CTRL",
                                  0x24908,
                                  4,
                                  0,
                                  Access::ReadWrite,
                                  kAll,
                                  "submission by tag instead of ring tail",
                                  "hardware.md 6 [linux-6.12 apple.c]",
                                  kLinearFields,
                                  1};
inline constexpr Reg LinearAsqDb{"LINEAR_ASQ_DB",
                                 0x2490c,
                                 4,
                                 0,
                                 Access::WriteOnly,
                                 kAll,
                                 "tag of an admin command",
                                 "hardware.md 6.1 [linux-6.12 apple.c]",
                                 kDoorbellFields,
                                 1};
inline constexpr Reg LinearIosqDb{"LINEAR_IOSQ_DB",
                                  0x24910,
                                  4,
                                  0,
                                  Access::WriteOnly,
                                  kAll,
                                  "tag of an I/O command",
                                  "hardware.md 6.1 [linux-6.12 apple.c]",
                                  kDoorbellFields,
                                  1};

inline constexpr Reg kRegs[] = {Cap,          Vs,          IntMs,       IntMc,   Cc,        Csts,
                                Aqa,          Asq,         Acq,         AsqTail, AcqHead,   IosqTail,
                                IocqHead,     MaxPend,     BootStatus,  ModeSel, BaseCmdId, UnknownCtrl,
                                LinearSqCtrl, LinearAsqDb, LinearIosqDb};
inline constexpr RegMap kMap{"nvme", Unit::Nvme, 0x40000, kRegs, std::size(kRegs)};

}  // namespace ans::nvme_regs
