// SPDX-License-Identifier: MIT
// Endpoint 2: a ring of entries in shared memory, one message a line, the next line only after the echo.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "firmware_stub/rtkit/endpoints/shared_buffer.h"

namespace ans::fw::rtkit {

class SyslogEndpoint : public EndpointHandler {
public:
    /// Lines kept while the AP does not take them; the oldest are lost first. source: guess
    static constexpr std::size_t kBacklog = 64;
    explicit SyslogEndpoint(Kernel& kernel);
    void start() override { buffer_.request(); }
    void handle(std::uint64_t msg0) override;
    void forget() override;

    /// Any process may call it.
    void add(std::string_view context, std::string_view text);
    /// A line waits, and INIT is sent, and the last line was echoed.
    bool can_write() const { return initialised_ && !echo_pending_ && !lines_.empty(); }
    void write_next();

private:
    struct Line {
        std::string context;
        std::string text;
    };
    void initialise();

    Kernel& kernel_;
    SharedBuffer buffer_;
    bool initialised_ = false;
    bool echo_pending_ = false;
    std::uint64_t last_log_ = 0;
    unsigned next_index_ = 0;
    std::deque<Line> lines_;
    std::vector<char> entry_;
};

}  // namespace ans::fw::rtkit
