// SPDX-License-Identifier: MIT
// An event as one row of a readable table: time, source, event, decoded details.
#pragma once

#include <string>
#include <string_view>

#include "models/common/event.h"
#include "models/common/reg_map.h"

namespace ans::trace {

/// "12062.000500": microseconds with all picoseconds.
std::string time_text(SimTime time);
/// The register of a bus event by name ("CONFIG(3)"); empty: the event names none, or no map knows it.
std::string register_of(const Event& event, const RegMapLookup& registers);
/// What the row says besides time, source and kind. `text`: the event's, as it may be a copy.
std::string details(const Event& event, std::string_view text, const RegMapLookup& registers);
/// One line without its end, and the line above the first.
std::string event_row(const Event& event, std::string_view text, const RegMapLookup& registers);
std::string event_row_header();
/// Only characters that a terminal prints: others become "\x1b".
std::string printable(std::string_view text);

}  // namespace ans::trace
