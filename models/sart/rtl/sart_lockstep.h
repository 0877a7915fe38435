// SPDX-License-Identifier: MIT
// The TLM SART and its twin in lockstep: the machine sees the TLM block, and the run ends where they differ.
#pragma once

#include <vector>

#include "models/lockstep/lockstep.h"
#include "models/sart/rtl/sart_twin.h"
#include "models/sart/sart.h"

namespace ans {

class SartLockstep : public SartBlock {
public:
    SartLockstep(sc_core::sc_module_name name, const SartConfig& config, const rtl::TwinConfig& twin = {});

    std::uint64_t cycles() const override { return twin_.cycles(); }

private:
    /// What one of the two let through to memory.
    struct Passed {
        std::uint64_t address;
        std::uint64_t size;
        bool write;
        bool operator==(const Passed& o) const {
            return address == o.address && size == o.size && write == o.write;
        }
    };

    void mmio_access(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) override {
        lockstep_.transport(registers_, tx, delay);
    }
    unsigned mmio_debug(tlm::tlm_generic_payload& tx) override { return lockstep_.debug(registers_, tx); }
    void device_access(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) override {
        lockstep_.transport(accesses_, tx, delay);
    }
    unsigned device_debug(tlm::tlm_generic_payload& tx) override { return lockstep_.debug(accesses_, tx); }
    bool device_dmi(tlm::tlm_generic_payload& tx, tlm::tlm_dmi& dmi) override {
        return lockstep_.pointer(accesses_, tx, dmi);
    }
    void memory_invalidates(sc_dt::uint64 first, sc_dt::uint64 last) override;
    void on_reset(bool asserted, SimTime at) override {
        lockstep_.level("reset", tlm_.reset, twin_.reset, asserted, at);
    }

    // Memory as each of the two sees it; only the first's accesses happen.
    void first_passes(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay);
    void second_passes(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay);
    unsigned first_debugs(tlm::tlm_generic_payload& tx) { return memory->transport_dbg(tx); }
    unsigned second_debugs(tlm::tlm_generic_payload& tx);
    bool points(tlm::tlm_generic_payload& tx, tlm::tlm_dmi& dmi) {
        return memory->get_direct_mem_ptr(tx, dmi);
    }
    std::string passed_differently();

    Lockstep lockstep_;
    Sart tlm_;
    SartTwin twin_;
    Lockstep::Face registers_, accesses_;
    tlm_utils::simple_target_socket<SartLockstep> first_memory_{"first_memory"};
    tlm_utils::simple_target_socket<SartLockstep> second_memory_{"second_memory"};
    std::vector<Passed> first_passed_, second_passed_;  ///< since the last comparison
};

}  // namespace ans
