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

SartMonitor::SartMonitor(EventHub& events, Judge& judge, const SartWindows& boot, unsigned boot_count)
    : Monitor(events, judge,
              {EventKind::SartEntry, EventKind::SartDenied, EventKind::ResetLine, EventKind::MailPop,
               EventKind::ProcessorRun}),
      entries_(boot),
      boot_entries_(boot_count) {}

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
            stopped_ = clean_stop_;
            break;
        default:
            if (!level_of(event)) on_reset_released(event.time);
            break;
    }
}

void SartMonitor::on_entry(const Event& event) {
    const unsigned index = sart_index(event);
    if (index >= kSartEntries) return;
    const SartWindow now = sart_window(event);
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
    for (unsigned other = 0; other < kSartEntries; ++other)
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

unsigned SartMonitor::left_enabled() const {
    return static_cast<unsigned>(std::count_if(entries_.begin() + boot_entries_, entries_.end(),
                                               [](const SartWindow& entry) { return entry.enabled(); }));
}

void SartMonitor::on_reset_released(SimTime at) {
    const unsigned left = clean_stop_ ? left_enabled() : 0;
    if (left != 0) judge_.violate(RuleId::Sart04, at, "%u entries of the driver are still enabled", left);
}

void SartMonitor::finish(SimTime now) {
    const unsigned left = stopped_ ? left_enabled() : 0;
    if (left != 0) judge_.violate(RuleId::Sart07, now, "%u entries of the driver are still enabled", left);
}

}  // namespace ans::monitor
