// SPDX-License-Identifier: MIT
// The namespace with its volatile write cache: order, eviction, FUA, trims, power cuts.
#include "models/media/media.h"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>
#include <random>

#include "models/media/image_store.h"
#include "models/media/memory_store.h"
#include "testbench/support/sim_test.h"
#include "testbench/support/temp_folder.h"

namespace ans::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::uint64_t kBlocks = 2048;

// A block is told by one number; 0 is what a new or trimmed block holds.
std::vector<std::byte> block(unsigned value) {
    return std::vector<std::byte>(kBlockSize, static_cast<std::byte>(value));
}
std::vector<std::byte> blocks_of(std::initializer_list<unsigned> values) {
    std::vector<std::byte> data;
    for (unsigned value : values) {
        const auto one = block(value);
        data.insert(data.end(), one.begin(), one.end());
    }
    return data;
}

// Memory that tells what reached it, in order, and fails where a test says.
class WatchedStore : public BlockStore {
public:
    WatchedStore() : BlockStore(kBlocks, "watched"), inner_(kBlocks * kBlockSize) {}
    std::size_t runs(std::uint64_t lba, std::uint64_t count, MemoryRun* out, std::size_t max) override {
        return inner_.runs(lba, count, out, max);
    }
    int write(std::uint64_t lba, std::uint64_t count, const std::byte* data) override {
        if (lba <= bad && bad < lba + count) return EIO;
        for (std::uint64_t i = 0; i < count; ++i)
            log.push_back(std::to_string(lba + i) + "=" +
                          std::to_string(static_cast<unsigned>(data[i * kBlockSize])));
        ++calls;
        return inner_.write(lba, count, data);
    }
    int trim(std::uint64_t lba, std::uint64_t count) override {
        if (lba <= bad && bad < lba + count) return EIO;
        log.push_back("trim " + std::to_string(lba) + "+" + std::to_string(count));
        return inner_.trim(lba, count);
    }
    int check() override { return check_result; }

    std::vector<std::string> log;
    unsigned calls = 0;
    std::uint64_t bad = UINT64_MAX;
    int check_result = 0;

private:
    MemoryStore inner_;
};

class MediaTest : public ::testing::Test {
protected:
    explicit MediaTest(std::size_t cache_blocks = 8) : MediaTest(cache_blocks, new WatchedStore) {}

    MediaResult put(std::uint64_t lba, std::initializer_list<unsigned> values, bool fua = false) {
        const auto data = blocks_of(values);
        return media.write(lba, values.size(), data.data(), fua, now);
    }
    // What each block of a range reads as; every run is of whole blocks of one value.
    std::vector<unsigned> get(std::uint64_t lba, std::uint64_t count) {
        std::vector<MemoryRun> runs(count);
        const std::size_t n = media.read_runs(lba, count, runs.data(), runs.size());
        std::vector<unsigned> values;
        for (std::size_t r = 0; r < n; ++r)
            for (std::size_t at = 0; at < runs[r].size; at += kBlockSize) {
                values.push_back(static_cast<unsigned>(runs[r].data[at]));
                EXPECT_EQ(runs[r].data[at + kBlockSize - 1], runs[r].data[at]);
            }
        return values;
    }
    // What the store alone holds.
    std::vector<unsigned> stored(std::uint64_t lba, std::uint64_t count) {
        std::vector<unsigned> values;
        for (std::uint64_t i = 0; i < count; ++i) {
            MemoryRun run{};
            EXPECT_EQ(store.runs(lba + i, 1, &run, 1), 1u);
            values.push_back(static_cast<unsigned>(run.data[0]));
        }
        return values;
    }
    MediaConfig config(std::size_t cache_blocks) {
        MediaConfig config;
        config.events = &events;
        config.cache_bytes = cache_blocks * kBlockSize;
        return config;
    }

    EventHub events;
    EventRecorder recorder{events};
    WatchedStore& store;
    Media media;
    SimTime now = microseconds(5);

private:
    MediaTest(std::size_t cache_blocks, WatchedStore* watched)
        : store(*watched), media(std::unique_ptr<BlockStore>(watched), DeviceState(), config(cache_blocks)) {}
};

class SmallCacheTest : public MediaTest {
protected:
    SmallCacheTest() : MediaTest(4) {}
};
class NoCacheTest : public MediaTest {
protected:
    NoCacheTest() : MediaTest(0) {}
};
class LargeCacheTest : public MediaTest {
protected:
    LargeCacheTest() : MediaTest(1024) {}
};

// Ranges.

TEST_F(MediaTest, RangesOutsideTheNamespaceAreRefusedEverywhere) {
    struct Case {
        std::uint64_t lba, count;
    };
    const auto data = blocks_of({1, 2});
    for (const Case& c : {Case{kBlocks, 1}, Case{kBlocks - 1, 2}, Case{0, kBlocks + 1}, Case{~0ull, 1},
                          Case{~0ull, 2}, Case{1, ~0ull}}) {
        MemoryRun run{};
        EXPECT_EQ(media.read_runs(c.lba, c.count, &run, 1), 0u);
        EXPECT_EQ(media.write(c.lba, c.count, data.data(), false, now), MediaResult::OutOfRange);
        EXPECT_EQ(media.write(c.lba, c.count, data.data(), true, now), MediaResult::OutOfRange);
        EXPECT_EQ(media.trim(c.lba, c.count, now), MediaResult::OutOfRange);
    }
    EXPECT_EQ(media.dirty(), 0u);
    EXPECT_EQ(media.trim(kBlocks, 0, now), MediaResult::Ok) << "an empty range is nothing to do";
    EXPECT_EQ(put(kBlocks - 1, {9}), MediaResult::Ok);
    EXPECT_THAT(get(kBlocks - 1, 1), ElementsAre(9));
}

// Reading.

TEST_F(MediaTest, EmptyCacheReadsTheStoreAsOneRun) {
    put(0, {1, 2, 3, 4});
    media.flush(now);
    std::array<MemoryRun, 4> runs{};
    ASSERT_EQ(media.read_runs(0, 4, runs.data(), 4), 1u);
    EXPECT_EQ(runs[0].size, 4 * kBlockSize);
}

TEST_F(MediaTest, ReadSeesTheNewestVersionBeforeAndAfterFlush) {
    put(10, {1});
    put(10, {2});
    EXPECT_THAT(get(10, 1), ElementsAre(2));
    EXPECT_THAT(stored(10, 1), ElementsAre(0)) << "nothing reached the store yet";
    media.flush(now);
    EXPECT_THAT(get(10, 1), ElementsAre(2));
    EXPECT_THAT(stored(10, 1), ElementsAre(2));
}

TEST_F(MediaTest, ReadAcrossCacheAndStoreGivesFewRunsWithTheRightContent) {
    put(100, {1, 2, 3, 4, 5, 6});
    media.flush(now);
    put(102, {20, 21});
    std::array<MemoryRun, 6> runs{};
    ASSERT_EQ(media.read_runs(100, 6, runs.data(), 6), 3u) << "store, cache, store";
    EXPECT_EQ(runs[0].size, 2 * kBlockSize);
    EXPECT_EQ(runs[1].size, 2 * kBlockSize);
    EXPECT_EQ(runs[2].size, 2 * kBlockSize);
    EXPECT_THAT(get(100, 6), ElementsAre(1, 2, 20, 21, 5, 6));
    EXPECT_THAT(get(101, 2), ElementsAre(2, 20));
    EXPECT_THAT(get(103, 2), ElementsAre(21, 5));
    EXPECT_EQ(media.read_runs(100, 6, runs.data(), 2), 0u) << "two runs are no room for three";
    ASSERT_EQ(media.read_runs(104, 2, runs.data(), 6), 1u) << "no cached block in the range";
}

TEST_F(MediaTest, BlocksWrittenInTurnAreSeparateRunsInTheRightOrder) {
    put(7, {7});
    put(6, {6});
    put(5, {5});
    std::array<MemoryRun, 3> runs{};
    EXPECT_EQ(media.read_runs(5, 3, runs.data(), 3), 3u);
    EXPECT_THAT(get(5, 3), ElementsAre(5, 6, 7));
}

// Write-back.

TEST_F(MediaTest, FlushWritesInOrderOfArrival) {
    put(5, {1});
    put(3, {2});
    put(5, {3});
    EXPECT_THAT(store.log, IsEmpty());
    EXPECT_EQ(media.flush(now), MediaResult::Ok);
    EXPECT_THAT(store.log, ElementsAre("5=1", "3=2", "5=3"));
    EXPECT_EQ(recorder.last_field(EventKind::MediaFlush, "blocks"), 3u);
    EXPECT_EQ(recorder.last(EventKind::MediaFlush).time, now);
    EXPECT_EQ(media.dirty(), 0u);
    EXPECT_EQ(media.flush(now), MediaResult::Ok);
    EXPECT_EQ(recorder.last_field(EventKind::MediaFlush, "blocks"), 0u);
}

TEST_F(MediaTest, ConsecutiveBlocksGoToTheStoreInOneWrite) {
    put(5, {1, 2});
    put(7, {3});
    put(9, {4});
    media.flush(now);
    EXPECT_EQ(store.calls, 2u);
    EXPECT_THAT(stored(5, 5), ElementsAre(1, 2, 3, 0, 4));
}

TEST_F(SmallCacheTest, FullCacheWritesTheOldestBack) {
    put(1, {11});
    put(2, {12});
    put(3, {13});
    put(4, {14});
    EXPECT_THAT(store.log, IsEmpty());
    put(5, {15});
    EXPECT_THAT(store.log, ElementsAre("1=11"));
    put(6, {16, 17});
    EXPECT_THAT(store.log, ElementsAre("1=11", "2=12", "3=13"));
    EXPECT_THAT(get(1, 7), ElementsAre(11, 12, 13, 14, 15, 16, 17));
}

TEST_F(SmallCacheTest, EvictedVersionDoesNotHideTheNewerOne) {
    put(1, {1});
    put(1, {2});
    put(8, {3, 4});
    put(9, {5});
    EXPECT_THAT(store.log, ElementsAre("1=1"));
    EXPECT_THAT(get(1, 1), ElementsAre(2));
    put(20, {6});
    EXPECT_THAT(get(1, 1), ElementsAre(2));
    EXPECT_THAT(get(8, 2), ElementsAre(3, 5));
}

TEST_F(SmallCacheTest, WriteLargerThanTheCacheGoesThrough) {
    put(2, {1});
    EXPECT_EQ(put(0, {2, 3, 4, 5, 6}), MediaResult::Ok);
    EXPECT_EQ(media.dirty(), 0u);
    EXPECT_THAT(store.log, ElementsAre("2=1", "0=2", "1=3", "2=4", "3=5", "4=6"));
    EXPECT_THAT(get(0, 5), ElementsAre(2, 3, 4, 5, 6));
}

TEST_F(NoCacheTest, EverythingGoesThrough) {
    EXPECT_EQ(put(2, {1, 2}), MediaResult::Ok);
    EXPECT_EQ(media.trim(3, 1, now), MediaResult::Ok);
    EXPECT_THAT(store.log, ElementsAre("2=1", "3=2", "trim 3+1"));
    EXPECT_EQ(media.power_cut(now), 0u);
    EXPECT_THAT(get(2, 2), ElementsAre(1, 0));
}

// FUA.

TEST_F(MediaTest, ForcedWriteIsOnTheStoreAndTheRestWaits) {
    put(1, {1});
    EXPECT_EQ(put(5, {2}, true), MediaResult::Ok);
    EXPECT_THAT(store.log, ElementsAre("5=2"));
    EXPECT_EQ(media.dirty(), 1u);
}

TEST_F(MediaTest, ForcedWriteIsNotOverwrittenByAnOlderVersion) {
    put(1, {1});
    put(5, {2});
    put(9, {3});
    put(4, {7, 8}, true);
    EXPECT_THAT(store.log, ElementsAre("1=1", "5=2", "4=7", "5=8"))
        << "what is older than the overlap goes first";
    EXPECT_EQ(media.dirty(), 1u);
    media.flush(now);
    EXPECT_THAT(get(4, 2), ElementsAre(7, 8));
    EXPECT_THAT(stored(4, 2), ElementsAre(7, 8));
}

TEST_F(MediaTest, ForcedWriteIsNotUndoneByAnOlderTrim) {
    media.trim(0, 100, now);
    put(5, {2}, true);
    media.flush(now);
    EXPECT_THAT(get(4, 3), ElementsAre(0, 2, 0));
}

// Trim.

TEST_F(MediaTest, TrimmedBlocksReadAsZerosAndWaitInTheCache) {
    put(0, {1, 2, 3, 4});
    media.flush(now);
    EXPECT_EQ(media.trim(1, 2, now), MediaResult::Ok);
    EXPECT_THAT(get(0, 4), ElementsAre(1, 0, 0, 4));
    EXPECT_THAT(stored(0, 4), ElementsAre(1, 2, 3, 4));
    media.flush(now);
    EXPECT_THAT(stored(0, 4), ElementsAre(1, 0, 0, 4));
    EXPECT_THAT(store.log.back(), "trim 1+2");
}

TEST_F(MediaTest, WriteAndTrimOfTheSameBlockKeepTheirOrder) {
    put(5, {1});
    media.trim(4, 3, now);
    EXPECT_THAT(get(5, 1), ElementsAre(0));
    put(5, {2});
    EXPECT_THAT(get(4, 3), ElementsAre(0, 2, 0));
    media.flush(now);
    EXPECT_THAT(store.log, ElementsAre("5=1", "trim 4+3", "5=2"));
    EXPECT_THAT(stored(4, 3), ElementsAre(0, 2, 0));
}

TEST_F(LargeCacheTest, TrimmedRangeIsReadInLongRuns) {
    media.trim(0, kBlocks, now);
    std::array<MemoryRun, 8> runs{};
    EXPECT_EQ(media.read_runs(0, 512, runs.data(), runs.size()), 2u);
    EXPECT_EQ(runs[0].size + runs[1].size, 512 * kBlockSize);
}

TEST_F(LargeCacheTest, ManySmallTrimsAreBoundedAndKeepTheirMeaning) {
    for (unsigned i = 0; i < 500; ++i)
        put(2 * i, {1, 1});
    media.flush(now);
    for (unsigned i = 0; i < 500; ++i)
        EXPECT_EQ(media.trim(2 * i, 1, now), MediaResult::Ok);
    EXPECT_LT(media.dirty(), 500u) << "the oldest were written back";
    for (unsigned i = 0; i < 500; ++i)
        EXPECT_THAT(get(2 * i, 2), ElementsAre(0, 1)) << i;
}

// Errors.

TEST_F(MediaTest, FlushThatFailsKeepsTheRestAndCanBeRepeated) {
    put(1, {1, 2, 3, 4});
    store.bad = 3;
    EXPECT_EQ(media.flush(now), MediaResult::WriteFault);
    EXPECT_THAT(store.log, ElementsAre("1=1", "2=2")) << "up to the block that fails";
    EXPECT_EQ(media.dirty(), 2u);
    EXPECT_EQ(recorder.last_field(EventKind::MediaError, "lba"), 3u);
    EXPECT_EQ(recorder.entries.back().text, "watched: Input/output error");
    EXPECT_EQ(recorder.count(EventKind::MediaFlush), 0u);
    EXPECT_THAT(get(1, 4), ElementsAre(1, 2, 3, 4)) << "reads still see what was acknowledged";
    EXPECT_EQ(media.counters(now).media_errors, 1u);
    store.bad = UINT64_MAX;
    EXPECT_EQ(media.flush(now), MediaResult::Ok);
    EXPECT_THAT(stored(1, 4), ElementsAre(1, 2, 3, 4));
}

TEST_F(SmallCacheTest, WriteThatFindsNoRoomFailsAndChangesNothing) {
    put(1, {1, 2, 3, 4});
    store.bad = 1;
    EXPECT_EQ(put(8, {9}), MediaResult::WriteFault);
    EXPECT_EQ(media.trim(8, 1, now), MediaResult::WriteFault);
    EXPECT_THAT(get(8, 1), ElementsAre(0));
    EXPECT_EQ(media.dirty(), 4u);
    EXPECT_EQ(media.counters(now).host_writes, 1u) << "the failed one does not count";
    EXPECT_EQ(put(1, {5}, true), MediaResult::WriteFault);
}

TEST_F(MediaTest, DamagedStoreIsFoundAtFlushEvenWithAnEmptyCache) {
    store.check_result = ESTALE;
    EXPECT_EQ(media.flush(now), MediaResult::WriteFault);
    EXPECT_THAT(recorder.entries.back().text, HasSubstr("watched was truncated by somebody else"));
}

// Power.

TEST_F(MediaTest, PowerCutLosesWhatWasNotFlushed) {
    put(1, {1, 2});
    media.flush(now);
    put(2, {3, 4});
    put(2, {5});
    media.trim(1, 1, now);
    EXPECT_EQ(media.power_cut(now), 2u) << "blocks 2 and 3; a trim is no data";
    EXPECT_EQ(recorder.last_field(EventKind::PowerCut, "lost_blocks"), 2u);
    EXPECT_THAT(get(1, 3), ElementsAre(1, 2, 0));
    EXPECT_EQ(media.dirty(), 0u);
    EXPECT_EQ(media.power_cut(now), 0u);
}

TEST_F(MediaTest, PowerCutAsksForEveryEntryInTheLogsOrder) {
    put(5, {1, 2});
    media.trim(3, 2, now);
    put(5, {3});
    std::vector<std::pair<std::size_t, std::uint64_t>> asked;
    media.power_cut(now, [&](std::size_t index, std::uint64_t lba) {
        asked.emplace_back(index, lba);
        return false;
    });
    using P = std::pair<std::size_t, std::uint64_t>;
    EXPECT_THAT(asked, ElementsAre(P{0, 5}, P{1, 6}, P{2, 3}, P{3, 5}));
}

TEST_F(MediaTest, PowerCutKeepsExactlyTheChosenSubset) {
    put(5, {1, 2});
    put(5, {3});
    put(9, {4});
    media.trim(9, 1, now);
    // Of block 5 the older version, block 6 not, block 9's write and not its trim.
    EXPECT_EQ(media.power_cut(now, [](std::size_t index, std::uint64_t) { return index == 0 || index == 3; }),
              2u);
    EXPECT_THAT(store.log, ElementsAre("5=1", "9=4"));
    EXPECT_THAT(get(5, 2), ElementsAre(1, 0));
    EXPECT_THAT(get(9, 1), ElementsAre(4));
}

TEST_F(MediaTest, SurvivorThatTheStoreRefusesIsLost) {
    put(5, {1, 2});
    store.bad = 6;
    EXPECT_EQ(media.power_cut(now, [](std::size_t, std::uint64_t) { return true; }), 1u);
    EXPECT_EQ(recorder.count(EventKind::MediaError), 1u);
    EXPECT_THAT(get(5, 2), ElementsAre(1, 0));
}

TEST_F(MediaTest, CountersFollowTheDrivesLife) {
    media.power_on(0);
    put(0, {1, 2, 3});
    media.count_read(1000);
    media.clean_shutdown(now);
    EXPECT_FALSE(media.state().clean()) << "not with a cache full of data";
    media.flush(now);
    media.clean_shutdown(now);
    EXPECT_TRUE(media.state().clean());
    media.power_cut(now);
    media.power_on(now);
    EXPECT_EQ(media.counters(now).unsafe_shutdowns, 0u);
    media.flush(now);
    media.clean_shutdown(now);
    put(0, {1});
    media.flush(now);
    media.power_cut(now);
    media.power_on(now);
    EXPECT_EQ(media.counters(now).unsafe_shutdowns, 1u) << "it was used after its shutdown";
    media.clean_shutdown(now);
    media.controller_enabled(now);
    media.power_cut(now);
    media.power_on(now);
    EXPECT_EQ(media.counters(now).unsafe_shutdowns, 2u);
    EXPECT_EQ(media.counters(now).power_cycles, 4u);
    EXPECT_EQ(media.counters(now).host_writes, 2u);
    EXPECT_EQ(media.counters(now).data_units_read, 8u);
}

// Against a model that keeps every version.

TEST_F(LargeCacheTest, RandomWorkReadsLikeAPlainArray) {
    std::mt19937 random(20240611);
    std::vector<unsigned> expected(kBlocks);
    for (unsigned round = 0; round < 20'000; ++round) {
        const std::uint64_t lba = random() % 300;
        const std::uint64_t count = 1 + random() % 8;
        const unsigned value = 1 + random() % 200;
        const unsigned what = random() % 100;
        if (what < 55) {
            std::vector<std::byte> data;
            for (std::uint64_t i = 0; i < count; ++i) {
                const auto one = block(value + static_cast<unsigned>(i));
                data.insert(data.end(), one.begin(), one.end());
                expected[lba + i] = value + static_cast<unsigned>(i);
            }
            ASSERT_EQ(media.write(lba, count, data.data(), what < 5, now), MediaResult::Ok);
        } else if (what < 65) {
            ASSERT_EQ(media.trim(lba, count, now), MediaResult::Ok);
            std::fill_n(expected.begin() + static_cast<std::ptrdiff_t>(lba), count, 0u);
        } else if (what == 65) {
            ASSERT_EQ(media.flush(now), MediaResult::Ok);
        } else {
            const auto from = expected.begin() + static_cast<std::ptrdiff_t>(lba);
            ASSERT_EQ(get(lba, count), std::vector<unsigned>(from, from + static_cast<std::ptrdiff_t>(count)))
                << round;
        }
    }
    media.flush(now);
    EXPECT_EQ(stored(0, 310), std::vector<unsigned>(expected.begin(), expected.begin() + 310));
}

// With an image.

class ImageMediaTest : public ::testing::Test {
protected:
    std::unique_ptr<Media> open(ImageStore::Mode mode = ImageStore::Mode::ReadWrite) {
        MediaConfig config;
        config.events = &events;
        const bool keep = mode == ImageStore::Mode::ReadWrite;
        return std::make_unique<Media>(std::make_unique<ImageStore>(path, mode),
                                       DeviceState::beside(path, keep), config);
    }
    EventHub events;
    EventRecorder recorder{events};
    const TempFolder folder;
    const std::string path = folder.sparse("disk.img", 64 * kBlockSize);
};

TEST_F(ImageMediaTest, ImageHoldsWhatWasFlushedAndNothingElse) {
    {
        const auto media = open();
        media->power_on(0);
        const auto data = blocks_of({65, 66});
        media->write(0, 2, data.data(), false, 0);
        media->flush(0);
        media->write(2, 2, data.data(), false, 0);
        EXPECT_EQ(media->close(seconds(1)), MediaResult::Ok);
    }
    const std::string image = folder.read("disk.img");
    EXPECT_EQ(image.substr(0, kBlockSize), std::string(kBlockSize, 'A'));
    EXPECT_EQ(image.substr(2 * kBlockSize), std::string(62 * kBlockSize, '\0'));
    const auto media = open();
    media->power_on(0);
    EXPECT_EQ(media->counters(0).unsafe_shutdowns, 1u);
    EXPECT_EQ(media->counters(0).host_writes, 2u);
}

TEST_F(ImageMediaTest, FullDiskFailsTheFlushAndKeepsTheData) {
    const auto media = open();
    const auto data = blocks_of({1, 2, 3, 4});
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{10 * kBlockSize, RLIM_INFINITY};
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
    EXPECT_EQ(media->write(8, 4, data.data(), false, 0), MediaResult::Ok);
    EXPECT_EQ(media->flush(0), MediaResult::WriteFault);
    EXPECT_EQ(media->dirty(), 2u);
    EXPECT_EQ(recorder.last_field(EventKind::MediaError, "lba"), 10u);
    EXPECT_THAT(recorder.entries.back().text, HasSubstr("disk.img: File too large"));
    EXPECT_EQ(media->write(20, 1, data.data(), true, 0), MediaResult::WriteFault);
}

TEST_F(ImageMediaTest, ReadOnlyImageRefusesWritesAtOnce) {
    const auto media = open(ImageStore::Mode::ReadOnly);
    const auto data = block(1);
    EXPECT_FALSE(media->writable());
    EXPECT_EQ(media->write(0, 1, data.data(), false, 0), MediaResult::WriteFault);
    EXPECT_EQ(media->trim(0, 1, 0), MediaResult::WriteFault);
    EXPECT_THAT(recorder.entries.back().text, HasSubstr("disk.img is read-only"));
    EXPECT_EQ(media->flush(0), MediaResult::Ok);
    EXPECT_EQ(media->close(0), MediaResult::Ok);
    EXPECT_EQ(media->counters(0).media_errors, 0u) << "the medium is not to blame";
    EXPECT_FALSE(std::filesystem::exists(path + ".ans2state.json"));
}

TEST_F(ImageMediaTest, StateThatCannotBeSavedIsReportedAndTheDriveGoesOn) {
    const auto media = open();
    std::filesystem::create_directory(path + ".ans2state.json.tmp");
    media->power_on(0);
    EXPECT_EQ(recorder.count(EventKind::MediaError), 1u);
    EXPECT_THAT(recorder.entries.back().text,
                HasSubstr("disk.img.ans2state.json cannot be written: Is a directory"));
    EXPECT_EQ(media->counters(0).power_cycles, 1u);
}

TEST_F(ImageMediaTest, TruncatedImageIsReportedAtCloseToo) {
    const auto media = open();
    std::filesystem::resize_file(path, 4 * kBlockSize);
    EXPECT_EQ(media->close(0), MediaResult::WriteFault);
    MemoryRun run{};
    EXPECT_EQ(media->read_runs(0, 1, &run, 1), 0u);
}

}  // namespace
}  // namespace ans::test
