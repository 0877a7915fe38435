// SPDX-License-Identifier: MIT
#include "models/mailbox/mailbox_block.h"

namespace ans {

MailboxBlock::MailboxBlock(sc_core::sc_module_name name) : sc_module(name) {
    ap.register_b_transport(this, &MailboxBlock::ap_transport);
    ap.register_transport_dbg(this, &MailboxBlock::transport_dbg);
    iop.register_b_transport(this, &MailboxBlock::iop_transport);
    iop.register_transport_dbg(this, &MailboxBlock::transport_dbg);
}

Event MailboxBlock::mail_event(EventKind kind, Way way, unsigned waiting, const MailMessage& message,
                               SimTime at) {
    Event event;
    event.time = at;
    event.kind = kind;
    event.unit = Unit::Mailbox;
    event.slot[0] = static_cast<std::uint64_t>(way) | std::uint64_t{waiting} << 8;
    event.slot[1] = message.msg1;
    event.slot[2] = message.msg0;
    return event;
}

}  // namespace ans
