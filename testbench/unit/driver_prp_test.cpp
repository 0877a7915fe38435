// SPDX-License-Identifier: MIT
// PRP entries as the driver builds them, read back by a walker written from the specification.
#include <gtest/gtest.h>

#include "host_driver/nvme/prp.h"
#include "testbench/support/fake_port.h"

namespace ans::test {
namespace {

using driver::Segment;
using driver::Status;
using driver::nvme::PrpBuilder;
using driver::nvme::Prps;

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kBase = 0x9'0000'0000;
constexpr std::size_t kMax = 4u << 20;
constexpr unsigned kTag = 7;

struct Piece {
    std::uint64_t address;
    std::uint64_t size;
    bool operator==(const Piece& other) const { return address == other.address && size == other.size; }
};
std::ostream& operator<<(std::ostream& out, const Piece& piece) {
    return out << std::hex << piece.address << "+" << piece.size;
}

class PrpTest : public ::testing::Test {
protected:
    PrpTest() : port(registers) { EXPECT_EQ(builder.prepare(port, kMax, 64), Status::Ok); }
    ~PrpTest() override { builder.release(); }

    Status build(const std::vector<Segment>& segments, std::size_t bytes) {
        return builder.build(kTag, segments.data(), segments.size(), bytes, prps);
    }
    std::uint64_t entry(std::uint64_t address) {
        const std::byte* at = port.memory(address, 8);
        EXPECT_NE(at, nullptr) << "a list entry outside the list's memory";
        std::uint64_t value = 0;
        if (at != nullptr) std::memcpy(&value, at, 8);
        return value;
    }
    /// The pieces of memory that the entries name, page by page. source: NVMe 1.1 section 4.3
    std::vector<Piece> walk(std::uint64_t bytes) {
        std::vector<Piece> pieces;
        const std::uint64_t first = std::min(bytes, kPage - prps.prp1 % kPage);
        pieces.push_back({prps.prp1, first});
        bytes -= first;
        if (bytes == 0) return pieces;
        if (bytes <= kPage) {
            pieces.push_back({prps.prp2, bytes});
            return pieces;
        }
        list_pages = 1;
        std::uint64_t list = prps.prp2;
        while (bytes > 0) {
            const bool last_slot = list % kPage == kPage - 8;
            const std::uint64_t value = entry(list);
            EXPECT_EQ(value % kPage, 0u);
            if (last_slot && bytes > kPage) {
                list = value;
                ++list_pages;
                continue;
            }
            const std::uint64_t size = std::min(bytes, kPage);
            pieces.push_back({value, size});
            bytes -= size;
            list += 8;
        }
        return pieces;
    }
    /// The same, computed from the segments.
    static std::vector<Piece> expected(const std::vector<Segment>& segments) {
        std::vector<Piece> pieces;
        for (const Segment& segment : segments)
            for (std::uint64_t at = segment.device, end = at + segment.size; at < end;) {
                const std::uint64_t size = std::min(end - at, kPage - at % kPage);
                pieces.push_back({at, size});
                at += size;
            }
        return pieces;
    }

    ScriptedRegisters registers;
    FakePort port;
    PrpBuilder builder;
    Prps prps;
    unsigned list_pages = 0;
};

TEST_F(PrpTest, ContiguousBuffersOfEverySizeAndOffset) {
    std::vector<std::uint64_t> sizes;
    for (std::uint64_t pages = 1; pages <= 1024; pages += pages < 8 || (pages > 508 && pages < 516) ? 1 : 63)
        sizes.push_back(pages * kPage);
    sizes.push_back(kMax);
    for (const std::uint64_t size : sizes)
        for (const std::uint64_t offset : {0u, 4u, 512u, 2048u, 4092u}) {
            SCOPED_TRACE(::testing::Message() << size << " bytes at offset " << offset);
            const std::vector<Segment> segments{{nullptr, kBase + offset, size}};
            ASSERT_EQ(build(segments, size), Status::Ok);
            ASSERT_EQ(walk(size), expected(segments));
        }
}

TEST_F(PrpTest, ScatteredPagesOfEveryCount) {
    for (std::size_t pages : {1u, 2u, 3u, 4u, 5u, 511u, 512u, 513u, 514u, 515u, 1023u, 1024u}) {
        std::vector<Segment> segments;
        for (std::size_t i = 0; i < pages; ++i)
            segments.push_back({nullptr, kBase + (pages - i) * 2 * kPage, kPage});
        SCOPED_TRACE(pages);
        ASSERT_EQ(build(segments, pages * kPage), Status::Ok);
        ASSERT_EQ(walk(pages * kPage), expected(segments));
    }
}

TEST_F(PrpTest, RaggedEndsAreAllowedAtBothEnds) {
    const std::vector<Segment> segments{{nullptr, kBase + 512, kPage - 512},
                                        {nullptr, kBase + 8 * kPage, 3 * kPage},
                                        {nullptr, kBase + 64 * kPage, 512}};
    ASSERT_EQ(build(segments, 4 * kPage), Status::Ok);
    EXPECT_EQ(walk(4 * kPage), expected(segments));
}

TEST_F(PrpTest, AFullListPageNeedsNoSecondOne) {
    ASSERT_EQ(build({{nullptr, kBase, 513 * kPage}}, 513 * kPage), Status::Ok);
    walk(513 * kPage);
    EXPECT_EQ(list_pages, 1u);
    ASSERT_EQ(build({{nullptr, kBase, 514 * kPage}}, 514 * kPage), Status::Ok);
    walk(514 * kPage);
    EXPECT_EQ(list_pages, 2u);
    ASSERT_EQ(build({{nullptr, kBase + 4, kMax}}, kMax), Status::Ok);
    walk(kMax);
    EXPECT_EQ(list_pages, 3u) << "4 MiB from inside a page";
}

TEST_F(PrpTest, UnusedSecondEntryIsZero) {
    ASSERT_EQ(build({{nullptr, kBase, kPage}}, kPage), Status::Ok);
    EXPECT_EQ(prps.prp2, 0u);
    ASSERT_EQ(build({{nullptr, kBase, 512}, {nullptr, kBase + 512, 512}}, 1024), Status::Misaligned);
    ASSERT_EQ(build({{nullptr, kBase + 512, 512}}, 512), Status::Ok);
    EXPECT_EQ(prps.prp2, 0u);
}

TEST_F(PrpTest, SegmentsThatBreakTheRulesAreRefused) {
    EXPECT_EQ(build({{nullptr, kBase + 2, kPage}}, kPage), Status::Misaligned);
    EXPECT_EQ(build({{nullptr, kBase, kPage}, {nullptr, kBase + 2 * kPage + 4, kPage}}, 2 * kPage),
              Status::Misaligned);
    EXPECT_EQ(build({{nullptr, kBase, 512}, {nullptr, kBase + kPage, kPage}}, kPage + 512),
              Status::Misaligned);
    EXPECT_EQ(build({{nullptr, kBase, kPage}}, 2 * kPage), Status::InvalidArgument);
    EXPECT_EQ(build({{nullptr, kBase, 2 * kPage}}, kPage), Status::InvalidArgument);
    EXPECT_EQ(build({{nullptr, kBase, kPage}, {nullptr, kBase, 0}}, kPage), Status::InvalidArgument);
    EXPECT_EQ(build({{nullptr, ~0ull - kPage + 1, 3 * kPage}}, 3 * kPage), Status::InvalidArgument);
    EXPECT_EQ(build({{nullptr, kBase, kMax + kPage}}, kMax + kPage), Status::TooLarge);
    EXPECT_EQ(builder.build(kTag, nullptr, 1, kPage, prps), Status::InvalidArgument);
    EXPECT_EQ(builder.build(kTag, nullptr, 0, 0, prps), Status::InvalidArgument);
}

TEST_F(PrpTest, TagsDoNotShareListMemory) {
    std::vector<std::uint64_t> lists;
    const Segment segment{nullptr, kBase, kMax};
    for (unsigned tag = 0; tag < 64; ++tag) {
        ASSERT_EQ(builder.build(tag, &segment, 1, kMax, prps), Status::Ok);
        lists.push_back(prps.prp2);
    }
    for (std::size_t i = 1; i < lists.size(); ++i)
        EXPECT_GE(lists[i] - lists[i - 1], PrpBuilder::list_pages(kMax) * kPage);
}

TEST_F(PrpTest, ListPagesCoverTheWorstStart) {
    EXPECT_EQ(PrpBuilder::list_pages(kPage), 0u);
    EXPECT_EQ(PrpBuilder::list_pages(2 * kPage), 1u);
    EXPECT_EQ(PrpBuilder::list_pages(512 * kPage), 1u);
    EXPECT_EQ(PrpBuilder::list_pages(513 * kPage), 2u);
    EXPECT_EQ(PrpBuilder::list_pages(1 << 20), 1u);
    EXPECT_EQ(PrpBuilder::list_pages(kMax), 3u);
}

TEST(PrpMemoryTest, SmallTransfersTakeNoListMemory) {
    ScriptedRegisters registers;
    FakePort port(registers);
    PrpBuilder builder;
    EXPECT_EQ(builder.prepare(port, kPage, 64), Status::Ok);
    EXPECT_EQ(port.allocations(), 0u);
    port.memory_left = 0;
    EXPECT_EQ(builder.prepare(port, kMax, 64), Status::NoMemory);
}

}  // namespace
}  // namespace ans::test
