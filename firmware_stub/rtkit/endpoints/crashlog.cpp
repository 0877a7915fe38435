// SPDX-License-Identifier: MIT
#include "firmware_stub/rtkit/endpoints/crashlog.h"

#include "firmware_stub/rtkit/messages.h"

namespace ans::fw::rtkit {

CrashlogEndpoint::CrashlogEndpoint(Kernel& kernel)
    : kernel_(kernel), buffer_(kernel, kCrashlogEndpoint, kernel.generation().crashlog_pages) {}

void CrashlogEndpoint::handle(std::uint64_t msg0) {
    if (MessageType::get(msg0) == buffer::kRequest)
        buffer_.take_reply(msg0);
    else if (msg0 == crashlog::kSoftCrash)
        kernel_.panic("crash requested by the AP (soft)");
    else if (msg0 == crashlog::kHardCrash)
        kernel_.panic("crash requested by the AP (hard)");
    else
        kernel_.note("crashlog: message 0x%016llx ignored", static_cast<unsigned long long>(msg0));
}

void CrashlogEndpoint::announce(const std::vector<std::byte>& log) {
    // A refused write leaves the old contents; the message goes out all the same, as the AP must learn of it.
    if (!kernel_.write_shared(buffer_.address(), log.data(), log.size()))
        kernel_.note("the crashlog could not be written");
    kernel_.send(kCrashlogEndpoint, message(buffer::kRequest, buffer::Pages::put(buffer_.pages()) |
                                                                  buffer::Address::put(buffer_.address())));
}

}  // namespace ans::fw::rtkit
