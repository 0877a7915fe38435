// SPDX-License-Identifier: MIT
// How many events of each kind there were.
#pragma once

#include <array>

#include "models/common/event.h"

namespace ans::trace {

class Counters : public EventSink {
public:
    /// Every kind asked for costs an event where nobody else listens.
    Counters(EventHub& events, const EventHub::Kinds& kinds) : events_(events) {
        events.subscribe(*this, kinds);
    }
    Counters(const Counters&) = delete;
    Counters& operator=(const Counters&) = delete;
    ~Counters() override { events_.unsubscribe(*this); }

    void on_event(const Event& event) override { ++counts_[static_cast<std::size_t>(event.kind)]; }
    std::uint64_t count(EventKind kind) const { return counts_[static_cast<std::size_t>(kind)]; }

private:
    EventHub& events_;
    std::array<std::uint64_t, kEventKinds> counts_{};
};

}  // namespace ans::trace
