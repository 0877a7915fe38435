// SPDX-License-Identifier: MIT
// The interposer in front of one face of the mailbox: decides about messages before they enter their FIFO.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include "models/common/agenda.h"
#include "models/common/decide.h"
#include "models/common/wire.h"
#include "models/mailbox/mail_fifo.h"

namespace ans {

/// Everything passes untouched but the write that commits a message in the seam's direction (the low half of
/// its SEND1), and that only where a plan exists: a plan has to be installed before the sender's SEND0. A
/// message is dropped, replaced, held back (later ones overtake it) or repeated; what the sender left in the
/// SEND registers stays there.
class MailboxSeam : public sc_core::sc_module {
public:
    tlm_utils::simple_target_socket<MailboxSeam> in{"in"};
    tlm_utils::simple_initiator_socket<MailboxSeam> out{"out"};
    /// Messages held back are forgotten with the mailbox's own.
    LevelIn<MailboxSeam> reset{"reset", *this, &MailboxSeam::on_reset};

    /// `point`: MailboxA2i in front of the face `ap`, MailboxI2a in front of `iop`.
    MailboxSeam(sc_core::sc_module_name name, DecidePoint point, const DecideHub& decide);

    /// Messages that nobody sent enter the FIFO from now on, `gap` apart; not while in reset. From a process
    /// only. Where the sender may be between its two writes, a plan has to be installed as above.
    void inject(const MailMessage& message, std::uint64_t times, SimTime gap);

private:
    void b_transport(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay);
    unsigned transport_dbg(tlm::tlm_generic_payload& tx) { return out->transport_dbg(tx); }
    void on_reset(bool asserted, SimTime at);

    bool is_send(const tlm::tlm_generic_payload& tx) const;
    bool note(const tlm::tlm_generic_payload& tx);
    void judge(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay);
    void release_due();

    tlm::tlm_response_status push(const MailMessage& message, const sc_core::sc_time& delay);
    void restore_registers(const sc_core::sc_time& delay);
    tlm::tlm_response_status write(std::uint32_t offset, std::uint64_t value, unsigned size,
                                   sc_core::sc_time delay);
    Event candidate(const MailMessage& message, SimTime at) const;

    const DecidePoint point_;
    const DecideHub& decide_;
    const std::uint32_t send0_;  ///< offset; SEND1 follows it
    MailMessage sent_;           ///< what the sender wrote to SEND0 and SEND1
    bool in_reset_ = false;
    Agenda<MailMessage> held_{64};
    sc_core::sc_event release_{"release"};
};

}  // namespace ans
