// SPDX-License-Identifier: MIT
// The seam between a sender and its face of the mailbox, with scripted verdicts.
#include "models/mailbox/mailbox_seam.h"

#include "models/mailbox/mailbox_regs.h"
#include "testbench/support/scripted_decider.h"
#include "testbench/support/sim_test.h"
#include "testbench/unit/mailbox_under_test.h"

namespace ans::test {
namespace {

using namespace mailbox_regs;
using Kind = Verdict::Kind;

class MailboxSeamTest : public SimTest {
protected:
    MailboxSeamTest() {
        ap.socket.bind(ap_seam.in);
        ap_seam.out.bind(mailbox.ap);
        iop.socket.bind(iop_seam.in);
        iop_seam.out.bind(mailbox.iop);
        hub.install(DecidePoint::MailboxA2i, decider);
    }
    void send(std::uint64_t msg0, std::uint64_t msg1) {
        EXPECT_EQ(ap.write64(A2iSend0.offset, msg0), tlm::TLM_OK_RESPONSE);
        EXPECT_EQ(ap.write64(A2iSend1.offset, msg1), tlm::TLM_OK_RESPONSE);
    }
    /// msg0 of everything that waits in A2I, oldest first.
    std::vector<std::uint64_t> drain() {
        std::vector<std::uint64_t> all;
        while (ControlEmpty::get(iop.read32(A2iControl.offset)) == 0) {
            all.push_back(iop.read64(A2iRecv0.offset));
            last_msg1 = iop.read64(A2iRecv1.offset) & ~kMsg1Status;
        }
        return all;
    }
    using Messages = std::vector<std::uint64_t>;

    DecideHub hub;
    ScriptedDecider decider;
    MailboxUnderTest mailbox{"mailbox", {&events, 16}};
    MailboxSeam ap_seam{"ap_seam", DecidePoint::MailboxA2i, hub};
    MailboxSeam iop_seam{"iop_seam", DecidePoint::MailboxI2a, hub};
    TestMaster ap{"ap"};
    TestMaster iop{"iop"};
    std::uint64_t last_msg1 = 0;
};

TEST_F(MailboxSeamTest, AFaceWithSeamKeepsTheRegisterContract) {
    check_register_contract(ap, kMap, {"I2A_RECV1"});
    EXPECT_TRUE(decider.asked.empty());
}

TEST_F(MailboxSeamTest, AMessageIsJudgedAsTheEventThatItsPushWouldBe) {
    run([&] {
        ap.delay = to_sc(nanoseconds(30));
        send(0x0060'0000'0000'0220, 0x20);
        ASSERT_EQ(decider.asked.size(), 1u);
        const Event& about = decider.asked[0];
        EXPECT_EQ(decider.points[0], DecidePoint::MailboxA2i);
        EXPECT_EQ(about.kind, EventKind::MailPush);
        EXPECT_EQ(about.time, nanoseconds(30));
        EXPECT_EQ(find_field(EventKind::MailPush, "fifo")->get(about), 0u);
        EXPECT_EQ(find_field(EventKind::MailPush, "msg0")->get(about), 0x0060'0000'0000'0220u);
        EXPECT_EQ(find_field(EventKind::MailPush, "endpoint")->get(about), 0x20u);
        EXPECT_EQ(drain(), Messages{0x0060'0000'0000'0220});
    });
}

TEST_F(MailboxSeamTest, TheOtherDirectionIsJudgedByItsOwnPoint) {
    hub.install(DecidePoint::MailboxI2a, decider);
    decider.next(Kind::Drop);
    iop.write64(I2aSend0.offset, 1);
    EXPECT_EQ(iop.write64(I2aSend1.offset, 2), tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(decider.points, std::vector<DecidePoint>{DecidePoint::MailboxI2a});
    EXPECT_EQ(find_field(EventKind::MailPush, "fifo")->get(decider.asked[0]), 1u);
    EXPECT_EQ(ControlEmpty::get(ap.read32(I2aControl.offset)), 1u);
}

TEST_F(MailboxSeamTest, WithNothingPlannedNobodyIsAsked) {
    iop.write64(I2aSend0.offset, 1);
    iop.write64(I2aSend1.offset, 2);
    EXPECT_TRUE(decider.asked.empty());
    EXPECT_EQ(ap.read64(I2aRecv0.offset), 1u);
}

TEST_F(MailboxSeamTest, ADroppedMessageIsAnsweredAndNeverArrives) {
    decider.next(Kind::Drop);
    send(1, 0);
    send(2, 0);
    EXPECT_EQ(drain(), Messages{2});
    EXPECT_EQ(recorder.count(EventKind::MailPush), 1u);
}

TEST_F(MailboxSeamTest, AReplacedMessageArrivesAltered) {
    Event& instead = decider.next(Kind::Replace).replacement;
    instead.slot[1] = 0x7'0000'0105;  // msg1
    instead.slot[2] = 0x99;           // msg0
    send(1, 5);
    EXPECT_EQ(drain(), Messages{0x99});
    EXPECT_EQ(last_msg1, 0x7'0000'0105u);
    ap.write64(A2iSend1.offset, 6);
    EXPECT_EQ(drain(), Messages{1}) << "SEND0 still holds what the driver wrote";
}

TEST_F(MailboxSeamTest, ADelayedMessageArrivesLaterAndOthersOvertakeIt) {
    run([&] {
        decider.next(Kind::Delay, microseconds(10));
        ap.delay = to_sc(microseconds(2));
        send(1, 0x21);
        ap.delay = sc_core::SC_ZERO_TIME;
        send(2, 0);
        EXPECT_EQ(drain(), Messages{2});
        pass(microseconds(12) - 1);
        EXPECT_EQ(drain(), Messages{});
        pass(2);
        EXPECT_EQ(recorder.last(EventKind::MailPush).time, microseconds(12));
        EXPECT_EQ(drain(), Messages{1});
        EXPECT_EQ(last_msg1, 0x21u);
    });
}

TEST_F(MailboxSeamTest, DelayedMessagesArriveInTheOrderOfTheirTimes) {
    run([&] {
        decider.next(Kind::Delay, microseconds(30));
        decider.next(Kind::Delay, microseconds(10));
        decider.next(Kind::Delay, microseconds(10));
        send(1, 0);
        send(2, 0);
        send(3, 0);
        pass(microseconds(40));
        EXPECT_EQ(drain(), (Messages{2, 3, 1}));
    });
}

TEST_F(MailboxSeamTest, ADelayedMessageDoesNotDisturbOneBeingWritten) {
    run([&] {
        decider.next(Kind::Delay, microseconds(1));
        send(1, 0xaaaa'0000'0000'0001);
        ap.write64(A2iSend0.offset, 2);
        ap.write32(A2iSend1.offset + 4, 0xfe00'0000);
        pass(microseconds(2));
        ap.write32(A2iSend1.offset, 3);
        EXPECT_EQ(drain(), (Messages{1, 2}));
        EXPECT_EQ(last_msg1, 0xfe00'0000'0000'0003u);
    });
}

TEST_F(MailboxSeamTest, ADroppedMessageLeavesItsUpperHalfForTheNext) {
    decider.next(Kind::Drop);
    send(1, 0xfe00'0000'0000'0001);
    ap.write32(A2iSend1.offset, 2);
    EXPECT_EQ(drain(), Messages{1});
    EXPECT_EQ(last_msg1, 0xfe00'0000'0000'0002u);
}

TEST_F(MailboxSeamTest, ARepeatedMessageArrivesThatManyTimesMore) {
    run([&] {
        decider.next(Kind::Repeat, microseconds(5), 2);
        send(1, 0);
        EXPECT_EQ(drain(), Messages{1});
        pass(microseconds(6));
        EXPECT_EQ(drain(), Messages{1});
        pass(microseconds(5));
        EXPECT_EQ(drain(), Messages{1});
        pass(microseconds(50));
        EXPECT_EQ(drain(), Messages{});
    });
}

TEST_F(MailboxSeamTest, ABurstBeyondTheDepthOverflowsTheFifo) {
    run([&] {
        decider.next(Kind::Repeat, 0, 64);
        send(1, 0);
        pass(1);
        EXPECT_EQ(recorder.count(EventKind::MailPush), 16u);
        EXPECT_EQ(recorder.count(EventKind::MailOverflow), 49u);
    });
}

TEST_F(MailboxSeamTest, AMessageWrittenByHalvesIsJudgedOnce) {
    ap.write32(A2iSend0.offset, 0x1111);
    ap.write32(A2iSend0.offset + 4, 0x2222);
    ap.write32(A2iSend1.offset + 4, 0);
    EXPECT_TRUE(decider.asked.empty());
    decider.next(Kind::Drop);
    ap.write32(A2iSend1.offset, 4);
    ASSERT_EQ(decider.asked.size(), 1u);
    EXPECT_EQ(decider.asked[0].slot[2], 0x2222'0000'1111u);
    EXPECT_EQ(drain(), Messages{});
}

TEST_F(MailboxSeamTest, WhatTheMailboxRefusesIsNotJudged) {
    EXPECT_EQ(ap.write32(A2iSend1.offset + 2, 1), tlm::TLM_BURST_ERROR_RESPONSE);
    const std::uint16_t half_word = 1;
    EXPECT_EQ(ap.write(A2iSend1.offset, &half_word, 2), tlm::TLM_BURST_ERROR_RESPONSE);
    EXPECT_EQ(ap.write64(I2aSend1.offset, 1), tlm::TLM_COMMAND_ERROR_RESPONSE);
    EXPECT_TRUE(decider.asked.empty());
}

TEST_F(MailboxSeamTest, ResetForgetsWhatIsHeldBack) {
    run([&] {
        decider.next(Kind::Delay, microseconds(10));
        send(1, 0);
        ap_seam.reset.set_level(false, 0);
        pass(microseconds(5));
        ap_seam.reset.set_level(true, kernel_now());
        ap_seam.reset.set_level(false, kernel_now());
        pass(microseconds(10));
        EXPECT_EQ(drain(), Messages{});
        decider.next(Kind::Delay, microseconds(1));
        send(2, 0);
        pass(microseconds(20));
        EXPECT_EQ(drain(), Messages{2}) << "nor does a later one bring it along";
    });
}

TEST_F(MailboxSeamTest, AnInjectedMessageEntersAsIfItHadBeenSent) {
    run([&] {
        ap_seam.inject({0x77, 5}, 2, microseconds(3));
        pass(microseconds(1));
        EXPECT_EQ(drain(), Messages{0x77});
        EXPECT_EQ(last_msg1, 5u);
        pass(microseconds(3));
        EXPECT_EQ(drain(), Messages{0x77});
        EXPECT_TRUE(decider.asked.empty()) << "nobody judges a fault";
    });
}

TEST_F(MailboxSeamTest, NothingIsInjectedUnderReset) {
    run([&] {
        ap_seam.reset.set_level(true, kernel_now());
        ap_seam.inject({0x77, 5}, 2, microseconds(3));
        pass(microseconds(1));
        ap_seam.reset.set_level(false, kernel_now());
        pass(microseconds(5));
        EXPECT_TRUE(drain().empty());
    });
}

TEST_F(MailboxSeamTest, AnInjectedMessageDoesNotSpoilOneThatIsBeingWritten) {
    run([&] {
        ap.write64(A2iSend0.offset, 0x1234);
        ap_seam.inject({0x77, 5}, 1, 0);
        pass(microseconds(1));
        ap.write64(A2iSend1.offset, 2);
        EXPECT_EQ(drain(), (Messages{0x77, 0x1234}));
        EXPECT_EQ(last_msg1, 2u);
    });
}

}  // namespace
}  // namespace ans::test
