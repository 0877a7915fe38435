// SPDX-License-Identifier: MIT
// The table of events as they happen, for `-v`.
#pragma once

#include <ostream>

#include "testbench/trace/event_row.h"

namespace ans::trace {

class Console : public EventSink {
public:
    Console(EventHub& events, std::ostream& out, const RegMapLookup& registers,
            const EventHub::Kinds& kinds = EventHub::all())
        : events_(events), out_(out), registers_(registers) {
        events.subscribe(*this, kinds);
        out << event_row_header() << '\n';
    }
    Console(const Console&) = delete;
    Console& operator=(const Console&) = delete;
    ~Console() override { events_.unsubscribe(*this); }

    void on_event(const Event& event) override { out_ << event_row(event, event.text(), registers_) << '\n'; }

private:
    EventHub& events_;
    std::ostream& out_;
    const RegMapLookup registers_;
};

}  // namespace ans::trace
