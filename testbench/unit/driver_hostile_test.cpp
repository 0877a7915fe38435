// SPDX-License-Identifier: MIT
// The reference driver survives every fault: one whole life is lived again and again, and the fault comes one
// register access later each time. Whatever the driver then achieves, every request ends once, what it calls
// good is good, no call hangs, and memory, interrupt lines and SART entries are back where they started. Run
// under ASan.
#include <random>

#include "testbench/unit/driver_bench.h"

namespace ans::test {
namespace {

// At how many moments of a life each fault strikes. Sanitizers make a life some ten times as long; the plain
// builds of `scripts/test.sh --all` look closer.
#ifdef __SANITIZE_ADDRESS__
constexpr unsigned kMoments = 60;
#else
constexpr unsigned kMoments = 400;
#endif

constexpr unsigned kBlocks = 12;

std::byte pattern(std::uint64_t lba) {
    return static_cast<std::byte>(0x40 + lba);
}

class Life : public DriverBench {
public:
    explicit Life(bool use_interrupts) {
        options_.use_interrupts = use_interrupts;
        options_.io_timeout_ms = 50;
        options_.admin_timeout_ms = 100;
        options_.shutdown_timeout_ms = 100;
        for (unsigned lba = 0; lba < kBlocks; ++lba)
            device.disk[lba] = std::vector<std::byte>(FakeAns::kBlock, pattern(lba));
        for (Job& job : jobs_)
            job.memory = buffer();
        make(options_);
    }

    void live() {
        if (disk->probe() == Status::Ok) {
            some_io();
            disk->identify();
            device.mail(2, 5ull << 52);
            if (disk->suspend() == Status::Ok) disk->resume();
            some_io();
            disk->reset();
            disk->flush();
            some_io();
        }
        disk->shutdown();
    }

    void expect_survival() {
        device.stuck_irq = false;
        port.set_irq(FakeAns::kNvmeIrq, false);
        device.off_the_bus = device.mailbox_full = device.power_stuck = false;
        expect_nothing_left();
        EXPECT_LT(port.now(), 300 * kSecond) << "something waited without end";
        disk.reset();
        EXPECT_EQ(port.allocations(), buffers.size());
    }

private:
    struct Job {
        Segment memory{};
        Request request;
        Done done;
    };

    /// Reads and a write at once, each waited for.
    void some_io() {
        std::array<bool, 4> taken{};
        for (unsigned i = 0; i < jobs_.size(); ++i) {
            Job& job = jobs_[i];
            job.done = {};
            job.request = read(next_lba_++ % kBlocks, job.memory, job.done);
            if (i == 3) job.request.op = Op::Write;
            const std::byte fill = i == 3 ? pattern(job.request.lba) : std::byte{0xee};
            std::fill_n(job.memory.cpu, FakeAns::kBlock, fill);
            taken[i] = disk->submit(job.request);
        }
        for (unsigned turn = 0; turn < 4'000 && !all_ended(taken); ++turn) {
            if (!options_.use_interrupts) disk->poll();
            port.sleep(1'000'000);
        }
        for (unsigned i = 0; i < jobs_.size(); ++i) {
            EXPECT_EQ(jobs_[i].done.calls, taken[i] ? 1u : 0u) << "request " << i;
            expect_truth(jobs_[i]);
        }
        Job& job = jobs_[0];
        job.done = {};
        std::fill_n(job.memory.cpu, FakeAns::kBlock, std::byte{0xee});
        job.done.status = disk->submit_and_wait(job.request);
        EXPECT_NE(job.done.status, Status::Pending);
        expect_truth(job);
    }
    bool all_ended(const std::array<bool, 4>& taken) const {
        for (unsigned i = 0; i < jobs_.size(); ++i)
            if (taken[i] && jobs_[i].done.calls == 0) return false;
        return true;
    }
    /// No data is called good that is not.
    void expect_truth(const Job& job) {
        if (job.done.status != Status::Ok) return;
        const std::vector<std::byte> expected(FakeAns::kBlock, pattern(job.request.lba));
        EXPECT_EQ(std::memcmp(job.memory.cpu, expected.data(), FakeAns::kBlock), 0);
        EXPECT_TRUE(device.disk[job.request.lba] == expected);
    }

    Options options_;
    std::array<Job, 4> jobs_;
    std::uint64_t next_lba_ = 0;
};

void garbage(FakeAns& device) {
    static std::mt19937_64 random(7);
    constexpr std::uint64_t types[] = {0, 1, 2, 5, 6, 7, 8, 0xb, 0xc, 0x10, 0xff};
    for (unsigned i = 0; i < 30; ++i) {
        // Not the crash announcement, which has a fault of its own.
        const std::uint64_t endpoint = random() % 8 == 0 ? 0x20 + random() % 0xe0 : 2 + random() % 9;
        device.mail(static_cast<std::uint8_t>(endpoint),
                    types[random() % 11] << 52 | random() >> (12 + random() % 52));
    }
}

/// A crashlog whose head may be right and whose sections are not.
void malformed_crashlog(FakeAns& device) {
    static std::mt19937_64 random(11);
    const auto [log, size] = device.shared(1);
    if (log == nullptr) return;
    for (std::size_t i = 0; i < size; i += 8) {
        const std::uint64_t word = random() >> random() % 64;
        std::memcpy(log + i, &word, sizeof word);
    }
    const auto put = [&](std::size_t at, std::uint32_t word) { std::memcpy(log + at, &word, sizeof word); };
    if (random() % 8 != 0) put(0, 0x434c4845);  // CLHE
    if (random() % 2 != 0) put(8, static_cast<std::uint32_t>(size));
    constexpr std::uint32_t kinds[] = {0x43737472, 0x43766572, 0x4374696d, 0x436d6278, 0x43726738, 0};
    constexpr std::uint32_t lengths[] = {0,     1,      15,     16,          17,         27,
                                         0x360, 0x3fe0, 0x3fe1, 0x7fff'ffff, 0xffff'ffff};
    for (std::size_t at = 0x20; at + 16 < size && random() % 4 != 0;) {
        const std::uint32_t length = lengths[random() % 11];
        put(at, kinds[random() % 6]);
        put(at + 12, length);
        at += std::max<std::size_t>(16, std::min<std::size_t>(length, size));
    }
}

void demanding(FakeAns& device) {
    for (const std::uint64_t size : {0ull, 1ull, 1ull, 2ull, 255ull, 3ull})
        for (const std::uint8_t endpoint : {std::uint8_t{2}, std::uint8_t{4}}) {
            device.mail(endpoint, 1ull << 52 | size << 44);
            device.mail(endpoint, 1ull << 52 | size << 44 | 0x9000'0000);
        }
    device.mail(8, 1ull << 56);
    device.mail(8, 1ull << 56 | 0xfffffull << 36);
    device.mail(8, 1ull << 56 | 0x1000ull << 36 | 0x80000);
}

void flood(FakeAns& device) {
    for (unsigned i = 0; i < 500; ++i)
        device.mail(2, 5ull << 52 | i % 256);
}

void stray_completions(FakeAns& device) {
    for (const unsigned tag : {0u, 1u, 2u, 3u, 7u, 62u, 63u, 64u, 0xffffu})
        device.complete_io(tag, tag & 1u);
}

struct Fault {
    const char* name;
    void (*strike)(FakeAns& device, FakePort& port);
};
void PrintTo(const Fault& fault, std::ostream* out) {
    *out << fault.name;
}

const Fault kFaults[] = {
    {"Crash", [](FakeAns& d, FakePort&) { d.crash(); }},
    {"CrashWithMalformedLog", [](FakeAns& d, FakePort&) { malformed_crashlog(d), d.crash(); }},
    {"CrashTwice", [](FakeAns& d, FakePort&) { d.crash(), d.crash(); }},
    {"CrashOffTheBus", [](FakeAns& d, FakePort&) { d.crash(), d.off_the_bus = true; }},
    {"SilentEnd", [](FakeAns& d, FakePort&) { d.fall_silent(); }},
    {"OffTheBus", [](FakeAns& d, FakePort&) { d.off_the_bus = true; }},
    {"CstsAllOnes", [](FakeAns& d, FakePort&) { d.csts_all_ones = true; }},
    {"CstsAllOnesOnce",
     [](FakeAns& d, FakePort& p) {
         d.csts_all_ones = true, p.after(2000, [&d] { d.csts_all_ones = false; });
     }},
    {"FatalStatus", [](FakeAns& d, FakePort&) { d.fatal = true; }},
    {"NeverReady", [](FakeAns& d, FakePort&) { d.ready_delay = 1000 * kSecond; }},
    {"ShutdownHangs", [](FakeAns& d, FakePort&) { d.shutdown_hangs = true; }},
    {"MailboxFull", [](FakeAns& d, FakePort&) { d.mailbox_full = true; }},
    {"NoHello", [](FakeAns& d, FakePort&) { d.answer_hello = false; }},
    {"NoPowerAck", [](FakeAns& d, FakePort&) { d.answer_power = false; }},
    {"WrongPowerAck", [](FakeAns& d, FakePort&) { d.wrong_ack = true; }},
    {"NeverBoots", [](FakeAns& d, FakePort&) { d.boots = false; }},
    {"PowerStuck", [](FakeAns& d, FakePort&) { d.power_stuck = true; }},
    {"AdminUnanswered", [](FakeAns& d, FakePort&) { d.hold_admin = true; }},
    {"IoUnanswered", [](FakeAns& d, FakePort&) { d.hold_io = true; }},
    {"SomeIoUnanswered", [](FakeAns& d, FakePort&) { d.never = {0, 2, 3, 5, 6, 7, 11, 12}; }},
    {"MediaErrors", [](FakeAns& d, FakePort&) { d.io_status = 0x281; }},
    {"InterruptLost", [](FakeAns& d, FakePort&) { d.lose_irq = true; }},
    {"InterruptStuck",
     [](FakeAns& d, FakePort& p) { d.stuck_irq = true, p.set_irq(FakeAns::kNvmeIrq, true); }},
    {"EverythingTwice", [](FakeAns& d, FakePort&) { d.twice = true; }},
    {"StrayCompletions", [](FakeAns& d, FakePort&) { stray_completions(d); }},
    {"InvalidationFails", [](FakeAns& d, FakePort&) { d.tcb_stat = 1; }},
    {"InvalidationAllOnes", [](FakeAns& d, FakePort&) { d.tcb_stat = ~0u; }},
    {"UninvitedSleep", [](FakeAns& d, FakePort&) { d.mail(0, 7ull << 52 | 1), d.firmware_alive = false; }},
    {"HelloAgain", [](FakeAns& d, FakePort&) { d.mail(0, 1ull << 52 | 11 | 12 << 16); }},
    {"Garbage", [](FakeAns& d, FakePort&) { garbage(d); }},
    {"Demanding", [](FakeAns& d, FakePort&) { demanding(d); }},
    {"SyslogFlood", [](FakeAns& d, FakePort&) { flood(d); }},
    {"NoMemory", [](FakeAns&, FakePort& p) { p.memory_left = 0; }},
};

class DriverHostileTest : public ::testing::TestWithParam<std::tuple<Fault, bool>> {};
INSTANTIATE_TEST_SUITE_P(, DriverHostileTest,
                         ::testing::Combine(::testing::ValuesIn(kFaults), ::testing::Bool()),
                         [](const auto& p) {
                             return std::get<0>(p.param).name +
                                    std::string(std::get<1>(p.param) ? "Interrupts" : "Polling");
                         });

unsigned accesses_of_a_good_life(bool use_interrupts) {
    Life life(use_interrupts);
    unsigned accesses = 0;
    life.device.on_access = [&] { ++accesses; };
    life.live();
    life.expect_survival();
    EXPECT_THAT(life.device.wrongs, ::testing::IsEmpty());
    return accesses;
}

TEST_P(DriverHostileTest, SurvivesItAtEveryMoment) {
    const auto& [fault, use_interrupts] = GetParam();
    const unsigned accesses = accesses_of_a_good_life(use_interrupts);
    ASSERT_GT(accesses, 200u);
    // A polling thread wakes so often that every moment would take minutes.
    const unsigned stride = std::max(1u, accesses / (use_interrupts ? kMoments : kMoments / 10));
    for (unsigned when = 0; when < accesses && !HasFailure(); when += stride) {
        SCOPED_TRACE("at access " + std::to_string(when));
        Life life(use_interrupts);
        unsigned access = 0;
        life.device.on_access = [&, strike = fault.strike] {
            if (access++ == when) strike(life.device, life.port);
        };
        life.live();
        life.expect_survival();
    }
}

/// Several faults in one life, some of which end again.
TEST(DriverHostile, SurvivesManyFaultsAtOnce) {
    const unsigned accesses = accesses_of_a_good_life(true);
    for (unsigned seed = 0; seed < 300 && !HasFailure(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        std::multimap<unsigned, const Fault*> plan;
        for (unsigned i = 0; i < 4; ++i)
            plan.emplace(random() % accesses, &kFaults[random() % std::size(kFaults)]);
        Life life(true);
        unsigned access = 0;
        life.device.on_access = [&] {
            const auto [first, last] = plan.equal_range(access++);
            for (auto it = first; it != last; ++it)
                it->second->strike(life.device, life.port);
            if (access % 50 != 0) return;
            FakeAns& d = life.device;
            d.csts_all_ones = d.mailbox_full = d.hold_admin = d.hold_io = d.power_stuck = false;
            d.answer_hello = d.answer_power = d.boots = true;
        };
        life.live();
        life.expect_survival();
    }
}

}  // namespace
}  // namespace ans::test
