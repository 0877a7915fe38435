// SPDX-License-Identifier: MIT
// Parsers of what firmware leaves in memory: right for good content, harmless for any other. Run under ASan.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "host_driver/rtkit/crashlog.h"
#include "host_driver/rtkit/syslog.h"

namespace ans::test {
namespace {

using driver::rtkit::print_crashlog;
using driver::rtkit::read_syslog_entry;
using driver::rtkit::SyslogEntry;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// A log being written; sections as hardware.md 7.6 lays them out.
class Log {
public:
    Log() { bytes.resize(0x20), word(0, four("CLHE")); }
    static std::uint32_t four(const char* name) {
        return static_cast<std::uint32_t>(name[0] << 24 | name[1] << 16 | name[2] << 8 | name[3]);
    }
    void word(std::size_t at, std::uint32_t value) { std::memcpy(&bytes.at(at), &value, 4); }
    Log& section(const char* name, const std::string& payload, std::uint32_t claimed = 0) {
        const std::size_t at = bytes.size();
        bytes.resize(at + 16 + payload.size());
        word(at, four(name));
        word(at + 12, claimed != 0 ? claimed : static_cast<std::uint32_t>(16 + payload.size()));
        std::memcpy(bytes.data() + at + 16, payload.data(), payload.size());
        return *this;
    }
    Log& finish() {
        section("CLHE", "");
        word(8, static_cast<std::uint32_t>(bytes.size()));
        return *this;
    }
    /// Parsed from memory of exactly its size, so that ASan sees every step beyond.
    std::vector<std::string> print() const {
        struct Lines : driver::rtkit::CrashlogSink {
            void line(std::string_view text) override { lines.emplace_back(text); }
            std::vector<std::string> lines;
        } sink;
        const std::unique_ptr<std::byte[]> exact(new std::byte[bytes.size()]);
        std::memcpy(exact.get(), bytes.data(), bytes.size());
        print_crashlog(exact.get(), bytes.size(), sink);
        return sink.lines;
    }
    std::vector<std::uint8_t> bytes;
};

std::string number(std::uint64_t value, std::size_t size) {
    return {reinterpret_cast<const char*>(&value), size};
}

TEST(CrashlogTest, SectionsArePrintedAsText) {
    Log log;
    log.section("Cver", std::string(16, 'u') + "RTKit: RTKit-1827.120.2.debug - Client: ans");
    log.section("Ctim", number(1544945895, 8));
    log.section("Cstr", number(7, 4) + std::string("assert failed: [7446]\nsecond line\0rest", 37));
    log.section("Cmbx", std::string(16, '\0') + number(1, 4) + number(0, 4) + number(2, 4) + number(0x11, 8) +
                            number(0x22, 8) + number(0x33, 8));
    log.finish();
    EXPECT_THAT(log.print(),
                ElementsAre("Version: RTKit: RTKit-1827.120.2.debug - Client: ans", "Crash time: 1544945895",
                            "Message (id=7):", "  assert failed: [7446]", "  second line",
                            "Mailbox history (type = 1, index = 2):",
                            " #000@00000033: 0000000000000011 0000000000000022"));
}

TEST(CrashlogTest, RegistersArePrinted) {
    std::string payload(0x350, '\0');
    const std::uint64_t pc = 0x1234;
    std::memcpy(&payload[264], &pc, 8);
    const auto lines = Log().section("Crg8", payload).finish().print();
    EXPECT_THAT(lines, Contains(HasSubstr("PC 0000000000001234")));
    EXPECT_THAT(lines, SizeIs(1 + 2 + 15 + 1));
}

TEST(CrashlogTest, UnknownSectionsAreSkipped) {
    EXPECT_THAT(Log().section("Ccst", "xxxx").section("Ctim", number(5, 8)).finish().print(),
                ElementsAre("Crash time: 5"));
}

TEST(CrashlogTest, SectionsThatCannotBeTrueEndTheDump) {
    for (const std::uint32_t claimed : {1u, 8u, 15u}) {
        const auto lines = Log().section("Ctim", number(5, 8), claimed).finish().print();
        EXPECT_THAT(lines, ElementsAre(HasSubstr("ends the dump"))) << claimed;
    }
    Log zero;
    zero.section("Ctim", number(5, 8)).finish();
    zero.word(0x20 + 12, 0);
    EXPECT_THAT(zero.print(), ElementsAre(HasSubstr("section of 0 bytes")));
    for (const std::uint32_t claimed : {100u, 0x7fff'ffffu, 0xffff'ffffu})
        EXPECT_THAT(Log().section("Cstr", number(1, 4) + "hi", claimed).finish().print(),
                    Contains(HasSubstr("cut off")))
            << claimed;
}

TEST(CrashlogTest, PayloadsBelowTheirLayoutAreNamed) {
    for (const char* name : {"Cver", "Cstr", "Ctim", "Cmbx", "Crg8"}) {
        EXPECT_THAT(Log().section(name, "abc").finish().print(), ElementsAre(HasSubstr("too short"))) << name;
        EXPECT_THAT(Log().section(name, "").finish().print(), ElementsAre(HasSubstr("too short"))) << name;
    }
    EXPECT_THAT(Log().section("Cmbx", std::string(27, 'x')).finish().print(),
                ElementsAre(HasSubstr("too short")));
    EXPECT_THAT(Log().section("Cmbx", std::string(28, 'x')).finish().print(),
                ElementsAre(HasSubstr("Mailbox history")));
}

TEST(CrashlogTest, WrongTotalSizesAreBoundedByTheBuffer) {
    for (const std::uint32_t total : {0u, 4u, 0x1fu, 0x1'0000u, 0xffff'ffffu}) {
        Log log;
        log.section("Ctim", number(5, 8)).finish();
        log.word(8, total);
        EXPECT_THAT(log.print(), ElementsAre(HasSubstr("claims"), "Crash time: 5")) << total;
    }
}

TEST(CrashlogTest, MissingEndMarkIsNoticed) {
    Log log;
    log.section("Ctim", number(5, 8));
    log.word(8, static_cast<std::uint32_t>(log.bytes.size()));
    EXPECT_THAT(log.print(), ElementsAre("Crash time: 5", "crashlog has no end mark"));
}

TEST(CrashlogTest, BuffersWithoutALogAreNamed) {
    Log log;
    log.word(0, 0);
    EXPECT_THAT(log.print(), ElementsAre(HasSubstr("no valid header")));
    log.bytes.resize(0x1f);
    EXPECT_THAT(log.print(), ElementsAre(HasSubstr("shorter than its header")));
    log.bytes.clear();
    EXPECT_THAT(log.print(), ElementsAre(HasSubstr("shorter than its header")));
}

TEST(CrashlogTest, TextMayBeAnything) {
    std::string text(3000, '\n');
    text += std::string(5000, 'x') + "\x01\xff%s%n";
    const auto lines = Log().section("Cstr", number(1, 4) + text).finish().print();
    EXPECT_LE(lines.size(), driver::rtkit::kMaxCrashlogLines);
    for (const std::string& line : Log().section("Cstr", number(1, 4) + "\x01\xff\x1b[2J%s").finish().print())
        for (const char c : line)
            EXPECT_TRUE(c >= 0x20 && c < 0x7f);
}

TEST(CrashlogTest, HugeCountsAreCutOff) {
    Log log;
    for (unsigned i = 0; i < 1000; ++i)
        log.section("Ctim", number(i, 8));
    EXPECT_THAT(log.finish().print(), Contains(HasSubstr("too many sections")));
    const auto lines = Log().section("Cmbx", std::string(28 + 24 * 10'000, 'x')).finish().print();
    EXPECT_LE(lines.size(), 100u);
}

TEST(CrashlogTest, RandomDamageNeverReadsBeyondTheBuffer) {
    std::mt19937 generator(2022);
    const auto random = [&generator] { return static_cast<std::uint32_t>(generator()); };
    const char* names[] = {"Cver", "Cstr", "Ctim", "Cmbx", "Crg8", "Ccst", "CLHE"};
    for (unsigned round = 0; round < 3000; ++round) {
        Log log;
        for (unsigned i = random() % 6; i > 0; --i) {
            std::string payload(random() % (random() % 4 == 0 ? 0x400 : 40), '\0');
            for (char& c : payload)
                c = static_cast<char>(random());
            log.section(names[random() % 7], payload, random() % 5 == 0 ? random() % 600 : 0);
        }
        log.finish();
        for (unsigned damage = random() % 8; damage > 0; --damage)
            log.bytes[random() % log.bytes.size()] = static_cast<std::uint8_t>(random());
        log.word(0, Log::four("CLHE"));
        if (random() % 4 == 0) log.bytes.resize(random() % log.bytes.size());
        EXPECT_LE(log.print().size(), driver::rtkit::kMaxCrashlogLines);
    }
}

class SyslogTest : public ::testing::Test {
protected:
    SyslogTest() : buffer(new std::byte[kSize]()) {
        put(1, "apcie", "apcie.c:962: power up done[1]: PMU=Undefined, PWR=0\n");
    }
    void put(unsigned index, const char* context, const char* text) {
        std::byte* at = buffer.get() + index * (0x20 + kText);
        std::memcpy(at + 8, context, std::strlen(context));
        std::memcpy(at + 0x20, text, std::strlen(text));
    }
    static constexpr std::size_t kText = 0x60, kSize = 8 * (0x20 + kText);
    std::unique_ptr<std::byte[]> buffer;
    SyslogEntry entry;
};

TEST_F(SyslogTest, EntryHasContextAndText) {
    EXPECT_TRUE(read_syslog_entry(buffer.get(), kSize, {8, kText}, 1, entry));
    EXPECT_EQ(entry.context, "apcie");
    EXPECT_EQ(entry.text, "apcie.c:962: power up done[1]: PMU=Undefined, PWR=0");
}

TEST_F(SyslogTest, EntriesThatDoNotExistAreRefused) {
    EXPECT_FALSE(read_syslog_entry(buffer.get(), kSize, {8, kText}, 8, entry)) << "index == entries";
    EXPECT_FALSE(read_syslog_entry(buffer.get(), kSize, {0, kText}, 0, entry)) << "before INIT";
    EXPECT_FALSE(read_syslog_entry(buffer.get(), kSize, {8, 0}, 0, entry)) << "no text";
    EXPECT_FALSE(read_syslog_entry(buffer.get(), kSize, {255, kText}, 8, entry)) << "beyond the buffer";
    EXPECT_FALSE(read_syslog_entry(buffer.get(), kSize, {8, 0xffff'ffff}, 7, entry));
    EXPECT_FALSE(read_syslog_entry(buffer.get(), 0, {8, kText}, 0, entry));
    EXPECT_FALSE(read_syslog_entry(nullptr, 0, {8, kText}, 0, entry));
}

TEST_F(SyslogTest, UnterminatedTextEndsWithItsField) {
    std::memset(buffer.get(), 'x', kSize);
    EXPECT_TRUE(read_syslog_entry(buffer.get(), kSize, {8, kText}, 7, entry));
    EXPECT_EQ(entry.text.size(), kText);
    EXPECT_EQ(entry.context.size(), 24u);
}

TEST_F(SyslogTest, EveryShapeStaysInsideTheBuffer) {
    std::memset(buffer.get(), 'x', kSize);
    for (std::uint32_t entries : {0u, 1u, 8u, 255u})
        for (std::uint32_t text = 0; text < 256; ++text)
            for (unsigned index = 0; index < 256; index += 5)
                read_syslog_entry(buffer.get(), kSize, {entries, text}, index, entry);
}

}  // namespace
}  // namespace ans::test
