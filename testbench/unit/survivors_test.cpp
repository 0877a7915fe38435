// SPDX-License-Identifier: MIT
#include "testbench/scenario/survivors.h"

#include "testbench/support/sim_test.h"

namespace ans::scenario {
namespace {

using fault::CutKeeps;

/// Of 100 entries, oldest first: x survives.
std::string fate(CutKeeps keeps, unsigned percent, std::uint64_t draw) {
    const ans::Media::Survives survives = survivors(keeps, percent, draw, 100);
    std::string out;
    for (std::size_t i = 0; i < 100; ++i)
        out += survives(i, 7) ? 'x' : '.';
    return out;
}
std::size_t kept(const std::string& fate) {
    return static_cast<std::size_t>(std::count(fate.begin(), fate.end(), 'x'));
}

TEST(Survivors, NothingAndEverythingAreWhatTheySay) {
    EXPECT_EQ(kept(fate(CutKeeps::Nothing, 50, 1)), 0u);
    EXPECT_EQ(kept(fate(CutKeeps::Everything, 50, 1)), 100u);
}

TEST(Survivors, TheOldestSurviveUpToAPoint) {
    for (std::uint64_t draw = 0; draw < 50; ++draw) {
        const std::string all = fate(CutKeeps::Oldest, 40, draw);
        EXPECT_EQ(all.find(".x"), std::string::npos) << all;
        EXPECT_LE(kept(all), 40u);
    }
}

TEST(Survivors, ASubsetHasAboutItsShareAndIsNoPrefix) {
    const std::string all = fate(CutKeeps::Any, 30, 9);
    EXPECT_NEAR(static_cast<double>(kept(all)), 30.0, 15.0);
    EXPECT_NE(all.find(".x"), std::string::npos) << all;
}

TEST(Survivors, TheDrawAloneDecides) {
    EXPECT_EQ(fate(CutKeeps::Any, 50, 3), fate(CutKeeps::Any, 50, 3));
    EXPECT_NE(fate(CutKeeps::Any, 50, 3), fate(CutKeeps::Any, 50, 4));
}

TEST(Survivors, AnEmptyCacheKeepsNothing) {
    EXPECT_FALSE(survivors(CutKeeps::Oldest, 100, 1, 0)(0, 0));
}

}  // namespace
}  // namespace ans::scenario
