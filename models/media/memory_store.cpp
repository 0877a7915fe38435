// SPDX-License-Identifier: MIT
#include "models/media/memory_store.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace ans {

namespace {
std::uint64_t checked_blocks(std::uint64_t bytes) {
    if (bytes == 0 || bytes % kBlockSize != 0 || bytes > MemoryStore::kMaxBytes)
        throw MediaOpenError("memory namespace of " + std::to_string(bytes) +
                             " bytes: expected a multiple of 4096, at least 4096 and at most 64 TiB");
    return bytes / kBlockSize;
}
}  // namespace

MemoryStore::MemoryStore(std::uint64_t bytes) : BlockStore(checked_blocks(bytes), "memory") {
    const std::size_t chunks = (blocks() + kChunkBlocks - 1) / kChunkBlocks;
    try {
        table_memory_ = Mapping::anonymous(chunks * sizeof(std::byte*), Mapping::Pages::Small);
        zeros_ = Mapping::zeros(kChunkSize);
    } catch (const std::system_error& error) {
        throw MediaOpenError("memory namespace of " + std::to_string(bytes) + " bytes: " + error.what());
    }
    table_ = reinterpret_cast<std::byte**>(table_memory_.data());
}

MemoryStore::Piece MemoryStore::first_piece(std::uint64_t lba, std::uint64_t count) {
    const std::uint64_t inside = lba % kChunkBlocks;
    return {lba / kChunkBlocks, inside * kBlockSize, std::min(count, kChunkBlocks - inside) * kBlockSize};
}

std::size_t MemoryStore::runs(std::uint64_t lba, std::uint64_t count, MemoryRun* out, std::size_t max) {
    RunList list(out, max);
    while (count != 0) {
        const Piece piece = first_piece(lba, count);
        const std::byte* chunk = table_[piece.chunk];
        if (!list.add((chunk != nullptr ? chunk : zeros_.data()) + piece.offset, piece.size)) return 0;
        lba += piece.size / kBlockSize;
        count -= piece.size / kBlockSize;
    }
    return list.count();
}

int MemoryStore::write(std::uint64_t lba, std::uint64_t count, const std::byte* data) {
    while (count != 0) {
        const Piece piece = first_piece(lba, count);
        std::byte*& chunk = table_[piece.chunk];
        if (chunk == nullptr && (chunk = get_chunk()) == nullptr) return ENOMEM;
        std::memcpy(chunk + piece.offset, data, piece.size);
        data += piece.size;
        lba += piece.size / kBlockSize;
        count -= piece.size / kBlockSize;
    }
    return 0;
}

int MemoryStore::trim(std::uint64_t lba, std::uint64_t count) {
    while (count != 0) {
        const Piece piece = first_piece(lba, count);
        std::byte*& chunk = table_[piece.chunk];
        const bool to_the_end = lba + piece.size / kBlockSize == blocks();
        if (chunk != nullptr) {
            if (piece.offset == 0 && (piece.size == kChunkSize || to_the_end))
                free_chunk(chunk);
            else if (madvise(chunk + piece.offset, piece.size, MADV_DONTNEED) != 0)
                std::memset(chunk + piece.offset, 0, piece.size);  // the host's pages are larger than a block
        }
        lba += piece.size / kBlockSize;
        count -= piece.size / kBlockSize;
    }
    return 0;
}

std::byte* MemoryStore::get_chunk() {
    if (free_.empty() && !grow()) return nullptr;
    std::byte* chunk = free_.back();
    free_.pop_back();
    ++in_use_;
    return chunk;
}

void MemoryStore::free_chunk(std::byte*& chunk) {
    if (madvise(chunk, kChunkSize, MADV_DONTNEED) != 0) std::memset(chunk, 0, kChunkSize);
    free_.push_back(chunk);
    chunk = nullptr;
    --in_use_;
}

bool MemoryStore::grow() {
    try {
        slabs_.push_back(Mapping::anonymous(kSlabChunks * kChunkSize, Mapping::Pages::Small));
    } catch (const std::system_error&) {
        return false;
    }
    // Last first, so that chunks are handed out in ascending order and neighbours stay neighbours.
    for (std::size_t i = kSlabChunks; i-- != 0;)
        free_.push_back(slabs_.back().data() + i * kChunkSize);
    return true;
}

}  // namespace ans
