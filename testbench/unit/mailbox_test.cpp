// SPDX-License-Identifier: MIT

#include "models/mailbox/mailbox_regs.h"
#include "testbench/support/sim_test.h"
#include "testbench/unit/mailbox_under_test.h"

namespace ans::test {
namespace {

using namespace mailbox_regs;

class MailboxTest : public SimTest {
protected:
    explicit MailboxTest(unsigned messages = 16) : depth(messages), mailbox("mailbox", {&events, messages}) {
        ap.socket.bind(mailbox.ap);
        iop.socket.bind(mailbox.iop);
        mailbox.send_empty.bind(send_empty);
        mailbox.send_not_empty.bind(send_not_empty);
        mailbox.recv_empty.bind(recv_empty);
        mailbox.recv_not_empty.bind(recv_not_empty);
        mailbox.iop_doorbell.bind(doorbell);
    }

    void send(std::uint64_t msg0, std::uint64_t msg1 = 0) {
        EXPECT_EQ(ap.write64(A2iSend0.offset, msg0), tlm::TLM_OK_RESPONSE);
        EXPECT_EQ(ap.write64(A2iSend1.offset, msg1), tlm::TLM_OK_RESPONSE);
    }
    void reply(std::uint64_t msg0, std::uint64_t msg1 = 0) {
        EXPECT_EQ(iop.write64(I2aSend0.offset, msg0), tlm::TLM_OK_RESPONSE);
        EXPECT_EQ(iop.write64(I2aSend1.offset, msg1), tlm::TLM_OK_RESPONSE);
    }
    /// Both words, as the AP takes a message.
    MailMessage receive() { return {ap.read64(I2aRecv0.offset), ap.read64(I2aRecv1.offset)}; }
    MailMessage fetch() { return {iop.read64(A2iRecv0.offset), iop.read64(A2iRecv1.offset)}; }
    std::uint32_t a2i() { return ap.read32(A2iControl.offset); }
    std::uint32_t i2a() { return ap.read32(I2aControl.offset); }
    std::uint64_t field_of(EventKind kind, std::string_view name) { return recorder.last_field(kind, name); }

    /// Fills A2I, looks at the edges around FULL, drains it in order.
    void check_depth() {
        for (unsigned i = 0; i < depth; ++i) {
            EXPECT_EQ(ControlFull::get(a2i()), 0u) << i;
            EXPECT_EQ(ControlCount::get(a2i()), i % 16);
            send(0x100 + i, i);
        }
        EXPECT_EQ(ControlFull::get(a2i()), 1u);
        EXPECT_EQ(ControlCount::get(a2i()), depth % 16);
        EXPECT_EQ(ControlOverflow::get(a2i()), 0u);
        send(0xdead);
        EXPECT_EQ(ControlOverflow::get(a2i()), 1u);
        for (unsigned i = 0; i < depth; ++i) {
            const MailMessage message = fetch();
            EXPECT_EQ(message.msg0, 0x100 + i);
            EXPECT_EQ(Msg1Endpoint::get(message.msg1), i);
        }
        EXPECT_EQ(ControlEmpty::get(a2i()), 1u);
    }

    const unsigned depth;
    MailboxUnderTest mailbox;
    TestMaster ap{"ap"};
    TestMaster iop{"iop"};
    WireProbe send_empty, send_not_empty, recv_empty, recv_not_empty, doorbell;
};

class DepthOneMailbox : public MailboxTest {
protected:
    DepthOneMailbox() : MailboxTest(1) {}
};
class DepthFifteenMailbox : public MailboxTest {
protected:
    DepthFifteenMailbox() : MailboxTest(15) {}
};

TEST_F(MailboxTest, EveryRegisterKeepsTheContractForTheDriver) {
    check_register_contract(ap, kMap, {"I2A_RECV1"});
}

TEST_F(MailboxTest, EveryRegisterKeepsTheContractForTheCoprocessor) {
    std::vector<Reg> regs(std::begin(kRegs), std::end(kRegs));
    for (Reg& reg : regs)
        reg.access = reg.iop;
    const RegMap map{"mailbox", Unit::Mailbox, kMap.window, regs.data(), regs.size()};
    check_register_contract(iop, map, {"A2I_RECV1"});
}

TEST_F(MailboxTest, TheTablesResetValueIsWhatARestingFifoShows) {
    EXPECT_EQ(a2i(), A2iControl.reset);
    EXPECT_EQ(i2a(), I2aControl.reset);
    EXPECT_EQ(iop.read32(I2aControl.offset), I2aControl.reset);
}

TEST_F(MailboxTest, AMessageEntersWithSend1AndCarriesBothWords) {
    ap.write64(A2iSend0.offset, 0x0020'0000'000c'000c);
    EXPECT_EQ(ControlEmpty::get(a2i()), 1u) << "SEND0 alone sends nothing";
    ap.write64(A2iSend1.offset, 0x2b);
    EXPECT_EQ(ControlEmpty::get(a2i()), 0u);
    const MailMessage message = fetch();
    EXPECT_EQ(message.msg0, 0x0020'0000'000c'000cu);
    EXPECT_EQ(Msg1Endpoint::get(message.msg1), 0x2bu);
}

TEST_F(MailboxTest, OnlyReadingRecv1TakesTheMessage) {
    reply(7, 1);
    reply(8, 1);
    EXPECT_EQ(ap.read64(I2aRecv0.offset), 7u);
    EXPECT_EQ(ap.read64(I2aRecv0.offset), 7u);
    ap.read64(I2aRecv1.offset);
    EXPECT_EQ(ap.read64(I2aRecv0.offset), 8u);
    EXPECT_EQ(recorder.count(EventKind::MailPop), 1u);
}

TEST_F(MailboxTest, DebugReadsTakeNothing) {
    reply(7, 1);
    std::uint64_t bus_view = 0, debug_view = 0;
    EXPECT_EQ(ap.debug_read(I2aRecv1.offset, &debug_view, 8), 8u);
    EXPECT_EQ(ap.debug_read(I2aRecv1.offset, &debug_view, 8), 8u);
    EXPECT_EQ(ap.read(I2aRecv1.offset, &bus_view, 8), tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(bus_view, debug_view);
    EXPECT_EQ(recorder.count(EventKind::MailUnderflow), 0u);
}

TEST_F(MailboxTest, AFirstMessageReadsAsTheRecordedOne) {
    reply(0x0010'0000'000c'000b, 0x0b);
    EXPECT_EQ(receive().msg1, 0x0010'0000'0000'000bu) << "OUTCNT=1, EP=0x0b: hardware.md 3 [corellium]";
}

TEST_F(MailboxTest, Recv1CountsBothBoxesAndLetsTheRestOfTheWordPass) {
    send(1);
    send(2);
    for (unsigned i = 0; i < 16; ++i)
        reply(i, 0xfe00'0012'3456'7800 | kMsg1Status | i);
    receive();
    for (unsigned i = 1; i < 4; ++i)
        receive();
    const std::uint64_t msg1 = receive().msg1;
    EXPECT_EQ(Msg1OutCount::get(msg1), 12u);
    EXPECT_EQ(Msg1OutPtr::get(msg1), 4u);
    EXPECT_EQ(Msg1InCount::get(msg1), 2u);
    EXPECT_EQ(Msg1InPtr::get(msg1), 2u);
    EXPECT_EQ(msg1 & ~kMsg1Status, 0xfe00'0012'3456'7804u);
}

TEST_F(MailboxTest, ASixteenDeepFifoThatIsFullCountsZero) {
    check_depth();
}
TEST_F(DepthFifteenMailbox, AFifteenDeepFifoIsFullAtFifteen) {
    check_depth();
}
TEST_F(DepthOneMailbox, AFifoOfOneIsFullAfterOneMessage) {
    check_depth();
}

TEST_F(DepthFifteenMailbox, PointersWrapAtTheDepth) {
    for (unsigned i = 0; i < 40; ++i) {
        EXPECT_EQ(ControlWptr::get(a2i()), i % 15);
        EXPECT_EQ(ControlRptr::get(a2i()), i % 15);
        send(i, 1);
        EXPECT_EQ(ControlWptr::get(a2i()), (i + 1) % 15);
        EXPECT_EQ(fetch().msg0, i);
    }
}

TEST_F(MailboxTest, PointersOfAFullFifoAreEqual) {
    for (unsigned i = 0; i < 3; ++i) {
        send(i);
        fetch();
    }
    for (unsigned i = 0; i < 16; ++i)
        send(i);
    EXPECT_EQ(ControlWptr::get(a2i()), 3u);
    EXPECT_EQ(ControlRptr::get(a2i()), 3u);
    EXPECT_EQ(ControlFull::get(a2i()), 1u);
    EXPECT_EQ(ControlEmpty::get(a2i()), 0u);
}

TEST_F(DepthOneMailbox, AMessageWrittenToAFullFifoIsLost) {
    send(0x11, 1);
    send(0x22, 2);
    EXPECT_EQ(field_of(EventKind::MailOverflow, "msg0"), 0x22u);
    EXPECT_EQ(field_of(EventKind::MailOverflow, "endpoint"), 2u);
    EXPECT_EQ(recorder.count(EventKind::MailPush), 1u);
    EXPECT_EQ(fetch().msg0, 0x11u);
    EXPECT_EQ(ControlEmpty::get(a2i()), 1u);
    EXPECT_EQ(ControlOverflow::get(a2i()), 1u) << "sticky";
    EXPECT_EQ(ControlOverflow::get(i2a()), 0u) << "the other direction has its own";
}

TEST_F(MailboxTest, AnEmptyFifoReadsZerosAndSaysUnderflow) {
    EXPECT_EQ(ap.read64(I2aRecv0.offset), 0u);
    EXPECT_EQ(ControlUnderflow::get(i2a()), 0u) << "RECV0 takes nothing, so it misses nothing";
    EXPECT_EQ(ap.read64(I2aRecv1.offset), 0u);
    EXPECT_EQ(ControlUnderflow::get(i2a()), 1u);
    EXPECT_EQ(ControlUnderflow::get(a2i()), 0u);
    EXPECT_EQ(field_of(EventKind::MailUnderflow, "fifo"), 1u);
    reply(5, 1);
    EXPECT_EQ(receive().msg0, 5u) << "an underflow costs no message";
    EXPECT_EQ(ControlUnderflow::get(i2a()), 1u) << "sticky";
}

TEST_F(MailboxTest, TheTwoDirectionsDoNotMix) {
    for (unsigned i = 0; i < 10; ++i) {
        send(0xa000 + i, i);
        reply(0x1000 + i, i);
        if (i % 2 == 0) {
            EXPECT_EQ(fetch().msg0, 0xa000 + i / 2);
        } else {
            EXPECT_EQ(receive().msg0, 0x1000 + i / 2);
        }
    }
    EXPECT_EQ(ControlCount::get(a2i()), 5u);
    EXPECT_EQ(ControlCount::get(i2a()), 5u);
}

TEST_F(MailboxTest, HalvesOfSend1CommitWithTheEndpointsHalf) {
    ap.write32(A2iSend0.offset + 4, 0xaaaa'0001);
    ap.write32(A2iSend0.offset, 0xbbbb'0002);
    ap.write32(A2iSend1.offset + 4, 0xfe00'0000);
    EXPECT_EQ(ControlEmpty::get(a2i()), 1u);
    ap.write32(A2iSend1.offset, 0x20);
    const MailMessage message = fetch();
    EXPECT_EQ(message.msg0, 0xaaaa'0001'bbbb'0002u);
    EXPECT_EQ(message.msg1 & ~kMsg1Status, 0xfe00'0000'0000'0020u);
}

TEST_F(MailboxTest, HalvesOfRecv1TakeWithTheEndpointsHalf) {
    reply(5, 0x20);
    EXPECT_EQ(ap.read32(I2aRecv1.offset + 4), 0x0010'0000u);
    EXPECT_EQ(ControlEmpty::get(i2a()), 0u);
    EXPECT_EQ(ap.read32(I2aRecv1.offset), 0x20u);
    EXPECT_EQ(ControlEmpty::get(i2a()), 1u);
}

TEST_F(MailboxTest, EmptyLinesAreHighFromTheStart) {
    elaborate();
    EXPECT_TRUE(send_empty.level);
    EXPECT_TRUE(recv_empty.level);
    EXPECT_FALSE(send_not_empty.level);
    EXPECT_FALSE(recv_not_empty.level);
    EXPECT_FALSE(doorbell.level);
}

TEST_F(MailboxTest, InterruptLinesFollowEmptyAndNothingElse) {
    send(1);
    EXPECT_FALSE(send_empty.level);
    EXPECT_TRUE(send_not_empty.level);
    EXPECT_TRUE(doorbell.level);
    EXPECT_TRUE(recv_empty.level) << "the other direction is at rest";
    send(2);
    fetch();
    EXPECT_TRUE(send_not_empty.level);
    fetch();
    EXPECT_TRUE(send_empty.level);
    EXPECT_FALSE(doorbell.level);
    EXPECT_EQ(send_not_empty.edges, 2u);

    reply(1);
    EXPECT_FALSE(recv_empty.level);
    EXPECT_TRUE(recv_not_empty.level);
    receive();
    EXPECT_TRUE(recv_empty.level);
    EXPECT_FALSE(recv_not_empty.level);
}

TEST_F(MailboxTest, EffectsHappenAtTheInitiatorsTime) {
    run([&] {
        pass(microseconds(3));
        ap.delay = to_sc(nanoseconds(700));
        send(1, 5);
        EXPECT_EQ(doorbell.at, nanoseconds(3700));
        EXPECT_EQ(recorder.last(EventKind::MailPush).time, nanoseconds(3700));
        EXPECT_EQ(from_sc(ap.delay), nanoseconds(700))
            << "the bus adds access time, not the block";
    });
}

TEST_F(MailboxTest, PushAndPopTellMessageAndFillLevel) {
    send(0x0060'0000'0000'0020, 0x3);
    send(0x1, 0x4);
    EXPECT_EQ(field_of(EventKind::MailPush, "waiting"), 2u);
    EXPECT_EQ(field_of(EventKind::MailPush, "fifo"), 0u);
    EXPECT_EQ(field_of(EventKind::MailPush, "endpoint"), 4u);
    fetch();
    EXPECT_EQ(field_of(EventKind::MailPop, "type"), 6u);
    EXPECT_EQ(field_of(EventKind::MailPop, "msg1"), 3u) << "the sender's word, without status";
    EXPECT_EQ(field_of(EventKind::MailPop, "waiting"), 1u);
    reply(1, 2);
    EXPECT_EQ(field_of(EventKind::MailPush, "fifo"), 1u);
}

TEST_F(MailboxTest, ResetClearsBothFifosWhateverTheirState) {
    for (unsigned i = 0; i < 20; ++i)
        send(i);
    reply(1);
    receive();
    receive();
    mailbox.reset.set_level(true, 0);
    EXPECT_EQ(a2i(), kControlReset);
    EXPECT_EQ(i2a(), kControlReset);
    EXPECT_TRUE(send_empty.level);
    EXPECT_FALSE(doorbell.level);
    mailbox.reset.set_level(false, 0);
    send(0x77, 1);
    EXPECT_EQ(fetch().msg0, 0x77u);
    EXPECT_EQ(ControlWptr::get(a2i()), 1u) << "pointers restarted at 0";
}

TEST_F(MailboxTest, AMessageSentDuringResetIsLost) {
    mailbox.reset.set_level(true, 0);
    send(1);
    receive();
    EXPECT_EQ(a2i(), kControlReset);
    EXPECT_EQ(i2a(), kControlReset);
    mailbox.reset.set_level(false, 0);
    EXPECT_EQ(a2i(), kControlReset);
    EXPECT_TRUE(recorder.entries.empty());
}

TEST_F(MailboxTest, AResetLineThatIsSetLowAgainClearsNothing) {
    send(1);
    mailbox.reset.set_level(false, 0);
    EXPECT_EQ(ControlCount::get(a2i()), 1u);
}

TEST(MailboxConfigTest, ADepthThatPointersCannotTellApartIsRefused) {
    EXPECT_THROW(MailboxUnderTest("none", {&EventHub::none(), 0}), sc_core::sc_report);
    EXPECT_THROW(MailboxUnderTest("deep", {&EventHub::none(), 17}), sc_core::sc_report);
}

TEST(MailboxConfigTest, AMailboxWorksWithItsWiresLeftOpen) {
    MailboxUnderTest mailbox("mailbox", {});
    TestMaster ap("ap"), iop("iop");
    ap.socket.bind(mailbox.ap);
    iop.socket.bind(mailbox.iop);
    ap.write64(A2iSend1.offset, 9);
    EXPECT_EQ(Msg1Endpoint::get(iop.read64(A2iRecv1.offset)), 9u);
}

}  // namespace
}  // namespace ans::test
