// SPDX-License-Identifier: MIT
// Endpoint 8: asks for a buffer in a message format of its own. What real firmware writes there is unknown;
// this one writes nothing.
#pragma once

#include "firmware_stub/rtkit/endpoint.h"

namespace ans::fw::rtkit {

class OsLogEndpoint : public EndpointHandler {
public:
    explicit OsLogEndpoint(Kernel& kernel) : kernel_(kernel) {}
    void start() override;
    void handle(std::uint64_t msg0) override;
    void forget() override { pending_ = false; }

private:
    void check_bytes(std::uint64_t msg0);

    Kernel& kernel_;
    bool pending_ = false;
};

}  // namespace ans::fw::rtkit
