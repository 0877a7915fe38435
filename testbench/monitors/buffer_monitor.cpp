// SPDX-License-Identifier: MIT
#include "testbench/monitors/buffer_monitor.h"

#include <algorithm>

#include "testbench/monitors/event_bits.h"

namespace ans::monitor {

namespace {
using Hex = unsigned long long;
constexpr unsigned kCrashlogEndpoint = 1;  // source: hardware.md 7.6
}  // namespace

BufferMonitor::BufferMonitor(EventHub& events, Judge& judge, const SartWindows& boot)
    : Monitor(events, judge,
              {EventKind::MailPush, EventKind::MailPop, EventKind::SartEntry, EventKind::ProcessorRun,
               EventKind::ResetLine, EventKind::FirmwareCrash, EventKind::PowerCut}),
      entries_(boot) {}

void BufferMonitor::on_event(const Event& event) {
    switch (event.kind) {
        case EventKind::MailPush:
            if (const Mail mail(event); !mail.i2a) on_grant(BufferMail(mail), event.time);
            break;
        case EventKind::MailPop: {
            const Mail mail(event);
            if (!mail.i2a) break;
            if (mail.says_hello()) end_session(true);
            if (mail.acknowledges_power_down()) end_session(false);
            on_request(BufferMail(mail));
            break;
        }
        case EventKind::SartEntry:
            on_entry(event);
            break;
        case EventKind::ProcessorRun:
            end_session(level_of(event));
            break;
        case EventKind::ResetLine:  // also when it is released: RUN tells when the next life begins
        case EventKind::PowerCut:
            end_session(false);
            break;
        default:  // what a crash leaves behind is the driver's to clean up
            alive_ = false;
            break;
    }
}

void BufferMonitor::end_session(bool alive) {
    buffers_ = {};
    alive_ = alive;
}

void BufferMonitor::on_request(const BufferMail& mail) {
    if (!mail.is_one || mail.endpoint >= kEndpoints) return;
    Buffer& buffer = buffers_[mail.endpoint];
    if (mail.endpoint == kCrashlogEndpoint && buffer.address != 0) {
        alive_ = false;  // the second one tells of a crash. source: hardware.md 7.6
    } else if (mail.address != 0) {
        buffer.offered = true;
    } else {
        ++buffer.requests;
        buffer.wanted = mail.size;
    }
}

void BufferMonitor::on_grant(const BufferMail& mail, SimTime at) {
    if (!mail.is_one || mail.endpoint >= kEndpoints || !alive_) return;
    Buffer& buffer = buffers_[mail.endpoint];
    const auto address = static_cast<Hex>(mail.address), size = static_cast<Hex>(mail.size);
    if (buffer.requests == 0 && !buffer.offered) {
        judge_.violate(RuleId::Rtk05, at, "endpoint 0x%x: 0x%llx + 0x%llx", mail.endpoint, address, size);
        return;
    }
    if (buffer.requests != 0) --buffer.requests;
    if (mail.address == 0 || mail.size == 0) return;  // a refusal
    if (mail.size < buffer.wanted)
        judge_.violate(RuleId::Rtk11, at, "endpoint 0x%x: asked for 0x%llx bytes, got 0x%llx", mail.endpoint,
                       static_cast<Hex>(buffer.wanted), size);
    if (buffer.address != 0 && buffer.address != mail.address && buffer.size >= buffer.wanted)
        judge_.violate(RuleId::Rtk06, at, "endpoint 0x%x: 0x%llx + 0x%llx, has 0x%llx + 0x%llx",
                       mail.endpoint, address, size, static_cast<Hex>(buffer.address),
                       static_cast<Hex>(buffer.size));
    buffer.address = mail.address;
    buffer.size = mail.size;
    if (covered(buffer)) return;
    judge_.violate(RuleId::Sart06, at, "endpoint 0x%x: 0x%llx + 0x%llx", mail.endpoint, address, size);
    buffer.address = 0;
}

bool BufferMonitor::covered(const Buffer& buffer) const {
    return std::any_of(entries_.begin(), entries_.end(),
                       [&](const SartWindow& entry) { return entry.covers(buffer.address, buffer.size); });
}

void BufferMonitor::on_entry(const Event& event) {
    const unsigned index = sart_index(event);
    if (index >= kSartEntries) return;
    entries_[index] = sart_window(event);
    if (!alive_) return;
    for (unsigned endpoint = 0; endpoint < kEndpoints; ++endpoint) {
        Buffer& buffer = buffers_[endpoint];
        if (buffer.address == 0 || covered(buffer)) continue;
        judge_.violate(RuleId::Sart05, event.time, "entry %u: 0x%llx + 0x%llx, granted to endpoint 0x%x",
                       index, static_cast<Hex>(buffer.address), static_cast<Hex>(buffer.size), endpoint);
        buffer.address = 0;  // told once
    }
}

}  // namespace ans::monitor
