// SPDX-License-Identifier: MIT
#include "testbench/trace/recent.h"

#include <algorithm>
#include <ostream>

#include "testbench/trace/event_row.h"

namespace ans::trace {

Recent::Recent(EventHub& events, std::size_t capacity, const EventHub::Kinds& kinds, SimTime until)
    : events_(events), until_(until), ring_(std::max<std::size_t>(capacity, 1)) {
    events.subscribe(*this, kinds);
}

void Recent::on_event(const Event& event) {
    if (event.time > until_) return;
    Entry& entry = ring_[next_];
    entry.event = event;
    if (event.text_size != 0 || !entry.text.empty()) entry.text = event.text();
    if (++next_ == ring_.size()) next_ = 0;
    ++count_;
}

void Recent::print(std::ostream& out, const RegMapLookup& registers, std::size_t rows) const {
    const std::size_t shown = std::min(rows, size());
    out << event_row_header() << '\n';
    for (std::size_t i = shown; i > 0; --i) {
        const Entry& entry = ring_[(next_ + ring_.size() - i) % ring_.size()];
        out << event_row(entry.event, entry.text, registers) << '\n';
    }
}

}  // namespace ans::trace
