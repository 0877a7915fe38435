// SPDX-License-Identifier: MIT
#include "testbench/scenario/shadow.h"

#include <array>
#include <cstring>

#include "testbench/scenario/random.h"

namespace ans::scenario {

// Word 0 names the version, the rest is a sequence of its own for every (seed, lba, version).
void Shadow::fill(std::uint64_t lba, std::uint32_t version, std::byte* data) const {
    Random words(mix64(seed_ ^ mix64(lba + 1)) + version);
    std::memset(data, 0, 8);
    std::memcpy(data, &version, sizeof version);
    for (std::size_t at = 8; at < kBlock; at += 8) {
        const std::uint64_t word = words.next();
        std::memcpy(data + at, &word, sizeof word);
    }
}

void Shadow::fill_next(std::uint64_t lba, std::byte* data) {
    fill(lba, ++blocks_[lba].issued, data);
}

void Shadow::written(std::uint64_t lba, bool durable) {
    Block& block = blocks_[lba];
    block.acknowledged = block.issued;
    if (durable) block.durable = block.issued;
}

void Shadow::flushed() {
    for (auto& [lba, block] : blocks_)
        block.durable = block.acknowledged;
}

void Shadow::forget(std::uint64_t lba, std::uint64_t blocks) {
    blocks_.erase(blocks_.lower_bound(lba), blocks_.lower_bound(lba + blocks));
}

void Shadow::power_cut() {
    for (auto& [lba, block] : blocks_)
        block.uncertain = block.durable != block.issued;
}

bool Shadow::check(std::uint64_t lba, const std::byte* data) {
    const auto found = blocks_.find(lba);
    if (found == blocks_.end()) return true;
    Block& block = found->second;
    std::uint32_t version = 0;
    std::memcpy(&version, data, sizeof version);
    const std::uint32_t oldest = block.uncertain ? block.durable : block.acknowledged;
    const std::uint32_t newest = block.uncertain ? block.issued : block.acknowledged;
    // Version 0 is content from before the run: it cannot be checked, only allowed.
    std::array<std::byte, kBlock> expected;
    if (version >= oldest && version <= newest && version != 0) {
        fill(lba, version, expected.data());
        if (std::memcmp(expected.data(), data, kBlock) == 0) {
            block = {version, version, version, false};
            return true;
        }
    }
    if (oldest != 0) return false;
    blocks_.erase(found);
    return true;
}

}  // namespace ans::scenario
