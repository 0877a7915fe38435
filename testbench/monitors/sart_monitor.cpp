// SPDX-License-Identifier: MIT
#include "testbench/monitors/sart_monitor.h"

#include <algorithm>

namespace ans::monitor {

namespace {
using Hex = unsigned long long;

bool overlap(const SartWindow& a, const SartWindow& b) {
    if (!a.enabled() || !b.enabled()) return false;
    return a.address < b.address ? b.address - a.address < a.size : a.address - b.address < b.size;
}
}  // namespace

SartMonitor::SartMonitor(EventHub& events, Judge& judge, const std::vector<SartWindow>& boot)
    : Monitor(events, judge,
              {EventKind::SartEntry, EventKind::SartDenied, EventKind::ResetLine, EventKind::MailPop,
               EventKind::ProcessorRun}),
      boot_entries_(static_cast<unsigned>(std::min<std::size_t>(boot.size(), kEntries))) {
    std::copy_n(boot.begin(), boot_entries_, entries_.begin());
}

void SartMonitor::on_event(const Event& event) {
    switch (event.kind) {
        case EventKind::SartEntry:
            on_entry(event);
            break;
        case EventKind::SartDenied:
            on_denied(event);
            break;
        case EventKind::MailPop:
            if (Mail(event).acknowledges_power_down()) clean_stop_ = true;
            break;
        case EventKind::ProcessorRun:
            if (level_of(event)) clean_stop_ = told_boot_ = false;
            break;
        default:
            if (!level_of(event)) on_reset_released(event.time);
            break;
    }
}

void SartMonitor::on_entry(const Event& event) {
    const auto index = static_cast<unsigned>(event.slot[0] & 0xff);
    if (index >= kEntries) return;
    const SartWindow now{event.slot[1], event.slot[2], static_cast<unsigned>(event.slot[0] >> 8 & 0xff)};
    const SartWindow before = entries_[index];
    entries_[index] = now;
    if (index < boot_entries_ && !(now == before) && !told_boot_) {
        told_boot_ = true;
        judge_.violate(RuleId::Sart02, event.time,
                       "entry %u, 0x%llx + 0x%llx, is now 0x%llx + 0x%llx, flags 0x%x", index,
                       static_cast<Hex>(before.address), static_cast<Hex>(before.size),
                       static_cast<Hex>(now.address), static_cast<Hex>(now.size), now.flags);
    }
    // Entries are removed field by field, the address first: that zero is no window meant.
    const bool being_removed = before.enabled() && now.address == 0;
    if (now.enabled() && !(now == before) && !being_removed) check_overlap(index, event.time);
}

void SartMonitor::check_overlap(unsigned index, SimTime at) {
    for (unsigned other = 0; other < kEntries; ++other)
        if (other != index && overlap(entries_[index], entries_[other]))
            judge_.violate(RuleId::Sart03, at, "entry %u, 0x%llx + 0x%llx, and entry %u, 0x%llx + 0x%llx",
                           index, static_cast<Hex>(entries_[index].address),
                           static_cast<Hex>(entries_[index].size), other,
                           static_cast<Hex>(entries_[other].address), static_cast<Hex>(entries_[other].size));
}

void SartMonitor::on_denied(const Event& event) {
    const EventField* reason = find_field(EventKind::SartDenied, "reason");
    judge_.violate(RuleId::Sart01, event.time, "%s of 0x%llx + 0x%llx: %s",
                   (event.slot[0] >> 4 & 1) != 0 ? "write" : "read", static_cast<Hex>(event.slot[1]),
                   static_cast<Hex>(event.slot[2]), format_field(*reason, event).c_str());
}

void SartMonitor::on_reset_released(SimTime at) {
    if (!clean_stop_) return;
    const auto left = std::count_if(entries_.begin() + boot_entries_, entries_.end(),
                                    [](const SartWindow& entry) { return entry.enabled(); });
    if (left != 0)
        judge_.violate(RuleId::Sart04, at, "%u entries of the driver are still enabled",
                       static_cast<unsigned>(left));
}

}  // namespace ans::monitor
