// SPDX-License-Identifier: MIT
// Reads one entry of the syslog buffer. Firmware owns its content: nothing in it is trusted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace ans::driver::rtkit {

/// What INIT announced. Zero entries: nothing was announced yet.
struct SyslogShape {
    std::uint32_t entries = 0;
    std::uint32_t text_size = 0;  ///< bytes
};

struct SyslogEntry {
    std::string context;  ///< who spoke: `file:line`
    std::string text;
};

/// False, and `entry` untouched, if there is no such entry or it does not lie wholly inside `size` bytes.
bool read_syslog_entry(const std::byte* buffer, std::size_t size, const SyslogShape& shape, unsigned index,
                       SyslogEntry& entry);

}  // namespace ans::driver::rtkit
