// SPDX-License-Identifier: MIT
#include "firmware_stub/rtkit/endpoints/syslog.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "firmware_stub/rtkit/messages.h"

namespace ans::fw::rtkit {

namespace {
// Entry: u32 header, u32 unknown, char context[24], char text[]. source: hardware.md 7.5. No driver reads the
// first two; they are left zero (guess).
constexpr std::size_t kContextOffset = 8;
constexpr std::size_t kContextSize = 24;
constexpr std::size_t kTextOffset = 0x20;
static_assert(kContextOffset + kContextSize == kTextOffset);

constexpr char kFiller = '~';

// A context that is too long loses its beginning. source: AsahiLinux/linux#295, "nifiedPipeline.cpp:1356"
std::string_view tail(std::string_view text, std::size_t room) {
    return text.size() <= room ? text : text.substr(text.size() - room);
}
}  // namespace

SyslogEndpoint::SyslogEndpoint(Kernel& kernel)
    : kernel_(kernel),
      buffer_(kernel, kSyslogEndpoint, kernel.generation().syslog_pages),
      entry_(kTextOffset + kernel.generation().syslog_text) {}

void SyslogEndpoint::forget() {
    buffer_.forget();
    initialised_ = echo_pending_ = false;
    next_index_ = 0;
    lines_.clear();
}

void SyslogEndpoint::add(std::string_view context, std::string_view text) {
    if (lines_.size() == kBacklog) lines_.pop_front();
    lines_.push_back({std::string(tail(context, kContextSize - 1)), std::string(text)});
}

void SyslogEndpoint::handle(std::uint64_t msg0) {
    if (MessageType::get(msg0) == buffer::kRequest) {
        if (buffer_.take_reply(msg0)) initialise();
    } else if (echo_pending_ && msg0 == last_log_) {
        echo_pending_ = false;
    } else {
        kernel_.note("syslog: message 0x%016llx ignored%s", static_cast<unsigned long long>(msg0),
                     echo_pending_ ? ", still waiting for the echo of the last LOG" : "");
    }
}

void SyslogEndpoint::initialise() {
    const Generation& generation = kernel_.generation();
    kernel_.send(kSyslogEndpoint, message(syslog::kInit, syslog::Entries::put(generation.syslog_entries) |
                                                             syslog::TextSize::put(generation.syslog_text)));
    initialised_ = true;
}

void SyslogEndpoint::write_next() {
    const Line line = std::move(lines_.front());
    lines_.pop_front();
    kernel_.work(kernel_.generation().times.log_line);
    std::fill(entry_.begin(), entry_.end(), '\0');
    std::memcpy(&entry_[kContextOffset], line.context.data(), line.context.size());
    const std::size_t text = std::min(line.text.size(), entry_.size() - kTextOffset - 1);
    std::memcpy(&entry_[kTextOffset], line.text.data(), text);
    if (kernel_.unterminated(line.text))
        std::fill(entry_.begin() + static_cast<std::ptrdiff_t>(kTextOffset + text), entry_.end(), kFiller);
    // A line that could not be written is lost, and the AP is not told of it.
    if (!kernel_.write_shared(buffer_.address() + next_index_ * entry_.size(), entry_.data(), entry_.size()))
        return;
    kernel_.log_written(line.context + ": " + line.text.substr(0, text));
    last_log_ = message(syslog::kLog, syslog::Index::put(next_index_));
    next_index_ = (next_index_ + 1) % kernel_.generation().syslog_entries;
    echo_pending_ = true;
    kernel_.send(kSyslogEndpoint, last_log_);
}

}  // namespace ans::fw::rtkit
