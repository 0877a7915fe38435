// SPDX-License-Identifier: MIT
// The address decoder in front of the blocks. It turns a block's strict answers into what the policies say a
// CPU sees, reports every CPU access as an event, and adds the access time.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <vector>

#include "models/common/event.h"
#include "models/common/policy.h"
#include "models/common/sim_time.h"
#include "models/soc/register_seam.h"

namespace ans {

struct BusConfig {
    EventHub* events = &EventHub::none();
    const DecideHub* decide = &DecideHub::none();
    Policies policies;
    SimTime read_time = nanoseconds(250);  ///< device register read, there and back; guess
    SimTime write_time = nanoseconds(40);  ///< posted device register write; guess
};

/// One window. Devices see offsets into their window plus `offset`; memory sees the address itself.
struct BusRegion {
    std::uint64_t base;
    std::uint64_t size;  ///< bytes
    Unit unit;
    bool device;           ///< registers: events, access time, policies; else memory
    bool gated;            ///< answers only while the coprocessor runs (policy stopped_access)
    std::uint64_t offset;  ///< what a device's first byte is called inside its block
};

class Bus : public sc_core::sc_module {
public:
    tlm_utils::simple_target_socket<Bus> in{"in"};

    Bus(sc_core::sc_module_name name, const BusConfig& config, std::vector<BusRegion> regions);

    /// The socket of region `index`, in the order of construction.
    tlm_utils::simple_initiator_socket_tagged_optional<Bus>& out(std::size_t index) { return *ports_[index]; }
    /// Where everything goes that no region decodes (the coprocessor's way to memory). Optional.
    tlm_utils::simple_initiator_socket_tagged_optional<Bus>& otherwise() { return *ports_.back(); }
    /// Opens or closes the gated regions.
    void set_alive(bool alive) { alive_ = alive; }

private:
    void b_transport(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay);
    unsigned transport_dbg(tlm::tlm_generic_payload& tx);
    bool get_direct_mem_ptr(tlm::tlm_generic_payload& tx, tlm::tlm_dmi& dmi);
    void invalidate(int port, sc_dt::uint64 first, sc_dt::uint64 last);

    std::size_t decode(std::uint64_t address);
    void device_access(std::size_t region, tlm::tlm_generic_payload& tx, sc_core::sc_time& delay);
    void stopped_access(const BusRegion& region, tlm::tlm_generic_payload& tx, SimTime at);
    void forgive(tlm::tlm_generic_payload& tx, std::uint8_t fill);
    void apply_policy(const BusRegion& region, tlm::tlm_generic_payload& tx, SimTime at, bool withheld);
    void report(EventKind kind, const BusRegion& region, const tlm::tlm_generic_payload& tx, SimTime at,
                bool withheld = false);

    EventHub& events_;
    const BusConfig config_;
    const RegisterSeam seam_;
    const std::vector<BusRegion> regions_;
    std::vector<std::unique_ptr<tlm_utils::simple_initiator_socket_tagged_optional<Bus>>> ports_;
    std::size_t last_hit_ = 0;
    bool alive_ = true;
};

}  // namespace ans
