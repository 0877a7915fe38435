// SPDX-License-Identifier: MIT
#include "testbench/fault/predecessors.h"

#include <algorithm>

namespace ans::fault {

Predecessors::Predecessors(const Following& following, EventKind kind)
    : following_(following), same_(following.same.size()) {
    for (std::size_t i = 0; i < same_; ++i) {
        theirs_[i] = find_field(following.kind, following.same[i]);
        ours_[i] = find_field(kind, following.same[i]);
    }
    seen_.reserve(same_ == 0 ? 1 : kMost);
}

Predecessors::Values Predecessors::values_of(const Fields& fields, const Event& event) const {
    Values values{};
    for (std::size_t i = 0; i < same_; ++i)
        values[i] = fields[i]->get(event);
    return values;
}

void Predecessors::note(const Event& event) {
    if (!following_.matches(event)) return;
    if (newest_) keep({values_of(theirs_, *newest_), newest_->time});
    newest_ = event;
    newest_->text_size = 0;  // the text lives no longer than the event
}

void Predecessors::keep(const Seen& seen) {
    const auto known =
        std::find_if(seen_.begin(), seen_.end(), [&](const Seen& s) { return s.values == seen.values; });
    if (known != seen_.end())
        *known = seen;
    else if (seen_.size() < seen_.capacity())
        seen_.push_back(seen);
    else
        *std::min_element(seen_.begin(), seen_.end(), [](auto& a, auto& b) { return a.at < b.at; }) = seen;
}

bool Predecessors::precede(const Event& event) {
    if (newest_ && !same_thing(*newest_, event)) {
        keep({values_of(theirs_, *newest_), newest_->time});
        newest_.reset();
    }
    const Values wanted = values_of(ours_, event);
    return std::any_of(seen_.begin(), seen_.end(), [&](const Seen& s) {
        // A CPU's local time may lie before that of an event which was delivered earlier.
        return s.values == wanted && (event.time <= s.at || event.time - s.at <= following_.within);
    });
}

}  // namespace ans::fault
