// SPDX-License-Identifier: MIT
#include "testbench/fault/condition.h"

namespace ans::fault {

bool Condition::judge(const Event& event) {
    if (event.time < when_.after || event.time >= when_.before) return false;
    for (const FieldMatch& match : when_.fields)
        if (!match.matches(event)) return false;
    if (!when_.text.empty() && event.text().find(when_.text) == std::string_view::npos) return false;
    ++matches_;
    if (when_.nth != 0 && matches_ != when_.nth) return false;
    if (when_.every != 0 && matches_ % when_.every != 0) return false;
    if (when_.at_most != 0 && triggered_ >= when_.at_most) return false;
    if (!random_.chance(when_.probability)) return false;
    ++triggered_;
    return true;
}

}  // namespace ans::fault
