// SPDX-License-Identifier: MIT
#include "models/rtl/bus_port.h"

#include <cstring>

namespace ans::rtl {

namespace {

constexpr unsigned kPatience = 1000;  // cycles until a port that takes nothing counts as broken

/// log2 of a length that a port can express, or 4.
unsigned size_of(const tlm::tlm_generic_payload& tx) {
    switch (tx.get_data_length()) {
        case 1:
            return 0;
        case 2:
            return 1;
        case 4:
            return 2;
        case 8:
            return 3;
        default:
            return 4;
    }
}

// A port has 32 address lines and no block is that large: what lies beyond is as much a hole as the last
// word.
std::uint32_t lines_of(std::uint64_t address) {
    return static_cast<std::uint32_t>(address) | (address >> 32 != 0 ? 0x8000'0000u : 0u);
}

std::uint64_t data_of(const tlm::tlm_generic_payload& tx) {
    std::uint64_t data = 0;
    std::memcpy(&data, tx.get_data_ptr(), tx.get_data_length());
    return data;
}

}  // namespace

tlm::tlm_response_status response_of(std::uint32_t code) {
    constexpr tlm::tlm_response_status kResponses[] = {tlm::TLM_OK_RESPONSE, tlm::TLM_BURST_ERROR_RESPONSE,
                                                       tlm::TLM_ADDRESS_ERROR_RESPONSE,
                                                       tlm::TLM_COMMAND_ERROR_RESPONSE};
    return kResponses[code & 3];
}

template <typename Data>
bool BusPortOf<Data>::present(tlm::tlm_generic_payload& tx) {
    const unsigned size = size_of(tx);
    if (tx.get_byte_enable_ptr() != nullptr || size > 3 || tx.get_streaming_width() < tx.get_data_length()) {
        tx.set_response_status(tx.get_byte_enable_ptr() != nullptr ? tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE
                                                                   : tlm::TLM_BURST_ERROR_RESPONSE);
        return false;
    }
    req_valid = true;
    req_write = tx.is_write();
    req_addr = lines_of(tx.get_address());
    req_size = size;
    req_wdata = tx.is_write() ? static_cast<Data>(data_of(tx)) : Data{0};
    return true;
}

template <typename Data>
void BusPortOf<Data>::take(GatedClock& clock) {
    for (unsigned waited = 0; !req_ready; ++waited) {
        if (waited == kPatience) SC_REPORT_ERROR("ans/rtl", "a bus port never became ready");
        clock.tick();
    }
    clock.tick();
    withdraw();
    clock.fall();
}

template <typename Data>
void BusPortOf<Data>::answer(tlm::tlm_generic_payload& tx) const {
    tx.set_response_status(response_of(rsp_code));
    if (!tx.is_read() || tx.get_response_status() != tlm::TLM_OK_RESPONSE) return;
    const std::uint64_t data = rsp_rdata;
    std::memcpy(tx.get_data_ptr(), &data, tx.get_data_length());
}

template <typename Data>
bool DebugPortOf<Data>::present(const tlm::tlm_generic_payload& tx, GatedClock& clock) {
    if (tx.get_byte_enable_ptr() != nullptr || size_of(tx) > 3) return false;
    if (tx.get_streaming_width() < tx.get_data_length()) return false;
    addr = lines_of(tx.get_address());
    size = size_of(tx);
    clock.settle();
    return true;
}

template <typename Data>
unsigned DebugPortOf<Data>::access(tlm::tlm_generic_payload& tx, GatedClock& clock, SimTime at) {
    if (!present(tx, clock) || response_of(code) != tlm::TLM_OK_RESPONSE) return 0;
    if (tx.is_read()) {
        const std::uint64_t data = rdata;
        std::memcpy(tx.get_data_ptr(), &data, tx.get_data_length());
    } else if (tx.is_write()) {
        clock.open(at);
        write = true;
        wdata = static_cast<Data>(data_of(tx));
        clock.tick();
        write = false;
        clock.fall();
    }
    return tx.get_data_length();
}

template <typename Data>
void DebugPortOf<Data>::ignore(tlm::tlm_generic_payload& tx, GatedClock& clock) {
    if (tx.get_byte_enable_ptr() != nullptr)
        tx.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    else
        tx.set_response_status(present(tx, clock) ? response_of(code) : tlm::TLM_BURST_ERROR_RESPONSE);
}

template class BusPortOf<std::uint64_t>;
template class BusPortOf<std::uint32_t>;
template class DebugPortOf<std::uint64_t>;
template class DebugPortOf<std::uint32_t>;

}  // namespace ans::rtl
