// SPDX-License-Identifier: MIT
#include "models/mailbox/rtl/mailbox_lockstep.h"

#include "models/mailbox/mailbox_regs.h"

namespace ans {

MailboxLockstep::MailboxLockstep(sc_core::sc_module_name name, const MailboxConfig& config,
                                 const rtl::TwinConfig& twin)
    : MailboxLockstep(name, config, config.depth, twin) {}

MailboxLockstep::MailboxLockstep(sc_core::sc_module_name name, const MailboxConfig& config,
                                 unsigned twin_depth, const rtl::TwinConfig& twin)
    : MailboxBlock(name),
      lockstep_("mailbox", *config.events, [this] { return twin_.cycles(); }),
      tlm_("tlm", {&lockstep_.first_events(), config.depth}),
      twin_("twin", {&lockstep_.second_events(), twin_depth}, twin),
      ap_("to_ap", &mailbox_regs::kMap),
      iop_("to_iop", &mailbox_regs::kMap),
      wires_{{{"send_empty", send_empty},
              {"send_not_empty", send_not_empty},
              {"recv_empty", recv_empty},
              {"recv_not_empty", recv_not_empty},
              {"iop_doorbell", iop_doorbell}}} {
    ap_.first.bind(tlm_.ap);
    ap_.second.bind(twin_.ap);
    iop_.first.bind(tlm_.iop);
    iop_.second.bind(twin_.iop);
    const auto bind = [this](MailboxBlock& block, auto side) {
        LevelOut* const outputs[] = {&block.send_empty, &block.send_not_empty, &block.recv_empty,
                                     &block.recv_not_empty, &block.iop_doorbell};
        for (std::size_t i = 0; i < wires_.size(); ++i)
            outputs[i]->bind(side(wires_[i]));
    };
    bind(tlm_, [](Lockstep::Wire& wire) -> LevelIf& { return wire.first; });
    bind(twin_, [](Lockstep::Wire& wire) -> LevelIf& { return wire.second; });
    lockstep_.add(ap_);
    lockstep_.add(iop_);
    for (Lockstep::Wire& wire : wires_)
        lockstep_.add(wire);
}

void MailboxLockstep::on_reset(bool asserted, SimTime at) {
    lockstep_.level("reset", tlm_.reset, twin_.reset, asserted, at);
}

}  // namespace ans
