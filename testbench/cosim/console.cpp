// SPDX-License-Identifier: MIT
#include "testbench/cosim/console.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace ans::cosim {

Console::Console(Fd end, const std::string& record) : end_(std::move(end)) {
    if (!record.empty()) record_ = Fd(open(record.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
}

bool Console::take() {
    std::array<char, 65536> bytes;
    for (;;) {
        const ssize_t n = read(end_.get(), bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno == EAGAIN;
        if (n == 0) return false;
        const auto length = static_cast<std::size_t>(n);
        // The record is a help for people; a full disk does not end the run.
        if (record_ && write(record_.get(), bytes.data(), length) < 0) record_.reset();
        if (waiting_.size() < kMostWaiting) waiting_.append(bytes.data(), length);
    }
}

void Console::tell(const Line& line) {
    std::size_t start = 0;
    for (;;) {
        const std::size_t end = waiting_.find('\n', start);
        if (end == std::string::npos && waiting_.size() - start < kLongestLine) break;
        const std::size_t stop = std::min(end, start + kLongestLine);
        std::string_view text(waiting_.data() + start, stop - start);
        while (!text.empty() && text.back() == '\r')
            text.remove_suffix(1);
        line(text);
        start = stop == end ? stop + 1 : stop;
    }
    waiting_.erase(0, start);
}

}  // namespace ans::cosim
