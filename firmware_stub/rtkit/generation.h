// SPDX-License-Identifier: MIT
// What differs between firmware generations, as data.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "models/common/sim_time.h"

namespace ans::fw::rtkit {

/// One EPMAP message: endpoint `32 * base + i` exists where bit i is set.
struct EndpointWord {
    std::uint8_t base;
    std::uint32_t bitmap;
};

/// A line that firmware logs while it boots, as it stands in a syslog entry.
struct BootLine {
    std::string_view context;
    std::string_view text;
};

/// In which unit oslog asks for its buffer.
enum class OsLogUnit : std::uint8_t { Pages, Bytes };

/// How long the steps of the processor take.
struct Times {
    SimTime hello;           ///< RUN, or a wake message, to HELLO
    SimTime map;             ///< HELLO_REPLY to the first EPMAP
    SimTime settle;          ///< last EPMAP reply to the power acknowledgement at the earliest
    SimTime ready;           ///< that acknowledgement to BOOT_STATUS
    SimTime message;         ///< taking one message from the mailbox and understanding it
    SimTime log_line;        ///< writing one syslog entry
    SimTime panic;           ///< a failed assertion to the state in which nothing is served any more
    SimTime crashlog;        ///< writing the crashlog
    SimTime full_retry;      ///< first look again at a full I2A FIFO; doubles from look to look
    SimTime full_retry_max;  ///< and ends here
};

struct Generation {
    std::string_view name;     ///< as scenarios write it
    std::string_view version;  ///< text of the crashlog's Cver section
    std::array<std::uint8_t, 16> uuid;
    std::uint16_t min_protocol;
    std::uint16_t max_protocol;
    const EndpointWord* map;
    std::size_t map_words;
    std::uint8_t crashlog_pages;  ///< of 4 KiB
    std::uint8_t syslog_pages;
    std::uint8_t ioreport_pages;
    OsLogUnit oslog_unit;
    std::uint32_t oslog_bytes;
    bool insists_on_buffers;  ///< no end of boot without crashlog and ioreport buffers
    std::uint8_t syslog_entries;
    std::uint8_t syslog_text;  ///< bytes of an entry's text, NUL included
    const BootLine* lines;
    std::size_t line_count;
    Times times;

    bool offers(std::uint8_t endpoint) const;
};

/// All generations, oldest first.
const Generation* generations(std::size_t& count);
/// The generation of that name, or nullptr.
const Generation* find_generation(std::string_view name);

}  // namespace ans::fw::rtkit
