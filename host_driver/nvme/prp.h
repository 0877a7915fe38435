// SPDX-License-Identifier: MIT
// Describes a caller's memory as PRP entries. source: NVMe 1.1 section 4.3
#pragma once

#include <cstddef>
#include <cstdint>

#include "host_driver/common/bits.h"
#include "host_driver/common/dma_memory.h"
#include "host_driver/common/status.h"
#include "host_driver/nvme/request.h"

namespace ans::driver::nvme {

struct Prps {
    std::uint64_t prp1 = 0;
    std::uint64_t prp2 = 0;
};

/// List memory for every tag, taken once. Building allocates nothing.
class PrpBuilder {
public:
    /// Room for transfers of up to `max_bytes`, each starting anywhere in a page. NoMemory: there is none.
    Status prepare(port::Port& port, std::size_t max_bytes, unsigned tags);
    void release() { lists_.release(); }

    /// Fills `prps` and, from three pages on, the tag's list. Misaligned: the segments break the PRP rules (a
    /// start that is no multiple of 4, an inner edge that is no page boundary). InvalidArgument: an empty
    /// segment, a null one, or a sum that is not `bytes`. TooLarge: more than was prepared.
    Status build(unsigned tag, const Segment* segments, std::size_t count, std::size_t bytes, Prps& prps);

    /// List pages that transfers of `bytes` may need.
    static std::size_t list_pages(std::size_t bytes);

private:
    Status build_list(unsigned tag, const Segment* segments, std::size_t count, std::size_t bytes,
                      Prps& prps);

    DmaMemory lists_;
    std::size_t pages_per_tag_ = 0;
    std::size_t max_bytes_ = 0;
};

}  // namespace ans::driver::nvme
