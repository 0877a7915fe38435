// SPDX-License-Identifier: MIT
// A buffer that firmware asks the AP for.
#pragma once

#include <cstdint>

#include "firmware_stub/rtkit/endpoint.h"

namespace ans::fw::rtkit {

/// Request and reply as crashlog, syslog and ioreport speak them. source: hardware.md 7.4
class SharedBuffer {
public:
    SharedBuffer(Kernel& kernel, std::uint8_t endpoint, std::uint8_t pages)
        : kernel_(kernel), endpoint_(endpoint), pages_(pages) {}

    void request();
    /// A message of the request's type came from the AP. True if the buffer was granted by it. Without an
    /// address, or with less room than asked for, the answer counts as a refusal (guess).
    bool take_reply(std::uint64_t msg0);
    void forget() {
        pending_ = false;
        address_ = 0;
    }

    bool granted() const { return address_ != 0; }
    std::uint64_t address() const { return address_; }
    std::uint32_t size() const;  ///< bytes
    std::uint8_t pages() const { return pages_; }

private:
    Kernel& kernel_;
    const std::uint8_t endpoint_;
    const std::uint8_t pages_;
    bool pending_ = false;
    std::uint64_t address_ = 0;
};

}  // namespace ans::fw::rtkit
