// SPDX-License-Identifier: MIT
// The CPU of a guest kernel as the machine sees it: register accesses, and interrupt wires. Its own memory is the machine's DRAM.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <functional>
#include <vector>

#include "models/common/interrupt.h"
#include "models/common/sim_time.h"
#include "testbench/host/engine.h"

namespace ans::cosim {

class GuestCpu : public sc_core::sc_module, public InterruptSinkIf {
public:
    enum class Answer : std::uint8_t { Ok, Fault, Hang };
    /// A wire by its place in `lines`.
    using WireTold = std::function<void(std::size_t wire, bool level)>;

    tlm_utils::simple_initiator_socket<GuestCpu> bus{"bus"};
    sc_core::sc_port<InterruptControllerIf> interrupts{"interrupts"};
    sc_core::sc_export<InterruptSinkIf> interrupt_sink{"interrupt_sink"};

    /// `lines`: numbers at the interrupt controller.
    GuestCpu(sc_core::sc_module_name name, host::Engine& engine, std::vector<unsigned> lines);

    void on_wire(WireTold told) { wire_told_ = std::move(told); }
    bool level(std::size_t wire) const { return levels_.at(wire); }

    /// One access at `at` or, where the machine's time is further, at once; everything that the machine does
    /// before it is done. From outside the simulation only. `at` becomes the moment at which the access is over.
    Answer access(bool write, std::uint64_t address, std::byte* data, unsigned size, SimTime& at);

    void on_interrupt(unsigned line, bool level, SimTime at) override;

private:
    void start_of_simulation() override;
    void perform();

    host::Engine& engine_;
    const std::vector<unsigned> lines_;
    std::vector<bool> levels_;
    WireTold wire_told_;
    tlm::tlm_generic_payload tx_;
    sc_core::sc_event go_{"go"};
    SimTime took_ = 0;
};

}  // namespace ans::cosim
