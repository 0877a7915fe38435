// SPDX-License-Identifier: MIT
// Formatted log lines. Never used on the way of an I/O command that goes well.
#pragma once

#include <algorithm>
#include <cstdarg>
#include <cstdio>

#include "host_driver/port/port.h"

namespace ans::driver {

/// printf to the port's log; a line is cut at 511 characters.
[[gnu::format(printf, 3, 4)]] inline void log(port::Port& port, port::LogLevel level, const char* format,
                                              ...) {
    if (!port.log_enabled(level)) return;
    char line[512];
    std::va_list arguments;
    va_start(arguments, format);
    const int length = std::vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (length > 0)
        port.log(level, {line, std::min<std::size_t>(static_cast<std::size_t>(length), sizeof line - 1)});
}

}  // namespace ans::driver
