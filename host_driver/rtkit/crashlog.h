// SPDX-License-Identifier: MIT
// Turns a coprocessor's crashlog into lines of text. A crashed firmware wrote it: lengths, counts and text
// may be anything; the work is bounded by `size` and by limits of our own.
#pragma once

#include <cstddef>
#include <string_view>

#include "host_driver/common/measures.h"

namespace ans::driver::rtkit {

class CrashlogSink {
public:
    virtual ~CrashlogSink() = default;
    virtual void line(std::string_view text) = 0;
};

/// At most this many lines are produced, whatever the log claims.
inline constexpr unsigned kMaxCrashlogLines = 512;

/// Reads `data[0, size)` only. The caller copies the shared buffer first, so that nothing changes underneath.
void print_crashlog(const std::byte* data, std::size_t size, CrashlogSink& sink, Measures omit = {});

}  // namespace ans::driver::rtkit
