// SPDX-License-Identifier: MIT
// The ASC mailbox v4: two FIFOs of messages between application processor and coprocessor, one register face
// for each of them, and interrupt wires that are pure functions of EMPTY.
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <array>

#include "models/common/event.h"
#include "models/common/reg_bank.h"
#include "models/common/wire.h"
#include "models/mailbox/mail_fifo.h"

namespace ans {

struct MailboxConfig {
    EventHub* events = &EventHub::none();
    unsigned depth = MailFifo::kMaxDepth;  ///< messages a FIFO holds, 1 to 16. source: guess, hardware.md 3
};

class Mailbox : public sc_core::sc_module {
public:
    tlm_utils::simple_target_socket<Mailbox> ap{"ap"};    ///< registers, application processor's rights
    tlm_utils::simple_target_socket<Mailbox> iop{"iop"};  ///< the same registers, coprocessor's rights

    // To the interrupt controller. source: hardware.md 3: pure levels, no enable or acknowledge register
    LevelOut send_empty{"send_empty"};          ///< high while A2I is empty: also at rest
    LevelOut send_not_empty{"send_not_empty"};  ///< high while A2I holds a message
    LevelOut recv_empty{"recv_empty"};          ///< high while I2A is empty: also at rest
    LevelOut recv_not_empty{"recv_not_empty"};  ///< high while I2A holds a message
    LevelOut iop_doorbell{"iop_doorbell"};      ///< to the coprocessor: A2I holds a message

    /// While asserted both FIFOs are empty and commits are lost.
    LevelIn<Mailbox> reset{"reset", *this, &Mailbox::on_reset};

    /// Reports an SC_ERROR where `depth` is out of range.
    Mailbox(sc_core::sc_module_name name, const MailboxConfig& config);

private:
    enum class Way : std::uint8_t { A2i, I2a };  ///< order of the events' field `fifo`
    struct WayRegs;

    void b_transport(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay);
    void iop_transport(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay);
    unsigned transport_dbg(tlm::tlm_generic_payload& tx) { return regs_.debug(tx); }
    void start_of_simulation() override;
    void wire_registers(Way way, const WayRegs& names);

    void on_reset(bool asserted, SimTime at);
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
