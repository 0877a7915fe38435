// SPDX-License-Identifier: MIT
// A namespace in memory, as large as one likes: what was never written costs nothing.
#pragma once

#include <vector>

#include "models/common/mapping.h"
#include "models/media/block_store.h"

namespace ans {

/// Chunks of 2 MiB behind a directly indexed table, of which only the touched pages exist.
class MemoryStore : public BlockStore {
public:
    static constexpr std::uint64_t kMaxBytes = std::uint64_t{64} << 40;

    /// Throws MediaOpenError: 0, not a multiple of the block size, more than kMaxBytes, or refused by the
    /// host.
    explicit MemoryStore(std::uint64_t bytes);

    std::size_t runs(std::uint64_t lba, std::uint64_t count, MemoryRun* out, std::size_t max) override;
    int write(std::uint64_t lba, std::uint64_t count, const std::byte* data) override;
    int trim(std::uint64_t lba, std::uint64_t count) override;

    /// Chunks that hold data, for tests of what sparse means.
    std::size_t chunks_in_use() const { return in_use_; }

private:
    static constexpr std::uint64_t kChunkBlocks = 512;
    static constexpr std::size_t kChunkSize = kChunkBlocks * kBlockSize;
    static constexpr std::size_t kSlabChunks = 32;  ///< chunks got from the host at a time

    /// The part of a request that lies in one chunk.
    struct Piece {
        std::uint64_t chunk;
        std::size_t offset;  ///< bytes inside the chunk
        std::size_t size;    ///< bytes
    };
    static Piece first_piece(std::uint64_t lba, std::uint64_t count);

    std::byte* get_chunk();
    void free_chunk(std::byte*& chunk);
    bool grow();

    std::byte** table_;
    Mapping table_memory_;
    Mapping zeros_;  ///< what an absent chunk reads as
    std::vector<Mapping> slabs_;
    std::vector<std::byte*> free_;  ///< chunks that read as zeros
    std::size_t in_use_ = 0;
};

}  // namespace ans
