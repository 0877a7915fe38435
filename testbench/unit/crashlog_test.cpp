// SPDX-License-Identifier: MIT
#include "firmware_stub/rtkit/crashlog.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "testbench/unit/crashlog_walker.h"

namespace ans::test {
namespace {

using fw::rtkit::CrashlogKind;

class CrashlogTest : public ::testing::Test {
protected:
    CrashlogTest() {
        for (unsigned i = 0; i < 40; ++i)
            mails.add({2, 0x0050'0000'0000'0000u | i}, microseconds(100 * i));
    }
    WalkedCrashlog walk(CrashlogKind kind, std::size_t room = 0x4000) {
        const fw::rtkit::CrashReport report{
            "RTKit: a version", {1, 2, 3}, "assert failed: a reason", milliseconds(3), &mails};
        bytes = fw::rtkit::compose_crashlog(report, room, kind);
        return walk_crashlog(bytes.data(), bytes.size());
    }
    fw::rtkit::MailHistory mails;
    std::vector<std::byte> bytes;
};

TEST_F(CrashlogTest, AWellFormedLogHasEveryKnownSectionAndEndsWithATerminator) {
    const WalkedCrashlog log = walk(CrashlogKind::WellFormed);
    EXPECT_TRUE(log.header_ok);
    EXPECT_TRUE(log.terminated);
    EXPECT_EQ(log.size, bytes.size()) << "the header tells the size of everything";
    EXPECT_EQ(log.order, (std::vector<std::string>{"Cver", "Ctim", "Cstr", "Crg8", "Ccst", "CasC", "Cmbx"}));
}

TEST_F(CrashlogTest, VersionReasonAndTimeStandAtTheirPlaces) {
    const WalkedCrashlog log = walk(CrashlogKind::WellFormed);
    EXPECT_EQ(log.get<std::uint8_t>("Cver", 2), 3u) << "16 bytes of uuid come first";
    EXPECT_EQ(log.text("Cver", 16), "RTKit: a version");
    EXPECT_EQ(log.text("Cstr", 4), "assert failed: a reason");
    EXPECT_EQ(log.get<std::uint64_t>("Ctim", 0), 72000u) << "3 ms of a 24 MHz timer";
}

TEST_F(CrashlogTest, TheRegisterSectionHasTheSizeThatDriversCheck) {
    const WalkedCrashlog log = walk(CrashlogKind::WellFormed);
    EXPECT_EQ(log.payloads.at("Crg8").size(), 0x350u);
    EXPECT_EQ(log.get<std::uint64_t>("Crg8", 272) & 0xf, 5u) << "PSR says EL1h";
    EXPECT_EQ(log.get<std::uint64_t>("Crg8", 832) >> 26, 0x3cu) << "ESR names a breakpoint";
}

TEST_F(CrashlogTest, TheMailboxHistoryHoldsTheNewestMessagesOldestFirst) {
    const WalkedCrashlog log = walk(CrashlogKind::WellFormed);
    EXPECT_EQ(log.payloads.at("Cmbx").size(), 28u + 32 * 24);
    EXPECT_EQ(log.get<std::uint32_t>("Cmbx", 24), 40u) << "index";
    EXPECT_EQ(log.get<std::uint64_t>("Cmbx", 28), 2u) << "endpoint first";
    EXPECT_EQ(log.get<std::uint64_t>("Cmbx", 36), 0x0050'0000'0000'0008u);
    EXPECT_EQ(log.get<std::uint32_t>("Cmbx", 44), 800u * 24) << "24 MHz ticks";
    EXPECT_EQ(log.get<std::uint64_t>("Cmbx", 28 + 31 * 24 + 8), 0x0050'0000'0000'0027u);
}

TEST_F(CrashlogTest, SectionsThatDoNotFitAreLeftOutAndTheRestStaysSound) {
    const WalkedCrashlog log = walk(CrashlogKind::WellFormed, 0x200);
    EXPECT_TRUE(log.header_ok && log.terminated);
    EXPECT_LE(bytes.size(), 0x200u);
    EXPECT_EQ(log.order, (std::vector<std::string>{"Cver", "Ctim", "Cstr", "Ccst", "CasC"}));
    EXPECT_TRUE(walk(CrashlogKind::WellFormed, 0x40).terminated);
}

TEST_F(CrashlogTest, EachMalformedKindHasExactlyItsDefect) {
    EXPECT_EQ(walk(CrashlogKind::ZeroSection).defect, "Ctim");
    EXPECT_EQ(walk(CrashlogKind::ShortSection).defect, "Ctim");
    EXPECT_EQ(walk(CrashlogKind::LongSection).defect, "Ctim");
    EXPECT_FALSE(walk(CrashlogKind::NoTerminator).terminated);
    EXPECT_EQ(walk(CrashlogKind::NoTerminator).order.size(), 7u);
    EXPECT_FALSE(walk(CrashlogKind::LongHeader).header_ok);
    EXPECT_FALSE(walk(CrashlogKind::ShortHeader).header_ok);
    const WalkedCrashlog mailbox = walk(CrashlogKind::ShortMailbox);
    EXPECT_EQ(mailbox.payloads.at("Cmbx").size(), 8u);
    EXPECT_TRUE(mailbox.terminated);
}

TEST_F(CrashlogTest, MalformedKindsWithoutAnySectionStayInsideTheirBuffer) {
    for (int kind = 0; kind <= static_cast<int>(CrashlogKind::ShortHeader); ++kind) {
        walk(static_cast<CrashlogKind>(kind), 0x40);
        EXPECT_LE(bytes.size(), 0x40u);
    }
}

TEST(MailHistoryTest, AShortHistoryStartsWithItsFirstMessage) {
    fw::rtkit::MailHistory mails;
    EXPECT_EQ(mails.size(), 0u);
    mails.add({0, 0xa}, 0);
    mails.add({0, 0xb}, 0);
    EXPECT_EQ(mails.size(), 2u);
    EXPECT_EQ(mails[0].mail.msg0, 0xau);
    EXPECT_EQ(mails[1].mail.msg0, 0xbu);
}

TEST_F(CrashlogTest, ARandomLogHasASoundHeaderAndIsAlwaysTheSame) {
    EXPECT_TRUE(walk(CrashlogKind::Random).header_ok);
    const std::vector<std::byte> first = bytes;
    walk(CrashlogKind::WellFormed);
    EXPECT_FALSE(std::equal(first.begin() + 0x20, first.begin() + 0x60, bytes.begin() + 0x20));
    walk(CrashlogKind::Random);
    EXPECT_EQ(first, bytes);
}

}  // namespace
}  // namespace ans::test
