// SPDX-License-Identifier: MIT
#include "testbench/monitors/judge.h"

#include <cstdarg>
#include <cstdio>

namespace ans::monitor {

void Judge::violate(RuleId rule, SimTime at, const char* format, ...) {
    ++counts_[static_cast<std::size_t>(rule)];
    if (!events_.wants(EventKind::RuleViolated)) return;
    char what[256];  // longer texts are cut
    std::va_list values;
    va_start(values, format);
    std::vsnprintf(what, sizeof what, format, values);
    va_end(values);
    const RuleInfo& info = rule_info(rule);
    const std::string text = std::string(info.id) + ": " + what;
    Event event;
    event.time = at;
    event.kind = EventKind::RuleViolated;
    event.unit = Unit::Monitor;
    event.slot[0] = static_cast<std::uint64_t>(info.severity);
    event.set_text(text);
    events_.emit(event);
}

}  // namespace ans::monitor
