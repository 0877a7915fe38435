// SPDX-License-Identifier: MIT
// What a block has to do later: a binary heap ordered by time and then by the order of arrival, so that one
// SC_METHOD with one event serves any number of deadlines.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "models/common/sim_time.h"

namespace ans {

template <typename Item>
class Agenda {
public:
    explicit Agenda(std::size_t expected) { heap_.reserve(expected); }

    void add(SimTime due, const Item& item) {
        heap_.push_back({due, next_sequence_++, item});
        std::push_heap(heap_.begin(), heap_.end(), later);
    }
    bool empty() const { return heap_.empty(); }
    std::size_t size() const { return heap_.size(); }
    /// When the first item is due; kNever if there is none.
    SimTime next_due() const { return heap_.empty() ? kNever : heap_.front().due; }
    /// Removes and returns the first item. Not to be called on an empty agenda.
    Item take() {
        std::pop_heap(heap_.begin(), heap_.end(), later);
        const Item item = heap_.back().item;
        heap_.pop_back();
        return item;
    }
    void clear() { heap_.clear(); }
    /// Removes every item for which `gone` holds; the order of the others stays.
    template <typename Predicate>
    void remove_if(Predicate gone) {
        heap_.erase(std::remove_if(heap_.begin(), heap_.end(), [&](const Entry& e) { return gone(e.item); }),
                    heap_.end());
        std::make_heap(heap_.begin(), heap_.end(), later);
    }

private:
    struct Entry {
        SimTime due;
        std::uint64_t sequence;
        Item item;
    };
    static bool later(const Entry& a, const Entry& b) {
        return a.due != b.due ? a.due > b.due : a.sequence > b.sequence;
    }
    std::vector<Entry> heap_;
    std::uint64_t next_sequence_ = 0;
};

/// Notifies `event` for absolute time `due` (kNever: not at all); an earlier notification stays in force.
inline void notify_at(sc_core::sc_event& event, SimTime due) {
    if (due == kNever) return;
    const SimTime now = kernel_now();
    event.notify(to_sc(due > now ? due - now : 0));
}

}  // namespace ans
