// SPDX-License-Identifier: MIT
// Each protective measure of the reference driver: its step is seen with it, and not without it.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "host_driver/common/measures.h"
#include "testbench/unit/driver_bench.h"

namespace ans::test {
namespace {

using driver::MeasureInfo;
using driver::Measures;

constexpr port::Address nvme(port::Address offset) {
    return FakeAns::kNvme + offset;
}
constexpr std::uint64_t mail_type(std::uint64_t type) {
    return type << 52;
}
constexpr std::uint64_t kOnePage = 1ull << 44;

class Bench : public DriverBench {
public:
    explicit Bench(Options options) { make(options); }
    ~Bench() {
        device.stuck_irq = device.hold_io = false;
        port.set_irq(FakeAns::kNvmeIrq, false);
        disk->remove();
        EXPECT_EQ(port.requested_lines(), 0u);
        disk.reset();
        EXPECT_EQ(port.allocations(), buffers.size())
            << "a careless driver leaks no memory of this process either";
    }
    Bench& up() {
        disk->probe();
        return *this;
    }
    void wait() { port.sleep(1'000'000); }
    bool wrong(const std::string& what) const {
        return std::find(device.wrongs.begin(), device.wrongs.end(), what) != device.wrongs.end();
    }
    bool warned(Measure measure) const {
        return port.logged("unprotected (" + std::string(name(measure)) + ")");
    }
    bool did(const std::string& step) const {
        return std::find(device.sequence.begin(), device.sequence.end(), step) != device.sequence.end();
    }
    /// Sends a message of the firmware; whether the driver has echoed it.
    bool echoed(std::uint8_t endpoint, std::uint64_t msg0) {
        device.mail(endpoint, msg0);
        wait();
        return std::find(device.sent.begin(), device.sent.end(), FakeAns::Access{endpoint, msg0}) !=
               device.sent.end();
    }
    void read_one() {
        const Segment memory = buffer();
        Done done;
        Request request = read(1, memory, done);
        disk->submit_and_wait(request);
    }
    /// A crash whose log has one section that claims `length` bytes.
    void crash_with_section(std::uint32_t length) {
        const auto put = [log = device.shared(1).first](std::size_t at, std::uint32_t word) {
            std::memcpy(log + at, &word, sizeof word);
        };
        put(0, 0x434c4845);
        put(8, 0x100);
        put(0x20, 0x43737472);  // Cstr
        put(0x2c, length);
        device.crash();
        wait();
    }
};

bool look_at_run(Options options) {
    Bench bench(options);
    bench.device.run = 0x10;
    bench.device.firmware_alive = true;
    return !bench.up().wrong("RUN cleared under live firmware");
}
bool sleep_before_stop(Options options) {
    Bench bench(options);
    bench.up().disk->shutdown();
    return !bench.wrong("RUN cleared under live firmware");
}
bool mailbox_full_test(Options options) {
    Bench bench(options);
    bench.up().device.mailbox_full = true;
    bench.disk->suspend();
    return !bench.wrong("mailbox written when full");
}
bool power_ack_check(Options options) {
    Bench bench(options);
    bench.up().device.wrong_ack = true;
    return bench.disk->suspend() != Status::Ok;
}
bool heed_uninvited_sleep(Options options) {
    Bench bench(options);
    bench.up().device.mail(0, mail_type(7) | 1);
    bench.device.firmware_alive = false;
    bench.wait();
    return bench.disk->counters().resets == 1;
}
bool pass_over_strangers(Options options) {
    Bench bench(options);
    bench.device.answer_hello = false;
    bench.port.after(1'000'000, [&] { bench.device.mail(0x20, mail_type(1)); });
    return bench.disk->probe() == Status::Timeout;  // it went on waiting for HELLO
}
bool poll_while_waiting(Options options) {
    Bench bench(options);
    bench.device.lose_mail_irq = true;  // HELLO's
    return bench.disk->probe() == Status::Ok;
}
bool mailbox_backpressure(Options options) {
    Bench bench(options);
    bench.up();
    for (unsigned i = 0; i < 64; ++i)
        bench.device.mail(2, mail_type(5));
    return bench.echoed(4, mail_type(0xc) | 7);
}
bool syslog_bounds(Options options) {
    Bench bench(options);
    bench.up().device.mail(2, mail_type(8) | 4 | 0x60 << 24);
    EXPECT_EQ(bench.echoed(2, mail_type(5) | 4), true);
    EXPECT_EQ(bench.echoed(2, mail_type(5) | 255), true);
    return !bench.warned(Measure::SyslogBounds);
}
bool syslog_init_first(Options options) {
    Bench bench(options);
    EXPECT_EQ(bench.up().echoed(2, mail_type(5)), true);
    return !bench.warned(Measure::SyslogInitFirst);
}
bool crashlog_bounds(Options options) {
    Bench bench(options);
    bench.up().crash_with_section(0xffff'fff0);
    EXPECT_TRUE(bench.port.logged("crash"));
    return !bench.warned(Measure::CrashlogBounds);
}
bool crashlog_zero_section(Options options) {
    Bench bench(options);
    bench.up().crash_with_section(0);
    EXPECT_TRUE(bench.port.logged("crash"));
    return !bench.warned(Measure::CrashlogZeroSection);
}
bool refuse_firmware_buffer(Options options) {
    Bench bench(options);
    bench.up().device.mail(2, mail_type(1) | kOnePage | 0x8000'0000);
    bench.wait();
    return !bench.warned(Measure::RefuseFirmwareBuffer);
}
bool one_buffer_per_endpoint(Options options) {
    Bench bench(options);
    const unsigned before = bench.up().device.open_windows();
    for (unsigned i = 0; i < 20; ++i)
        bench.device.mail(2, mail_type(1) | kOnePage);
    bench.wait();
    return bench.device.open_windows() == before;
}
bool oslog_size_in_bytes(Options options) {
    Bench bench(options);
    bench.up().device.mail(8, 1ull << 56 | 0x5001ull << 36);
    bench.wait();
    const auto granted = [](const FakeAns::Access& sent) {
        return sent.address == 8 && (sent.value >> 36 & 0xfffff) == 0x5001;
    };
    return std::any_of(bench.device.sent.begin(), bench.device.sent.end(), granted);
}
bool sart_remove(Options options) {
    Bench bench(options);
    bench.up().disk->shutdown();
    return bench.device.open_windows() == 0;
}
bool disable_first(Options options) {
    Bench bench(options);
    bench.device.run = 0x10;
    bench.device.firmware_alive = bench.device.left_on = true;
    bench.device.cc = 0x00460001;
    return !bench.up().wrong("firmware sent to sleep with CC.EN set");
}
bool ready_timeout(Options options) {
    Bench bench(options);
    bench.device.ready_delay = kSecond;
    return bench.disk->probe() == Status::Ok;
}
bool identify_cns_binary(Options options) {
    Bench bench(options);
    bench.up();
    return std::none_of(bench.device.admin_commands.begin(), bench.device.admin_commands.end(),
                        [](const auto& command) { return command.opcode == 6 && command.cdw10 > 1; });
}
bool delete_queues(Options options) {
    Bench bench(options);
    bench.up().disk->shutdown();
    return std::any_of(bench.device.admin_commands.begin(), bench.device.admin_commands.end(),
                       [](const auto& command) { return command.opcode == 0; });
}
bool shutdown_notification(Options options) {
    Bench bench(options);
    bench.up().disk->shutdown();
    return bench.did("shutdown");
}
bool disable_controller(Options options) {
    Bench bench(options);
    bench.up().disk->shutdown();
    return bench.did("disable");
}
bool restart_queues(Options options) {
    options.admin_timeout_ms = 100;
    Bench bench(options);
    return bench.up().disk->reset() == Status::Ok;
}
bool submit_lock(Options options) {
    Bench bench(options);
    bool locked = false;
    bench.up().device.on_io = [&](unsigned) { locked = bench.port.locks_held() != 0; };
    EXPECT_EQ(bench.disk->flush(), Status::Ok);
    return locked;
}
bool cid_in_tag_space(Options options) {
    Bench bench(options);
    EXPECT_EQ(bench.up().disk->flush(), Status::Ok);
    return bench.device.last_sqe[3] == 0 && bench.device.last_sqe[2] < 64;
}
bool reserve_admin_tags(Options options) {
    Bench bench(options);
    EXPECT_EQ(bench.up().disk->flush(), Status::Ok);
    EXPECT_EQ(bench.disk->identify(), Status::Ok);
    return bench.device.io_tags[0] >= 2;
}
bool tag_rotation(Options options) {
    Bench bench(options);
    EXPECT_EQ(bench.up().disk->flush(), Status::Ok);
    EXPECT_EQ(bench.disk->flush(), Status::Ok);
    return bench.device.io_tags[0] != bench.device.io_tags[1];
}
bool tcb_opcode_zero(Options options) {
    Bench bench(options);
    bench.up().read_one();
    return bench.device.last_tcb[0] == 0;
}
bool tcb_direction_exact(Options options) {
    Bench bench(options);
    bench.up().read_one();
    return bench.device.last_tcb[1] == 1;
}
bool completion_check(Options options) {
    Bench bench(options);
    for (const unsigned tag : {5u, 63u, 64u, 0xffffu})
        bench.up().device.complete_io(tag);
    bench.wait();
    EXPECT_EQ(bench.disk->counters().bad_completions, 4u);
    EXPECT_EQ(bench.disk->counters().completed, 0u);
    return !bench.warned(Measure::CompletionCheck);
}
bool phase_flip(Options options) {
    Bench bench(options);
    bench.up();
    for (unsigned i = 0; i < 70; ++i)
        bench.disk->flush();
    return bench.disk->counters().timeouts == 0;
}
bool storm_guard(Options options) {
    Bench bench(options);
    bench.up().device.stuck_irq = true;
    bench.port.set_irq(FakeAns::kNvmeIrq, true);
    bench.port.sleep(10'000'000);
    return bench.port.logged("nobody cared");
}
bool poll_before_reset(Options options) {
    Bench bench(options);
    bench.up().device.lose_irq = true;
    EXPECT_EQ(bench.disk->flush(), Status::Ok);
    return bench.disk->counters().polled_completions == 1;
}
bool reset_before_tag_reuse(Options options) {
    Bench bench(options);
    bench.up().device.never = {0, 1, 2};
    const Segment memory = bench.buffer();
    Done done;
    Request request = bench.read(1, memory, done);
    EXPECT_TRUE(bench.disk->submit(request));
    bench.port.sleep(100 * kSecond);
    EXPECT_EQ(done.calls, 1u);
    EXPECT_EQ(done.status, Status::Timeout);
    return bench.disk->counters().resets != 0;
}
bool fail_in_flight_on_crash(Options options) {
    Done done;
    Request request;
    bool failed = false;
    Segment memory;
    {
        Bench bench(options);
        bench.up().device.hold_io = true;
        memory = bench.buffer();
        request = bench.read(1, memory, done);
        EXPECT_TRUE(bench.disk->submit(request));
        bench.device.crash();
        bench.port.sleep(100 * kSecond);  // beyond every deadline
        failed = done.calls == 1;
    }
    EXPECT_EQ(done.calls, 1u) << "at the latest when the driver goes";
    EXPECT_EQ(done.status, Status::DeviceGone);
    return failed;
}

bool outlive_the_device(Options options) {
    Bench bench(options);
    bench.up().device.crash();
    bench.wait();
    EXPECT_EQ(bench.disk->flush(), Status::DeviceGone);
    return !bench.warned(Measure::OutliveTheDevice);
}

/// Brought up, with one read; `seen` looks at what the device saw.
template <typename Seen>
bool after_a_read(Options options, Seen seen) {
    Bench bench(options);
    bench.up().read_one();
    return seen(bench.device);
}
template <typename Seen>
bool after_probe(Options options, Seen seen) {
    Bench bench(options);
    return seen(bench.up().device);
}

struct Case {
    Measure measure;
    bool (*seen)(Options options);  ///< whether the protective step was taken
};
void PrintTo(const Case& c, std::ostream* out) {
    *out << name(c.measure);
}

constexpr Case kCases[] = {
    {Measure::PowerDomains,
     [](Options o) { return after_probe(o, [](FakeAns& d) { return d.written(FakeAns::kPmgr, 0xf); }); }},
    {Measure::LookAtRun, look_at_run},
    {Measure::SleepBeforeStop, sleep_before_stop},
    {Measure::RegsOnlyWhileRunning,
     [](Options o) { return after_probe(o, [](FakeAns& d) { return d.wrongs.empty(); }); }},
    {Measure::MailboxFullTest, mailbox_full_test},
    {Measure::PowerAckCheck, power_ack_check},
    {Measure::HeedUninvitedSleep, heed_uninvited_sleep},
    {Measure::PassOverStrangers, pass_over_strangers},
    {Measure::PollWhileWaiting, poll_while_waiting},
    {Measure::MailboxBackpressure, mailbox_backpressure},
    {Measure::EchoSyslog, [](Options o) { return Bench(o).up().echoed(2, mail_type(5)); }},
    {Measure::EchoIoReport, [](Options o) { return Bench(o).up().echoed(4, mail_type(0xc) | 7); }},
    {Measure::SyslogInitFirst, syslog_init_first},
    {Measure::SyslogBounds, syslog_bounds},
    {Measure::CrashlogBounds, crashlog_bounds},
    {Measure::CrashlogZeroSection, crashlog_zero_section},
    {Measure::GrantBuffers,
     [](Options o) { return after_probe(o, [](FakeAns& d) { return d.shared(1).first != nullptr; }); }},
    {Measure::RefuseFirmwareBuffer, refuse_firmware_buffer},
    {Measure::OneBufferPerEndpoint, one_buffer_per_endpoint},
    {Measure::OslogSizeInBytes, oslog_size_in_bytes},
    {Measure::SartAdd,
     [](Options o) { return after_probe(o, [](FakeAns& d) { return d.open_windows() == 3; }); }},
    {Measure::SartRemove, sart_remove},
    {Measure::SartProtectedEntries,
     [](Options o) { return after_probe(o, [](FakeAns& d) { return d.boot_loader_window(); }); }},
    {Measure::WaitBootStatus,
     [](Options o) { return after_probe(o, [](FakeAns& d) { return d.reads.count(nvme(0x1300)) != 0; }); }},
    {Measure::DisableFirst, disable_first},
    {Measure::LinearSq,
     [](Options o) { return after_probe(o, [](FakeAns& d) { return d.written(nvme(0x24908), 1); }); }},
    {Measure::NumTcbs,
     [](Options o) { return after_probe(o, [](FakeAns& d) { return d.written(nvme(0x28100), 63); }); }},
    {Measure::PrpNullCheck,
     [](Options o) { return after_probe(o, [](FakeAns& d) { return d.written(nvme(0x24008), 0); }); }},
    {Measure::ReadyTimeout, ready_timeout},
    {Measure::IdentifyCnsBinary, identify_cns_binary},
    {Measure::DeleteQueues, delete_queues},
    {Measure::ShutdownNotification, shutdown_notification},
    {Measure::DisableController, disable_controller},
    {Measure::RestartQueues, restart_queues},
    {Measure::SubmitLock, submit_lock},
    {Measure::CidInTagSpace, cid_in_tag_space},
    {Measure::ReserveAdminTags, reserve_admin_tags},
    {Measure::TagRotation, tag_rotation},
    {Measure::TcbOpcodeZero, tcb_opcode_zero},
    {Measure::TcbDirectionExact, tcb_direction_exact},
    {Measure::TcbInvalidate,
     [](Options o) { return after_a_read(o, [](FakeAns& d) { return d.written(nvme(0x28118), 2); }); }},
    {Measure::TcbStatCheck,
     [](Options o) { return after_a_read(o, [](FakeAns& d) { return d.reads.count(nvme(0x28120)) != 0; }); }},
    {Measure::CompletionCheck, completion_check},
    {Measure::PhaseFlip, phase_flip},
    {Measure::CqHeadDoorbell,
     [](Options o) { return after_a_read(o, [](FakeAns& d) { return d.written(nvme(0x100c), 1); }); }},
    {Measure::StormGuard, storm_guard},
    {Measure::PollBeforeReset, poll_before_reset},
    {Measure::ResetBeforeTagReuse, reset_before_tag_reuse},
    {Measure::FailInFlightOnCrash, fail_in_flight_on_crash},
    {Measure::OutliveTheDevice, outlive_the_device},
};

class DriverMeasureTest : public ::testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(, DriverMeasureTest, ::testing::ValuesIn(kCases),
                         [](const auto& p) { return std::string(name(p.param.measure)); });

TEST_P(DriverMeasureTest, IsSeenWithItAndNotWithoutIt) {
    Options options;
    EXPECT_TRUE(GetParam().seen(options));
    options.omit.add(GetParam().measure);
    EXPECT_FALSE(GetParam().seen(options));
}

TEST(DriverMeasures, EachHasOneCaseHere) {
    std::set<Measure> covered;
    for (const Case& c : kCases)
        EXPECT_TRUE(covered.insert(c.measure).second) << name(c.measure);
    EXPECT_EQ(covered.size(), driver::kMeasureCount);
}

TEST(DriverMeasures, NamesAreUniqueWordsAndEveryRowIsFilled) {
    std::set<std::string_view> names;
    for (const MeasureInfo& row : driver::measures()) {
        EXPECT_TRUE(names.insert(row.name).second) << row.name;
        EXPECT_EQ(row.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string_view::npos)
            << row.name;
        EXPECT_FALSE(row.does.empty() || row.protects.empty() || row.source.empty()) << row.name;
    }
    EXPECT_EQ(driver::measure_names().size(), driver::kMeasureCount);
}

TEST(DriverMeasures, SetsHoldWhatWasPutIn) {
    Measures set{Measure::SartAdd};
    EXPECT_TRUE(set.has(Measure::SartAdd));
    EXPECT_FALSE(set.has(Measure::SartRemove));
    set.add(Measure::FailInFlightOnCrash);
    EXPECT_TRUE(set.has(Measure::FailInFlightOnCrash));
    EXPECT_TRUE(Measures().empty());
    EXPECT_FALSE(set.empty());
}

TEST(DriverMeasures, TheReadmeListsTheTable) {
    std::ifstream file(ANS_SOURCE_DIR "/host_driver/README.md");
    const std::string readme{std::istreambuf_iterator<char>(file), {}};
    std::string table;
    for (const MeasureInfo& row : driver::measures())
        for (const std::string_view cell :
             {std::string_view("| `"), row.name, std::string_view("` | "), row.does, std::string_view(" | "),
              row.protects, std::string_view(" | "), row.source, std::string_view(" |\n")})
            table.append(cell);
    EXPECT_NE(readme.find(table), std::string::npos) << "host_driver/README.md should list\n" << table;
}

}  // namespace
}  // namespace ans::test
