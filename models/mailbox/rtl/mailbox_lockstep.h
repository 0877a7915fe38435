// SPDX-License-Identifier: MIT
// The TLM mailbox and its twin in lockstep: the machine sees the TLM block, and the run ends where they
// differ.
#pragma once

#include <array>

#include "models/lockstep/lockstep.h"
#include "models/mailbox/mailbox.h"
#include "models/mailbox/rtl/mailbox_twin.h"

namespace ans {

class MailboxLockstep : public MailboxBlock {
public:
    MailboxLockstep(sc_core::sc_module_name name, const MailboxConfig& config,
                    const rtl::TwinConfig& twin = {});
    /// With a twin of other depth, to see a divergence.
    MailboxLockstep(sc_core::sc_module_name name, const MailboxConfig& config, unsigned twin_depth,
                    const rtl::TwinConfig& twin);

    std::uint64_t cycles() const override { return twin_.cycles(); }

private:
    void access(Face face, tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) override {
        lockstep_.transport(face == Face::Ap ? ap_ : iop_, tx, delay);
    }
    unsigned debug(tlm::tlm_generic_payload& tx) override { return lockstep_.debug(ap_, tx); }
    void on_reset(bool asserted, SimTime at) override;

    Lockstep lockstep_;
    Mailbox tlm_;
    MailboxTwin twin_;
    Lockstep::Face ap_, iop_;
    std::array<Lockstep::Wire, 5> wires_;
};

}  // namespace ans
