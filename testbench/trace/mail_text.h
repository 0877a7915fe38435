// SPDX-License-Identifier: MIT
// Mailbox messages in words: "syslog LOG index=3".
#pragma once

#include <cstdint>
#include <string>

namespace ans::trace {

/// `to_driver`: the message travels on I2A. A message that no table row names is given as its bits.
std::string mail_text(bool to_driver, std::uint8_t endpoint, std::uint64_t msg0);

}  // namespace ans::trace
