// SPDX-License-Identifier: MIT
// The volatile write cache of the namespace: reading, order, eviction, FUA, trims, errors.
#include "models/media/media.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>

#include "testbench/unit/media_bench.h"

namespace ans::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

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

// Against a plain array.

class PlainArray : public MediaTest {
protected:
    explicit PlainArray(std::size_t cache_blocks) : MediaTest(cache_blocks) {}
    void compare();
};
class PlainArrayLargeCacheTest : public PlainArray {
protected:
    PlainArrayLargeCacheTest() : PlainArray(1024) {}
};
class PlainArraySmallCacheTest : public PlainArray {
protected:
    PlainArraySmallCacheTest() : PlainArray(13) {}
};

void PlainArray::compare() {
    std::mt19937 generator(20240611);
    const auto random = [&] { return static_cast<unsigned>(generator()); };
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

TEST_F(PlainArrayLargeCacheTest, RandomWorkReadsLikeAPlainArray) {
    compare();
}
TEST_F(PlainArraySmallCacheTest, RandomWorkWithEvictionsReadsLikeAPlainArray) {
    compare();
}

}  // namespace
}  // namespace ans::test
