// SPDX-License-Identifier: MIT
#include "testbench/scenario/shadow.h"

#include <gtest/gtest.h>

#include <array>

namespace ans::test {
namespace {

using scenario::Shadow;
using Block = std::array<std::byte, Shadow::kBlock>;

class ShadowTest : public ::testing::Test {
protected:
    /// The next version of `lba`, as a job would write it.
    Block issue(std::uint64_t lba) {
        Block block;
        shadow.fill_next(lba, block.data());
        return block;
    }
    Block write(std::uint64_t lba, bool durable = false) {
        const Block block = issue(lba);
        shadow.written(lba, durable);
        return block;
    }
    bool holds(std::uint64_t lba, const Block& block) { return shadow.check(lba, block.data()); }

    Shadow shadow{7};
};

TEST_F(ShadowTest, WhatWasWrittenLastIsRight) {
    write(5);
    EXPECT_TRUE(holds(5, write(5)));
}

TEST_F(ShadowTest, AnOlderVersionIsWrong) {
    const Block old = write(5);
    write(5);
    EXPECT_FALSE(holds(5, old));
}

TEST_F(ShadowTest, AnotherBlocksDataIsWrong) {
    const Block other = write(6);
    write(5);
    EXPECT_FALSE(holds(5, other));
}

TEST_F(ShadowTest, OneFlippedBitIsWrong) {
    Block block = write(5);
    block[Shadow::kBlock - 1] ^= std::byte{0x10};
    EXPECT_FALSE(holds(5, block));
}

TEST_F(ShadowTest, ABlockThatNoJobWroteIsNotJudged) {
    EXPECT_TRUE(holds(9, Block{}));
}

TEST_F(ShadowTest, ATrimmedBlockIsNotJudged) {
    write(5);
    shadow.forget(4, 2);
    EXPECT_TRUE(holds(5, Block{}));
}

TEST_F(ShadowTest, TrimmingEndsWithItsRange) {
    write(6);
    shadow.forget(4, 2);
    EXPECT_FALSE(holds(6, Block{}));
}

TEST_F(ShadowTest, APowerCutMayTakeWhatWasNotFlushed) {
    const Block first = write(5);
    shadow.flushed();
    write(5);
    shadow.power_cut();
    EXPECT_TRUE(holds(5, first));
}

TEST_F(ShadowTest, APowerCutMayAlsoLeaveIt) {
    write(5);
    shadow.flushed();
    const Block second = write(5);
    shadow.power_cut();
    EXPECT_TRUE(holds(5, second));
}

TEST_F(ShadowTest, AWriteThatWasNeverAnsweredMayHaveHappened) {
    write(5, true);
    const Block unanswered = issue(5);
    shadow.power_cut();
    EXPECT_TRUE(holds(5, unanswered));
}

TEST_F(ShadowTest, APowerCutNeverTakesWhatWasForcedToTheMedium) {
    const Block old = write(5);
    write(5, true);
    shadow.power_cut();
    EXPECT_FALSE(holds(5, old));
}

TEST_F(ShadowTest, APowerCutNeverTakesWhatWasFlushed) {
    const Block old = write(5);
    write(5);
    shadow.flushed();
    shadow.power_cut();
    EXPECT_FALSE(holds(5, old));
}

TEST_F(ShadowTest, TheVersionFoundAfterAPowerCutIsTheOnlyRightOneFromThenOn) {
    const Block first = write(5, true);
    const Block second = write(5);
    shadow.power_cut();
    EXPECT_TRUE(holds(5, first));
    EXPECT_FALSE(holds(5, second));
}

TEST_F(ShadowTest, BeforeAnyFlushAPowerCutMayBringBackWhatWasThereBeforeTheRun) {
    write(5);
    shadow.power_cut();
    EXPECT_TRUE(holds(5, Block{}));
}

TEST_F(ShadowTest, TheSameSeedMakesTheSameData) {
    Shadow twin(7);
    Block a = issue(5), b;
    twin.fill_next(5, b.data());
    EXPECT_EQ(a, b);
}

}  // namespace
}  // namespace ans::test
