// SPDX-License-Identifier: MIT
// RTKit messages as the application processor sees them. source: hardware.md 7, unless a line says otherwise
#pragma once

#include <cstdint>

#include "host_driver/common/bits.h"

namespace ans::driver::rtkit {

// Endpoints. source: hardware.md 7
inline constexpr std::uint8_t kManagement = 0x00;
inline constexpr std::uint8_t kCrashlog = 0x01;
inline constexpr std::uint8_t kSyslog = 0x02;
inline constexpr std::uint8_t kDebug = 0x03;
inline constexpr std::uint8_t kIoReport = 0x04;
inline constexpr std::uint8_t kOsLog = 0x08;
inline constexpr unsigned kFirstApplicationEndpoint = 0x20;

using Type = Bits<52, 8>;  // of every endpoint but oslog. source: hardware.md 7.1, 7.4
using Payload = Bits<0, 52>;
constexpr std::uint64_t message(std::uint64_t type, std::uint64_t payload) {
    return Type::put(type) | payload;
}

// Management, endpoint 0. source: hardware.md 7.1
enum ManagementType : std::uint8_t {
    kHello = 1,
    kHelloReply = 2,
    kStartEndpoint = 5,
    kSetIopPower = 6,
    kIopPowerAck = 7,
    kEndpointMap = 8,
    kApPower = 0xb,  ///< the request and its acknowledgement
};
using HelloMin = Bits<0, 16>;
using HelloMax = Bits<16, 16>;
using StartEndpoint = Bits<32, 8>;
using StartFlag = Bits<1, 1>;
using PowerState = Bits<0, 16>;
using MapBitmap = Bits<0, 32>;
using MapBase = Bits<32, 3>;
using MapLast = Bits<51, 1>;
using MapMore = Bits<0, 1>;  // of the reply

inline constexpr unsigned kMinVersion = 11;  // source: hardware.md 7.1, all drivers
inline constexpr unsigned kMaxVersion = 12;  // source: hardware.md 7.1, all drivers

// Power states. source: hardware.md 7.1
inline constexpr std::uint16_t kPowerSleep = 0x01;
inline constexpr std::uint16_t kPowerQuiesced = 0x10;
inline constexpr std::uint16_t kPowerOn = 0x20;
inline constexpr std::uint16_t kPowerInit = 0x220;

// Buffer requests of crashlog, syslog and ioreport. source: hardware.md 7.4
inline constexpr std::uint8_t kBufferRequest = 1;
using BufferPages = Bits<44, 8>;
using BufferAddress = Bits<0, 44>;
// The same of oslog: other places, bytes and 4 KiB units. source: hardware.md 7.4
inline constexpr std::uint8_t kOsLogBufferRequest = 1;
using OsLogType = Bits<56, 8>;
using OsLogBytes = Bits<36, 20>;
using OsLogPage = Bits<0, 36>;

// Syslog. source: hardware.md 7.5
inline constexpr std::uint8_t kSyslogLog = 5;
inline constexpr std::uint8_t kSyslogInit = 8;
using SyslogEntries = Bits<0, 8>;
using SyslogTextSize = Bits<24, 8>;
using SyslogIndex = Bits<0, 8>;

// I/O report: both are echoed, their meaning is unknown. source: hardware.md 7.7
inline constexpr std::uint8_t kIoReportReport = 0x8;
inline constexpr std::uint8_t kIoReportStart = 0xc;

}  // namespace ans::driver::rtkit
