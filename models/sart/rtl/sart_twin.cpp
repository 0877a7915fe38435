// SPDX-License-Identifier: MIT
#include "models/sart/rtl/sart_twin.h"

#include "models/sart/rtl/sart_pins.h"

namespace ans {

namespace {

std::uint64_t to_bytes(std::uint32_t pages) {
    return std::uint64_t{pages} << sart_regs::kPageShift;
}

// Which entry a register of the map belongs to: banks of 16 words.
unsigned entry_of(std::uint64_t offset) {
    return static_cast<unsigned>(offset / 4 % sart_regs::kEntries);
}

}  // namespace

struct SartTwin::Pins : rtl::SartPins {
    using SartPins::SartPins;
};

SartTwin::SartTwin(sc_core::sc_module_name name, const SartConfig& config, const rtl::TwinConfig& twin)
    : SartFront(name, config), pins_(std::make_unique<Pins>(config, twin)) {}

SartTwin::~SartTwin() = default;

std::uint64_t SartTwin::cycles() const {
    return pins_->clock.cycles();
}

void SartTwin::end_of_elaboration() {
    pins_->power_on(config_.boot_entries);
    pins_->reset = in_reset_;
    for (unsigned i = 0; i < kEntries; ++i)
        look(i);
    announce_nothing_yet();
    SartFront::end_of_elaboration();
}

void SartTwin::mmio_access(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) {
    if (tx.get_command() == tlm::TLM_IGNORE_COMMAND) {
        pins_->debug.ignore(tx, pins_->clock);
        return;
    }
    const SimTime asked = kernel_now() + from_sc(delay);
    const SimTime effect = pins_->clock.open(asked);
    if (!pins_->mmio.present(tx)) return;
    pins_->mmio.take(pins_->clock);
    pins_->mmio.answer(tx);
    delay += to_sc(effect - asked);
    if (!tx.is_write() || tx.get_response_status() != tlm::TLM_OK_RESPONSE) return;
    const unsigned index = entry_of(tx.get_address());
    look(index);
    if (pins_->note_config) announce(index, effect);
}

unsigned SartTwin::mmio_debug(tlm::tlm_generic_payload& tx) {
    const unsigned moved = pins_->debug.access(tx, pins_->clock, kernel_now());
    if (moved != 0 && tx.is_write()) look(entry_of(tx.get_address()));
    return moved;
}

void SartTwin::on_reset(bool asserted, SimTime at) {
    if (asserted == in_reset_) return;
    in_reset_ = asserted;
    if (pins_->clock.cycles() == 0) return;  // before the start: power-on does as much
    const SimTime effect = pins_->clock.open(at);
    pins_->reset = asserted;
    pins_->clock.tick();
    pins_->clock.fall();
    if (!asserted) return;
    for (unsigned i = 0; i < kEntries; ++i) {
        look(i);
        announce(i, effect);
    }
}

// The hub and the initiator's pointers learn what an entry is now.
void SartTwin::look(unsigned index) {
    const Entry entry = probed_entry(index);
    change(index, entry, probed_window());
}

SartFront::Entry SartTwin::probed_entry(unsigned index) {
    pins_->probe.index = index;
    pins_->clock.settle();
    return {to_bytes(pins_->probe.page), to_bytes(pins_->probe.pages),
            static_cast<std::uint8_t>(pins_->probe.flags)};
}

SartFront::Window SartTwin::probed_window() {
    if (!pins_->probe.open) return {};
    return {to_bytes(pins_->probe.page), to_bytes(pins_->probe.beyond) - 1};
}

void SartTwin::present(std::uint64_t address, std::uint64_t size) {
    pins_->device.req_addr = address;
    pins_->device.req_length = static_cast<std::uint32_t>(size);
}

SartFront::Denial SartTwin::judge(std::uint64_t address, std::uint64_t size, sc_core::sc_time& delay) {
    const SimTime asked = kernel_now() + from_sc(delay);
    const SimTime effect = pins_->clock.open(asked);
    present(address, size);
    pins_->device.req_valid = true;
    if (!pins_->device.req_ready) SC_REPORT_ERROR("ans/sart", "the filter's port is not ready");
    pins_->clock.tick();
    pins_->device.req_valid = false;
    pins_->clock.fall();
    delay += to_sc(effect - asked);
    return pins_->device.rsp_grant ? Denial::None : static_cast<Denial>(pins_->device.rsp_reason.read());
}

SartFront::Denial SartTwin::peek(std::uint64_t address, std::uint64_t size) {
    present(address, size);
    pins_->clock.settle();
    return pins_->device.peek_grant ? Denial::None : Denial::NoEntry;
}

SartFront::Window SartTwin::window_of(std::uint64_t address) {
    if (peek(address, 1) != Denial::None) return {};
    probed_entry(pins_->device.peek_index);
    return probed_window();
}

}  // namespace ans
