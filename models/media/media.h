// SPDX-License-Identifier: MIT
// The namespace behind the controller: a block store, the volatile write cache in front of it, and what the
// drive remembers. Plain C++; the firmware's NVMe service calls it and says when.
#pragma once

#include <functional>
#include <memory>

#include "models/common/event.h"
#include "models/media/block_store.h"
#include "models/media/device_state.h"
#include "models/media/write_cache.h"

namespace ans {

enum class MediaResult : std::uint8_t { Ok, OutOfRange, ReadFault, WriteFault };

struct MediaConfig {
    EventHub* events = &EventHub::none();
    std::size_t cache_bytes = std::size_t{64}
                              << 20;  ///< rounded down to blocks; 0: every write goes through; guess
};

/// Writes are acknowledged when they are in the cache; flush, FUA and age bring them to the store, in order.
/// Destroying a Media is a power cut that nobody announced: what is only in the cache is gone.
class Media {
public:
    /// Whether a log entry reaches the store in a power cut. `index`: 0 is the oldest; `lba`: its first
    /// block.
    using Survives = std::function<bool(std::size_t index, std::uint64_t lba)>;

    /// Throws std::system_error if the host refuses the cache's memory.
    Media(std::unique_ptr<BlockStore> store, DeviceState state, const MediaConfig& config);

    std::uint64_t blocks() const { return blocks_; }
    bool writable() const { return store_->writable(); }

    /// Pointers to the newest content of `count` blocks, valid until the next call that is not a read; never
    /// written through. Returns the number of runs, at most `count`; 0: out of range, damaged store or `max`
    /// too small.
    std::size_t read_runs(std::uint64_t lba, std::uint64_t count, MemoryRun* out, std::size_t max) {
        if (!in_range(lba, count)) return 0;
        if (cache_.empty()) return store_->runs(lba, count, out, max);
        return merged_runs(lba, count, out, max);
    }
    /// With `fua` the data is on the store before this returns.
    MediaResult write(std::uint64_t lba, std::uint64_t count, const std::byte* data, bool fua, SimTime at);
    /// The blocks read as zeros from now on. In the cache like a write.
    MediaResult trim(std::uint64_t lba, std::uint64_t count, SimTime at);
    /// Brings everything to the store, oldest first. An error ends it and leaves the rest in the cache.
    MediaResult flush(SimTime at);

    // The drive's life.
    void power_on(SimTime at);
    /// The controller was enabled: a shutdown notification is owed again.
    void controller_enabled(SimTime at);
    /// A shutdown notification was obeyed. Flush first; a cache with content makes no clean shutdown.
    void clean_shutdown(SimTime at);
    /// Power goes. All of the cache is lost. Returns how many blocks lost their newest acknowledged data.
    std::uint64_t power_cut(SimTime at);
    /// The same, but `survives` decides for each log entry, in the log's order, whether it was written in
    /// time. Any subset is a state that a drive can be in; a drive that writes out of order is one that kept
    /// an older version of a block and lost the newer.
    std::uint64_t power_cut(SimTime at, const Survives& survives);
    /// The end of the run: keeps the drive's state and lets the host write the image to its own medium. Does
    /// not flush the cache.
    MediaResult close(SimTime at);

    /// A read command was completed with data.
    void count_read(std::uint64_t blocks) { state_.count_read(blocks); }
    DeviceCounters counters(SimTime at) const { return state_.counters(at); }
    const DeviceState& state() const { return state_; }
    /// Entries that wait in the cache.
    std::size_t dirty() const { return static_cast<std::size_t>(cache_.next() - cache_.first()); }

private:
    bool in_range(std::uint64_t lba, std::uint64_t count) const {
        return count != 0 && count <= blocks_ && lba <= blocks_ - count;
    }
    std::size_t merged_runs(std::uint64_t lba, std::uint64_t count, MemoryRun* out, std::size_t max);
    /// Whether the range may be changed; and then the drive is in use.
    MediaResult admit(std::uint64_t lba, std::uint64_t count, SimTime at);
    MediaResult write_through(std::uint64_t lba, std::uint64_t count, const std::byte* data, SimTime at);
    /// Writes the oldest entries up to `end` to the store.
    MediaResult write_back(WriteCache::Sequence end, SimTime at);
    int store_entries(WriteCache::Sequence first, std::size_t count);

    MediaResult fault(std::uint64_t lba, int error, SimTime at);
    void report_state(SimTime at);
    void report_error(std::uint64_t lba, const std::string& text, SimTime at);
    void report_count(EventKind kind, std::uint64_t count, SimTime at);

    EventHub& events_;
    const std::unique_ptr<BlockStore> store_;
    const std::uint64_t blocks_;
    DeviceState state_;
    WriteCache cache_;
    const Mapping zeros_;             ///< what a trim in the cache reads as
    std::uint64_t written_back_ = 0;  ///< data blocks that went from the cache to the store
};

}  // namespace ans
