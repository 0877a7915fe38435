// SPDX-License-Identifier: MIT
#include "testbench/scenario/belongings.h"

#include <algorithm>

namespace ans::scenario {

Belongings::Belongings(const host::Host& host, const RawAccess& raw, EventHub& events)
    : host_(host), raw_(raw), events_(events) {
    events_.subscribe(*this, {EventKind::SartEntry});
}

Belongings::~Belongings() {
    events_.unsubscribe(*this);
}

void Belongings::on_event(const Event& event) {
    static const EventField* const index = find_field(EventKind::SartEntry, "index");
    static const EventField* const flags = find_field(EventKind::SartEntry, "flags");
    static const EventField* const locked = find_field(EventKind::SartEntry, "locked");
    windows_.set(index->get(event), flags->get(event) != 0 && locked->get(event) == 0);
}

Belongings::Held Belongings::now() const {
    return {host_.dma_bytes_in_use() - raw_.bytes_held(), windows_.count()};
}

void Belongings::end() {
    const auto more = [](std::uint64_t is, std::uint64_t was) { return is - std::min(is, was); };
    const Held held = now();
    left_.bytes += more(held.bytes, before_.bytes);
    left_.entries += more(held.entries, before_.entries);
    before_ = held;
}

}  // namespace ans::scenario
