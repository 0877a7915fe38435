// SPDX-License-Identifier: MIT
// A bus master for tests of memories and filters: every attribute of a payload, direct memory, invalidations.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <utility>

#include "testbench/support/sim_test.h"

namespace ans::test {

class DmiMaster : public sc_core::sc_module {
public:
    explicit DmiMaster(sc_core::sc_module_name name) : sc_module(name) {
        socket.register_invalidate_direct_mem_ptr(this, &DmiMaster::invalidate);
    }

    struct Shape {
        unsigned streaming_width = UINT32_MAX;
        unsigned char* enables = nullptr;
        unsigned enables_size = 0;
    };
    tlm::tlm_response_status send(tlm::tlm_command command, std::uint64_t address, void* data, unsigned size,
                                  const Shape& shape) {
        elaborate();
        tlm::tlm_generic_payload tx;
        tx.set_command(command);
        tx.set_address(address);
        tx.set_data_ptr(static_cast<unsigned char*>(data));
        tx.set_data_length(size);
        tx.set_streaming_width(shape.streaming_width);
        tx.set_byte_enable_ptr(shape.enables);
        tx.set_byte_enable_length(shape.enables_size);
        sc_core::sc_time delay;
        socket->b_transport(tx, delay);
        EXPECT_EQ(delay, sc_core::SC_ZERO_TIME) << "blocks add no time";
        return tx.get_response_status();
    }
    tlm::tlm_response_status read(std::uint64_t address, void* data, unsigned size) {
        return send(tlm::TLM_READ_COMMAND, address, data, size, {});
    }
    tlm::tlm_response_status write(std::uint64_t address, const void* data, unsigned size) {
        return send(tlm::TLM_WRITE_COMMAND, address, const_cast<void*>(data), size, {});
    }
    unsigned debug(tlm::tlm_command command, std::uint64_t address, void* data, unsigned size) {
        elaborate();
        tlm::tlm_generic_payload tx;
        tx.set_command(command);
        tx.set_address(address);
        tx.set_data_ptr(static_cast<unsigned char*>(data));
        tx.set_data_length(size);
        return socket->transport_dbg(tx);
    }
    bool dmi(std::uint64_t address, tlm::tlm_dmi& grant) {
        elaborate();
        tlm::tlm_generic_payload tx;
        tx.set_command(tlm::TLM_READ_COMMAND);
        tx.set_address(address);
        return socket->get_direct_mem_ptr(tx, grant);
    }

    using Range = std::pair<std::uint64_t, std::uint64_t>;  ///< both ends included
    std::vector<Range> invalidated;
    tlm_utils::simple_initiator_socket<DmiMaster> socket{"socket"};

private:
    void invalidate(sc_dt::uint64 first, sc_dt::uint64 last) { invalidated.emplace_back(first, last); }
};

}  // namespace ans::test
