// SPDX-License-Identifier: MIT
#include "models/common/dma_port.h"

#include <cstring>

namespace ans {

DmaPort::DmaPort(const char* name) : socket(name) {
    socket.register_invalidate_direct_mem_ptr(this, &DmaPort::invalidate);
}

tlm::tlm_response_status DmaPort::read(std::uint64_t address, void* data, std::size_t size) {
    if (const std::byte* from = direct(address, size, false)) {
        std::memcpy(data, from, size);
        return tlm::TLM_OK_RESPONSE;
    }
    return transfer(tlm::TLM_READ_COMMAND, address, static_cast<std::byte*>(data), size);
}

tlm::tlm_response_status DmaPort::write(std::uint64_t address, const void* data, std::size_t size) {
    if (std::byte* to = direct(address, size, true)) {
        std::memcpy(to, data, size);
        return tlm::TLM_OK_RESPONSE;
    }
    // The payload's pointer is not const in TLM-2.0; a write target only reads it (IEEE 1666, 14.11).
    return transfer(tlm::TLM_WRITE_COMMAND, address, static_cast<std::byte*>(const_cast<void*>(data)), size);
}

tlm::tlm_response_status DmaPort::transfer(tlm::tlm_command command, std::uint64_t address, std::byte* data,
                                           std::size_t size) {
    tx_.set_command(command);
    tx_.set_address(address);
    tx_.set_data_ptr(reinterpret_cast<unsigned char*>(data));
    tx_.set_data_length(static_cast<unsigned>(size));
    tx_.set_streaming_width(static_cast<unsigned>(size));
    tx_.set_byte_enable_ptr(nullptr);
    tx_.set_dmi_allowed(false);
    tx_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    socket->b_transport(tx_, delay);
    return tx_.get_response_status();
}

void DmaPort::invalidate(sc_dt::uint64 first, sc_dt::uint64 last) {
    if (first > last_ || last < first_) return;
    window_ = nullptr;
    first_ = 1;
    last_ = 0;
}

}  // namespace ans
