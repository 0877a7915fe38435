// SPDX-License-Identifier: MIT
// Interrupts: one CPU takes them all, lowest line first, each entry costs simulated time.
#include <algorithm>

#include "testbench/host/host.h"

namespace ans::host {

Host::IrqLine* Host::find_line(unsigned line) {
    for (const auto& known : lines_)
        if (known->line == line) return known.get();
    return nullptr;
}

Host::IrqLine* Host::next_asserted() {
    for (const auto& line : lines_)
        if (line->asserted) return line.get();
    return nullptr;
}

void Host::on_interrupt(unsigned number, bool level, SimTime at) {
    IrqLine* line = find_line(number);
    if (line == nullptr || line->asserted == level) return;
    line->asserted = level;
    line->asserted_at = at;
    // Waking at the entry time instead of at the edge saves one thread switch an interrupt.
    if (level) irq_event_.notify(to_sc(at + config_.irq_entry - kernel_now()));
}

void Host::irq_loop() {
    for (;;) {
        IrqLine* line = next_asserted();
        if (line == nullptr) {
            block(irq_event_);
            continue;
        }
        const unsigned number = line->line;
        current_->local = std::max(current_->local, line->asserted_at + config_.irq_entry);
        sync();
        line = find_line(number);  // it may have been freed on the way to its handler
        if (line != nullptr && line->asserted) handle(*line);
    }
}

void Host::handle(IrqLine& line) {
    line.running = true;
    ++irq_entries_;
    const bool handled = line.handler() == port::IrqResult::Handled;
    line.running = false;
    if (events_.wants(EventKind::IrqEntry)) {
        Event event;
        event.time = current_->local;
        event.kind = EventKind::IrqEntry;
        event.unit = Unit::Host;
        event.slot[0] = line.line | std::uint64_t{!handled} << 16;
        events_.emit(event);
    }
    // Level still high: the next entry costs its time again, so a stuck line cannot stop the clock.
    line.asserted_at = std::max(line.asserted_at, current_->local);
    irq_done_.notify(sc_core::SC_ZERO_TIME);
}

void Host::irq_request(unsigned number, port::IrqHandler handler) {
    sync();
    if (find_line(number) != nullptr) {
        SC_REPORT_ERROR("ans/host", "interrupt line requested twice");
        return;
    }
    auto line = std::make_unique<IrqLine>();
    line->line = number;
    line->handler = std::move(handler);
    const auto place =
        std::find_if(lines_.begin(), lines_.end(), [&](const auto& l) { return l->line > number; });
    lines_.insert(place, std::move(line));
    interrupts->unmask(number, current_->local);
}

void Host::irq_free(unsigned number) {
    // After power_off() there is no line and no thread either: a driver's destructor may still come by.
    if (find_line(number) == nullptr) return;
    sync();
    IrqLine* line = find_line(number);
    if (line == nullptr) return;
    interrupts->mask(number, current_->local);
    line->asserted = false;
    while (line->running)
        block(irq_done_);
    lines_.erase(
        std::find_if(lines_.begin(), lines_.end(), [&](const auto& l) { return l->line == number; }));
}

void Host::irq_mask(unsigned line) {
    sync();
    interrupts->mask(line, current_->local);
}

void Host::irq_unmask(unsigned line) {
    sync();
    interrupts->unmask(line, current_->local);
}

}  // namespace ans::host
