// SPDX-License-Identifier: MIT
// The last events of a run, for the report of a failure.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "models/common/event.h"
#include "models/common/reg_map.h"

namespace ans::trace {

class Recent : public EventSink {
public:
    /// Keeps the last `capacity` (at least 1) events of `kinds` that are not later than `until`.
    Recent(EventHub& events, std::size_t capacity, const EventHub::Kinds& kinds = EventHub::all(),
           SimTime until = kNever);
    Recent(const Recent&) = delete;
    Recent& operator=(const Recent&) = delete;
    ~Recent() override { events_.unsubscribe(*this); }

    void on_event(const Event& event) override;
    std::size_t size() const { return count_ < ring_.size() ? count_ : ring_.size(); }
    /// How many events came in all.
    std::uint64_t seen() const { return count_; }
    /// The last `rows` events as a table, oldest first.
    void print(std::ostream& out, const RegMapLookup& registers, std::size_t rows = SIZE_MAX) const;

private:
    struct Entry {
        Event event;
        std::string text;  ///< the event's own is gone after its delivery
    };

    EventHub& events_;
    const SimTime until_;
    std::vector<Entry> ring_;
    std::size_t next_ = 0;
    std::uint64_t count_ = 0;
};

}  // namespace ans::trace
