// SPDX-License-Identifier: MIT
// The RTKit client message by message: a scripted firmware on one side, its answers on the other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <random>

#include "host_driver/rtkit/rtkit.h"
#include "testbench/support/fake_port.h"

namespace ans::test {
namespace {

using driver::Mailbox;
using driver::Sart;
using driver::Status;
using driver::rtkit::Rtkit;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr port::Nanoseconds kSecond = 1'000'000'000;
constexpr port::Address kSartBase = 0x10000;

constexpr std::uint64_t mgmt(std::uint64_t type, std::uint64_t payload = 0) {
    return type << 52 | payload;
}

struct Sent {
    std::uint64_t endpoint;
    std::uint64_t msg0;
    bool operator==(const Sent& other) const { return endpoint == other.endpoint && msg0 == other.msg0; }
};
void PrintTo(const Sent& sent, std::ostream* out) {
    *out << "ep " << sent.endpoint << ": 0x" << std::hex << sent.msg0;
}

/// A mailbox whose other end is the test.
class Firmware : public FakeDevice {
public:
    std::uint64_t read(port::Address address, unsigned) override {
        if (address >= kSartBase) return sart.read(address, 4);
        if (address == 0x110) return 1u << 17;
        if (address == 0x114) return inbox.empty() ? 1u << 17 : 0;
        if (inbox.empty()) return 0;
        if (address == 0x830) return inbox.front().msg0;
        const std::uint64_t endpoint = inbox.front().endpoint;
        inbox.pop_front();
        port->set_irq(4, !inbox.empty());
        return endpoint;
    }
    void write(port::Address address, unsigned, std::uint64_t value) override {
        if (address >= kSartBase) return sart.write(address, 4, value);
        if (address == 0x800) send0 = value;
        if (address != 0x808) return;
        sent.push_back({value, send0});
        if (answer) answer(value, send0);
    }
    void mail(std::uint64_t endpoint, std::uint64_t msg0) {
        inbox.push_back({endpoint, msg0});
        port->set_irq(4, true);
    }
    FakePort* port = nullptr;
    ScriptedRegisters sart;
    std::deque<Sent> inbox;
    std::vector<Sent> sent;
    std::uint64_t send0 = 0;
    std::function<void(std::uint64_t endpoint, std::uint64_t msg0)> answer;
};

class DriverRtkitTest : public ::testing::TestWithParam<bool>, public driver::rtkit::RtkitClient {
protected:
    void SetUp() override {
        firmware.port = &port;
        ASSERT_EQ(sart.init(), Status::Ok);
        firmware.answer = [this](std::uint64_t endpoint, std::uint64_t msg0) {
            good_firmware(endpoint, msg0);
        };
        rtkit.open();
    }
    void TearDown() override {
        rtkit.close();
        rtkit.release_buffers();
        EXPECT_EQ(port.allocations(), 0u);
        EXPECT_EQ(sart.windows(), 0u);
    }
    void good_firmware(std::uint64_t endpoint, std::uint64_t msg0) {
        if (endpoint != 0) return;
        switch (msg0 >> 52) {
            case 2:
                return firmware.mail(0, mgmt(8, 1ull << 51 | 0x51f));
            case 5:
                if (++started == 5) firmware.mail(0, mgmt(7, 0x20));
                return;
            case 6:
                return firmware.mail(0, mgmt(7, msg0 & 0xff));
            case 0xb:
                return firmware.mail(0, mgmt(0xb, msg0 & 0xffff));
            default:
                return;
        }
    }
    Status boot() {
        firmware.mail(0, mgmt(1, 11 | 12 << 16));
        return rtkit.boot(Rtkit::Start::Cold);
    }
    void boot_quietly() {
        ASSERT_EQ(boot(), Status::Ok);
        firmware.sent.clear();
    }
    void settle() {
        if (!GetParam()) rtkit.process();
        port.sleep(1'000'000);
    }
    void firmware_crashed() override { ++crashes; }
    void firmware_fell_asleep() override { ++sleeps; }

    Firmware firmware;
    FakePort port{firmware};
    Mailbox mailbox{port, 0, {1, 2, 3, 4}, GetParam()};
    Sart sart{port, kSartBase, 2};
    Rtkit rtkit{port, mailbox, sart, *this, GetParam()};
    unsigned started = 0, crashes = 0, sleeps = 0;
};
INSTANTIATE_TEST_SUITE_P(, DriverRtkitTest, ::testing::Values(true, false),
                         [](const auto& p) { return p.param ? "Interrupts" : "Polling"; });

TEST_P(DriverRtkitTest, BootSaysWhatLinuxSays) {
    EXPECT_EQ(boot(), Status::Ok);
    EXPECT_THAT(firmware.sent, ElementsAre(Sent{0, 0x0020'0000'000c'000c}, Sent{0, 0x0088'0000'0000'0000},
                                           Sent{0, 0x0050'0001'0000'0002}, Sent{0, 0x0050'0002'0000'0002},
                                           Sent{0, 0x0050'0003'0000'0002}, Sent{0, 0x0050'0004'0000'0002},
                                           Sent{0, 0x0050'0008'0000'0002}, Sent{0, 0x00b0'0000'0000'0020}));
    EXPECT_TRUE(port.logged("RTKit: Initializing (protocol version 12)"));
    EXPECT_TRUE(port.logged("RTKit: Unknown system endpoint: 0x0a"));
    EXPECT_TRUE(rtkit.running());
}

TEST_P(DriverRtkitTest, MapOfSeveralWordsIsAnsweredWordByWord) {
    firmware.answer = [this](std::uint64_t endpoint, std::uint64_t msg0) {
        if (msg0 >> 52 == 2) return firmware.mail(0, mgmt(8, 0x11f));
        if (msg0 == mgmt(8, 1)) return firmware.mail(0, mgmt(8, 1ull << 51 | 1ull << 32 | 1));
        if (msg0 >> 52 != 2 && msg0 >> 52 != 8) good_firmware(endpoint, msg0);
    };
    EXPECT_EQ(boot(), Status::Ok);
    EXPECT_EQ(firmware.sent[1], (Sent{0, mgmt(8, 1)}));
    EXPECT_EQ(firmware.sent[2], (Sent{0, mgmt(8, 1ull << 51 | 1ull << 32)}));
}

TEST_P(DriverRtkitTest, OlderProtocolIsSpokenWithOlderFirmware) {
    firmware.mail(0, mgmt(1, 10 | 11 << 16));
    EXPECT_EQ(rtkit.boot(Rtkit::Start::Cold), Status::Ok);
    EXPECT_EQ(firmware.sent[0].msg0, mgmt(2, 11 | 11 << 16));
}

TEST_P(DriverRtkitTest, UnknownProtocolsAreRefused) {
    for (const std::uint64_t versions : {13 | 14 << 16, 9 | 10 << 16, 12 | 11 << 16, 0}) {
        rtkit.open();
        firmware.sent.clear();
        firmware.mail(0, mgmt(1, versions));
        EXPECT_EQ(rtkit.boot(Rtkit::Start::Cold), Status::Protocol);
        EXPECT_THAT(firmware.sent, IsEmpty());
    }
}

TEST_P(DriverRtkitTest, EveryMissingStepTimesOutWithinASecond) {
    for (const std::uint64_t silent : {1ull, 2ull, 5ull, 0xbull}) {
        rtkit.open();
        started = 0;
        firmware.answer = [this, silent](std::uint64_t endpoint, std::uint64_t msg0) {
            if (msg0 >> 52 != silent) good_firmware(endpoint, msg0);
        };
        if (silent != 1) firmware.mail(0, mgmt(1, 11 | 12 << 16));
        const port::Nanoseconds begin = port.now();
        EXPECT_EQ(rtkit.boot(Rtkit::Start::Cold), Status::Timeout) << silent;
        EXPECT_LT(port.now() - begin, kSecond + kSecond / 10) << silent;
    }
}

TEST_P(DriverRtkitTest, WrongAcknowledgementIsAProtocolError) {
    firmware.answer = [this](std::uint64_t endpoint, std::uint64_t msg0) {
        if (msg0 >> 52 == 0xb) return firmware.mail(0, mgmt(0xb, 0x10));
        good_firmware(endpoint, msg0);
    };
    EXPECT_EQ(boot(), Status::Protocol);
}

TEST_P(DriverRtkitTest, WakeSendsInitAndHelloFollows) {
    firmware.answer = [this](std::uint64_t endpoint, std::uint64_t msg0) {
        if (msg0 == mgmt(6, 0x220)) return firmware.mail(0, mgmt(1, 11 | 12 << 16));
        good_firmware(endpoint, msg0);
    };
    EXPECT_EQ(rtkit.boot(Rtkit::Start::Wake), Status::Ok);
    EXPECT_EQ(firmware.sent[0], (Sent{0, mgmt(6, 0x220)}));
}

TEST_P(DriverRtkitTest, WakingSomebodysSessionIsNotTakenForABoot) {
    const port::Nanoseconds begin = port.now();
    EXPECT_EQ(rtkit.boot(Rtkit::Start::Wake), Status::NotReady);
    EXPECT_LT(port.now() - begin, kSecond / 10);
    EXPECT_EQ(rtkit.shutdown(), Status::Ok) << "but it can be ended";
}

TEST_P(DriverRtkitTest, ShutdownQuiescesTheApThenSleepsTheIop) {
    boot_quietly();
    EXPECT_EQ(rtkit.shutdown(), Status::Ok);
    EXPECT_THAT(firmware.sent, ElementsAre(Sent{0, mgmt(0xb, 0x10)}, Sent{0, mgmt(6, 0x01)}));
    firmware.mail(2, mgmt(5, 0));
    settle();
    EXPECT_EQ(firmware.sent.size(), 2u) << "nothing after the last acknowledgement";
    EXPECT_EQ(sleeps, 0u);
}

TEST_P(DriverRtkitTest, QuiescedFirmwareWakesIntoANewSession) {
    boot_quietly();
    firmware.mail(1, mgmt(1, 4ull << 44));
    settle();
    EXPECT_EQ(rtkit.quiesce(), Status::Ok);
    started = 0;
    firmware.answer = [this](std::uint64_t endpoint, std::uint64_t msg0) {
        if (msg0 == mgmt(6, 0x220)) return firmware.mail(0, mgmt(1, 11 | 12 << 16));
        good_firmware(endpoint, msg0);
    };
    EXPECT_EQ(rtkit.boot(Rtkit::Start::Wake), Status::Ok);
    firmware.mail(1, mgmt(1, 4ull << 44));
    settle();
    EXPECT_EQ(crashes, 0u) << "the first crashlog message of a session asks for a buffer";
    EXPECT_EQ(port.allocations(), 1u);
}

TEST_P(DriverRtkitTest, BuffersAreSharedThroughSart) {
    boot_quietly();
    firmware.mail(1, mgmt(1, 4ull << 44));
    settle();
    ASSERT_EQ(firmware.sent.size(), 1u);
    EXPECT_EQ(firmware.sent[0].endpoint, 1u);
    const std::uint64_t address = firmware.sent[0].msg0 & ((1ull << 44) - 1);
    EXPECT_EQ(firmware.sent[0].msg0, mgmt(1, 4ull << 44 | address));
    EXPECT_NE(port.memory(address, 0x4000), nullptr);
    EXPECT_EQ(firmware.sart.values[kSartBase + 0x40], address >> 12);
    EXPECT_EQ(firmware.sart.values[kSartBase], 0xff00'0004u);
}

TEST_P(DriverRtkitTest, OslogCountsInBytesAndPages) {
    boot_quietly();
    firmware.mail(8, 1ull << 56 | 0x1800ull << 36);
    settle();
    ASSERT_EQ(firmware.sent.size(), 1u);
    const std::uint64_t page = firmware.sent[0].msg0 & ((1ull << 36) - 1);
    EXPECT_EQ(firmware.sent[0].msg0, 1ull << 56 | 0x1800ull << 36 | page);
    EXPECT_NE(port.memory(page << 12, 0x2000), nullptr) << "rounded up to pages";
    EXPECT_EQ(firmware.sart.values[kSartBase], 0xff00'0002u);
}

TEST_P(DriverRtkitTest, RepeatedRequestsGetTheSameBuffer) {
    boot_quietly();
    for (unsigned i = 0; i < 100; ++i)
        firmware.mail(2, mgmt(1, 1ull << 44));
    settle();
    EXPECT_EQ(port.allocations(), 1u);
    EXPECT_EQ(sart.windows(), 1u);
    EXPECT_EQ(firmware.sent.size(), 100u);
    for (unsigned pages = 1; pages < 200; ++pages)
        firmware.mail(4, mgmt(1, std::uint64_t{pages} << 44));
    settle();
    EXPECT_LE(port.allocations(), 8u) << "growing wishes are bounded";
}

TEST_P(DriverRtkitTest, ImpossibleRequestsAreNotAnswered) {
    boot_quietly();
    firmware.mail(2, mgmt(1, 1ull << 44 | 0x8000'0000));  // a buffer of its own
    firmware.mail(8, 1ull << 56 | 0x1000ull << 36 | 0x80000);
    firmware.mail(2, mgmt(1, 0));  // of no size
    port.memory_left = 0x1000;
    firmware.mail(4, mgmt(1, 2ull << 44));  // no memory
    settle();
    EXPECT_THAT(firmware.sent, IsEmpty());
    EXPECT_EQ(port.allocations(), 0u);
    EXPECT_EQ(sart.windows(), 0u);
    EXPECT_TRUE(rtkit.running());
}

TEST_P(DriverRtkitTest, FullSartLeaksNoMemory) {
    boot_quietly();
    for (unsigned i = 0; i < 16; ++i)
        sart.add(i * 0x1000, 0x1000);
    firmware.mail(2, mgmt(1, 1ull << 44));
    settle();
    EXPECT_EQ(port.allocations(), 0u);
    EXPECT_THAT(firmware.sent, IsEmpty());
    for (unsigned i = 0; i < 16; ++i)
        sart.remove(i * 0x1000, 0x1000);
}

TEST_P(DriverRtkitTest, SyslogIsPrintedAndEchoed) {
    boot_quietly();
    firmware.mail(2, mgmt(1, 1ull << 44));
    settle();
    std::byte* buffer = port.memory(firmware.sent[0].msg0 & ((1ull << 44) - 1), 0x1000);
    std::memcpy(buffer + 0x80 + 8, "cmd.c:6074", 11);
    std::memcpy(buffer + 0x80 + 0x20, " boot mode normal", 18);
    firmware.mail(2, mgmt(8, 8 | 0x60ull << 24));
    firmware.mail(2, mgmt(5, 1));
    settle();
    EXPECT_TRUE(port.logged("RTKit: syslog message: cmd.c:6074:  boot mode normal"));
    EXPECT_EQ(firmware.sent.back(), (Sent{2, mgmt(5, 1)}));
}

TEST_P(DriverRtkitTest, UnreadableSyslogMessagesAreStillEchoed) {
    boot_quietly();
    firmware.mail(2, mgmt(5, 0));  // no buffer
    firmware.mail(2, mgmt(1, 1ull << 44));
    firmware.mail(2, mgmt(5, 0));    // before INIT
    firmware.mail(2, mgmt(8, 255));  // MSG_SIZE 0
    firmware.mail(2, mgmt(5, 3));
    firmware.mail(2, mgmt(8, 255 | 0xffull << 24));
    firmware.mail(2, mgmt(5, 200));  // beyond the buffer
    firmware.mail(2, mgmt(5, 255));  // index == entries
    settle();
    EXPECT_EQ(firmware.sent.size(), 6u) << "five echoes and a buffer";
    EXPECT_EQ(firmware.sent.back(), (Sent{2, mgmt(5, 255)}));
}

TEST_P(DriverRtkitTest, IoReportIsEchoed) {
    boot_quietly();
    firmware.mail(4, mgmt(0xc, 0x1234));
    firmware.mail(4, mgmt(0x8, 0x99));
    settle();
    EXPECT_THAT(firmware.sent, ElementsAre(Sent{4, mgmt(0xc, 0x1234)}, Sent{4, mgmt(0x8, 0x99)}));
}

TEST_P(DriverRtkitTest, SecondCrashlogMessageIsACrash) {
    boot_quietly();
    firmware.mail(1, mgmt(1, 1ull << 44));
    settle();
    EXPECT_EQ(crashes, 0u);
    firmware.mail(1, mgmt(1, 1ull << 44));
    firmware.mail(1, mgmt(1, 1ull << 44));
    settle();
    EXPECT_EQ(crashes, 1u);
    EXPECT_TRUE(rtkit.crashed());
    EXPECT_TRUE(port.logged("RTKit: co-processor has crashed"));
    EXPECT_EQ(rtkit.shutdown(), Status::NotReady);
}

TEST_P(DriverRtkitTest, CrashDuringBootEndsTheBoot) {
    firmware.answer = [this](std::uint64_t endpoint, std::uint64_t msg0) {
        if (msg0 >> 52 == 0xb) {
            firmware.mail(1, mgmt(1, 1ull << 44));
            return firmware.mail(1, mgmt(1, 1ull << 44));
        }
        good_firmware(endpoint, msg0);
    };
    EXPECT_EQ(boot(), Status::DeviceGone);
}

TEST_P(DriverRtkitTest, UninvitedSleepIsReported) {
    boot_quietly();
    firmware.mail(0, mgmt(7, 0x20));
    settle();
    EXPECT_EQ(sleeps, 0u);
    firmware.mail(0, mgmt(7, 0x01));
    settle();
    EXPECT_EQ(sleeps, 1u);
    EXPECT_FALSE(rtkit.running());
    EXPECT_FALSE(rtkit.alive());
}

TEST_P(DriverRtkitTest, SignOfLifeIsAskedFor) {
    boot_quietly();
    EXPECT_TRUE(rtkit.alive());
    firmware.answer = nullptr;
    const port::Nanoseconds begin = port.now();
    EXPECT_FALSE(rtkit.alive());
    EXPECT_NEAR(static_cast<double>(port.now() - begin), 1e9, 1e7);
}

TEST_P(DriverRtkitTest, StrayMessagesAreReportedAFewTimesOnly) {
    firmware.mail(0x20, 0x123);  // an application endpoint, before HELLO
    firmware.mail(1, mgmt(1, 1ull << 44));
    EXPECT_EQ(boot(), Status::Ok);
    EXPECT_EQ(port.allocations(), 0u) << "a request of an earlier session is not ours";
    for (unsigned i = 0; i < 1000; ++i)
        firmware.mail(8, 0x0300'006e'6ab2'0420);
    settle();
    EXPECT_LT(port.log_lines.size(), 30u);
    EXPECT_TRUE(rtkit.running());
}

TEST_P(DriverRtkitTest, RandomMessagesDoNoHarm) {
    std::mt19937_64 random(12);
    for (unsigned round = 0; round < 20; ++round) {
        rtkit.release_buffers();
        rtkit.open();
        started = 0;
        if (round % 2 == 0) {
            firmware.inbox.clear();
            EXPECT_EQ(boot(), Status::Ok);
        }
        for (unsigned i = 0; i < 300; ++i) {
            constexpr std::uint64_t types[] = {0, 1, 2, 5, 6, 7, 8, 0xb, 0xc, 0x10, 0xff};
            const std::uint64_t endpoint = random() % 8 == 0 ? random() % 0x200 : random() % 10;
            firmware.mail(endpoint,
                          mgmt(types[random() % 11], random() & ((1ull << 52) - 1) >> random() % 52));
        }
        settle();
        EXPECT_LE(port.allocations(), 8u);
        EXPECT_EQ(sart.windows(), port.allocations());
        rtkit.close();
    }
}

}  // namespace
}  // namespace ans::test
