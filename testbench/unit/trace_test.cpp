// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "testbench/support/sim_test.h"
#include "testbench/trace/console.h"
#include "testbench/trace/counters.h"
#include "testbench/trace/json_lines.h"
#include "testbench/trace/mail_text.h"
#include "testbench/trace/recent.h"

namespace ans::test {
namespace {

using Fields = std::initializer_list<std::pair<const char*, std::uint64_t>>;

using CcEn = Field<0, 1>;
using CcIosqes = Field<16, 4>;
constexpr FieldInfo kCcFields[] = {field<CcEn>("EN"), field<CcIosqes>("IOSQES")};
constexpr Reg kRegs[] = {{"CC", 0x14, 4, 0, Access::ReadWrite, ~0ull, "", "test", kCcFields, 2},
                         {"ASQ", 0x28, 8, 0, Access::ReadWrite, ~0ull, "", "test"}};
constexpr RegMap kMap{"nvme", Unit::Nvme, 0x100, kRegs, 2};
const RegMap* toy_registers(Unit unit) {
    return unit == Unit::Nvme ? &kMap : nullptr;
}

Event make(EventKind kind, Unit unit, Fields fields, SimTime time = 0, std::string_view text = {}) {
    Event event;
    event.time = time;
    event.kind = kind;
    event.unit = unit;
    for (const auto& [name, value] : fields)
        find_field(kind, name)->set(event, value);
    if (!text.empty()) event.set_text(text);
    return event;
}

Event write_cc() {
    return make(EventKind::RegWrite, Unit::Nvme,
                {{"offset", 0x14}, {"width", 4}, {"value", 0x60001}, {"address", 0x2'7bcc'0014}},
                10'010'000'500);
}

std::string read_all(const std::string& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
}

class TraceFile : public ::testing::Test {
protected:
    TraceFile() : path(::testing::TempDir() + "ans_trace_" + std::to_string(getpid()) + ".jsonl") {}
    ~TraceFile() override { std::remove(path.c_str()); }
    EventHub hub;
    std::string path;
};

// Mailbox messages

TEST(MailText, NamesMessagesByEndpointTypeAndDirection) {
    EXPECT_EQ(trace::mail_text(true, 0, 0x0010'0000'000c'000b), "management HELLO min=11 max=12");
    EXPECT_EQ(trace::mail_text(false, 0, 0x0020'0000'000c'000c), "management HELLO_REPLY min=12 max=12");
    EXPECT_EQ(trace::mail_text(true, 0, 0x0088'0000'0000'0116),
              "management EPMAP last=1 base=0 bitmap=0x116");
    EXPECT_EQ(trace::mail_text(false, 0, 0x0050'0008'0000'0002), "management STARTEP endpoint=0x8 flags=0x2");
    EXPECT_EQ(trace::mail_text(true, 0, 0x0070'0000'0000'0020), "management SET_IOP_PWR_ACK state=0x20");
    EXPECT_EQ(trace::mail_text(false, 0, 0x00b0'0000'0000'0020), "management SET_AP_PWR state=0x20");
    EXPECT_EQ(trace::mail_text(false, 2, 0x0010'4000'00a9'c000), "syslog BUFFER_REPLY pages=4 iova=0xa9c000");
    EXPECT_EQ(trace::mail_text(true, 2, 0x0050'0000'0000'0003), "syslog LOG index=3");
}

TEST(MailText, OslogHasItsOwnTypeFieldAndUnits) {
    EXPECT_EQ(trace::mail_text(true, 8, 0x0104'0000'0000'0000), "oslog BUFFER_REQUEST bytes=16384 page=0x0");
}

TEST(MailText, AnUnknownMessageShowsItsBits) {
    EXPECT_EQ(trace::mail_text(true, 0x20, 0x1234), "endpoint 0x20 type=0x0 0x1234");
    EXPECT_EQ(trace::mail_text(false, 0, 0xff0'0000'0000'0000), "management type=0xff 0xff0000000000000");
    EXPECT_EQ(trace::mail_text(false, 0, 0x0010'0000'000c'000b), "management type=0x1 0x100000000c000b")
        << "the driver says no HELLO";
}

// The table

TEST(EventRow, ShowsTimeSourceEventAndTheRegistersFields) {
    EXPECT_EQ(trace::event_row(write_cc(), {}, toy_registers),
              "    10010.000500  nvme      reg_write       CC <- 0x60001 EN=1 IOSQES=6");
    EXPECT_EQ(trace::event_row_header(), "         time/us  source    event           details");
}

TEST(EventRow, AHalfAHoleAndAnUnknownBlockAreNamedHonestly) {
    const auto read = [](std::uint64_t offset, Unit unit) {
        return trace::details(
            make(EventKind::RegRead, unit, {{"offset", offset}, {"width", 4}, {"value", 7}}), {},
            toy_registers);
    };
    EXPECT_EQ(read(0x2c, Unit::Nvme), "ASQ.hi -> 0x7");
    EXPECT_EQ(read(0x90, Unit::Nvme), "+0x90 -> 0x7");
    EXPECT_EQ(read(0x90, Unit::Sart), "+0x90 -> 0x7");
}

TEST(EventRow, DecodesMessagesAndPlainFields) {
    const Event mail = make(EventKind::MailPush, Unit::Mailbox,
                            {{"fifo", 1}, {"waiting", 1}, {"msg1", 2}, {"msg0", 0x0050'0000'0000'0003}});
    EXPECT_EQ(trace::details(mail, {}, nullptr), "i2a syslog LOG index=3 waiting=1");
    const Event bell = make(EventKind::Doorbell, Unit::Nvme, {{"queue", 1}, {"tag", 50}, {"linear", 1}});
    EXPECT_EQ(trace::details(bell, {}, nullptr), "queue=io tag=50 linear=true");
}

TEST(EventRow, HostileTextStaysOnItsLine) {
    const Event log = make(EventKind::FirmwareLog, Unit::Firmware, {});
    EXPECT_EQ(trace::details(log, "a\n\x1b[2J\xff", nullptr), "a\\x0a\\x1b[2J\\xff");
}

// JSON Lines

TEST(JsonLine, KeysStandInAFixedOrderAndTimesAreExact) {
    EXPECT_EQ(
        trace::json_line(make(EventKind::Doorbell, Unit::Nvme, {{"queue", 1}, {"tag", 50}, {"linear", 1}},
                              12'062'000'000'001),
                         nullptr),
        R"({"t_us":12062000.000001,"unit":"nvme","event":"doorbell","queue":"io","tag":50,"linear":true})");
}

TEST(JsonLine, RegistersMessagesAndTextsFollowTheFields) {
    const std::string access = trace::json_line(write_cc(), toy_registers);
    EXPECT_NE(access.find(R"("value":"0x60001","address":"0x27bcc0014","register":"CC"})"), std::string::npos)
        << access;
    const std::string mail = trace::json_line(
        make(EventKind::MailPop, Unit::Mailbox, {{"fifo", 1}, {"msg0", 0x0010'0000'000c'000b}}), nullptr);
    EXPECT_NE(mail.find(R"(,"message":"management HELLO min=11 max=12"})"), std::string::npos) << mail;
    const std::string log =
        trace::json_line(make(EventKind::FirmwareLog, Unit::Firmware, {}, 0, "boot"), nullptr);
    EXPECT_EQ(log, R"({"t_us":0.000000,"unit":"firmware","event":"firmware_log","text":"boot"})");
}

TEST(JsonLine, AnyTextGivesValidJson) {
    const auto text_of = [](std::string_view text) {
        const Event log = make(EventKind::FirmwareLog, Unit::Firmware, {}, 0, text);
        return nlohmann::json::parse(trace::json_line(log, nullptr)).at("text").get<std::string>();
    };
    std::string every_byte;
    for (int c = 0; c < 256; ++c)
        every_byte += static_cast<char>(c);
    EXPECT_EQ(text_of(every_byte).substr(0, 128), every_byte.substr(0, 128));
    EXPECT_EQ(text_of("5 \xc2\xb5s \xe2\x82\xac \xf0\x9f\x92\xbe"),
              "5 \xc2\xb5s \xe2\x82\xac \xf0\x9f\x92\xbe");
    for (const std::string_view broken : {"\xc2", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80",
                                          "\xf4\x90\x80\x80", "\xf0\x80\x80\x80", "\xff\xfe", "a\xe2\x82"})
        EXPECT_NO_THROW(text_of(broken));
}

TEST(JsonLine, EveryKindGivesAnObjectWithAllItsFields) {
    for (std::size_t k = 0; k < kEventKinds; ++k) {
        Event event;
        event.kind = static_cast<EventKind>(k);
        event.unit = Unit::Nvme;
        event.slot = {~0ull, ~0ull, ~0ull, ~0ull, ~0ull};
        event.text_size = 0;
        const auto object = nlohmann::json::parse(trace::json_line(event, toy_registers));
        const EventInfo& info = event_info(event.kind);
        EXPECT_EQ(object.at("event"), info.name);
        for (std::size_t i = 0; i < info.field_count; ++i)
            EXPECT_TRUE(object.contains(info.fields[i].name)) << info.name << "." << info.fields[i].name;
    }
}

TEST_F(TraceFile, OneLineAnEventAndTheSameBytesForTheSameRun) {
    const auto run_once = [&] {
        trace::JsonLines sink(hub, path, toy_registers);
        for (unsigned i = 0; i < 5000; ++i)
            hub.emit(make(EventKind::Doorbell, Unit::Nvme, {{"tag", i % 61}}, i * microseconds(1)));
        EXPECT_EQ(sink.close(), "");
        return read_all(path);
    };
    const std::string first = run_once();
    EXPECT_EQ(std::count(first.begin(), first.end(), '\n'), 5000);
    EXPECT_EQ(run_once(), first);
    EXPECT_FALSE(hub.wants(EventKind::Doorbell)) << "a gone sink is not subscribed";
}

TEST_F(TraceFile, OnlyTheKindsAskedForAreWritten) {
    trace::JsonLines sink(hub, path, nullptr,
                          EventHub::Kinds().set(static_cast<std::size_t>(EventKind::Doorbell)));
    EXPECT_TRUE(hub.wants(EventKind::Doorbell));
    EXPECT_FALSE(hub.wants(EventKind::RegRead));
}

TEST_F(TraceFile, FlushMakesTheEventsVisible) {
    trace::JsonLines sink(hub, path, nullptr);
    hub.emit(make(EventKind::Doorbell, Unit::Nvme, {}));
    EXPECT_EQ(read_all(path), "");
    sink.flush();
    EXPECT_NE(read_all(path), "");
}

TEST(JsonLines, AFullDiskIsReportedOnceAndTheRunGoesOn) {
    EventHub hub;
    trace::JsonLines sink(hub, "/dev/full", nullptr);
    for (unsigned i = 0; i < 5000; ++i)
        hub.emit(make(EventKind::Doorbell, Unit::Nvme, {{"tag", i}}));
    EXPECT_EQ(sink.close(), "/dev/full: No space left on device");
    EXPECT_EQ(sink.close(), sink.error());
}

TEST(JsonLines, AFileThatCannotBeMadeIsKnownAtOnce) {
    EventHub hub;
    trace::JsonLines sink(hub, "/nonexistent/trace.jsonl", nullptr);
    EXPECT_EQ(sink.error(), "/nonexistent/trace.jsonl: No such file or directory");
    hub.emit(make(EventKind::Doorbell, Unit::Nvme, {}));
}

// The other sinks

TEST(RecentTest, KeepsTheLastEventsWithTheirTexts) {
    EventHub hub;
    trace::Recent recent(hub, 3);
    for (unsigned i = 0; i < 5; ++i) {
        const std::string text = "line " + std::to_string(i);
        hub.emit(make(EventKind::FirmwareLog, Unit::Firmware, {}, microseconds(i), text));
    }
    hub.emit(make(EventKind::Doorbell, Unit::Nvme, {{"tag", 7}}, microseconds(5)));
    EXPECT_EQ(recent.seen(), 6u);
    std::ostringstream out;
    recent.print(out, nullptr);
    EXPECT_EQ(out.str(),
              "         time/us  source    event           details\n"
              "        3.000000  firmware  firmware_log    line 3\n"
              "        4.000000  firmware  firmware_log    line 4\n"
              "        5.000000  nvme      doorbell        queue=admin tag=7 linear=false\n");
    std::ostringstream last;
    recent.print(last, nullptr, 1);
    EXPECT_EQ(last.str().find("line 4"), std::string::npos);
    EXPECT_NE(last.str().find("tag=7"), std::string::npos);
}

TEST(RecentTest, AShortRunPrintsWhatThereIs) {
    EventHub hub;
    trace::Recent recent(hub, 0);
    std::ostringstream out;
    recent.print(out, nullptr);
    EXPECT_EQ(out.str(), "         time/us  source    event           details\n");
}

TEST(CountersTest, CountsEachKind) {
    EventHub hub;
    trace::Counters counters(hub, EventHub::Kinds().set(static_cast<std::size_t>(EventKind::Doorbell)));
    hub.emit(make(EventKind::Doorbell, Unit::Nvme, {}));
    hub.emit(make(EventKind::CqHead, Unit::Nvme, {}));
    EXPECT_EQ(counters.count(EventKind::Doorbell), 1u);
    EXPECT_EQ(counters.count(EventKind::CqHead), 0u);
}

TEST(ConsoleTest, PrintsRowsAsTheyHappen) {
    EventHub hub;
    std::ostringstream out;
    trace::Console console(hub, out, toy_registers);
    hub.emit(write_cc());
    EXPECT_EQ(out.str(),
              trace::event_row_header() + "\n" + trace::event_row(write_cc(), {}, toy_registers) + "\n");
}

}  // namespace
}  // namespace ans::test
