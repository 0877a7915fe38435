// SPDX-License-Identifier: MIT
#include "testbench/monitors/controller_monitor.h"

namespace ans::monitor {

namespace {
// A controller that is not ready by then may be given up. source: CAP.TO counts 500 ms, hardware.md 5
constexpr SimTime kStartTimeout = milliseconds(500);
}  // namespace

ControllerMonitor::ControllerMonitor(EventHub& events, Judge& judge)
    : Monitor(events, judge,
              {EventKind::ControllerState, EventKind::DmaDenied, EventKind::ResetLine,
               EventKind::ProcessorRun, EventKind::FirmwareCrash, EventKind::PowerCut}) {}

void ControllerMonitor::on_event(const Event& event) {
    switch (event.kind) {
        case EventKind::ControllerState:
            on_state(event);
            break;
        case EventKind::DmaDenied:
            on_denied(event);
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
    enabled_ = enabled;
    ready_ = enabled && ready;
}

void ControllerMonitor::on_denied(const Event& event) {
    const auto text = [&](const char* field) {
        return format_field(*find_field(EventKind::DmaDenied, field), event);
    };
    judge_.violate(RuleId::Nvm04, event.time, "%s tag %u: %s, 0x%llx + %llu, %s", queue_name(queue_of(event)),
                   tag_of(event), text("reason").c_str(), static_cast<unsigned long long>(event.slot[1]),
                   static_cast<unsigned long long>(event.slot[2]), text("direction").c_str());
}

}  // namespace ans::monitor
