// SPDX-License-Identifier: MIT
// RTKit messages as the coprocessor sees them. source: hardware.md 7, unless a line says otherwise.
// The reference driver states the same layouts on its own; a test compares the two.
#pragma once

#include <cstdint>

#include "models/common/reg_map.h"

namespace ans::fw::rtkit {

// Endpoints. source: hardware.md 7
inline constexpr std::uint8_t kManagementEndpoint = 0x00;
inline constexpr std::uint8_t kCrashlogEndpoint = 0x01;
inline constexpr std::uint8_t kSyslogEndpoint = 0x02;
inline constexpr std::uint8_t kDebugEndpoint = 0x03;
inline constexpr std::uint8_t kIoReportEndpoint = 0x04;
inline constexpr std::uint8_t kOsLogEndpoint = 0x08;
inline constexpr std::uint8_t kTraceKitEndpoint = 0x0a;
inline constexpr std::uint8_t kFirstApplicationEndpoint = 0x20;

/// Message type of every endpoint but oslog. source: hardware.md 7.1, 7.4
using MessageType = Field<52, 8>;
constexpr std::uint64_t message(std::uint8_t type, std::uint64_t payload = 0) {
    return MessageType::put(type) | payload;
}

// Management, endpoint 0. source: hardware.md 7.1
namespace management {
inline constexpr std::uint8_t kHello = 1;       ///< to the AP
inline constexpr std::uint8_t kHelloReply = 2;  ///< from the AP
inline constexpr std::uint8_t kPing = 3;
inline constexpr std::uint8_t kPong = 4;
inline constexpr std::uint8_t kStartEndpoint = 5;
inline constexpr std::uint8_t kSetIopPower = 6;
inline constexpr std::uint8_t kIopPowerAck = 7;
inline constexpr std::uint8_t kEndpointMap = 8;   ///< map and reply
inline constexpr std::uint8_t kSetApPower = 0xb;  ///< request and acknowledgement
using VersionMin = Field<0, 16>;
using VersionMax = Field<16, 16>;
using StartTarget = Field<32, 8>;
using StartFlag = Field<1, 1>;
using StopFlag = Field<0, 1>;
using PowerState = Field<0, 16>;
using MapBitmap = Field<0, 32>;
using MapBase = Field<32, 3>;
using MapLast = Field<51, 1>;
}  // namespace management

// Power states. source: hardware.md 7.1
namespace power {
inline constexpr std::uint16_t kOff = 0x000;  ///< cannot be woken again
inline constexpr std::uint16_t kSleep = 0x001;
inline constexpr std::uint16_t kQuiesced = 0x010;
inline constexpr std::uint16_t kOn = 0x020;
inline constexpr std::uint16_t kIdle = 0x201;
inline constexpr std::uint16_t kInit = 0x220;  ///< answered with ON. source: OpenBSD rtkit.c 1.19
}  // namespace power

// Buffer request and reply of crashlog, syslog and ioreport. source: hardware.md 7.4
namespace buffer {
inline constexpr std::uint8_t kRequest = 1;
inline constexpr std::uint32_t kPage = 4096;
using Pages = Field<44, 8>;
using Address = Field<0, 44>;
}  // namespace buffer

// Crashlog. source: hardware.md 7.6, m1n1 crash.py: whole messages that make firmware crash
namespace crashlog {
inline constexpr std::uint64_t kSoftCrash = 0x40;
inline constexpr std::uint64_t kHardCrash = 0x22;
}  // namespace crashlog

// Syslog. source: hardware.md 7.5
namespace syslog {
inline constexpr std::uint8_t kLog = 5;
inline constexpr std::uint8_t kInit = 8;
using Entries = Field<0, 8>;
using TextSize = Field<24, 8>;
using Index = Field<0, 8>;
}  // namespace syslog

// I/O report: both must be echoed, their meaning is unknown. source: hardware.md 7.7
namespace ioreport {
inline constexpr std::uint8_t kReport = 0x8;
inline constexpr std::uint8_t kStart = 0xc;
}  // namespace ioreport

// OS log. source: hardware.md 7.4
namespace oslog {
using Type = Field<56, 8>;
inline constexpr std::uint8_t kRequest = 1;
inline constexpr std::uint8_t kAck = 3;  ///< what drivers before Linux 6.15 answer
// In pages, firmware of the 12 era. source: m1n1 python, as hardware.md 7.4 tells
using Pages = Field<48, 8>;
// In bytes and 4 KiB units, firmware of the 13 era. source: Linux 6.15, U-Boot
using Bytes = Field<36, 20>;
using PageNumber = Field<0, 36>;
}  // namespace oslog

// The mailbox as the coprocessor sees it, offsets from its base. source: hardware.md 3
namespace mailbox {
inline constexpr std::uint32_t kA2iControl = 0x110;
inline constexpr std::uint32_t kI2aControl = 0x114;
inline constexpr std::uint32_t kA2iRecv0 = 0x810;
inline constexpr std::uint32_t kA2iRecv1 = 0x818;  ///< the read pops
inline constexpr std::uint32_t kI2aSend0 = 0x820;
inline constexpr std::uint32_t kI2aSend1 = 0x828;  ///< the write commits
using Empty = Field<17, 1>;
using Full = Field<16, 1>;
using Target = Field<0, 32>;  ///< of word 1: the endpoint; hardware fills the upper half
}  // namespace mailbox

// The one register of the NVMe window that this half of the firmware writes. source: hardware.md 6
inline constexpr std::uint32_t kBootStatusOffset = 0x1300;
inline constexpr std::uint32_t kBootStatusReady = 0xde71ce55;
inline constexpr std::uint32_t kBootStatusNone = 0;  // source: hardware.md 6 (G)

}  // namespace ans::fw::rtkit
