// SPDX-License-Identifier: MIT
// The mailbox as its SystemVerilog twin says it: bus transactions become clock cycles, cycles become
// interrupt edges.
#pragma once

#include <array>
#include <memory>

#include "models/mailbox/mailbox_block.h"
#include "models/rtl/gated_clock.h"

namespace ans {

class MailboxTwin : public MailboxBlock {
public:
    /// Reports an SC_ERROR where `depth` is out of range.
    MailboxTwin(sc_core::sc_module_name name, const MailboxConfig& config, const rtl::TwinConfig& twin = {});
    ~MailboxTwin() override;

    std::uint64_t cycles() const override;

private:
    static constexpr std::size_t kLevels = 5;
    struct Pins;

    void access(Face face, tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) override;
    unsigned debug(tlm::tlm_generic_payload& tx) override;
    void on_reset(bool asserted, SimTime at) override;
    void start_of_simulation() override;

    void report(SimTime at) const;
    void drive(SimTime at, bool anyway);

    EventHub& events_;
    const std::unique_ptr<Pins> pins_;
    std::array<bool, kLevels> driven_{};
    bool in_reset_ = false;
};

}  // namespace ans
