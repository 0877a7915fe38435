// SPDX-License-Identifier: MIT
// What all monitors share: the few kinds they hear, and where they report.
#pragma once

#include "testbench/monitors/event_bits.h"
#include "testbench/monitors/judge.h"

namespace ans::monitor {

class Monitor : public EventSink {
public:
    Monitor(const Monitor&) = delete;
    Monitor& operator=(const Monitor&) = delete;
    ~Monitor() override { events_.unsubscribe(*this); }

protected:
    Monitor(EventHub& events, Judge& judge, std::initializer_list<EventKind> kinds)
        : events_(events), judge_(judge) {
        events_.subscribe(*this, kinds);
    }

    EventHub& events_;
    Judge& judge_;
};

}  // namespace ans::monitor
