// SPDX-License-Identifier: MIT
// What each block of the namespace must hold: the memory of all verifying I/O jobs of a run, across power
// cuts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

namespace ans::scenario {

/// A block's content is made from (seed, lba, version); a version counts the writes to that block. Blocks
/// that no job wrote are not judged.
class Shadow {
public:
    static constexpr std::size_t kBlock = 4096;

    explicit Shadow(std::uint64_t seed) : seed_(seed) {}

    /// The content of the block's next version; the write that carries it is about to be submitted.
    void fill_next(std::uint64_t lba, std::byte* data);
    /// The write was acknowledged. `durable`: it was forced to the medium.
    void written(std::uint64_t lba, bool durable);
    /// What was acknowledged up to now was flushed.
    void flushed();
    /// Trimmed, or written by somebody else: not judged any more.
    void forget(std::uint64_t lba, std::uint64_t blocks);
    /// Power was cut: a block may be back at any version between the last durable and the last issued.
    void power_cut();
    /// True: the block holds a version that it may hold. That version is then the only right one.
    bool check(std::uint64_t lba, const std::byte* data);

private:
    struct Block {
        std::uint32_t durable = 0;  ///< 0: what was there before the run
        std::uint32_t acknowledged = 0;
        std::uint32_t issued = 0;
        bool uncertain = false;
    };
    void fill(std::uint64_t lba, std::uint32_t version, std::byte* data) const;

    std::uint64_t seed_;
    std::map<std::uint64_t, Block> blocks_;
};

}  // namespace ans::scenario
