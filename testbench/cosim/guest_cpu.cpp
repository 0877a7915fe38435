// SPDX-License-Identifier: MIT
#include "testbench/cosim/guest_cpu.h"

#include <algorithm>

namespace ans::cosim {

GuestCpu::GuestCpu(sc_core::sc_module_name name, host::Engine& engine, std::vector<unsigned> lines)
    : sc_module(name), engine_(engine), lines_(std::move(lines)), levels_(lines_.size()) {
    interrupt_sink.bind(*this);
    tx_.set_byte_enable_ptr(nullptr);
    sc_core::sc_spawn_options options;
    options.spawn_method();
    options.dont_initialize();
    options.set_sensitivity(&go_);
    sc_core::sc_spawn([this] { perform(); }, "perform", &options);
}

// Masks are the guest's own affair, in its interrupt device; here every wire is heard.
void GuestCpu::start_of_simulation() {
    for (const unsigned line : lines_)
        interrupts->unmask(line, 0);
}

GuestCpu::Answer GuestCpu::access(bool write, std::uint64_t address, std::byte* data, unsigned size,
                                  SimTime& at) {
    at = std::max(at, kernel_now());
    engine_.advance_to(at);
    tx_.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
    tx_.set_address(address);
    tx_.set_data_ptr(reinterpret_cast<unsigned char*>(data));
    tx_.set_data_length(size);
    tx_.set_streaming_width(size);
    tx_.set_dmi_allowed(false);
    tx_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    // Faults act from processes only, so the access is one.
    go_.notify(sc_core::SC_ZERO_TIME);
    engine_.advance_to(at);
    at += took_;
    switch (tx_.get_response_status()) {
        case tlm::TLM_OK_RESPONSE:
            return Answer::Ok;
        case tlm::TLM_INCOMPLETE_RESPONSE:
            return Answer::Hang;
        default:
            return Answer::Fault;
    }
}

void GuestCpu::perform() {
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    bus->b_transport(tx_, delay);
    took_ = from_sc(delay);
}

void GuestCpu::on_interrupt(unsigned line, bool level, SimTime) {
    const auto found = std::find(lines_.begin(), lines_.end(), line);
    if (found == lines_.end()) return;
    const auto wire = static_cast<std::size_t>(found - lines_.begin());
    levels_[wire] = level;
    if (wire_told_) wire_told_(wire, level);
}

}  // namespace ans::cosim
