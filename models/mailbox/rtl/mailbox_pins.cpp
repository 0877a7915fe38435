// SPDX-License-Identifier: MIT
#include "models/mailbox/rtl/mailbox_pins.h"

#include <Vmailbox.h>
#include <verilated_vcd_c.h>

#include "models/rtl/evaluate.h"

ANS_EVALUATE(Vmailbox)

namespace ans::rtl {

MailboxPins::MailboxPins(const TwinConfig& config, const char* name)
    : model(std::make_unique<Vmailbox>(name)), clock(config, [this] { evaluate(*model); }) {
    Vmailbox& m = *model;
    m.clk(clock.wire);
    m.reset(reset);
    m.bus_reset(bus_reset);
    m.cfg_depth(cfg_depth);
    ANS_BIND_BUS_PORT(m, ap, ap);
    ANS_BIND_BUS_PORT(m, iop, iop);
    ANS_BIND_DEBUG_PORT(m, debug);
    m.send_empty(send_empty);
    m.send_not_empty(send_not_empty);
    m.recv_empty(recv_empty);
    m.recv_not_empty(recv_not_empty);
    m.iop_doorbell(iop_doorbell);
    m.note_a2i_entered(a2i.entered);
    m.note_a2i_lost(a2i.lost);
    m.note_a2i_left(a2i.left);
    m.note_a2i_dry(a2i.dry);
    m.note_a2i_count(a2i.count);
    m.note_i2a_entered(i2a.entered);
    m.note_i2a_lost(i2a.lost);
    m.note_i2a_left(i2a.left);
    m.note_i2a_dry(i2a.dry);
    m.note_i2a_count(i2a.count);
    m.note_in_msg0(in_msg0);
    m.note_in_msg1(in_msg1);
    m.note_out_msg0(out_msg0);
    m.note_out_msg1(out_msg1);
    if (config.waves != nullptr)
        config.waves->add([this](VerilatedVcdC& file) { model->trace(&file, kAllLevels); });
}

MailboxPins::~MailboxPins() = default;

void MailboxPins::power_on() {
    reset = true;
    bus_reset = true;
    clock.power_on_edge();
    reset = false;
    bus_reset = false;
    clock.settle();
}

}  // namespace ans::rtl
