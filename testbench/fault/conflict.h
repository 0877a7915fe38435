// SPDX-License-Identifier: MIT
// What can be proven of conditions and rules before anything runs. Where nothing is proven, nothing is
// refused.
#pragma once

#include <string>

#include "testbench/fault/rule.h"

namespace ans::fault {

/// Is there no value that both allow? The fields may be of different kinds.
bool disjoint(const FieldMatch& a, const FieldMatch& b);
/// Why no event of `when` has what it shares with the one that it follows, or "".
std::string contradiction(const Following& following, const Pattern& when);

/// Do both actions decide over the same thing?
bool meet(const ActionInfo& a, const ActionInfo& b);
/// Why `later`, the second of the two in the file, never has what it asks for because of `earlier`; "" where
/// that is not certain.
std::string fight(const Rule& earlier, const Rule& later);

}  // namespace ans::fault
