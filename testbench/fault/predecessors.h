// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "testbench/fault/rule.h"

namespace ans::fault {

/// The events that a rule's match must follow: when each was seen last, by the values of the fields that must
/// be the same.
class Predecessors {
public:
    /// `following` outlives this; `kind` is the event's that follows.
    Predecessors(const Following& following, EventKind kind);

    /// Keeps the event if it is one of them. `event` is of the kind that `following` names.
    void note(const Event& event);
    /// Was there one, at most `within` before `event` and with the same fields? Not counting `event` itself,
    /// which is noted already where a thing is judged after it was observed (a fetched command).
    bool precede(const Event& event);

private:
    /// More different ones than tags exist need not be told apart: the one noted longest ago is forgotten.
    static constexpr std::size_t kMost = 128;
    using Fields = std::array<const EventField*, kMaxSame>;
    using Values = std::array<std::uint64_t, kMaxSame>;
    struct Seen {
        Values values;
        SimTime at;
    };

    Values values_of(const Fields& fields, const Event& event) const;
    void keep(const Seen& seen);

    const Following& following_;
    std::size_t same_;
    Fields theirs_{};
    Fields ours_{};
    std::vector<Seen> seen_;
    std::optional<Event> newest_;  ///< noted last and not among `seen_` yet
};

}  // namespace ans::fault
