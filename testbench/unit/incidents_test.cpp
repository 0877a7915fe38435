// SPDX-License-Identifier: MIT
// scenarios/incidents: the table of its README and the files beside it are the same list, each broken and
// mended.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>

#include "host_driver/common/measures.h"
#include "testbench/unit/scenario_bench.h"

namespace ans::scenario {
namespace {

using ::testing::SizeIs;

const std::string kFolder = ANS_SOURCE_DIR "/scenarios/incidents/";

/// First column of the README's table: [slug](slug.json).
std::set<std::string> listed() {
    static const std::regex row(R"(^\| \[([a-z0-9-]+)\]\(([a-z0-9-]+)\.json\) \|.*)");
    std::set<std::string> slugs;
    std::ifstream readme(kFolder + "README.md");
    for (std::string line; std::getline(readme, line);) {
        std::smatch match;
        if (!std::regex_match(line, match, row)) continue;
        EXPECT_EQ(match[1], match[2]) << "links to another file";
        EXPECT_TRUE(slugs.insert(match[1]).second) << match[1] << " is listed twice";
    }
    return slugs;
}

std::set<std::string> files() {
    std::set<std::string> slugs;
    for (const auto& entry : std::filesystem::directory_iterator(kFolder))
        if (entry.path().extension() == ".json") slugs.insert(entry.path().stem());
    return slugs;
}

std::vector<Scenario> runs(const std::string& slug) {
    return load_scenario(kFolder + slug + ".json").scenarios;
}

TEST(Incidents, TheReadmeListsEveryFileAndNoOther) {
    EXPECT_THAT(listed(), SizeIs(30));
    EXPECT_EQ(listed(), files());
}

TEST(Incidents, EachHasARunHistoricAndARunFixed) {
    for (const std::string& slug : listed()) {
        const std::vector<Scenario> both = runs(slug);
        ASSERT_THAT(both, SizeIs(2)) << slug;
        EXPECT_EQ(both[0].run, "historic") << slug;
        EXPECT_EQ(both[1].run, "fixed") << slug;
    }
}

TEST(Incidents, TheMachineMisbehavesTheSameInBothRuns) {
    for (const std::string& slug : listed()) {
        const std::vector<Scenario> both = runs(slug);
        ASSERT_THAT(both, SizeIs(2)) << slug;
        ASSERT_EQ(both[0].faults.size(), both[1].faults.size()) << slug;
        for (std::size_t i = 0; i < both[0].faults.size(); ++i)
            EXPECT_EQ(both[0].faults[i].id, both[1].faults[i].id) << slug;
        EXPECT_EQ(both[0].soc, both[1].soc) << slug;
        EXPECT_EQ(both[0].seed, both[1].seed) << slug;
        EXPECT_EQ(both[0].firmware.start, both[1].firmware.start) << slug;
        EXPECT_EQ(both[0].firmware.generation, both[1].firmware.generation) << slug;
    }
}

TEST(Incidents, TheFixedRunLeavesNothingOutThatTheHistoricOneDoesNot) {
    for (const std::string& slug : listed()) {
        const std::vector<Scenario> both = runs(slug);
        ASSERT_THAT(both, SizeIs(2)) << slug;
        const auto& historic = both[0].driver.omit;
        for (const driver::Measure measure : both[1].driver.omit)
            EXPECT_NE(std::find(historic.begin(), historic.end(), measure), historic.end()) << slug;
    }
}

TEST(Incidents, EveryIncidentThatAMeasureNamesHasAFile) {
    const std::set<std::string> slugs = listed();
    for (const driver::MeasureInfo& row : driver::measures()) {
        if (row.source.find(' ') != std::string_view::npos) continue;  // a section, not a slug
        EXPECT_EQ(slugs.count(std::string(row.source)), 1u) << row.name << " is for " << row.source;
    }
}

}  // namespace
}  // namespace ans::scenario
