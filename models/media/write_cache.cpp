// SPDX-License-Identifier: MIT
#include "models/media/write_cache.h"

#include <algorithm>
#include <cstring>

namespace ans {

WriteCache::WriteCache(std::size_t capacity) : capacity_(capacity) {
    if (capacity == 0) return;
    std::size_t buckets = 1;
    while (buckets < 2 * capacity)
        buckets *= 2;
    slots_ = Mapping::anonymous(capacity * kBlockSize, Mapping::Pages::Any);
    entry_memory_ = Mapping::anonymous(capacity * sizeof(Entry), Mapping::Pages::Any);
    bucket_memory_ = Mapping::anonymous(buckets * sizeof(Bucket), Mapping::Pages::Any);
    bucket_mask_ = buckets - 1;
    trims_.reserve(kMaxTrims);
}

// The bucket that holds the key, or the empty one where it belongs.
std::size_t WriteCache::place(std::uint64_t key) const {
    std::size_t i = home(key);
    while (bucket(i).key != 0 && bucket(i).key != key)
        i = (i + 1) & bucket_mask_;
    return i;
}

WriteCache::Hit WriteCache::find(std::uint64_t lba) const {
    if (empty()) return {Content::Nothing, kNone};
    const Bucket& data = bucket(place(lba + 1));
    const bool written = data.key != 0;
    for (auto trim = trims_.rbegin(); trim != trims_.rend(); ++trim) {
        if (written && trim->sequence < data.sequence) break;
        if (lba >= trim->lba && lba - trim->lba < trim->blocks) return {Content::Zeros, trim->sequence};
    }
    if (written) return {Content::Data, data.sequence};
    return {Content::Nothing, kNone};
}

WriteCache::Sequence WriteCache::newest(std::uint64_t lba, std::uint64_t count) const {
    Sequence newest = kNone;
    if (empty()) return newest;
    for (std::uint64_t i = 0; i < count; ++i) {
        const Hit hit = find(lba + i);
        if (hit.content != Content::Nothing && (newest == kNone || hit.sequence > newest))
            newest = hit.sequence;
    }
    return newest;
}

std::size_t WriteCache::streak(Sequence sequence, std::size_t max) const {
    const Entry& start = entry(sequence);
    if (start.trim) return 1;
    // Slots are consecutive up to the ring's end.
    const std::uint64_t limit = std::min<std::uint64_t>({max, next_ - sequence, capacity_ - slot(sequence)});
    std::size_t n = 1;
    while (n < limit && !entry(sequence + n).trim && entry(sequence + n).lba == start.lba + n)
        ++n;
    return n;
}

void WriteCache::add_data(std::uint64_t lba, std::size_t count, const std::byte* data) {
    if (empty()) origin_ = next_;
    while (count != 0) {
        const std::size_t here = slot(next_);
        const std::size_t n = std::min(count, capacity_ - here);
        std::memcpy(slots_.data() + here * kBlockSize, data, n * kBlockSize);
        for (std::size_t i = 0; i < n; ++i) {
            entry_at(here + i) = {lba + i, 1, false};
            bucket(place(lba + i + 1)) = {lba + i + 1, next_ + i};
        }
        next_ += n;
        lba += n;
        data += n * kBlockSize;
        count -= n;
    }
}

void WriteCache::add_trim(std::uint64_t lba, std::uint64_t count) {
    if (empty()) origin_ = next_;
    entry_at(slot(next_)) = {lba, count, true};
    trims_.push_back({lba, count, next_});
    ++next_;
}

void WriteCache::pop() {
    const Entry& oldest = entry(first_);
    if (oldest.trim)
        trims_.erase(trims_.begin());
    else
        forget(oldest.lba, first_);
    ++first_;
}

// Takes a block out of the index unless a newer entry has its place there. Deletion by moving followers back.
void WriteCache::forget(std::uint64_t lba, Sequence sequence) {
    std::size_t hole = place(lba + 1);
    if (bucket(hole).sequence != sequence || bucket(hole).key == 0) return;
    for (std::size_t i = (hole + 1) & bucket_mask_; bucket(i).key != 0; i = (i + 1) & bucket_mask_) {
        const std::size_t distance = (i - home(bucket(i).key)) & bucket_mask_;
        if (distance < ((i - hole) & bucket_mask_)) continue;  // it is nearer to its home than the hole is
        bucket(hole) = bucket(i);
        hole = i;
    }
    bucket(hole) = {0, 0};
}

}  // namespace ans
