// SPDX-License-Identifier: MIT
// SART as the rest of the machine knows it: sockets, reset and configuration, whoever implements them.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <vector>

#include "models/common/event.h"
#include "models/common/policy.h"
#include "models/common/reg_map.h"
#include "models/common/wire.h"

namespace ans {

/// source: hardware.md 4
enum class SartLayout : std::uint8_t {
    V2,  ///< t8103: size inside CONFIG, 36-bit addresses
    V3   ///< t8112, t600x, t602x: SIZE registers, 42-bit addresses
};

struct SartConfig {
    /// An entry that the boot loader left enabled; they take the indices from 0.
    struct BootEntry {
        std::uint64_t address;  ///< whole pages of 4 KiB
        std::uint64_t size;     ///< bytes, whole pages
        std::uint8_t flags;     ///< not 0
    };
    EventHub* events = &EventHub::none();
    Policies policies;
    SartLayout layout = SartLayout::V2;
    std::vector<BootEntry> boot_entries;
};

/// An access passes if one enabled entry covers all of it. A refused one gets TLM_ADDRESS_ERROR, or reads
/// zeros and vanishes by policy sart_violation; a malformed one TLM_BURST_ERROR. Adds no time.
class SartBlock : public sc_core::sc_module {
public:
    tlm_utils::simple_target_socket<SartBlock> mmio{"mmio"};      ///< registers, offsets from 0
    tlm_utils::simple_target_socket<SartBlock> device{"device"};  ///< firmware's accesses, physical addresses
    tlm_utils::simple_initiator_socket<SartBlock> memory{"memory"};  ///< what was let through
    /// While asserted the boot loader's entries are in force, all others are gone, and writes are lost.
    LevelIn<SartBlock> reset{"reset", *this, &SartBlock::on_reset};

    static const RegMap& register_map(SartLayout layout);
    /// First address that no entry can open.
    static std::uint64_t reach_of(SartLayout layout);

    /// Clock edges run so far; 0 of an implementation without a clock.
    virtual std::uint64_t cycles() const { return 0; }

protected:
    /// Throws std::invalid_argument on a boot loader entry that the layout cannot hold.
    SartBlock(sc_core::sc_module_name name, const SartConfig& config);

    virtual void mmio_access(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) = 0;
    virtual unsigned mmio_debug(tlm::tlm_generic_payload& tx) = 0;
    virtual void device_access(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) = 0;
    virtual unsigned device_debug(tlm::tlm_generic_payload& tx) = 0;
    virtual bool device_dmi(tlm::tlm_generic_payload& tx, tlm::tlm_dmi& dmi) = 0;
    /// Memory takes back what it granted.
    virtual void memory_invalidates(sc_dt::uint64 first, sc_dt::uint64 last) {
        device->invalidate_direct_mem_ptr(first, last);
    }
    virtual void on_reset(bool asserted, SimTime at) = 0;

    const SartConfig config_;

private:
    void mmio_transport(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) { mmio_access(tx, delay); }
    unsigned mmio_dbg(tlm::tlm_generic_payload& tx) { return mmio_debug(tx); }
    void device_transport(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) { device_access(tx, delay); }
    unsigned device_dbg(tlm::tlm_generic_payload& tx) { return device_debug(tx); }
    bool device_pointer(tlm::tlm_generic_payload& tx, tlm::tlm_dmi& dmi) { return device_dmi(tx, dmi); }
    void invalidate(sc_dt::uint64 first, sc_dt::uint64 last) { memory_invalidates(first, last); }
};

}  // namespace ans
