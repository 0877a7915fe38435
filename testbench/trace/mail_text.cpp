// SPDX-License-Identifier: MIT
#include "testbench/trace/mail_text.h"

#include <cinttypes>
#include <cstdio>
#include <iterator>
#include <string_view>

namespace ans::trace {

namespace {

struct Part {
    std::string_view name;
    std::uint8_t lsb;
    std::uint8_t bits;
    bool hex;
    std::uint64_t get(std::uint64_t msg0) const { return msg0 >> lsb & ((std::uint64_t{1} << bits) - 1); }
};

struct Message {
    std::uint8_t endpoint;
    std::uint8_t type;
    std::string_view to_driver;    ///< its name on I2A; empty: not known there
    std::string_view to_firmware;  ///< its name on A2I
    const Part* parts;
    std::size_t part_count;
};

constexpr Part kVersions[] = {{"min", 0, 16, false}, {"max", 16, 16, false}};
constexpr Part kStart[] = {{"endpoint", 32, 8, true}, {"flags", 0, 16, true}};
constexpr Part kState[] = {{"state", 0, 16, true}};
constexpr Part kMap[] = {{"last", 51, 1, false}, {"base", 32, 3, false}, {"bitmap", 0, 32, true}};
constexpr Part kBuffer[] = {{"pages", 44, 8, false}, {"iova", 0, 44, true}};
constexpr Part kInit[] = {{"entries", 0, 8, false}, {"size", 24, 8, false}};
constexpr Part kIndex[] = {{"index", 0, 8, false}};
constexpr Part kOslog[] = {{"bytes", 36, 20, false}, {"page", 0, 36, true}};

constexpr std::uint8_t kOslogEndpoint = 8;

template <std::size_t N>
constexpr Message row(std::uint8_t endpoint, std::uint8_t type, std::string_view to_driver,
                      std::string_view to_firmware, const Part (&parts)[N]) {
    return {endpoint, type, to_driver, to_firmware, parts, N};
}

// source: hardware.md 7.1 and 7.4 to 7.7
constexpr Message kMessages[] = {
    row(0, 0x1, "HELLO", "", kVersions),
    row(0, 0x2, "", "HELLO_REPLY", kVersions),
    {0, 0x3, "PING", "PING", nullptr, 0},
    {0, 0x4, "PONG", "PONG", nullptr, 0},
    row(0, 0x5, "", "STARTEP", kStart),
    row(0, 0x6, "", "SET_IOP_PWR", kState),
    row(0, 0x7, "SET_IOP_PWR_ACK", "", kState),
    row(0, 0x8, "EPMAP", "EPMAP_REPLY", kMap),
    row(0, 0xb, "SET_AP_PWR_ACK", "SET_AP_PWR", kState),
    row(1, 0x1, "BUFFER_OR_CRASH", "BUFFER_REPLY", kBuffer),
    row(2, 0x1, "BUFFER_REQUEST", "BUFFER_REPLY", kBuffer),
    row(2, 0x8, "INIT", "", kInit),
    row(2, 0x5, "LOG", "LOG_ECHO", kIndex),
    row(4, 0x1, "BUFFER_REQUEST", "BUFFER_REPLY", kBuffer),
    {4, 0xc, "START", "START_ECHO", nullptr, 0},
    {4, 0x8, "REPORT", "REPORT_ECHO", nullptr, 0},
    row(kOslogEndpoint, 0x1, "BUFFER_REQUEST", "BUFFER_REPLY", kOslog),
};

struct EndpointName {
    std::uint8_t endpoint;
    std::string_view name;
};
constexpr EndpointName kEndpoints[] = {{0, "management"}, {1, "crashlog"}, {2, "syslog"},   {3, "debug"},
                                       {4, "ioreport"},   {8, "oslog"},    {10, "tracekit"}};

std::string number(std::uint64_t value, bool hex) {
    char text[32];
    std::snprintf(text, sizeof text, hex ? "0x%" PRIx64 : "%" PRIu64, value);
    return text;
}

std::string endpoint_name(std::uint8_t endpoint) {
    for (const EndpointName& known : kEndpoints)
        if (known.endpoint == endpoint) return std::string(known.name);
    return "endpoint " + number(endpoint, true);
}

}  // namespace

std::string mail_text(bool to_driver, std::uint8_t endpoint, std::uint64_t msg0) {
    // oslog keeps its type in 63:56, all others in 59:52. source: hardware.md 7.4
    const auto type = static_cast<std::uint8_t>(endpoint == kOslogEndpoint ? msg0 >> 56 : msg0 >> 52);
    std::string text = endpoint_name(endpoint);
    for (const Message& message : kMessages) {
        const std::string_view name = to_driver ? message.to_driver : message.to_firmware;
        if (message.endpoint != endpoint || message.type != type || name.empty()) continue;
        text.append(" ").append(name);
        for (std::size_t i = 0; i < message.part_count; ++i) {
            const Part& part = message.parts[i];
            text.append(" ").append(part.name).append("=").append(number(part.get(msg0), part.hex));
        }
        return text;
    }
    return text + " type=" + number(type, true) + " " + number(msg0, true);
}

}  // namespace ans::trace
