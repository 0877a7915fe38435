// SPDX-License-Identifier: MIT
// One space of tags for both queues: the NVMMU invalidates by tag alone. source: hardware.md 6.2
#pragma once

#include <atomic>
#include <cstdint>

#include "host_driver/common/measures.h"

namespace ans::driver::nvme {

inline constexpr unsigned kTags = 64;       ///< higher ones crash the firmware. source: hardware.md 6.2
inline constexpr unsigned kAdminTag = 0;    ///< the admin queue's only usable tag. source: hardware.md 6.2
inline constexpr unsigned kFirstIoTag = 2;  ///< 0 and 1 are the admin queue's
inline constexpr unsigned kMaxIoTags = 61;  ///< 2 to 62
inline constexpr unsigned kNoTag = kTags;

/// The I/O tags as a bitmap without a lock. A tag is handed out as late as possible after it came back, so
/// that a completion that arrives twice finds its tag free and not in a new command.
class TagPool {
public:
    /// `depth`: how many of the I/O tags are used, 1 to kMaxIoTags.
    explicit TagPool(unsigned depth, Measures omit = {});

    unsigned allocate() {  ///< kNoTag where all are taken
        std::uint64_t free = free_.load(std::memory_order_relaxed);
        for (;;) {
            if (free == 0) return kNoTag;
            const std::uint64_t later = free & after_last_.load(std::memory_order_relaxed);
            const auto tag = static_cast<unsigned>(__builtin_ctzll(later != 0 ? later : free));
            if (!free_.compare_exchange_weak(free, free & ~(std::uint64_t{1} << tag))) continue;
            after_last_.store(~std::uint64_t{0} << tag << 1 | always_, std::memory_order_relaxed);
            return tag;
        }
    }
    /// Gives back the tags whose bits are set.
    void release(std::uint64_t tags) { free_.fetch_or(tags & all_); }

    bool any_free() const { return free_.load() != 0; }
    /// Whether all are free, not counting `lost`.
    bool all_free(std::uint64_t lost = 0) const { return (free_.load() | lost) == (all_ | lost); }

private:
    const std::uint64_t all_;
    const std::uint64_t always_;  ///< TagRotation omitted: the lowest free tag is taken
    std::atomic<std::uint64_t> free_;
    std::atomic<std::uint64_t> after_last_{~std::uint64_t{0}};  ///< bits above the tag handed out last
};

}  // namespace ans::driver::nvme
