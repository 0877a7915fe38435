// SPDX-License-Identifier: MIT
#include "firmware_stub/rtkit/generation.h"

#include <iterator>

#include "firmware_stub/rtkit/messages.h"

namespace ans::fw::rtkit {

namespace {

constexpr std::uint32_t bit(std::uint8_t endpoint) { return std::uint32_t{1} << (endpoint % 32); }

constexpr std::uint32_t kSystemEndpoints = bit(kManagementEndpoint) | bit(kCrashlogEndpoint) |
                                           bit(kSyslogEndpoint) | bit(kDebugEndpoint) |
                                           bit(kIoReportEndpoint) | bit(kOsLogEndpoint) |
                                           bit(kTraceKitEndpoint);

// 0x0a: seen by Linux on M2 Pro (real-machines.md). The application endpoint 0x20: guess after the
// third-party QEMU model of the A-series ANS; Linux passes it over, U-Boot starts it.
constexpr EndpointWord kMap[] = {{0, kSystemEndpoints}, {1, bit(kFirstApplicationEndpoint)}};

// source: real-machines.md, Linux on M1 Pro prints "context: text". Which lines come with which firmware is
// a guess.
constexpr BootLine kLines12[] = {{"apcie.c:962", "power up done[1]: PMU=Undefined, PWR=0"},
                                 {"cmd.c:6074", " boot mode normal"}};
constexpr BootLine kLines13[] = {{"apcie.c:962", "power up done[1]: PMU=Undefined, PWR=0"},
                                 {"apcie_legacy.c:469", "APCIe 1 is configured as unused."},
                                 {"cmd.c:6074", " boot mode normal"}};

constexpr Times kTimes{
    milliseconds(1),    // hello. source: guess; boot-trace.txt assumes the same
    microseconds(20),   // map. source: real-machines.md: 33 us from Linux's HELLO to its EPMAP line, driver included
    microseconds(1500), // settle. source: guess
    // ready. source: OpenBSD reads BOOT_STATUS once after the acknowledgement and works (hardware.md 6)
    microseconds(1),
    microseconds(5),    // message. source: guess
    microseconds(2),    // log_line. source: guess
    microseconds(1),    // panic. source: guess
    microseconds(200),  // crashlog. source: guess
    microseconds(10),   // full_retry. source: guess
    milliseconds(1),    // full_retry_max. source: guess
};

// Sizes, uuids and version numbers are guesses in the style of the RTKit strings of real-machines.md
// ("RTKit: RTKit-1827.120.2.debug - Client: local-ipad14dcp.release").
constexpr Generation kGenerations[] = {
    {"macos12",
     "RTKit: RTKit-1827.120.2.release - Client: AppleStorageProcessorANS2-1101.120.2.release",
     {0x3a, 0x51, 0x0c, 0x7e, 0x94, 0x2b, 0x3d, 0x88, 0xa1, 0x06, 0x5f, 0xe2, 0x17, 0xc4, 0x12, 0x00},
     11, 12,  // source: hardware.md 7.1: drivers speak 11 and 12, Linux prints 12
     kMap, std::size(kMap),
     4, 2, 2,
     OsLogUnit::Pages, 0x4000,
     false,   // source: u-boot e44d59c6ad8: 11/12-era firmware tolerates a refusal
     32, 0xa0,
     kLines12, std::size(kLines12), kTimes},
    {"macos13",
     "RTKit: RTKit-2062.140.13.release - Client: AppleStorageProcessorANS2-1161.140.1.release",
     {0x8f, 0x20, 0x6b, 0xd5, 0x41, 0x7a, 0x39, 0xe0, 0xb3, 0x9c, 0x64, 0x02, 0x5d, 0xf8, 0x13, 0x05},
     11, 12,
     kMap, std::size(kMap),
     8, 4, 2,
     OsLogUnit::Bytes, 0x4000,
     true,    // source: u-boot e44d59c6ad8: 13-era firmware refuses to finish its boot without them
     63,      // source: AsahiLinux/linux#386, mailbox history of another coprocessor: index 0x3e, then 0
     0xe0,
     kLines13, std::size(kLines13), kTimes},
};

}  // namespace

bool Generation::offers(std::uint8_t endpoint) const {
    for (std::size_t i = 0; i < map_words; ++i)
        if (map[i].base == endpoint / 32) return (map[i].bitmap & bit(endpoint)) != 0;
    return false;
}

const Generation* generations(std::size_t& count) {
    count = std::size(kGenerations);
    return kGenerations;
}

const Generation* find_generation(std::string_view name) {
    for (const Generation& generation : kGenerations)
        if (generation.name == name) return &generation;
    return nullptr;
}

}  // namespace ans::fw::rtkit
