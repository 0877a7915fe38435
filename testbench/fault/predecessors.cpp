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
    const Seen now{values_of(theirs_, event), event.time};
    const auto known =
        std::find_if(seen_.begin(), seen_.end(), [&](const Seen& s) { return s.values == now.values; });
    if (known != seen_.end())
        *known = now;
    else if (seen_.size() < seen_.capacity())
        seen_.push_back(now);
    else
        *std::min_element(seen_.begin(), seen_.end(), [](auto& a, auto& b) { return a.at < b.at; }) = now;
}

bool Predecessors::precede(const Event& event) const {
    const Values wanted = values_of(ours_, event);
    return std::any_of(seen_.begin(), seen_.end(), [&](const Seen& s) {
        // A CPU's local time may lie before that of an event which was delivered earlier.
        return s.values == wanted && (event.time <= s.at || event.time - s.at <= following_.within);
    });
}

}  // namespace ans::fault
