// SPDX-License-Identifier: MIT
#include "models/mailbox/rtl/mailbox_twin.h"

#include "models/mailbox/rtl/mailbox_pins.h"

namespace ans {

struct MailboxTwin::Pins : rtl::MailboxPins {
    using MailboxPins::MailboxPins;
};

MailboxTwin::MailboxTwin(sc_core::sc_module_name name, const MailboxConfig& config,
                         const rtl::TwinConfig& twin)
    : MailboxBlock(name), events_(*config.events), pins_(std::make_unique<Pins>(twin)) {
    if (config.depth < 1 || config.depth > MailFifo::kMaxDepth)
        SC_REPORT_ERROR("ans/mailbox", "a FIFO holds 1 to 16 messages");
    pins_->cfg_depth = config.depth;
}

MailboxTwin::~MailboxTwin() = default;

std::uint64_t MailboxTwin::cycles() const {
    return pins_->clock.cycles();
}

void MailboxTwin::start_of_simulation() {
    pins_->power_on();
    pins_->reset = in_reset_;
    drive(kernel_now(), true);
}

void MailboxTwin::access(Face face, tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) {
    if (tx.get_command() == tlm::TLM_IGNORE_COMMAND) {
        pins_->debug.ignore(tx, pins_->clock);
        return;
    }
    rtl::BusPort& port = face == Face::Ap ? pins_->ap : pins_->iop;
    const SimTime asked = kernel_now() + from_sc(delay);
    const SimTime effect = pins_->clock.open(asked);
    if (!port.present(tx)) return;
    port.take(pins_->clock);
    port.answer(tx);
    delay += to_sc(effect - asked);
    report(effect);
    drive(effect, false);
}

unsigned MailboxTwin::debug(tlm::tlm_generic_payload& tx) {
    return pins_->debug.access(tx, pins_->clock, kernel_now());
}

void MailboxTwin::on_reset(bool asserted, SimTime at) {
    if (asserted == in_reset_) return;
    in_reset_ = asserted;
    if (pins_->clock.cycles() == 0) return;  // before the start: power-on clears everything
    const SimTime effect = pins_->clock.open(at);
    pins_->reset = asserted;
    pins_->clock.tick();
    pins_->clock.fall();
    drive(effect, true);
}

// A bus access does one thing to one FIFO at most.
void MailboxTwin::report(SimTime at) const {
    const auto tell = [&](EventKind kind, Way way, bool in) {
        if (!events_.wants(kind)) return;
        const rtl::MailboxPins::Note& note = way == Way::A2i ? pins_->a2i : pins_->i2a;
        const MailMessage message =
            in ? MailMessage{pins_->in_msg0, pins_->in_msg1} : MailMessage{pins_->out_msg0, pins_->out_msg1};
        events_.emit(mail_event(kind, way, note.count, message, at));
    };
    for (const Way way : {Way::A2i, Way::I2a}) {
        const rtl::MailboxPins::Note& note = way == Way::A2i ? pins_->a2i : pins_->i2a;
        if (note.entered) tell(EventKind::MailPush, way, true);
        if (note.lost) tell(EventKind::MailOverflow, way, true);
        if (note.left) tell(EventKind::MailPop, way, false);
        if (note.dry) tell(EventKind::MailUnderflow, way, false);
    }
}

// Looks at each wire anew: a listener may already have answered to the one before. `anyway`: unchanged ones
// too.
void MailboxTwin::drive(SimTime at, bool anyway) {
    const rtl::DirectWire<bool>* const wires[kLevels] = {&pins_->send_empty, &pins_->send_not_empty,
                                                         &pins_->iop_doorbell, &pins_->recv_empty,
                                                         &pins_->recv_not_empty};
    LevelOut* const outputs[kLevels] = {&send_empty, &send_not_empty, &iop_doorbell, &recv_empty,
                                        &recv_not_empty};
    for (std::size_t i = 0; i < kLevels; ++i) {
        const bool level = *wires[i];
        if (level == driven_[i] && !anyway) continue;
        driven_[i] = level;
        if (outputs[i]->size() != 0) (*outputs[i])->set_level(level, at);
    }
}

}  // namespace ans
