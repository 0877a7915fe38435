// SPDX-License-Identifier: MIT
// The bench of the namespace's tests: a store that tells what reached it, and blocks told by one number.
#pragma once

#include <cerrno>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "models/media/media.h"
#include "models/media/memory_store.h"
#include "testbench/support/sim_test.h"

namespace ans::test {

inline constexpr std::uint64_t kBlocks = 2048;

// A block is told by one number; 0 is what a new or trimmed block holds.
inline std::vector<std::byte> block(unsigned value) {
    return std::vector<std::byte>(kBlockSize, static_cast<std::byte>(value));
}
inline std::vector<std::byte> blocks_of(std::initializer_list<unsigned> values) {
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
        return unreadable ? 0 : inner_.runs(lba, count, out, max);
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
    bool unreadable = false;

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

}  // namespace ans::test
