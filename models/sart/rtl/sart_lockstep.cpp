// SPDX-License-Identifier: MIT
#include "models/sart/rtl/sart_lockstep.h"

namespace ans {

namespace {

SartConfig with_events(SartConfig config, EventHub& events) {
    config.events = &events;
    return config;
}

}  // namespace

SartLockstep::SartLockstep(sc_core::sc_module_name name, const SartConfig& config,
                           const rtl::TwinConfig& twin)
    : SartBlock(name, config),
      lockstep_("sart", *config.events, [this] { return twin_.cycles(); }),
      tlm_("tlm", with_events(config, lockstep_.first_events())),
      twin_("twin", with_events(config, lockstep_.second_events()), twin),
      registers_("mmio", &register_map(config.layout)),
      accesses_("device", nullptr) {
    registers_.first.bind(tlm_.mmio);
    registers_.second.bind(twin_.mmio);
    accesses_.first.bind(tlm_.device);
    accesses_.second.bind(twin_.device);
    accesses_.on_taken_back = [this](std::uint64_t from, std::uint64_t to) {
        device->invalidate_direct_mem_ptr(from, to);
    };
    tlm_.memory.bind(first_memory_);
    twin_.memory.bind(second_memory_);
    first_memory_.register_b_transport(this, &SartLockstep::first_passes);
    first_memory_.register_transport_dbg(this, &SartLockstep::first_debugs);
    first_memory_.register_get_direct_mem_ptr(this, &SartLockstep::points);
    second_memory_.register_b_transport(this, &SartLockstep::second_passes);
    second_memory_.register_transport_dbg(this, &SartLockstep::second_debugs);
    second_memory_.register_get_direct_mem_ptr(this, &SartLockstep::points);
    lockstep_.add(registers_);
    lockstep_.add(accesses_);
    lockstep_.also([this] { return passed_differently(); });
}

void SartLockstep::memory_invalidates(sc_dt::uint64 first, sc_dt::uint64 last) {
    second_memory_->invalidate_direct_mem_ptr(first, last);
    first_memory_->invalidate_direct_mem_ptr(first, last);
}

void SartLockstep::first_passes(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) {
    first_passed_.push_back({tx.get_address(), tx.get_data_length(), tx.is_write()});
    memory->b_transport(tx, delay);
}

// The second's turn comes before the first's, and a write must not happen twice: its payload goes no further.
// What memory answers is no matter of the filter's.
void SartLockstep::second_passes(tlm::tlm_generic_payload& tx, sc_core::sc_time&) {
    second_passed_.push_back({tx.get_address(), tx.get_data_length(), tx.is_write()});
    tx.set_response_status(tlm::TLM_OK_RESPONSE);
    lockstep_.no_answer_of_second();
}

unsigned SartLockstep::second_debugs(tlm::tlm_generic_payload& tx) {
    lockstep_.no_answer_of_second();
    return tx.is_read() ? memory->transport_dbg(tx) : tx.get_data_length();
}

std::string SartLockstep::passed_differently() {
    const bool same = first_passed_ == second_passed_;
    std::string text;
    if (!same)
        text = "device: the first lets " + std::to_string(first_passed_.size()) +
               " accesses through to memory, the second " + std::to_string(second_passed_.size()) +
               ", or others";
    first_passed_.clear();
    second_passed_.clear();
    return text;
}

}  // namespace ans
