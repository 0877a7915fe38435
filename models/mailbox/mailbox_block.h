// SPDX-License-Identifier: MIT
// The mailbox as the rest of the machine knows it: sockets, wires and configuration, whoever implements them.
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include "models/common/event.h"
#include "models/common/reg_bank.h"
#include "models/common/wire.h"
#include "models/mailbox/mail_fifo.h"

namespace ans {

struct MailboxConfig {
    EventHub* events = &EventHub::none();
    unsigned depth = MailFifo::kMaxDepth;  ///< messages a FIFO holds, 1 to 16. source: guess, hardware.md 3
};

class MailboxBlock : public sc_core::sc_module {
public:
    tlm_utils::simple_target_socket<MailboxBlock> ap{"ap"};    ///< registers, application processor's rights
    tlm_utils::simple_target_socket<MailboxBlock> iop{"iop"};  ///< the same registers, coprocessor's rights

    // To the interrupt controller. source: hardware.md 3: pure levels, no enable or acknowledge register
    LevelOut send_empty{"send_empty"};          ///< high while A2I is empty: also at rest
    LevelOut send_not_empty{"send_not_empty"};  ///< high while A2I holds a message
    LevelOut recv_empty{"recv_empty"};          ///< high while I2A is empty: also at rest
    LevelOut recv_not_empty{"recv_not_empty"};  ///< high while I2A holds a message
    LevelOut iop_doorbell{"iop_doorbell"};      ///< to the coprocessor: A2I holds a message

    /// While asserted both FIFOs are empty and commits are lost.
    LevelIn<MailboxBlock> reset{"reset", *this, &MailboxBlock::on_reset};

    /// Clock edges run so far; 0 of an implementation without a clock.
    virtual std::uint64_t cycles() const { return 0; }

protected:
    enum class Way : std::uint8_t { A2i, I2a };  ///< order of the events' field `fifo`

    explicit MailboxBlock(sc_core::sc_module_name name);

    virtual void access(Face face, tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) = 0;
    virtual unsigned debug(tlm::tlm_generic_payload& tx) = 0;
    virtual void on_reset(bool asserted, SimTime at) = 0;

    /// The event of a message that moved, or could not; `waiting`: messages in its FIFO afterwards.
    static Event mail_event(EventKind kind, Way way, unsigned waiting, const MailMessage& message,
                            SimTime at);

private:
    void ap_transport(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) { access(Face::Ap, tx, delay); }
    void iop_transport(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) {
        access(Face::Iop, tx, delay);
    }
    unsigned transport_dbg(tlm::tlm_generic_payload& tx) { return debug(tx); }
};

}  // namespace ans
