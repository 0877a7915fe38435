// SPDX-License-Identifier: MIT
#include "testbench/scenario/survivors.h"

#include "testbench/scenario/random.h"

namespace ans::scenario {

ans::Media::Survives survivors(fault::CutKeeps keeps, unsigned percent, std::uint64_t draw,
                               std::size_t dirty) {
    Random random(draw);
    const std::size_t share = dirty * percent / 100;
    const std::size_t oldest = share == 0 ? 0 : random.below(share + 1);
    return [keeps, percent, random, oldest](std::size_t index, std::uint64_t) mutable {
        switch (keeps) {
            case fault::CutKeeps::Nothing:
                return false;
            case fault::CutKeeps::Oldest:
                return index < oldest;
            case fault::CutKeeps::Any:
                return random.below(100) < percent;
            case fault::CutKeeps::Everything:
                return true;
        }
        return false;
    };
}

}  // namespace ans::scenario
