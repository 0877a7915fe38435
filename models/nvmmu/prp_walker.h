// SPDX-License-Identifier: MIT
// Walks a command's physical region pages. source: NVMe 1.1 section 4.3
#pragma once

#include <cstddef>
#include <cstdint>

#include "models/common/dma_port.h"

namespace ans {

/// Yields the pieces of a transfer in order, one a page, neighbours joined; follows lists and their chains.
class PrpWalker {
public:
    enum class End : std::uint8_t { None, Done, BadOffset, ListOutside };
    static constexpr std::uint64_t kPage =
        4096;  ///< CC.MPS=0, also with 16 KiB hosts. source: hardware.md 5 "Page"

    PrpWalker(DmaPort& memory, std::uint64_t prp1, std::uint64_t prp2, std::size_t bytes)
        : memory_(memory), prp1_(prp1), prp2_(prp2), left_(bytes) {}

    /// The next piece, at most `most` bytes. False at the end; `end()` says why.
    bool next(std::size_t most, std::uint64_t& address, std::size_t& size);
    End end() const { return end_; }
    /// Where it failed: the pointer at fault.
    std::uint64_t culprit() const { return culprit_; }

private:
    bool next_page();
    bool next_list_entry(std::uint64_t& entry);
    bool fail(End why, std::uint64_t culprit);

    DmaPort& memory_;
    std::uint64_t prp1_;
    std::uint64_t prp2_;
    std::size_t left_;        ///< bytes not yet covered by a page
    std::uint64_t page_ = 0;  ///< current position inside the joined piece
    std::size_t page_left_ = 0;
    std::uint64_t list_ = 0;  ///< address of the next list entry, 0: no list yet
    bool first_ = true;
    End end_ = End::None;
    std::uint64_t culprit_ = 0;
};

}  // namespace ans
