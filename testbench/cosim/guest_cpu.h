// SPDX-License-Identifier: MIT
// The CPU of a guest kernel as the machine sees it: register accesses, and interrupt wires. Its own memory is
// the machine's DRAM.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <functional>
#include <memory>
#include <vector>

#include "models/common/interrupt.h"
#include "models/common/sim_time.h"
#include "testbench/host/engine.h"

namespace ans::cosim {

class GuestCpu : public sc_core::sc_module, public InterruptSinkIf {
public:
    enum class Answer : std::uint8_t { Ok, Fault, Hang };
    /// A wire by its place in `lines`: it became low, or it is high and a handler may start.
    using WireTold = std::function<void(std::size_t wire, bool level)>;

    tlm_utils::simple_initiator_socket<GuestCpu> bus{"bus"};
    sc_core::sc_port<InterruptControllerIf> interrupts{"interrupts"};
    sc_core::sc_export<InterruptSinkIf> interrupt_sink{"interrupt_sink"};

    /// `lines`: numbers at the interrupt controller. `irq_entry`: from a wire's rise to its handler.
    GuestCpu(sc_core::sc_module_name name, host::Engine& engine, const std::vector<unsigned>& lines,
             SimTime irq_entry);

    void on_wire(WireTold told) { wire_told_ = std::move(told); }
    bool level(std::size_t wire) const { return wires_.at(wire)->level; }
    /// A handler of this wire starts. If the wire stays high, the next one starts `irq_entry` later: a stuck
    /// wire cannot stop the guest's clock.
    void entered(std::size_t wire) { expect_entry(*wires_.at(wire), kernel_now()); }

    /// One access at `at` or, where the machine's time is further, at once; everything that the machine does
    /// before it is done. From outside the simulation only. `at` becomes the moment at which the access is
    /// over.
    Answer access(bool write, std::uint64_t address, std::byte* data, unsigned size, SimTime& at);

    void on_interrupt(unsigned line, bool level, SimTime at) override;

private:
    struct Wire {
        unsigned line = 0;
        bool level = false;
        sc_core::sc_event entry;
    };
    void start_of_simulation() override;
    void perform();
    void expect_entry(Wire& wire, SimTime from);

    host::Engine& engine_;
    const SimTime irq_entry_;
    std::vector<std::unique_ptr<Wire>> wires_;
    WireTold wire_told_;
    tlm::tlm_generic_payload tx_;
    sc_core::sc_event go_{"go"};
    SimTime took_ = 0;
};

}  // namespace ans::cosim
