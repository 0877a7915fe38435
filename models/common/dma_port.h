// SPDX-License-Identifier: MIT
// A block's way to memory: one initiator socket, DMI where the target grants it, plain transport elsewhere.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <cstddef>
#include <cstdint>
#include <tlm>

#include "models/common/sim_time.h"

namespace ans {

/// Call it from a context in which the bound target may be called: our targets never wait, so a method
/// will do. Every response is returned; nothing is retried.
class DmaPort {
public:
    explicit DmaPort(const char* name);
    DmaPort(const DmaPort&) = delete;
    DmaPort& operator=(const DmaPort&) = delete;

    tlm::tlm_response_status read(std::uint64_t address, void* data, std::size_t size);
    tlm::tlm_response_status write(std::uint64_t address, const void* data, std::size_t size);
    /// A pointer to `size` bytes at `address` if they lie in one DMI window that allows the access, else
    /// nullptr. Valid until the next call into the simulation kernel or the next bus access.
    std::byte* direct(std::uint64_t address, std::size_t size, bool for_write);

    tlm_utils::simple_initiator_socket<DmaPort> socket;

private:
    tlm::tlm_response_status transfer(tlm::tlm_command command, std::uint64_t address, std::byte* data,
                                      std::size_t size);
    void invalidate(sc_dt::uint64 first, sc_dt::uint64 last);

    tlm::tlm_generic_payload tx_;
    // One window: DRAM is one region in every profile, and a second would only be slower, not wrong.
    std::byte* window_ = nullptr;
    std::uint64_t first_ = 1;  ///< first > last: no window
    std::uint64_t last_ = 0;
    bool readable_ = false;
    bool writable_ = false;
};

inline std::byte* DmaPort::direct(std::uint64_t address, std::size_t size, bool for_write) {
    const auto hit = [&] {
        return address >= first_ && address <= last_ && size - 1 <= last_ - address &&
               (for_write ? writable_ : readable_);
    };
    if (size == 0) return nullptr;
    if (hit()) return window_ + (address - first_);
    tx_.set_command(for_write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
    tx_.set_address(address);
    tlm::tlm_dmi dmi;
    if (!socket->get_direct_mem_ptr(tx_, dmi)) return nullptr;
    window_ = reinterpret_cast<std::byte*>(dmi.get_dmi_ptr());
    first_ = dmi.get_start_address();
    last_ = dmi.get_end_address();
    readable_ = dmi.is_read_allowed();
    writable_ = dmi.is_write_allowed();
    return hit() ? window_ + (address - first_) : nullptr;
}

}  // namespace ans
