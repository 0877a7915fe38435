// SPDX-License-Identifier: MIT
#include "models/mailbox/mailbox.h"

#include "models/mailbox/mailbox_regs.h"

namespace ans {

using namespace mailbox_regs;

namespace {

unsigned checked_depth(unsigned depth) {
    if (depth < 1 || depth > MailFifo::kMaxDepth)
        SC_REPORT_ERROR("ans/mailbox", "a FIFO holds 1 to 16 messages");
    return depth;
}

// The endpoint's half is the one that commits and pops (G): every driver known makes a single 64-bit access.
bool covers_endpoint(const RegAccess& access) {
    return (access.lanes & Msg1Endpoint::mask) != 0;
}

void set(LevelOut& wire, bool level, SimTime at) {
    if (wire.size() != 0) wire->set_level(level, at);
}

}  // namespace

/// The registers of one direction.
struct Mailbox::WayRegs {
    const Reg& control;
    const Reg& send0;
    const Reg& send1;
    const Reg& recv0;
    const Reg& recv1;
};

Mailbox::Mailbox(sc_core::sc_module_name name, const MailboxConfig& config)
    : MailboxBlock(name),
      events_(*config.events),
      regs_(kMap),
      fifos_{MailFifo(checked_depth(config.depth)), MailFifo(config.depth)} {
    wire_registers(Way::A2i, {A2iControl, A2iSend0, A2iSend1, A2iRecv0, A2iRecv1});
    wire_registers(Way::I2a, {I2aControl, I2aSend0, I2aSend1, I2aRecv0, I2aRecv1});
}

void Mailbox::wire_registers(Way way, const WayRegs& names) {
    const Reg& send0 = names.send0;
    regs_.provide(names.control, [this, way](unsigned) { return control(way); });
    regs_.provide(names.recv0, [this, way](unsigned) { return fifo(way).front().msg0; });
    regs_.provide(names.recv1, [this, way](unsigned) { return received_msg1(way); });
    regs_.on_read(names.recv1, [this, way](const RegAccess& access) {
        if (covers_endpoint(access)) pop(way, access.at);
    });
    regs_.on_write(names.send1, [this, way, &send0](std::uint64_t value, const RegAccess& access) {
        if (covers_endpoint(access)) push(way, {regs_[send0], value}, access.at);
    });
}

void Mailbox::start_of_simulation() {
    drive(Way::A2i, kernel_now());
    drive(Way::I2a, kernel_now());
}

void Mailbox::access(Face face, tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) {
    regs_.access(tx, face, kernel_now() + from_sc(delay));
    if (in_reset_) regs_.reset();  // registers that are held in reset keep nothing
}

void Mailbox::on_reset(bool asserted, SimTime at) {
    if (asserted == in_reset_) return;
    in_reset_ = asserted;
    regs_.reset();
    for (MailFifo& fifo : fifos_)
        fifo.clear();
    drive(Way::A2i, at);
    drive(Way::I2a, at);
}

void Mailbox::push(Way way, const MailMessage& message, SimTime at) {
    if (in_reset_) return;
    const bool was_empty = fifo(way).empty();
    const bool entered = fifo(way).push(message);
    report(entered ? EventKind::MailPush : EventKind::MailOverflow, way, message, at);
    if (was_empty) drive(way, at);
}

void Mailbox::pop(Way way, SimTime at) {
    if (in_reset_) return;
    const MailMessage message = fifo(way).front();
    const bool left = fifo(way).pop();
    report(left ? EventKind::MailPop : EventKind::MailUnderflow, way, message, at);
    if (left && fifo(way).empty()) drive(way, at);
}

// Asks the FIFO for each wire anew: a listener may already have answered to the one before.
void Mailbox::drive(Way way, SimTime at) {
    const MailFifo& state = fifo(way);
    if (way == Way::A2i) {
        set(send_empty, state.empty(), at);
        set(send_not_empty, !state.empty(), at);
        set(iop_doorbell, !state.empty(), at);
    } else {
        set(recv_empty, state.empty(), at);
        set(recv_not_empty, !state.empty(), at);
    }
}

void Mailbox::report(EventKind kind, Way way, const MailMessage& message, SimTime at) const {
    if (events_.wants(kind)) events_.emit(mail_event(kind, way, fifo(way).count(), message, at));
}

std::uint64_t Mailbox::control(Way way) const {
    const MailFifo& state = fifo(way);
    return ControlEnable::put(1) | ControlWptr::put(state.write_pointer()) |
           ControlRptr::put(state.read_pointer()) | ControlFull::put(state.full()) |
           ControlEmpty::put(state.empty()) | ControlOverflow::put(state.overflow()) |
           ControlUnderflow::put(state.underflow()) | ControlCount::put(state.count());
}

// The sender's bits outside the status fields pass (G). "In" and "out" are the coprocessor's boxes, as m1n1
// names them, which agrees with the one recorded value: OUTCNT=1 and the rest 0 for a first message
// [corellium].
std::uint64_t Mailbox::received_msg1(Way way) const {
    if (fifo(way).empty()) return 0;
    const MailFifo& in = fifo(Way::A2i);
    const MailFifo& out = fifo(Way::I2a);
    return (fifo(way).front().msg1 & ~kMsg1Status) | Msg1InPtr::put(in.write_pointer()) |
           Msg1OutPtr::put(out.read_pointer()) | Msg1InCount::put(in.count()) |
           Msg1OutCount::put(out.count());
}

}  // namespace ans
