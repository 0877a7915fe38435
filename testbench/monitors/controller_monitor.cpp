// SPDX-License-Identifier: MIT
#include "testbench/monitors/controller_monitor.h"

#include "testbench/monitors/event_bits.h"

namespace ans::monitor {

namespace {
// A controller that is not ready by then may be given up. source: CAP.TO counts 500 ms, hardware.md 5
constexpr SimTime kStartTimeout = milliseconds(500);

// Order of the event table's reasons for `dma_denied`.
enum class Reason : std::uint8_t { NoTcb, Direction, Length, Page, PrpOffset, ListOutside, OutsideMemory };

RuleId rule_of(Reason reason) {
    switch (reason) {
        case Reason::PrpOffset:
            return RuleId::Prp01;
        case Reason::ListOutside:
            return RuleId::Prp02;
        case Reason::OutsideMemory:
            return RuleId::Prp03;
        default:
            return RuleId::Nvm04;
    }
}
}  // namespace

ControllerMonitor::ControllerMonitor(EventHub& events, Judge& judge)
    : Monitor(events, judge,
              {EventKind::ControllerState, EventKind::DmaDenied, EventKind::MailPush, EventKind::ResetLine,
               EventKind::ProcessorRun, EventKind::FirmwareCrash, EventKind::PowerCut}) {}

void ControllerMonitor::on_event(const Event& event) {
    switch (event.kind) {
        case EventKind::ControllerState:
            on_state(event);
            break;
        case EventKind::DmaDenied:
            on_denied(event);
            break;
        case EventKind::MailPush:
            if (enabled_ && Mail(event).asks_power_down())
                judge_.violate(RuleId::Nvm10, event.time, "CC.EN is set");
            break;
        default:
            enabled_ = ready_ = notified_ = false;
            break;  // a dead controller may be disabled in any way
    }
}

void ControllerMonitor::on_state(const Event& event) {
    const bool enabled = (event.slot[0] & 1) != 0;
    const bool ready = (event.slot[0] >> 1 & 1) != 0;
    const bool fatal = (event.slot[0] >> 2 & 1) != 0;
    const bool shutdown = (event.slot[1] >> 14 & 3) != 0;  // CC.SHN. source: NVMe 1.1 section 3.1.5
    const bool forced = enabled_ && !enabled && !notified_ && !fatal;
    const auto cc = static_cast<unsigned>(event.slot[1]);
    if (forced && ready_)
        judge_.violate(RuleId::Nvm02, event.time, "CC 0x%08x", cc);
    else if (forced && event.time - enabled_at_ < kStartTimeout)
        judge_.violate(RuleId::Nvm05, event.time, "CC 0x%08x", cc);
    if (enabled && !enabled_) enabled_at_ = event.time;
    notified_ = enabled && (shutdown || notified_);
    enabled_ = enabled && !fatal;
    ready_ = enabled && ready;
}

void ControllerMonitor::on_denied(const Event& event) {
    const auto text = [&](const char* field) {
        return format_field(*find_field(EventKind::DmaDenied, field), event);
    };
    judge_.violate(rule_of(static_cast<Reason>(event.slot[0] >> 8 & 0xff)), event.time,
                   "%s tag %u: %s, 0x%llx + %llu, %s", queue_name(queue_of(event)), tag_of(event),
                   text("reason").c_str(), static_cast<unsigned long long>(event.slot[1]),
                   static_cast<unsigned long long>(event.slot[2]), text("direction").c_str());
}

}  // namespace ans::monitor
