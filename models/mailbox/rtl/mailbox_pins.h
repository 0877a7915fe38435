// SPDX-License-Identifier: MIT
// The verilated mailbox with its pins, clock and bus ports. What is above speaks TLM, or is a bench that sets
// both ports in one cycle.
#pragma once

#include <memory>

#include "models/rtl/bus_port.h"
#include "models/rtl/gated_clock.h"

class Vmailbox;

namespace ans::rtl {

struct MailboxPins {
    /// The strobes of one FIFO.
    struct Note {
        DirectWire<bool> entered, lost, left, dry;
        DirectWire<std::uint32_t> count;
    };

    explicit MailboxPins(const TwinConfig& config, const char* name = "rtl");
    ~MailboxPins();
    /// Clears what a power-on clears. After elaboration.
    void power_on();

    DirectWire<bool> reset, bus_reset;
    DirectWire<std::uint32_t> cfg_depth;
    BusPort ap, iop;
    DebugPort debug;
    DirectWire<bool> send_empty, send_not_empty, recv_empty, recv_not_empty, iop_doorbell;
    Note a2i, i2a;
    DirectWire<std::uint64_t> in_msg0, in_msg1, out_msg0, out_msg1;

    const std::unique_ptr<Vmailbox> model;
    GatedClock clock;
};

}  // namespace ans::rtl
