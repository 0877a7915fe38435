// SPDX-License-Identifier: MIT
// Endpoint 1: asks for the crashlog buffer, announces a crash, lets the AP provoke one.
#pragma once

#include <cstddef>
#include <vector>

#include "firmware_stub/rtkit/endpoints/shared_buffer.h"

namespace ans::fw::rtkit {

class CrashlogEndpoint : public EndpointHandler {
public:
    explicit CrashlogEndpoint(Kernel& kernel);
    void start() override { buffer_.request(); }
    void handle(std::uint64_t msg0) override;
    void forget() override { buffer_.forget(); }

    const SharedBuffer& buffer() const { return buffer_; }
    /// Writes the log into the granted buffer and sends the second type-1 message.
    void announce(const std::vector<std::byte>& log);

private:
    Kernel& kernel_;
    SharedBuffer buffer_;
};

}  // namespace ans::fw::rtkit
