// SPDX-License-Identifier: MIT
#include "testbench/host/dma_arena.h"

#include <iterator>

namespace ans::host {

namespace {
constexpr std::uint64_t kGranule = 64;  // a cache line: neighbours never share one
}

DmaArena::DmaArena(std::uint64_t base, std::uint64_t size) {
    if (size != 0) free_.emplace(base, size);
}

std::uint64_t DmaArena::allocate(std::size_t size, std::size_t alignment) {
    if (size == 0 || size > UINT64_MAX - kGranule) return 0;
    const std::uint64_t bytes = (size + kGranule - 1) / kGranule * kGranule;
    const std::uint64_t align = alignment < kGranule ? kGranule : alignment;
    for (auto it = free_.begin(); it != free_.end(); ++it) {
        const std::uint64_t start = (it->first + align - 1) & ~(align - 1);
        const std::uint64_t end = it->first + it->second;
        if (start < it->first || start > end || end - start < bytes) continue;
        const std::uint64_t before = start - it->first;
        const std::uint64_t first = it->first;
        free_.erase(it);
        if (before != 0) free_.emplace(first, before);
        if (end - start != bytes) free_.emplace(start + bytes, end - start - bytes);
        used_.emplace(start, bytes);
        in_use_ += bytes;
        return start;
    }
    return 0;
}

bool DmaArena::release(std::uint64_t address) {
    const auto used = used_.find(address);
    if (used == used_.end()) return false;
    std::uint64_t bytes = used->second;
    in_use_ -= bytes;
    used_.erase(used);
    auto after = free_.lower_bound(address);
    if (after != free_.end() && address + bytes == after->first) {
        bytes += after->second;
        after = free_.erase(after);
    }
    if (after != free_.begin()) {
        const auto before = std::prev(after);
        if (before->first + before->second == address) {
            before->second += bytes;
            return true;
        }
    }
    free_.emplace(address, bytes);
    return true;
}

}  // namespace ans::host
