// SPDX-License-Identifier: MIT
// The namespace's life: power cuts, shutdowns, and the image it is kept in.
#include <gmock/gmock.h>
#include <sys/resource.h>

#include <csignal>

#include "models/media/image_store.h"
#include "models/media/media.h"
#include "testbench/support/temp_folder.h"
#include "testbench/unit/media_bench.h"

namespace ans::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

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
