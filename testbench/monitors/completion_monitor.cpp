// SPDX-License-Identifier: MIT
#include "testbench/monitors/completion_monitor.h"

#include <utility>

namespace ans::monitor {

CompletionMonitor::CompletionMonitor(EventHub& events, Judge& judge, unsigned line, SimTime patience)
    : Monitor(events, judge,
              {EventKind::CqHead, EventKind::CqOverrun, EventKind::IrqLevel, EventKind::ControllerState}),
      line_(line),
      patience_(patience) {}

void CompletionMonitor::on_event(const Event& event) {
    switch (event.kind) {
        case EventKind::CqHead:
            on_head(event);
            break;
        case EventKind::IrqLevel:
            on_irq(event);
            break;
        case EventKind::ControllerState:
            if ((event.slot[0] & 1) == 0) overrun_ = {};  // the queues are gone
            break;
        default:
            overrun_[queue_of(event)] = overrun_[queue_of(event)] || was_forced(event);
            break;
    }
}

void CompletionMonitor::on_head(const Event& event) {
    const std::uint64_t head = event.slot[1];
    const std::uint64_t before = event.slot[2];
    const std::uint64_t tail = event.slot[3];
    const std::uint64_t entries = event.slot[0] >> 16 & 0xffff'ffff;
    const bool wrapped = tail < before;
    // With the tail past the head, every entry holds something that was posted.
    const bool overrun = std::exchange(overrun_[queue_of(event)], false);
    const bool posted =
        overrun || (wrapped ? head >= before || head <= tail : head >= before && head <= tail);
    if (!posted || (entries != 0 && head >= entries))
        judge_.violate(RuleId::Cq01, event.time, "%s queue: head %llu written, was %llu, tail %llu",
                       queue_name(queue_of(event)), static_cast<unsigned long long>(head),
                       static_cast<unsigned long long>(before), static_cast<unsigned long long>(tail));
    if (head == before || waiting_since_ == kNever) return;
    check_line(event.time);
    waiting_since_ = event.time;
}

void CompletionMonitor::on_irq(const Event& event) {
    if ((event.slot[0] & 0xffff) != line_) return;
    const bool level = (event.slot[0] >> 16 & 1) != 0;
    if (!level) check_line(event.time);
    waiting_since_ = level ? event.time : kNever;
}

void CompletionMonitor::check_line(SimTime now) {
    // A CPU's local time may lie behind the instant at which another one saw the line rise.
    if (waiting_since_ == kNever || now <= waiting_since_ || now - waiting_since_ <= patience_) return;
    judge_.violate(RuleId::Irq01, now, "line %u high for %llu us", line_,
                   static_cast<unsigned long long>((now - waiting_since_) / microseconds(1)));
    waiting_since_ = now;  // once for each such wait
}

}  // namespace ans::monitor
