// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host_driver/mailbox/mailbox.h"
#include "testbench/support/fake_port.h"

namespace ans::test {
namespace {

using driver::Mailbox;
using driver::Message;
using driver::Status;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Write = ScriptedRegisters::Write;

constexpr std::uint64_t kFull = 1u << 16, kEmpty = 1u << 17;
constexpr port::Address kA2iControl = 0x110, kI2aControl = 0x114;

class DriverMailboxTest : public ::testing::TestWithParam<bool> {
protected:
    void SetUp() override {
        registers.values[kA2iControl] = kEmpty;
        registers.values[kI2aControl] = kEmpty;
        mailbox.start(*arrived);
    }
    void TearDown() override { mailbox.stop(); }

    ScriptedRegisters registers;
    FakePort port{registers};
    std::unique_ptr<port::Signal> arrived = port.make_signal("arrived");
    Mailbox mailbox{port, 0, {1, 2, 3, 4}, GetParam()};
};
INSTANTIATE_TEST_SUITE_P(, DriverMailboxTest, ::testing::Values(false, true),
                         [](const auto& p) { return p.param ? "Interrupts" : "Polling"; });

TEST_P(DriverMailboxTest, TheEndpointWordCommitsTheMessage) {
    EXPECT_EQ(mailbox.send({0x1122'3344'5566'7788, 0x20}), Status::Ok);
    EXPECT_THAT(registers.writes, ElementsAre(Write{0x800, 0x1122'3344'5566'7788}, Write{0x808, 0x20}));
}

TEST_P(DriverMailboxTest, AFullFifoIsNeverWritten) {
    registers.values[kA2iControl] = kFull;
    const port::Nanoseconds begin = port.now();
    EXPECT_EQ(mailbox.send({1, 0}), Status::Timeout);
    EXPECT_THAT(registers.writes, IsEmpty());
    EXPECT_NEAR(static_cast<double>(port.now() - begin), 500e6, 20e6) << "gives up after half a second";
}

TEST_P(DriverMailboxTest, SendingWaitsUntilThereIsRoom) {
    registers.values[kA2iControl] = kFull;
    port.after(1'000'000, [this] {
        registers.values[kA2iControl] = kEmpty;
        port.set_irq(1, true);
    });
    const port::Nanoseconds begin = port.now();
    EXPECT_EQ(mailbox.send({1, 0}), Status::Ok);
    EXPECT_LT(port.now() - begin, 1'100'000u);
    EXPECT_EQ(port.requested_lines(), GetParam() ? 1u : 0u) << "send-empty is given back";
}

TEST_P(DriverMailboxTest, RoomIsNoticedWithoutTheSendEmptyInterrupt) {
    registers.values[kA2iControl] = kFull;
    port.after(1'000'000, [this] { registers.values[kA2iControl] = 0; });
    EXPECT_EQ(mailbox.send({1, 0}), Status::Ok);
}

TEST_P(DriverMailboxTest, StuckSendEmptyDoesNotOverfill) {
    registers.values[kA2iControl] = kFull;
    port.set_irq(1, true);
    EXPECT_EQ(mailbox.send({1, 0}), Status::Timeout);
    EXPECT_THAT(registers.writes, IsEmpty());
}

TEST_P(DriverMailboxTest, CountersAboveTheEndpointAreIgnored) {
    registers.values[kI2aControl] = 0x0010'0001;
    registers.values[0x830] = 0xabcd;
    registers.values[0x838] = 0x0010'0000'0000'000b;
    Message message;
    EXPECT_TRUE(mailbox.receive(message));
    EXPECT_EQ(message.msg0, 0xabcdu);
    EXPECT_EQ(message.endpoint, 0x0b);
}

TEST_P(DriverMailboxTest, EmptyFifoIsNotRead) {
    Message message;
    registers.script[0x830] = {1};
    EXPECT_FALSE(mailbox.receive(message));
    EXPECT_EQ(registers.script[0x830].size(), 1u);
}

TEST_P(DriverMailboxTest, MalformedEndpointWordsAreDropped) {
    registers.script[kI2aControl] = {0, 0};
    registers.script[0x838] = {0x100, 0x02};
    Message message;
    EXPECT_TRUE(mailbox.receive(message));
    EXPECT_EQ(message.endpoint, 2);
    EXPECT_TRUE(port.logged("malformed endpoint word"));
}

TEST_P(DriverMailboxTest, ABusOfAllOnesHasNoMessages) {
    registers.values[kI2aControl] = 0xffff'ffff;
    registers.values[kA2iControl] = 0xffff'ffff;
    Message message;
    EXPECT_FALSE(mailbox.receive(message));
    EXPECT_EQ(mailbox.send({1, 0}), Status::Timeout);
}

TEST_P(DriverMailboxTest, ClosingEndsAWaitingSend) {
    registers.values[kA2iControl] = kFull;
    Status sent = Status::Ok;
    auto sender = port.spawn("sender", [&] { sent = mailbox.send({1, 0}); });
    port.sleep(1'000'000);
    const port::Nanoseconds begin = port.now();
    mailbox.stop();
    sender->join();
    EXPECT_EQ(sent, Status::NotReady);
    EXPECT_LT(port.now() - begin, 20'000'000u);
    EXPECT_EQ(mailbox.send({1, 0}), Status::NotReady);
    EXPECT_EQ(port.requested_lines(), 0u);
}

TEST_P(DriverMailboxTest, ALevelThatStaysHighNotifiesOnceUntilRearmed) {
    if (!GetParam()) return;
    port.set_irq(4, true);
    EXPECT_TRUE(arrived->wait(1000));
    EXPECT_FALSE(arrived->wait(1000));
    mailbox.rearm();
    EXPECT_TRUE(arrived->wait(1000));
}

}  // namespace
}  // namespace ans::test
