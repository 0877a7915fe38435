// SPDX-License-Identifier: MIT
// Which unflushed writes a drive had written when its power went.
#pragma once

#include "models/media/media.h"
#include "testbench/fault/table.h"

namespace ans::scenario {

/// `dirty`: how many entries the cache holds. `draw`: a random number, from which everything follows.
ans::Media::Survives survivors(fault::CutKeeps keeps, unsigned percent, std::uint64_t draw,
                               std::size_t dirty);

}  // namespace ans::scenario
