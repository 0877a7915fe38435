// SPDX-License-Identifier: MIT
// The ASC mailbox v4: two FIFOs of messages between application processor and coprocessor, one register face
// for each of them, and interrupt wires that are pure functions of EMPTY.
#pragma once

#include <array>

#include "models/mailbox/mailbox_block.h"

namespace ans {

class Mailbox : public MailboxBlock {
public:
    /// Reports an SC_ERROR where `depth` is out of range.
    Mailbox(sc_core::sc_module_name name, const MailboxConfig& config);

private:
    struct WayRegs;

    void access(Face face, tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) override;
    unsigned debug(tlm::tlm_generic_payload& tx) override { return regs_.debug(tx); }
    void on_reset(bool asserted, SimTime at) override;
    void start_of_simulation() override;
    void wire_registers(Way way, const WayRegs& names);

    void push(Way way, const MailMessage& message, SimTime at);
    void pop(Way way, SimTime at);
    void drive(Way way, SimTime at);
    void report(EventKind kind, Way way, const MailMessage& message, SimTime at) const;

    std::uint64_t control(Way way) const;
    std::uint64_t received_msg1(Way way) const;
    MailFifo& fifo(Way way) { return fifos_[static_cast<std::size_t>(way)]; }
    const MailFifo& fifo(Way way) const { return fifos_[static_cast<std::size_t>(way)]; }

    EventHub& events_;
    RegBank regs_;
    std::array<MailFifo, 2> fifos_;
    bool in_reset_ = false;
};

}  // namespace ans
