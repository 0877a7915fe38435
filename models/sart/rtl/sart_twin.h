// SPDX-License-Identifier: MIT
// SART as its SystemVerilog twin says it: register accesses and the firmware's accesses become clock cycles;
// the data of what passes goes to memory as with the TLM block.
#pragma once

#include <memory>

#include "models/rtl/gated_clock.h"
#include "models/sart/sart_front.h"

namespace ans {

class SartTwin : public SartFront {
public:
    /// Throws std::invalid_argument on a boot loader entry that the layout cannot hold.
    SartTwin(sc_core::sc_module_name name, const SartConfig& config, const rtl::TwinConfig& twin = {});
    ~SartTwin() override;

    std::uint64_t cycles() const override;

private:
    struct Pins;

    void end_of_elaboration() override;
    void mmio_access(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) override;
    unsigned mmio_debug(tlm::tlm_generic_payload& tx) override;
    void on_reset(bool asserted, SimTime at) override;
    Denial judge(std::uint64_t address, std::uint64_t size, sc_core::sc_time& delay) override;
    Denial peek(std::uint64_t address, std::uint64_t size) override;
    Window window_of(std::uint64_t address) override;

    void present(std::uint64_t address, std::uint64_t size);
    Entry probed_entry(unsigned index);
    Window probed_window();
    void look(unsigned index);

    const std::unique_ptr<Pins> pins_;
    bool in_reset_ = false;
};

}  // namespace ans
