// SPDX-License-Identifier: MIT
// Endpoint 4: a buffer, then two messages that must come back.
#pragma once

#include "firmware_stub/rtkit/endpoints/shared_buffer.h"

namespace ans::fw::rtkit {

class IoReportEndpoint : public EndpointHandler {
public:
    explicit IoReportEndpoint(Kernel& kernel);
    void start() override { buffer_.request(); }
    void handle(std::uint64_t msg0) override;
    void forget() override;

    bool granted() const { return buffer_.granted(); }
    /// Waits for an echo; the boot does not go on before.
    bool owed_an_echo() const { return awaited_ != 0; }

private:
    void say(std::uint8_t type);

    Kernel& kernel_;
    SharedBuffer buffer_;
    std::uint64_t awaited_ = 0;  ///< 0: nothing
};

}  // namespace ans::fw::rtkit
