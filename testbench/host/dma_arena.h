// SPDX-License-Identifier: MIT
// Hands out pieces of a DRAM window: first fit, neighbours merged on return. Not on the I/O path.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

namespace ans::host {

class DmaArena {
public:
    DmaArena(std::uint64_t base, std::uint64_t size);
    /// Address of `size` bytes at `alignment` (a power of two), or 0 where no piece fits.
    std::uint64_t allocate(std::size_t size, std::size_t alignment);
    /// Takes back what allocate returned. False: it never did, or it was taken back before.
    bool release(std::uint64_t address);
    std::size_t bytes_in_use() const { return in_use_; }

private:
    std::map<std::uint64_t, std::uint64_t> free_;  ///< address -> bytes
    std::map<std::uint64_t, std::uint64_t> used_;
    std::size_t in_use_ = 0;
};

}  // namespace ans::host
