// SPDX-License-Identifier: MIT
#include "firmware_stub/rtkit/generation.h"

#include <iterator>

#include "firmware_stub/rtkit/messages.h"

namespace ans::fw::rtkit {

namespace {

constexpr std::uint32_t bit(std::uint8_t endpoint) {
    return std::uint32_t{1} << (endpoint % 32);
}

constexpr std::uint32_t kSystemEndpoints =
    bit(kManagementEndpoint) | bit(kCrashlogEndpoint) | bit(kSyslogEndpoint) | bit(kDebugEndpoint) |
    bit(kIoReportEndpoint) | bit(kOsLogEndpoint) | bit(kTraceKitEndpoint);

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

constexpr Times times() {
    Times t{};
    t.hello = milliseconds(1);      // source: guess; boot-trace.txt assumes the same
    t.map = microseconds(20);       // source: real-machines.md: Linux's HELLO and EPMAP lines are 33 us apart
    t.settle = microseconds(1500);  // source: guess
    t.ready = microseconds(1);  // source: hardware.md 6: OpenBSD reads BOOT_STATUS once, right after the boot
    t.message = microseconds(5);         // source: guess
    t.log_line = microseconds(2);        // source: guess
    t.panic = microseconds(1);           // source: guess
    t.crashlog = microseconds(200);      // source: guess
    t.full_retry = microseconds(10);     // source: guess
    t.full_retry_max = milliseconds(1);  // source: guess
    return t;
}

// What both have in common.
constexpr Generation base() {
    Generation g{};
    g.min_protocol = 11;  // source: hardware.md 7.1: all drivers speak 11 and 12
    g.max_protocol = 12;  // source: real-machines.md: Linux prints 12
    g.map = kMap;
    g.map_words = std::size(kMap);
    g.ioreport_pages = 2;    // source: guess
    g.oslog_bytes = 0x4000;  // source: guess
    g.times = times();
    return g;
}

// Versions in the style of real-machines.md, "RTKit: RTKit-1827.120.2.debug - Client:
// local-ipad14dcp.release"; client names, later numbers and uuids are guesses.
constexpr Generation macos12() {
    Generation g = base();
    g.name = "macos12";
    g.version = "RTKit: RTKit-1827.120.2.release - Client: AppleStorageProcessorANS2-1101.120.2.release";
    g.uuid = {0x3a, 0x51, 0x0c, 0x7e, 0x94, 0x2b, 0x3d, 0x88, 0xa1, 0x06, 0x5f, 0xe2, 0x17, 0xc4, 0x12, 0x00};
    g.crashlog_pages = 4;             // source: guess
    g.syslog_pages = 2;               // source: guess, room for the entries
    g.oslog_unit = OsLogUnit::Pages;  // source: m1n1 python, hardware.md 7.4
    g.insists_on_buffers = false;     // source: u-boot e44d59c6ad8: tolerates a refusal
    g.syslog_entries = 32;            // source: guess
    g.syslog_text = 0xa0;             // source: guess
    g.lines = kLines12;
    g.line_count = std::size(kLines12);
    return g;
}

constexpr Generation macos13() {
    Generation g = base();
    g.name = "macos13";
    g.version = "RTKit: RTKit-2062.140.13.release - Client: AppleStorageProcessorANS2-1161.140.1.release";
    g.uuid = {0x8f, 0x20, 0x6b, 0xd5, 0x41, 0x7a, 0x39, 0xe0, 0xb3, 0x9c, 0x64, 0x02, 0x5d, 0xf8, 0x13, 0x05};
    g.crashlog_pages = 8;             // source: guess
    g.syslog_pages = 4;               // source: guess, room for the entries
    g.oslog_unit = OsLogUnit::Bytes;  // source: Linux 6.15, hardware.md 7.4
    g.insists_on_buffers = true;      // source: u-boot e44d59c6ad8: refuses to finish its boot without them
    g.syslog_entries =
        63;                // source: AsahiLinux/linux#386, history of another coprocessor: index 0x3e, then 0
    g.syslog_text = 0xe0;  // source: guess
    g.lines = kLines13;
    g.line_count = std::size(kLines13);
    return g;
}

constexpr Generation kGenerations[] = {macos12(), macos13()};

constexpr bool syslog_fits(const Generation& g) {
    return g.syslog_entries * (0x20u + g.syslog_text) <= g.syslog_pages * buffer::kPage;
}
static_assert(syslog_fits(kGenerations[0]) && syslog_fits(kGenerations[1]));

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
