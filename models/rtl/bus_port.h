// SPDX-License-Identifier: MIT
// A twin's bus port: the wires of a request and of its response, and TLM payloads on them.
#pragma once

#include <tlm>

#include "models/rtl/direct_wire.h"
#include "models/rtl/gated_clock.h"

namespace ans::rtl {

template <typename Data>
class BusPortOf {
public:
    DirectWire<bool> req_valid, req_ready, req_write;
    DirectWire<std::uint32_t> req_addr, req_size;
    DirectWire<Data> req_wdata;
    DirectWire<bool> rsp_valid, rsp_ready;
    DirectWire<Data> rsp_rdata;
    DirectWire<std::uint32_t> rsp_code;

    BusPortOf() { rsp_ready = true; }

    /// False, with the response set, where no bus cycle expresses the access (byte enables, odd lengths).
    bool present(tlm::tlm_generic_payload& tx);
    void withdraw() { req_valid = false; }
    /// Runs the clock until the presented request is taken, and withdraws it.
    void take(GatedClock& clock);
    /// The response's code and data go into the payload.
    void answer(tlm::tlm_generic_payload& tx) const;
};

/// The port that a debugger uses: reads without a clock, no rights, no effects.
template <typename Data>
class DebugPortOf {
public:
    DirectWire<bool> write;
    DirectWire<std::uint32_t> addr, size;
    DirectWire<Data> wdata, rdata;
    DirectWire<std::uint32_t> code;

    /// transport_dbg; a write takes one edge at `at`.
    unsigned access(tlm::tlm_generic_payload& tx, GatedClock& clock, SimTime at);
    /// An access without effect (TLM_IGNORE_COMMAND): only the response.
    void ignore(tlm::tlm_generic_payload& tx, GatedClock& clock);

private:
    bool present(const tlm::tlm_generic_payload& tx, GatedClock& clock);
};

using BusPort = BusPortOf<std::uint64_t>;
using BusPort32 = BusPortOf<std::uint32_t>;  ///< of a block whose registers have 32 bits
using DebugPort = DebugPortOf<std::uint64_t>;
using DebugPort32 = DebugPortOf<std::uint32_t>;

/// What a port's code means to a bus master.
tlm::tlm_response_status response_of(std::uint32_t code);

}  // namespace ans::rtl

/// Binds the ports `prefix_req_valid`, ... of a verilated model to a BusPort.
#define ANS_BIND_BUS_PORT(model, prefix, port)        \
    do {                                              \
        (model).prefix##_req_valid((port).req_valid); \
        (model).prefix##_req_ready((port).req_ready); \
        (model).prefix##_req_write((port).req_write); \
        (model).prefix##_req_addr((port).req_addr);   \
        (model).prefix##_req_size((port).req_size);   \
        (model).prefix##_req_wdata((port).req_wdata); \
        (model).prefix##_rsp_valid((port).rsp_valid); \
        (model).prefix##_rsp_ready((port).rsp_ready); \
        (model).prefix##_rsp_rdata((port).rsp_rdata); \
        (model).prefix##_rsp_code((port).rsp_code);   \
    } while (false)

#define ANS_BIND_DEBUG_PORT(model, port) \
    do {                                 \
        (model).dbg_write((port).write); \
        (model).dbg_addr((port).addr);   \
        (model).dbg_size((port).size);   \
        (model).dbg_wdata((port).wdata); \
        (model).dbg_rdata((port).rdata); \
        (model).dbg_code((port).code);   \
    } while (false)
