// SPDX-License-Identifier: MIT
// The mailbox's twin under constrained-random traffic: as the machine sees it, in lockstep with the TLM
// block; and pin by pin, with both bus ports in one cycle, responses held back and resets at any moment,
// against the TLM block as reference.
#include "models/mailbox/mailbox_regs.h"
#include "models/mailbox/rtl/mailbox_lockstep.h"
#include "models/mailbox/rtl/mailbox_pins.h"
#include "models/rtl/coverage.h"
#include "testbench/support/sim_test.h"
#include "testbench/unit/random_bench.h"

namespace ans::test {
namespace {

using namespace mailbox_regs;

/// Traffic of one face: while its phase is busy it mostly moves messages, so that FIFOs fill and drain.
Access face_access(Dice& dice, Face face, unsigned sends) {
    if (!dice.percent(70)) return random_access(dice, kMap);
    Access access;
    access.size = 8;
    access.data = dice.bits();
    access.write = dice.percent(sends);
    const Reg& send = dice.percent(60) ? (face == Face::Ap ? A2iSend1 : I2aSend1)
                                       : (face == Face::Ap ? A2iSend0 : I2aSend0);
    const Reg& receive = dice.percent(60) ? (face == Face::Ap ? I2aRecv1 : A2iRecv1)
                                          : (face == Face::Ap ? I2aRecv0 : A2iRecv0);
    access.address = access.write ? send.offset : receive.offset;
    return access;
}

/// How much each side prefers sending; changes now and then.
struct Moods {
    unsigned ap = 50, iop = 50;
    void change(Dice& dice) {
        if (dice.below(100) != 0) return;
        static constexpr unsigned kMoods[] = {10, 50, 90};
        ap = dice.one_of(kMoods);
        iop = dice.one_of(kMoods);
    }
};

constexpr unsigned kDepths[] = {16, 15, 1, 2, 7, 9};
constexpr std::size_t kKinds = sizeof kDepths / sizeof kDepths[0];

class MailboxRandomTest : public SimTest {
protected:
    struct Both {
        Both(unsigned depth, unsigned number)
            : mailbox(("mailbox" + std::to_string(number)).c_str(), {&EventHub::none(), depth}),
              ap(("ap" + std::to_string(number)).c_str()),
              iop(("iop" + std::to_string(number)).c_str()) {
            ap.socket.bind(mailbox.ap);
            iop.socket.bind(mailbox.iop);
        }
        MailboxLockstep mailbox;
        TestMaster ap, iop;
        bool reset = false;
    };
    void transact(Both& both, const Moods& moods) {
        const bool ap = dice.percent(50);
        TestMaster& master = ap ? both.ap : both.iop;
        Access access = face_access(dice, ap ? Face::Ap : Face::Iop, ap ? moods.ap : moods.iop);
        tlm::tlm_generic_payload tx;
        access.fill(tx);
        unsigned char enable = 0xff;
        if (dice.below(200) == 0) tx.set_byte_enable_ptr(&enable);
        if (dice.below(200) == 0) tx.set_streaming_width(1);
        if (dice.below(200) == 0) tx.set_command(tlm::TLM_IGNORE_COMMAND);
        if (dice.below(50) == 0) {
            master.socket->transport_dbg(tx);
            return;
        }
        sc_core::sc_time delay = to_sc(dice.below(5000));
        master.socket->b_transport(tx, delay);
    }
    Dice dice;
};

TEST_F(MailboxRandomTest, BothAgreeOnWhateverTheMachineDoes) {
    std::vector<std::unique_ptr<Both>> all;
    for (unsigned i = 0; i < kKinds; ++i)
        all.push_back(std::make_unique<Both>(kDepths[i], i));
    elaborate();
    Moods moods;
    for (std::uint64_t i = 0; i < Dice::transactions(); ++i) {
        Both& both = *all[i * kKinds / Dice::transactions()];
        moods.change(dice);
        if (dice.below(both.reset ? 10 : 500) == 0)
            both.mailbox.reset.set_level(both.reset = !both.reset, kernel_now());
        transact(both, moods);
    }
    rtl::write_coverage();
}

/// The pins of one twin beside a TLM block that does the same.
class PinBench : public EventSink {
public:
    PinBench(unsigned depth, unsigned number)
        : pins(rtl::TwinConfig{}, ("pins" + std::to_string(number)).c_str()),
          reference(("reference" + std::to_string(number)).c_str(), {&events_, depth}),
          ap(("ap" + std::to_string(number)).c_str()),
          iop(("iop" + std::to_string(number)).c_str()) {
        pins.cfg_depth = depth;
        events_.subscribe(*this, EventHub::all());
        ap.socket.bind(reference.ap);
        iop.socket.bind(reference.iop);
        LevelOut* const outputs[] = {&reference.send_empty, &reference.send_not_empty, &reference.recv_empty,
                                     &reference.recv_not_empty, &reference.iop_doorbell};
        for (std::size_t i = 0; i < 5; ++i)
            outputs[i]->bind(wires[i]);
    }
    void on_event(const Event& event) override { told.push_back(event); }

    /// One clock cycle. Returns how many requests were taken.
    unsigned cycle(Dice& dice, const Moods& moods) {
        choose(dice, moods);
        pins.clock.settle();
        Port* const ports[] = {&ap_port_, &iop_port_};
        for (Port* port : ports)
            port->take_response();
        told.clear();
        // What both see is the state before the edge; then who takes makes room for who sends.
        for (Port* port : ports)
            if (port->taken()) port->peek();
        for (const bool writes : {false, true})
            for (Port* port : ports)
                if (port->taken() && port->request.write == writes) port->execute();
        if (reset_begins_) reference.reset.set_level(true, 0);
        const unsigned taken = unsigned{ap_port_.taken()} + unsigned{iop_port_.taken()};
        pins.clock.open(0);
        pins.clock.tick();
        for (Port* port : ports)
            port->after_edge();
        compare();
        return taken;
    }

private:
    /// One bus port: a request that waits, a response that waits.
    struct Port {
        Port(rtl::BusPort& the_pins, TestMaster& the_master) : pins(the_pins), master(the_master) {}
        bool taken() const { return pins.req_valid && pins.req_ready; }
        void present() {
            waiting = true;
            tlm::tlm_generic_payload tx;
            request.fill(tx);
            ASSERT_TRUE(pins.present(tx));
        }
        void peek() {
            Access copy = request;
            copy.write = false;
            copy.data = 0;
            tlm::tlm_generic_payload tx;
            copy.fill(tx);
            master.socket->transport_dbg(tx);
            expected_data = copy.data;
        }
        void execute() {
            Access copy = request;
            tlm::tlm_generic_payload tx;
            copy.fill(tx);
            sc_core::sc_time delay;
            master.socket->b_transport(tx, delay);
            expected = tx.get_response_status();
        }
        void take_response() {
            if (!pins.rsp_valid || !pins.rsp_ready) return;
            ASSERT_EQ(rtl::response_of(pins.rsp_code), answer) << answer_to.address;
            if (answer == tlm::TLM_OK_RESPONSE && !answer_to.write) {
                ASSERT_EQ(pins.rsp_rdata.read(), answer_data) << std::hex << answer_to.address;
            }
        }
        void after_edge() {
            if (!was_taken) return;
            waiting = false;
            pins.withdraw();
            answer_to = request;
            answer = expected;
            answer_data = expected_data;
        }
        rtl::BusPort& pins;
        TestMaster& master;
        Access request, answer_to;
        bool waiting = false, was_taken = false;
        std::uint64_t expected_data = 0, answer_data = 0;
        tlm::tlm_response_status expected = tlm::TLM_OK_RESPONSE, answer = tlm::TLM_OK_RESPONSE;
    };

    void choose(Dice& dice, const Moods& moods) {
        reset_begins_ = false;
        if (pins.reset && dice.percent(30)) {
            pins.reset = false;
            reference.reset.set_level(false, 0);
        } else if (!pins.reset && dice.below(300) == 0) {
            pins.reset = true;
            reset_begins_ = true;
        }
        for (Port* port : {&ap_port_, &iop_port_}) {
            const bool is_ap = port == &ap_port_;
            if (!port->waiting && dice.percent(80)) {
                port->request = face_access(dice, is_ap ? Face::Ap : Face::Iop, is_ap ? moods.ap : moods.iop);
                port->present();
            }
            port->pins.rsp_ready = dice.percent(75);
        }
        pins.clock.settle();
        for (Port* port : {&ap_port_, &iop_port_})
            port->was_taken = port->taken();
    }

    std::uint32_t control(const Reg& reg) {
        std::uint32_t value = 0;
        tlm::tlm_generic_payload tx;
        tx.set_command(tlm::TLM_READ_COMMAND);
        tx.set_address(reg.offset);
        tx.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
        tx.set_data_length(4);
        tx.set_streaming_width(4);
        EXPECT_EQ(pins.debug.access(tx, pins.clock, 0), 4u);
        std::uint32_t other = 0;
        EXPECT_EQ(ap.debug_read(reg.offset, &other, 4), 4u);
        EXPECT_EQ(value, other) << reg.name;
        return value;
    }

    void compare() {
        control(A2iControl);
        control(I2aControl);
        const bool levels[] = {pins.send_empty, pins.send_not_empty, pins.recv_empty, pins.recv_not_empty,
                               pins.iop_doorbell};
        for (std::size_t i = 0; i < 5; ++i)
            ASSERT_EQ(wires[i].level, levels[i]) << i;
        if (reset_begins_) return;  // the reference did it, and then lost it
        const auto count = [this](EventKind kind, unsigned way) {
            unsigned n = 0;
            for (const Event& event : told)
                n += event.kind == kind && (event.slot[0] & 1) == way;
            return n;
        };
        const rtl::MailboxPins::Note* const notes[] = {&pins.a2i, &pins.i2a};
        for (unsigned way = 0; way < 2; ++way) {
            ASSERT_EQ(count(EventKind::MailPush, way), unsigned{notes[way]->entered});
            ASSERT_EQ(count(EventKind::MailOverflow, way), unsigned{notes[way]->lost});
            ASSERT_EQ(count(EventKind::MailPop, way), unsigned{notes[way]->left});
            ASSERT_EQ(count(EventKind::MailUnderflow, way), unsigned{notes[way]->dry});
        }
    }

    EventHub events_;

public:
    rtl::MailboxPins pins;
    Mailbox reference;
    TestMaster ap, iop;
    WireProbe wires[5];
    std::vector<Event> told;

private:
    Port ap_port_{pins.ap, ap}, iop_port_{pins.iop, iop};
    bool reset_begins_ = false;
};

TEST_F(MailboxRandomTest, PinsAgreeWithTheBlockWhateverMeetsInACycle) {
    std::vector<std::unique_ptr<PinBench>> all;
    for (unsigned i = 0; i < kKinds; ++i)
        all.push_back(std::make_unique<PinBench>(kDepths[i], i));
    elaborate();
    for (const auto& bench : all)
        bench->pins.power_on();
    Moods moods;
    for (std::uint64_t i = 0; i < Dice::transactions() && !HasFailure();) {
        moods.change(dice);
        i += all[i * kKinds / Dice::transactions()]->cycle(dice, moods);
    }
    rtl::write_coverage();
}

}  // namespace
}  // namespace ans::test
