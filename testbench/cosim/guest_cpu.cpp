// SPDX-License-Identifier: MIT
#include "testbench/cosim/guest_cpu.h"

#include <algorithm>

namespace ans::cosim {

namespace {

void spawn_method(const char* name, const sc_core::sc_event& event, const std::function<void()>& method) {
    sc_core::sc_spawn_options options;
    options.spawn_method();
    options.dont_initialize();
    options.set_sensitivity(&event);
    sc_core::sc_spawn(method, name, &options);
}

}  // namespace

GuestCpu::GuestCpu(sc_core::sc_module_name name, host::Engine& engine, const std::vector<unsigned>& lines,
                   SimTime irq_entry)
    : sc_module(name), engine_(engine), irq_entry_(irq_entry) {
    interrupt_sink.bind(*this);
    tx_.set_byte_enable_ptr(nullptr);
    spawn_method("perform", go_, [this] { perform(); });
    for (const unsigned line : lines) {
        const std::size_t number = wires_.size();
        wires_.push_back(std::make_unique<Wire>());
        wires_.back()->line = line;
        spawn_method(sc_core::sc_gen_unique_name("wire"), wires_.back()->entry, [this, number] {
            if (wires_[number]->level && wire_told_) wire_told_(number, true);
        });
    }
}

// Masks are the guest's own affair, in its interrupt device; here every wire is heard.
void GuestCpu::start_of_simulation() {
    for (const auto& wire : wires_)
        interrupts->unmask(wire->line, 0);
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

void GuestCpu::on_interrupt(unsigned line, bool level, SimTime at) {
    const auto found =
        std::find_if(wires_.begin(), wires_.end(), [&](const auto& wire) { return wire->line == line; });
    if (found == wires_.end()) return;
    Wire& wire = **found;
    wire.level = level;
    if (level) return expect_entry(wire, at);
    wire.entry.cancel();
    if (wire_told_) wire_told_(static_cast<std::size_t>(found - wires_.begin()), false);
}

void GuestCpu::expect_entry(Wire& wire, SimTime from) {
    if (wire.level) wire.entry.notify(to_sc(from + irq_entry_ - kernel_now()));
}

}  // namespace ans::cosim
