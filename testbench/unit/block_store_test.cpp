// SPDX-License-Identifier: MIT
// The two block stores: image file and sparse memory.
#include "models/media/block_store.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <memory>

#include "models/media/image_store.h"
#include "models/media/memory_store.h"
#include "testbench/support/temp_folder.h"

namespace ans::test {
namespace {

using ::testing::HasSubstr;
using Mode = ImageStore::Mode;

std::vector<std::byte> pattern(std::uint64_t blocks, int seed) {
    std::vector<std::byte> data(blocks * kBlockSize);
    for (std::size_t i = 0; i < data.size(); ++i)
        data[i] = static_cast<std::byte>((i / kBlockSize + i) * 31 + static_cast<unsigned>(seed));
    return data;
}

std::vector<std::byte> read_all(BlockStore& store, std::uint64_t lba, std::uint64_t count) {
    std::vector<MemoryRun> runs(count);
    const std::size_t n = store.runs(lba, count, runs.data(), runs.size());
    EXPECT_NE(n, 0u);
    std::vector<std::byte> data;
    for (std::size_t i = 0; i < n; ++i)
        data.insert(data.end(), runs[i].data, runs[i].data + runs[i].size);
    return data;
}

// What both stores promise.
class BlockStoreTest : public ::testing::TestWithParam<bool> {
protected:
    static constexpr std::uint64_t kBlocks = 1200;  // more than two chunks of memory
    BlockStoreTest() {
        if (GetParam())
            store = std::make_unique<ImageStore>(folder.sparse("disk.img", kBlocks * kBlockSize),
                                                 Mode::ReadWrite);
        else
            store = std::make_unique<MemoryStore>(kBlocks * kBlockSize);
    }
    const TempFolder folder;
    std::unique_ptr<BlockStore> store;
};
INSTANTIATE_TEST_SUITE_P(Stores, BlockStoreTest, ::testing::Bool(),
                         [](const auto& test) { return test.param ? "Image" : "Memory"; });

TEST_P(BlockStoreTest, NewBlocksReadAsZeros) {
    EXPECT_EQ(store->blocks(), kBlocks);
    EXPECT_EQ(read_all(*store, 0, kBlocks), std::vector<std::byte>(kBlocks * kBlockSize));
}

TEST_P(BlockStoreTest, WrittenBlocksAreReadBackAndNeighboursStay) {
    const auto data = pattern(600, 1);
    EXPECT_EQ(store->write(300, 600, data.data()), 0);
    EXPECT_EQ(read_all(*store, 300, 600), data);
    EXPECT_EQ(read_all(*store, 299, 1), std::vector<std::byte>(kBlockSize));
    EXPECT_EQ(read_all(*store, 900, 300), std::vector<std::byte>(300 * kBlockSize));
    const auto last = pattern(1, 2);
    EXPECT_EQ(store->write(kBlocks - 1, 1, last.data()), 0);
    EXPECT_EQ(read_all(*store, kBlocks - 1, 1), last);
}

TEST_P(BlockStoreTest, TrimmedBlocksReadAsZerosAndNeighboursStay) {
    const auto data = pattern(kBlocks, 3);
    store->write(0, kBlocks, data.data());
    for (const auto& [lba, count] : {std::pair{1u, 1u}, {500u, 30u}, {512u, 512u}, {1190u, 10u}}) {
        EXPECT_EQ(store->trim(lba, count), 0);
        EXPECT_EQ(read_all(*store, lba, count), std::vector<std::byte>(count * kBlockSize)) << lba;
    }
    const auto expect_kept = [&](std::uint64_t lba) {
        const auto begin = data.begin() + static_cast<std::ptrdiff_t>(lba * kBlockSize);
        EXPECT_EQ(read_all(*store, lba, 1), std::vector<std::byte>(begin, begin + kBlockSize)) << lba;
    };
    for (std::uint64_t lba : {0u, 2u, 499u, 1024u, 1189u})
        expect_kept(lba);
    EXPECT_EQ(store->write(600, 2, data.data()), 0);
    EXPECT_EQ(read_all(*store, 600, 1), std::vector<std::byte>(data.begin(), data.begin() + kBlockSize));
    EXPECT_EQ(read_all(*store, 602, 1), std::vector<std::byte>(kBlockSize)) << "a chunk used again is clean";
}

// Memory.

TEST(MemoryStoreTest, SizesThatCannotBeAreRefused) {
    for (std::uint64_t bytes : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{4095}, std::uint64_t{4097},
                                MemoryStore::kMaxBytes + 4096, ~std::uint64_t{0}})
        EXPECT_THROW(MemoryStore{bytes}, MediaOpenError) << bytes;
    EXPECT_EQ(MemoryStore(4096).blocks(), 1u);
}

long resident_pages() {
    long total = 0, resident = 0;
    std::ifstream("/proc/self/statm") >> total >> resident;
    return resident;
}

TEST(MemoryStoreTest, SixtyFourTebibytesCostOnlyWhatIsWritten) {
    const long before = resident_pages();
    MemoryStore store(MemoryStore::kMaxBytes);
    const auto data = pattern(1, 4);
    MemoryRun run{};
    for (std::uint64_t i = 0; i < 64; ++i) {
        const std::uint64_t lba = i * (store.blocks() / 64) + 17;
        EXPECT_EQ(store.write(lba, 1, data.data()), 0);
        EXPECT_EQ(store.runs(lba + 100'000, 1, &run, 1), 1u);
        EXPECT_EQ(std::memcmp(run.data, std::vector<std::byte>(kBlockSize).data(), kBlockSize), 0);
    }
    EXPECT_EQ(store.chunks_in_use(), 64u) << "reading allocates nothing";
    EXPECT_EQ(read_all(store, 17, 1), data);
    // A page of data, a page of table and a page of chunk list each, and what the C library takes.
    EXPECT_LT(resident_pages() - before, 64 * 3 + 512);
    EXPECT_EQ(store.trim(0, store.blocks()), 0);
    EXPECT_EQ(store.chunks_in_use(), 0u);
}

TEST(MemoryStoreTest, NeighbouringChunksOfOneWriteAreOneRun) {
    MemoryStore store(8 << 20);
    const auto data = pattern(1024, 5);
    store.write(256, 1024, data.data());
    std::array<MemoryRun, 8> runs{};
    EXPECT_EQ(store.runs(256, 1024, runs.data(), runs.size()), 1u);
    EXPECT_EQ(runs[0].size, 1024 * kBlockSize);
    EXPECT_EQ(store.runs(0, 2048, runs.data(), runs.size()), 2u) << "the chunks, then an absent one";
    EXPECT_EQ(store.runs(0, 2048, runs.data(), 1), 0u) << "no room for the second";
}

TEST(MemoryStoreTest, TrimOfAWholeChunkFreesItAndOfAPartDoesNot) {
    MemoryStore store(1027 * kBlockSize);  // the last chunk has three blocks
    const auto data = pattern(1027, 6);
    store.write(0, 1027, data.data());
    EXPECT_EQ(store.chunks_in_use(), 3u);
    store.trim(0, 511);
    EXPECT_EQ(store.chunks_in_use(), 3u);
    store.trim(0, 512);
    EXPECT_EQ(store.chunks_in_use(), 2u);
    store.trim(1024, 3);
    EXPECT_EQ(store.chunks_in_use(), 1u);
}

// Image.

std::string refusal(const std::string& path, Mode mode) {
    try {
        ImageStore store(path, mode);
    } catch (const MediaOpenError& error) {
        return error.what();
    }
    return "opened";
}

TEST(ImageStoreTest, ImagesThatCannotBeUsedAreNamedWithWhatWasExpected) {
    const TempFolder folder;
    ASSERT_EQ(mkfifo((folder / "fifo").c_str(), 0600), 0);
    const std::string odd = folder.sparse("odd.img", 4097);
    const std::string empty = folder.write("empty.img", "");
    for (Mode mode : {Mode::ReadWrite, Mode::ReadOnly}) {
        EXPECT_THAT(refusal(folder / "none.img", mode), HasSubstr("none.img: cannot be opened for"));
        EXPECT_THAT(refusal(folder / "none.img", mode), HasSubstr("No such file"));
        EXPECT_THAT(refusal(folder / ".", mode), HasSubstr("is a directory, expected a regular file"));
        EXPECT_THAT(refusal(folder / "fifo", mode), HasSubstr("is a FIFO, expected a regular file"));
        EXPECT_THAT(refusal("/dev/null", mode), HasSubstr("is a character device"));
        EXPECT_THAT(refusal(odd, mode), HasSubstr("odd.img: has 4097 bytes, expected a multiple of 4096"));
        EXPECT_THAT(refusal(empty, mode), HasSubstr("empty.img: is empty"));
    }
}

TEST(ImageStoreTest, ImageInUseIsRefusedEvenInTheSameProcess) {
    const TempFolder folder;
    const std::string path = folder.sparse("disk.img", 8192);
    {
        const ImageStore first(path, Mode::ReadWrite);
        EXPECT_THAT(refusal(path, Mode::ReadWrite), HasSubstr("is in use"));
        EXPECT_THAT(refusal(path, Mode::ReadOnly), HasSubstr("is in use"));
    }
    EXPECT_EQ(refusal(path, Mode::ReadWrite), "opened") << "closing frees it";
    const ImageStore reader(path, Mode::ReadOnly);
    EXPECT_EQ(refusal(path, Mode::ReadOnly), "opened") << "readers do not disturb each other";
    EXPECT_THAT(refusal(path, Mode::ReadWrite), HasSubstr("is in use"));
}

TEST(ImageStoreTest, ReadOnlyImageRefusesChanges) {
    const TempFolder folder;
    ImageStore store(folder.write("disk.img", std::string(8192, 'a')), Mode::ReadOnly);
    const auto data = pattern(1, 7);
    EXPECT_FALSE(store.writable());
    EXPECT_EQ(store.write(0, 1, data.data()), EROFS);
    EXPECT_EQ(store.trim(0, 1), EROFS);
    EXPECT_EQ(folder.read("disk.img"), std::string(8192, 'a'));
}

TEST(ImageStoreTest, WrittenBlocksAreInTheFileAndTheFileKeepsItsSize) {
    const TempFolder folder;
    const std::string path = folder.sparse("disk.img", 4 * kBlockSize);
    {
        ImageStore store(path, Mode::ReadWrite);
        const auto data = pattern(1, 8);
        EXPECT_EQ(store.write(3, 1, data.data()), 0);
        EXPECT_EQ(store.trim(2, 2), 0);
        EXPECT_EQ(store.write(1, 1, data.data()), 0);
        EXPECT_EQ(store.sync(), 0);
    }
    const std::string text = folder.read("disk.img");
    ASSERT_EQ(text.size(), 4 * kBlockSize);
    EXPECT_EQ(std::memcmp(text.data() + kBlockSize, pattern(1, 8).data(), kBlockSize), 0);
    EXPECT_EQ(text.substr(2 * kBlockSize), std::string(2 * kBlockSize, '\0'));
}

TEST(ImageStoreTest, TrimMakesHolesInTheFile) {
    const TempFolder folder;
    const std::string path = folder.write("disk.img", std::string(256 * kBlockSize, 'x'));
    struct stat before {
    }, after{};
    ASSERT_EQ(stat(path.c_str(), &before), 0);
    ImageStore store(path, Mode::ReadWrite);
    EXPECT_EQ(store.trim(0, 256), 0);
    store.sync();
    ASSERT_EQ(stat(path.c_str(), &after), 0);
    EXPECT_EQ(after.st_size, before.st_size);
    EXPECT_LT(after.st_blocks, before.st_blocks);
}

TEST(ImageStoreTest, HostThatRefusesAWriteIsAnErrorCode) {
    const TempFolder folder;
    const std::string path = folder.sparse("disk.img", 64 * kBlockSize);
    ImageStore store(path, Mode::ReadWrite);
    const auto data = pattern(8, 9);
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{40 * kBlockSize, RLIM_INFINITY};
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
    EXPECT_EQ(store.write(30, 8, data.data()), 0);
    EXPECT_EQ(store.write(38, 8, data.data()), EFBIG) << "two blocks fit, the others do not";
    EXPECT_EQ(read_all(store, 30, 8), data);
    EXPECT_EQ(store.blocks(), 64u);
}

TEST(ImageStoreTest, TruncationBehindOurBackIsFoundAndEndsTheUse) {
    const TempFolder folder;
    const std::string path = folder.sparse("disk.img", 8 * kBlockSize);
    ImageStore store(path, Mode::ReadWrite);
    EXPECT_EQ(store.check(), 0);
    std::filesystem::resize_file(path, 4 * kBlockSize);
    const auto data = pattern(1, 10);
    EXPECT_EQ(store.write(7, 1, data.data()), ESTALE);
    EXPECT_EQ(store.check(), ESTALE);
    EXPECT_EQ(store.sync(), ESTALE);
    EXPECT_EQ(store.trim(0, 1), ESTALE);
    MemoryRun run{};
    EXPECT_EQ(store.runs(0, 1, &run, 1), 0u) << "the mapping is not touched any more";
    EXPECT_EQ(std::filesystem::file_size(path), 4 * kBlockSize) << "and the file not grown";
}

}  // namespace
}  // namespace ans::test
