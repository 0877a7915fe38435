// SPDX-License-Identifier: MIT
// `do` of rules and scripts as it is read, before it is known which event its references mean.
#pragma once

#include "testbench/scenario/files/binder.h"
#include "testbench/scenario/files/scenario.h"

namespace ans::scenario {

/// "$event.field" as a parameter.
struct Reference {
    std::size_t param;
    std::string field;
    std::string pointer;  ///< for the error message
};
struct Deed {
    fault::Do act;
    std::vector<Reference> references;
};

/// One action or a list of them.
Type<std::vector<Deed>> deeds_type();
/// Resolves the references against an event of `kind`; `absent` is the complaint where that is none (Count).
bool resolve_references(const std::vector<Deed>& deeds, EventKind kind, const std::string& absent,
                        Problems& problems, std::vector<fault::Do>& out);

}  // namespace ans::scenario
