// SPDX-License-Identifier: MIT
// The crashlog as it lies in memory. source: hardware.md 7.6, Linux rtkit-crashlog.c, m1n1 crash.py
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "firmware_stub/rtkit/processor.h"

namespace ans::fw::rtkit {

/// Well formed, or with the one defect that a driver's parser has to survive. source: hardware.md 10 item 7
enum class CrashlogKind : std::uint8_t {
    WellFormed,
    ZeroSection,   ///< the second section has length 0
    ShortSection,  ///< the second section is shorter than its own header
    LongSection,   ///< the second section reaches past the end of the log
    ShortMailbox,  ///< the mailbox history is cut inside its fixed part
    NoTerminator,  ///< the last section is followed by nothing
    LongHeader,    ///< the header claims more than the buffer holds
    ShortHeader,   ///< the header claims less than its own size
    Random,        ///< behind a sound header: random bytes
};

struct CrashReport {
    std::string_view version;
    std::array<std::uint8_t, 16> uuid;
    std::string_view reason;
    SimTime time;
    const MailHistory* mails;
};

namespace layout {

constexpr std::uint32_t fourcc(const char (&name)[5]) {
    return static_cast<std::uint32_t>(name[0]) << 24 | static_cast<std::uint32_t>(name[1]) << 16 |
           static_cast<std::uint32_t>(name[2]) << 8 | static_cast<std::uint32_t>(name[3]);
}
inline constexpr std::uint32_t kHeaderMark = fourcc("CLHE");  ///< header and terminator

/// Also the terminator: the same 0x20 bytes with its own size as length, as m1n1 reads them.
struct Header {
    std::uint32_t mark;
    std::uint32_t version;
    std::uint32_t size;  ///< of everything, terminator included
    std::uint32_t flags;
    std::uint8_t unknown[16];
};
static_assert(sizeof(Header) == 0x20);

struct SectionHeader {
    std::uint32_t mark;
    std::uint32_t unknown;
    std::uint32_t flags;
    std::uint32_t length;  ///< these 16 bytes included
};
static_assert(sizeof(SectionHeader) == 16);

struct Mailbox {
    std::uint32_t header[4];
    std::uint32_t type;
    std::uint32_t unknown;
    std::uint32_t index;  ///< of the next entry to be written (guess)
};
static_assert(sizeof(Mailbox) == 28);

/// Endpoint first. source: AsahiLinux/linux#386: "0000000000000002 005000000000003e", a LOG of endpoint 2
struct MailboxEntry {
    std::uint64_t endpoint;
    std::uint64_t message;
    std::uint32_t timestamp;
    std::uint32_t padding;
};
static_assert(sizeof(MailboxEntry) == 24);

struct Registers {
    std::uint32_t unknown0;
    std::uint32_t unknown1;
    std::uint64_t x[31];
    std::uint64_t sp, pc, psr, cpacr, fpsr, fpcr;
    std::uint64_t unknown2[64];
    std::uint64_t far;
    std::uint64_t unknown3;
    std::uint64_t esr;
    std::uint64_t unknown4;
};
static_assert(sizeof(Registers) == 0x350);

struct CallStack {
    std::uint32_t task;
    std::uint32_t unknown;
    std::uint64_t frames[6];
};
static_assert(sizeof(CallStack) == 56);

}  // namespace layout

/// The log in at most `room` bytes; a section that does not fit is left out. `room` is at least 0x40.
std::vector<std::byte> compose_crashlog(const CrashReport& report, std::size_t room, CrashlogKind kind);

}  // namespace ans::fw::rtkit
