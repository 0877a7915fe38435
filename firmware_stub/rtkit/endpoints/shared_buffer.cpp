// SPDX-License-Identifier: MIT
#include "firmware_stub/rtkit/endpoints/shared_buffer.h"

#include "firmware_stub/rtkit/messages.h"

namespace ans::fw::rtkit {

std::uint32_t SharedBuffer::size() const {
    return pages_ * buffer::kPage;
}

void SharedBuffer::request() {
    pending_ = true;
    kernel_.send(endpoint_, message(buffer::kRequest, buffer::Pages::put(pages_)));
}

bool SharedBuffer::take_reply(std::uint64_t msg0) {
    if (!pending_) {
        kernel_.note("endpoint 0x%02x: a buffer that was not asked for, ignored", endpoint_);
        return false;
    }
    pending_ = false;
    const auto pages = static_cast<unsigned>(buffer::Pages::get(msg0));
    if (buffer::Address::get(msg0) == 0 || pages < pages_) {
        kernel_.note("endpoint 0x%02x: buffer of %u pages refused, %u pages at 0x%llx offered", endpoint_,
                     pages_, pages, static_cast<unsigned long long>(buffer::Address::get(msg0)));
        return false;
    }
    address_ = buffer::Address::get(msg0);
    return true;
}

}  // namespace ans::fw::rtkit
