// SPDX-License-Identifier: MIT
#include "firmware_stub/rtkit/endpoints/oslog.h"

#include "firmware_stub/rtkit/messages.h"

namespace ans::fw::rtkit {

void OsLogEndpoint::start() {
    const Generation& generation = kernel_.generation();
    const std::uint64_t size = generation.oslog_unit == OsLogUnit::Bytes
                                   ? oslog::Bytes::put(generation.oslog_bytes)
                                   : oslog::Pages::put(generation.oslog_bytes / buffer::kPage);
    pending_ = true;
    kernel_.send(kOsLogEndpoint, oslog::Type::put(oslog::kRequest) | size);
}

void OsLogEndpoint::handle(std::uint64_t msg0) {
    const std::uint64_t type = oslog::Type::get(msg0);
    if (!pending_ || (type != oslog::kRequest && type != oslog::kAck)) {
        kernel_.note("oslog: message 0x%016llx ignored", static_cast<unsigned long long>(msg0));
        return;
    }
    pending_ = false;
    // Firmware of the 12 era takes every answer: drivers of its time sent no buffer, today's send one in the
    // units of the 13 era.
    if (kernel_.generation().oslog_unit == OsLogUnit::Bytes) check_bytes(msg0);
}

void OsLogEndpoint::check_bytes(std::uint64_t msg0) {
    const auto bytes = static_cast<unsigned>(oslog::Bytes::get(msg0));
    if (oslog::Type::get(msg0) == oslog::kAck)
        kernel_.note("oslog: acknowledged without a buffer");
    else if (oslog::PageNumber::get(msg0) == 0 || bytes < kernel_.generation().oslog_bytes)
        kernel_.note("oslog: buffer of %u bytes refused, %u bytes offered", kernel_.generation().oslog_bytes,
                     bytes);
}

}  // namespace ans::fw::rtkit
