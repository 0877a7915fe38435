// SPDX-License-Identifier: MIT
#include "models/media/media.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace ans {

namespace {
constexpr std::size_t kZeroBlocks = 256;  // a trimmed range reads as runs of this many blocks
constexpr std::size_t kBatch = 1024;      // blocks written to the store at a time
}  // namespace

Media::Media(std::unique_ptr<BlockStore> store, DeviceState state, const MediaConfig& config)
    : events_(*config.events),
      store_(std::move(store)),
      blocks_(store_->blocks()),
      state_(std::move(state)),
      cache_(config.cache_bytes / kBlockSize),
      zeros_(Mapping::zeros(kZeroBlocks * kBlockSize)) {}

// Stretches of blocks with the same kind of content, each as few runs.
std::size_t Media::merged_runs(std::uint64_t lba, std::uint64_t count, MemoryRun* out, std::size_t max) {
    using Content = WriteCache::Content;
    RunList list(out, max);
    while (count != 0) {
        const WriteCache::Hit hit = cache_.find(lba);
        std::uint64_t n = 1;
        if (hit.content == Content::Data) {
            if (!list.add(cache_.data(hit.sequence), kBlockSize)) return 0;
        } else {
            const std::uint64_t limit =
                hit.content == Content::Zeros ? std::min<std::uint64_t>(count, kZeroBlocks) : count;
            while (n < limit && cache_.find(lba + n).content == hit.content)
                ++n;
            if (hit.content == Content::Zeros) {
                if (!list.add(zeros_.data(), n * kBlockSize)) return 0;
            } else {
                const std::size_t runs = store_->runs(lba, n, list.end(), list.room());
                if (runs == 0) return 0;
                list.added(runs);
            }
        }
        lba += n;
        count -= n;
    }
    return list.count();
}

MediaResult Media::admit(std::uint64_t lba, std::uint64_t count, SimTime at) {
    if (!in_range(lba, count)) return MediaResult::OutOfRange;
    if (!store_->writable()) {
        report_error(lba, store_->name() + " is read-only", at);
        return MediaResult::WriteFault;
    }
    controller_enabled(at);
    return MediaResult::Ok;
}

MediaResult Media::write(std::uint64_t lba, std::uint64_t count, const std::byte* data, bool fua,
                         SimTime at) {
    MediaResult result = admit(lba, count, at);
    if (result != MediaResult::Ok) return result;
    if (fua || count > cache_.capacity()) {
        result = write_through(lba, count, data, at);
    } else {
        if (cache_.room() < count) result = write_back(cache_.first() + (count - cache_.room()), at);
        if (result == MediaResult::Ok) cache_.add_data(lba, count, data);
    }
    if (result == MediaResult::Ok) state_.count_write(count);
    return result;
}

MediaResult Media::write_through(std::uint64_t lba, std::uint64_t count, const std::byte* data, SimTime at) {
    // Older versions must not come after this one; what is older than them goes first, as the log's order
    // says.
    const WriteCache::Sequence newest = cache_.newest(lba, count);
    if (newest != WriteCache::kNone) {
        const MediaResult result = write_back(newest + 1, at);
        if (result != MediaResult::Ok) return result;
    }
    const int error = store_->write(lba, count, data);
    return error == 0 ? MediaResult::Ok : fault(lba, error, at);
}

MediaResult Media::trim(std::uint64_t lba, std::uint64_t count, SimTime at) {
    if (count == 0 && lba <= blocks_) return MediaResult::Ok;
    const MediaResult result = admit(lba, count, at);
    if (result != MediaResult::Ok) return result;
    if (cache_.capacity() == 0) {
        const int error = store_->trim(lba, count);
        return error == 0 ? MediaResult::Ok : fault(lba, error, at);
    }
    while (!cache_.room_for_trim())
        if (write_back(cache_.first() + 1, at) != MediaResult::Ok) return MediaResult::WriteFault;
    cache_.add_trim(lba, count);
    return MediaResult::Ok;
}

MediaResult Media::flush(SimTime at) {
    const std::uint64_t before = written_back_;
    if (const int error = store_->check(); error != 0) return fault(0, error, at);
    const MediaResult result = write_back(cache_.next(), at);
    if (result == MediaResult::Ok) report_count(EventKind::MediaFlush, written_back_ - before, at);
    return result;
}

MediaResult Media::write_back(WriteCache::Sequence end, SimTime at) {
    std::size_t batch = kBatch;
    while (cache_.first() < end) {
        const WriteCache::Sequence first = cache_.first();
        const std::size_t count = cache_.streak(first, std::min<std::uint64_t>(batch, end - first));
        const int error = store_entries(first, count);
        if (error == 0) {
            for (std::size_t i = 0; i < count; ++i)
                cache_.pop();
        } else if (count == 1) {
            return fault(cache_.entry(first).lba, error, at);
        } else {
            batch = 1;  // one by one up to the block that fails
        }
    }
    return MediaResult::Ok;
}

int Media::store_entries(WriteCache::Sequence first, std::size_t count) {
    const WriteCache::Entry& entry = cache_.entry(first);
    if (entry.trim) return store_->trim(entry.lba, entry.blocks);
    const int error = store_->write(entry.lba, count, cache_.data(first));
    if (error == 0) written_back_ += count;
    return error;
}

void Media::power_on(SimTime at) {
    state_.power_on(at);
    report_state(at);
}

void Media::controller_enabled(SimTime at) {
    if (!state_.clean()) return;
    state_.in_use(at);
    report_state(at);
}

void Media::clean_shutdown(SimTime at) {
    if (!cache_.empty()) return;
    state_.clean_shutdown(at);
    report_state(at);
}

std::uint64_t Media::power_cut(SimTime at) {
    return power_cut(at, [](std::size_t, std::uint64_t) { return false; });
}

std::uint64_t Media::power_cut(SimTime at, const Survives& survives) {
    std::uint64_t lost = 0;
    for (std::size_t index = 0; !cache_.empty(); ++index) {
        const WriteCache::Sequence sequence = cache_.first();
        const WriteCache::Entry entry = cache_.entry(sequence);
        const bool newest_data = !entry.trim && cache_.find(entry.lba).sequence == sequence;
        bool survived = survives(index, entry.lba);
        if (survived)
            if (const int error = store_entries(sequence, 1); error != 0) {
                fault(entry.lba, error, at);
                survived = false;
            }
        if (newest_data && !survived) ++lost;
        cache_.pop();
    }
    state_.power_off(at);
    report_state(at);
    report_count(EventKind::PowerCut, lost, at);
    return lost;
}

MediaResult Media::close(SimTime at) {
    state_.save(at);
    report_state(at);
    const int error = store_->sync();
    return error == 0 ? MediaResult::Ok : fault(0, error, at);
}

// The store refused a change.
MediaResult Media::fault(std::uint64_t lba, int error, SimTime at) {
    state_.count_media_error();
    report_error(lba,
                 store_->name() + (error == ESTALE ? " was truncated by somebody else"
                                                   : std::string(": ") + std::strerror(error)),
                 at);
    return MediaResult::WriteFault;
}

void Media::report_state(SimTime at) {
    if (!state_.error().empty())
        report_error(0, "device state " + state_.path() + " cannot be written: " + state_.error(), at);
}

void Media::report_error(std::uint64_t lba, const std::string& text, SimTime at) {
    if (!events_.wants(EventKind::MediaError)) return;
    Event event;
    event.time = at;
    event.kind = EventKind::MediaError;
    event.unit = Unit::Media;
    event.slot[0] = lba;
    event.set_text(text);
    events_.emit(event);
}

void Media::report_count(EventKind kind, std::uint64_t count, SimTime at) {
    if (!events_.wants(kind)) return;
    Event event;
    event.time = at;
    event.kind = kind;
    event.unit = Unit::Media;
    event.slot[0] = count;
    events_.emit(event);
}

}  // namespace ans
