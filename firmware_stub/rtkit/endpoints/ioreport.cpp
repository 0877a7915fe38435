// SPDX-License-Identifier: MIT
#include "firmware_stub/rtkit/endpoints/ioreport.h"

#include "firmware_stub/rtkit/messages.h"

namespace ans::fw::rtkit {

IoReportEndpoint::IoReportEndpoint(Kernel& kernel)
    : kernel_(kernel), buffer_(kernel, kIoReportEndpoint, kernel.generation().ioreport_pages) {}

void IoReportEndpoint::forget() {
    buffer_.forget();
    awaited_ = 0;
}

// Drivers answer both kinds alike, so their order is a guess: start, then report.
void IoReportEndpoint::handle(std::uint64_t msg0) {
    if (MessageType::get(msg0) == buffer::kRequest) {
        if (buffer_.take_reply(msg0)) say(ioreport::kStart);
    } else if (awaited_ != 0 && msg0 == awaited_) {
        awaited_ = 0;
        if (MessageType::get(msg0) == ioreport::kStart) say(ioreport::kReport);
    } else {
        kernel_.note("ioreport: message 0x%016llx ignored", static_cast<unsigned long long>(msg0));
    }
}

void IoReportEndpoint::say(std::uint8_t type) {
    awaited_ = message(type);
    kernel_.send(kIoReportEndpoint, awaited_);
}

}  // namespace ans::fw::rtkit
