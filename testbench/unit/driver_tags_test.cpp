// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <set>

#include "host_driver/nvme/tags.h"

namespace ans::test {
namespace {

using driver::nvme::kNoTag;
using driver::nvme::TagPool;

constexpr std::uint64_t bit(unsigned tag) {
    return std::uint64_t{1} << tag;
}

TEST(TagPoolTest, HandsOutTags2To62OnceEach) {
    TagPool pool(61);
    std::set<unsigned> tags;
    for (unsigned i = 0; i < 61; ++i)
        EXPECT_TRUE(tags.insert(pool.allocate()).second);
    EXPECT_EQ(*tags.begin(), 2u);
    EXPECT_EQ(*tags.rbegin(), 62u);
    EXPECT_EQ(pool.allocate(), kNoTag);
    EXPECT_FALSE(pool.any_free());
}

TEST(TagPoolTest, DepthIsBoundedByTheTagSpace) {
    for (const unsigned asked : {0u, 1u, 61u, 62u, 64u, 1000u}) {
        TagPool pool(asked);
        unsigned got = 0;
        while (pool.allocate() != kNoTag)
            ++got;
        EXPECT_EQ(got, std::min(std::max(asked, 1u), 61u));
    }
}

TEST(TagPoolTest, AFreedTagIsTheLastToComeAgain) {
    TagPool pool(61);
    const unsigned first = pool.allocate();
    pool.release(bit(first));
    for (unsigned i = 0; i < 60; ++i)
        EXPECT_NE(pool.allocate(), first);
    EXPECT_EQ(pool.allocate(), first);
}

TEST(TagPoolTest, AdminTagsCannotBeFreedIntoThePool) {
    TagPool pool(61);
    pool.release(~std::uint64_t{0});
    EXPECT_TRUE(pool.all_free());
    unsigned lowest = kNoTag;
    for (unsigned tag = pool.allocate(); tag != kNoTag; tag = pool.allocate())
        lowest = std::min(lowest, tag);
    EXPECT_EQ(lowest, 2u);
}

TEST(TagPoolTest, ABatchComesBackAtOnce) {
    TagPool pool(8);
    while (pool.allocate() != kNoTag) {
    }
    pool.release(bit(3) | bit(5));
    EXPECT_EQ(pool.allocate(), 3u);
    EXPECT_EQ(pool.allocate(), 5u);
    EXPECT_EQ(pool.allocate(), kNoTag);
    EXPECT_FALSE(pool.all_free());
}

}  // namespace
}  // namespace ans::test
