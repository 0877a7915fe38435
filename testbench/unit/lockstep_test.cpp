// SPDX-License-Identifier: MIT
// Two implementations of a block in lockstep: what a divergence is, and what its report tells.
#include "models/lockstep/lockstep.h"

#include "models/mailbox/mailbox_regs.h"
#include "models/mailbox/rtl/mailbox_lockstep.h"
#include "models/mailbox/rtl/mailbox_pins.h"
#include "testbench/support/sim_test.h"

namespace ans::test {
namespace {

using namespace mailbox_regs;

/// A mailbox of four whose twin holds three: the fourth message is where they part.
class LockstepTest : public SimTest {
protected:
    LockstepTest() {
        ap.socket.bind(mailbox.ap);
        iop.socket.bind(mailbox.iop);
    }
    void send(std::uint64_t msg0) {
        ap.write64(A2iSend0.offset, msg0);
        ap.write64(A2iSend1.offset, 0x20);
    }
    /// The report of the divergence; fails the test where there is none.
    std::string report_of(const std::function<void()>& what) {
        try {
            what();
        } catch (const sc_core::sc_report& report) {
            return report.get_msg();
        }
        ADD_FAILURE() << "nothing was found";
        return {};
    }

    MailboxLockstep mailbox{"mailbox", {&events, 4}, 3, {}};
    TestMaster ap{"ap"}, iop{"iop"};
};

TEST_F(LockstepTest, NothingIsSaidWhileBothAgree) {
    for (unsigned i = 0; i < 2; ++i)
        send(i);
    EXPECT_EQ(ap.read32(A2iControl.offset) >> 20, 2u);
    EXPECT_EQ(recorder.count(EventKind::MailPush), 2u) << "only the first's events are heard";
}

TEST_F(LockstepTest, AReadThatDiffersEndsTheRun) {
    for (unsigned i = 0; i < 3; ++i)
        send(i);
    const std::string text = report_of([&] { ap.read32(A2iControl.offset); });
    EXPECT_NE(text.find("to_ap: the first reads 0x300301, the second 0x310001"), std::string::npos) << text;
    EXPECT_NE(text.find("cycle "), std::string::npos) << text;
}

TEST_F(LockstepTest, AMessageThatOneLosesEndsTheRunEvenIfNobodyReads) {
    for (unsigned i = 0; i < 3; ++i)
        send(i);
    const std::string text = report_of([&] { send(3); });
    EXPECT_NE(text.find("the first tells: "), std::string::npos) << text;
    EXPECT_NE(text.find("mail_push"), std::string::npos) << text;
    EXPECT_NE(text.find("mail_overflow"), std::string::npos) << text;
}

TEST_F(LockstepTest, TheReportShowsBothStatesAndTheTransactionsBefore) {
    for (unsigned i = 0; i < 3; ++i)
        send(0xabc0 + i);
    const std::string text = report_of([&] { send(0xabc3); });
    EXPECT_NE(text.find("A2I_CONTROL       0x0000000000410001  0x0000000000350001  <- differs"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("A2I_SEND0         0x000000000000abc3  0x000000000000abc3\n"), std::string::npos)
        << text;
    EXPECT_NE(text.find("send_not_empty    1                   1\n"), std::string::npos) << text;
    EXPECT_NE(text.find("to_ap   write A2I_SEND0    +0x800/8  0xabc0  TLM_OK_RESPONSE"), std::string::npos)
        << text;
}

TEST_F(LockstepTest, ALevelIsAmongTheTransactionsBefore) {
    mailbox.reset.set_level(true, 0);
    mailbox.reset.set_level(false, 0);
    for (unsigned i = 0; i < 3; ++i)
        send(i);
    const std::string text = report_of([&] { send(3); });
    EXPECT_NE(text.find("level reset        1\n"), std::string::npos) << text;
}

TEST(TwinAssertionTest, AnAssertionThatFailsEndsTheRun) {
    rtl::MailboxPins pins(rtl::TwinConfig{});
    pins.cfg_depth = 0;  // a strap that no board has
    elaborate();
    EXPECT_THROW(pins.power_on(), sc_core::sc_report);
}

}  // namespace
}  // namespace ans::test
