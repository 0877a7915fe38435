// SPDX-License-Identifier: MIT
#include "host_driver/rtkit/syslog.h"

#include "host_driver/rtkit/text.h"

namespace ans::driver::rtkit {

namespace {
// u32 header, u32 unknown, char context[24], char text[text_size]. source: hardware.md 7.5
constexpr std::size_t kContextOffset = 8;
constexpr std::size_t kContextSize = 24;
constexpr std::size_t kTextOffset = 0x20;
static_assert(kContextOffset + kContextSize == kTextOffset);
}  // namespace

bool read_syslog_entry(const std::byte* buffer, std::size_t size, const SyslogShape& shape, unsigned index,
                       SyslogEntry& entry) {
    if (buffer == nullptr || shape.text_size == 0) return false;
    if (index >= shape.entries) return false;  // index == entries lies behind the last entry
    const std::size_t stride = kTextOffset + shape.text_size;
    if (index >= size / stride) return false;
    const std::byte* at = buffer + index * stride;
    entry.context = printable(at + kContextOffset, kContextSize);
    entry.text = printable(at + kTextOffset, shape.text_size);
    return true;
}

}  // namespace ans::driver::rtkit
