// SPDX-License-Identifier: MIT
// What an endpoint is to the kernel of the firmware, and the kernel to an endpoint.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "firmware_stub/rtkit/generation.h"
#include "models/common/sim_time.h"

namespace ans::fw::rtkit {

/// Services for endpoints. Only for the processor's thread, inside a call that the kernel made; time may
/// pass in `send` and `work`. After an interruption (reset, crash ...) all of them do nothing.
class Kernel {
public:
    virtual ~Kernel() = default;
    virtual const Generation& generation() const = 0;
    virtual SimTime now() const = 0;
    virtual void send(std::uint8_t endpoint, std::uint64_t msg0) = 0;
    virtual void work(SimTime time) = 0;
    /// Writes to memory shared with the AP. False where it was refused.
    virtual bool write_shared(std::uint64_t address, const void* data, std::size_t size) = 0;
    /// Shall this line fill its field, without an end? A decide point.
    virtual bool unterminated(std::string_view line) = 0;
    /// A syslog line reached the shared buffer.
    virtual void log_written(std::string_view line) = 0;
    /// An assertion failed: the crash follows.
    virtual void panic(std::string_view reason) = 0;
    /// A word for whoever watches the run; invisible to the AP.
    virtual void note(const char* format, ...) __attribute__((format(printf, 2, 3))) = 0;
};

/// Messages that no endpoint expects are noted and otherwise ignored.
class EndpointHandler {
public:
    virtual ~EndpointHandler() = default;
    virtual void start() = 0;  ///< STARTEP; not called twice without forget() between
    virtual void handle(std::uint64_t msg0) = 0;
    virtual void forget() = 0;  ///< the processor starts anew
};

}  // namespace ans::fw::rtkit
