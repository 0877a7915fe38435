// SPDX-License-Identifier: MIT
// Fields of the events that monitors read, by place instead of by name: they lie on the hot path.
// The layout stands in event_table.cpp; the unit tests build their events from that table.
#pragma once

#include "models/common/event.h"

namespace ans::monitor {

constexpr unsigned queue_of(const Event& e) {
    return static_cast<unsigned>(e.slot[0] & 1);
}
constexpr unsigned tag_of(const Event& e) {
    return static_cast<unsigned>(e.slot[0] >> 16 & 0xffff);
}
constexpr const char* queue_name(unsigned queue) {
    return queue == 0 ? "admin" : "io";
}

/// Of an overrun: the completion was written all the same.
constexpr bool was_forced(const Event& e) {
    return (e.slot[0] >> 1 & 1) != 0;
}

/// Reset and run lines.
constexpr bool level_of(const Event& e) {
    return (e.slot[0] & 1) != 0;
}

/// A mailbox message.
struct Mail {
    explicit constexpr Mail(const Event& e)
        : i2a((e.slot[0] & 1) != 0),
          endpoint(static_cast<unsigned>(e.slot[1] & 0xff)),
          type(static_cast<unsigned>(e.slot[2] >> 52 & 0xff)),
          state(static_cast<unsigned>(e.slot[2] & 0xffff)),
          msg0(e.slot[2]),
          msg1(e.slot[1]) {}
    bool i2a;
    unsigned endpoint;
    unsigned type;
    unsigned state;  ///< of a power message
    std::uint64_t msg0;
    std::uint64_t msg1;

    /// source: hardware.md 7.1, 7.3
    constexpr bool management(unsigned wanted) const { return endpoint == 0 && type == wanted; }
    constexpr bool asks_power_down() const { return !i2a && management(6) && state <= 1; }
    constexpr bool says_hello() const { return i2a && management(1); }
    constexpr bool acknowledges_power_down() const { return i2a && management(7) && state <= 1; }
};

/// A buffer request (firmware to driver) or its answer. source: hardware.md 7.4
struct BufferMail {
    explicit constexpr BufferMail(const Mail& mail) : endpoint(mail.endpoint) {
        constexpr std::uint64_t kPage = 4096;
        const std::uint64_t msg0 = mail.msg0;
        if (endpoint == kOsLog) {
            is_one = msg0 >> 56 == 1;
            size = msg0 >> 36 & 0xfffff;
            address = (msg0 & 0xf'ffff'ffff) * kPage;
        } else {
            is_one =
                mail.type == 1 && (endpoint == kCrashlog || endpoint == kSyslog || endpoint == kIoReport);
            size = (msg0 >> 44 & 0xff) * kPage;
            address = msg0 & 0xfff'ffff'ffff;
        }
    }
    enum : unsigned { kCrashlog = 1, kSyslog = 2, kIoReport = 4, kOsLog = 8 };
    unsigned endpoint;
    bool is_one = false;
    std::uint64_t size = 0;
    std::uint64_t address = 0;
};

}  // namespace ans::monitor
