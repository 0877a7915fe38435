// SPDX-License-Identifier: MIT
// What was written and not yet flushed: a log in order of arrival, and an index for reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/common/mapping.h"
#include "models/media/block_store.h"

namespace ans {

/// A ring of block-sized slots, entry after entry, so nothing is allocated after construction. An empty log
/// starts at the first slot again: a cache that is flushed often touches little of its memory. Every version
/// of a block stays until it leaves at the old end; reads see the newest.
class WriteCache {
public:
    /// Number of an entry, counted from the first ever made.
    using Sequence = std::uint64_t;
    static constexpr Sequence kNone = UINT64_MAX;

    struct Entry {
        std::uint64_t lba;
        std::uint64_t blocks;  ///< 1 for data
        bool trim;             ///< the blocks read as zeros; else one block of data
    };
    /// What a read of a block finds here.
    enum class Content : std::uint8_t { Nothing, Data, Zeros };
    struct Hit {
        Content content;
        Sequence sequence;  ///< of the newest entry for the block; kNone without one
    };

    /// `capacity` in blocks; 0 is a cache that takes nothing. Throws std::system_error.
    explicit WriteCache(std::size_t capacity);

    bool empty() const { return first_ == next_; }
    std::size_t capacity() const { return capacity_; }
    std::size_t room() const { return capacity_ - (next_ - first_); }
    /// Trims are searched one by one, so that their number is bounded.
    bool room_for_trim() const { return room() != 0 && trims_.size() < kMaxTrims; }
    Sequence first() const { return first_; }
    Sequence next() const { return next_; }

    /// Entries `first()` to `next() - 1`.
    const Entry& entry(Sequence sequence) const { return entry_at(slot(sequence)); }
    /// The data of a data entry.
    const std::byte* data(Sequence sequence) const { return slots_.data() + slot(sequence) * kBlockSize; }
    Hit find(std::uint64_t lba) const;
    /// The newest entry that concerns one of the blocks, or kNone.
    Sequence newest(std::uint64_t lba, std::uint64_t count) const;
    /// How many entries from `sequence`, at most `max`, are data of consecutive blocks in consecutive slots.
    std::size_t streak(Sequence sequence, std::size_t max) const;

    /// Needs room() for `count`.
    void add_data(std::uint64_t lba, std::size_t count, const std::byte* data);
    /// Needs room_for_trim().
    void add_trim(std::uint64_t lba, std::uint64_t count);
    /// Removes the oldest entry.
    void pop();

private:
    static constexpr std::size_t kMaxTrims = 256;

    struct Trim {
        std::uint64_t lba;
        std::uint64_t blocks;
        Sequence sequence;
    };
    struct Bucket {
        std::uint64_t key;  ///< lba + 1; 0: empty
        Sequence sequence;
    };

    std::size_t slot(Sequence sequence) const { return (sequence - origin_) % capacity_; }
    std::size_t home(std::uint64_t key) const { return (key * 0x9e37'79b9'7f4a'7c15u >> 20) & bucket_mask_; }
    Entry& entry_at(std::size_t i) const { return reinterpret_cast<Entry*>(entry_memory_.data())[i]; }
    Bucket& bucket(std::size_t i) const { return reinterpret_cast<Bucket*>(bucket_memory_.data())[i]; }
    std::size_t place(std::uint64_t key) const;
    void forget(std::uint64_t lba, Sequence sequence);

    std::size_t capacity_;
    Mapping entry_memory_;  ///< a ring of `capacity_`; like all tables here, only what is used costs memory
    Mapping slots_;
    Mapping bucket_memory_;  ///< open addressing, at most half full
    std::size_t bucket_mask_ = 0;
    std::vector<Trim> trims_;  ///< those in the log, oldest first
    Sequence origin_ = 0;      ///< the entry in the first slot
    Sequence first_ = 0;
    Sequence next_ = 0;
};

}  // namespace ans
