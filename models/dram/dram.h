// SPDX-License-Identifier: MIT
// The machine's memory: regions of physical addresses, each with bytes of its own kind behind it.
#pragma once

#include <tlm_utils/multi_passthrough_target_socket.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <memory>
#include <vector>

#include "models/dram/backing.h"

namespace ans {

/// Takes any size and alignment inside one region, with or without byte enables, and grants DMI to whole
/// regions. Answers TLM_ADDRESS_ERROR outside any region and across the border of two (each may be
/// somebody else's memory), TLM_BURST_ERROR to an empty or a streaming access, TLM_BYTE_ENABLE_ERROR to byte
/// enables of length 0. Adds no time.
class Dram : public sc_core::sc_module {
public:
    /// First address that no region may reach. source: hardware.md 4, SART v3's 42 bits are the widest reach
    static constexpr std::uint64_t kReach = std::uint64_t{1} << 42;

    /// Addresses are physical, not offsets. Any number of initiators.
    tlm_utils::multi_passthrough_target_socket<Dram> bus{"bus"};

    /// Memory of somebody else's platform: whatever no region holds goes there. It never waits, or it grants
    /// DMI.
    tlm_utils::simple_initiator_socket_optional<Dram> beyond{"beyond"};

    explicit Dram(sc_core::sc_module_name name);

    /// At any time. Throws std::invalid_argument if the region overlaps another or passes kReach.
    void add_region(std::uint64_t base, Backing backing);
    /// Takes the region that starts at `base` away, after every initiator lost its pointers into it.
    /// False: there is none.
    bool remove_region(std::uint64_t base);
    /// Power is lost: what backing calls volatile reads as zeros. Pointers stay valid.
    void clear();

private:
    struct Region {
        std::uint64_t base;
        Backing backing;
    };

    void b_transport(int initiator, tlm::tlm_generic_payload& tx, sc_core::sc_time& delay);
    unsigned transport_dbg(int initiator, tlm::tlm_generic_payload& tx);
    bool get_direct_mem_ptr(int initiator, tlm::tlm_generic_payload& tx, tlm::tlm_dmi& dmi);
    void end_of_elaboration() override { bound_ = true; }

    std::byte* find(std::uint64_t address, std::uint64_t size);
    tlm::tlm_response_status access(tlm::tlm_generic_payload& tx);
    bool goes_beyond(const tlm::tlm_generic_payload& tx, std::uint64_t size);
    void invalidate(std::uint64_t base, std::uint64_t size);
    void invalidate_beyond(sc_dt::uint64 first, sc_dt::uint64 last) { invalidate(first, last - first + 1); }

    std::vector<std::unique_ptr<Region>> regions_;
    const Region* last_hit_ = nullptr;
    bool bound_ = false;  ///< initiators are known; before, none can hold a pointer
};

}  // namespace ans
