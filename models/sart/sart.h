// SPDX-License-Identifier: MIT
// SART: lets the firmware's own DMA through to memory where an entry allows it, and nowhere else.
#pragma once

#include "models/common/reg_bank.h"
#include "models/sart/sart_front.h"

namespace ans {

class Sart : public SartFront {
public:
    /// Throws std::invalid_argument on a boot loader entry that the layout cannot hold.
    Sart(sc_core::sc_module_name name, const SartConfig& config);

private:
    // Registers.
    void mmio_access(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) override;
    unsigned mmio_debug(tlm::tlm_generic_payload& tx) override;
    void on_register(const Reg& reg, const RegAccess& access);
    void on_reset(bool asserted, SimTime at) override;
    Entry decode(unsigned index) const;
    void store(unsigned index, const Entry& entry);
    void take_over(unsigned index);

    // Filter.
    Denial judge(std::uint64_t address, std::uint64_t size, sc_core::sc_time&) override {
        return peek(address, size);
    }
    Denial peek(std::uint64_t address, std::uint64_t size) override;
    Window window_of(std::uint64_t address) override;
    bool covered_together(std::uint64_t from, std::uint64_t to) const;

    const std::uint64_t reach_;  ///< first address that no entry can open
    RegBank regs_;
    bool in_reset_ = false;
};

}  // namespace ans
