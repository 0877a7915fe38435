// SPDX-License-Identifier: MIT
// Plain memory for block tests: any number of masters, DMI on request, direct access for the test's body.
#pragma once

#include <gtest/gtest.h>
#include <tlm_utils/multi_passthrough_target_socket.h>

#include <cstring>
#include <tlm>
#include <vector>

namespace ans::test {

class TestMemory : public sc_core::sc_module {
public:
    tlm_utils::multi_passthrough_target_socket<TestMemory> bus{"bus"};

    TestMemory(sc_core::sc_module_name name, std::uint64_t base, std::size_t size, bool grant_dmi = true)
        : sc_module(name), base_(base), bytes_(size), grant_dmi_(grant_dmi) {
        bus.register_b_transport(this, &TestMemory::b_transport);
        bus.register_get_direct_mem_ptr(this, &TestMemory::get_direct_mem_ptr);
    }

    template <typename T>
    T get(std::uint64_t address) const {
        T value;
        std::memcpy(&value, bytes_.data() + (address - base_), sizeof value);
        return value;
    }
    template <typename T>
    void put(std::uint64_t address, const T& value) {
        std::memcpy(bytes_.data() + (address - base_), &value, sizeof value);
    }
    std::byte* at(std::uint64_t address) { return bytes_.data() + (address - base_); }

private:
    bool holds(std::uint64_t address, std::uint64_t size) const {
        return address >= base_ && address - base_ <= bytes_.size() &&
               size <= bytes_.size() - (address - base_);
    }
    void b_transport(int, tlm::tlm_generic_payload& tx, sc_core::sc_time&) {
        if (!holds(tx.get_address(), tx.get_data_length())) {
            tx.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
            return;
        }
        std::byte* place = at(tx.get_address());
        if (tx.is_read())
            std::memcpy(tx.get_data_ptr(), place, tx.get_data_length());
        else
            std::memcpy(place, tx.get_data_ptr(), tx.get_data_length());
        tx.set_response_status(tlm::TLM_OK_RESPONSE);
    }
    bool get_direct_mem_ptr(int, tlm::tlm_generic_payload& tx, tlm::tlm_dmi& dmi) {
        if (!grant_dmi_ || !holds(tx.get_address(), 1)) return false;
        dmi.set_dmi_ptr(reinterpret_cast<unsigned char*>(bytes_.data()));
        dmi.set_start_address(base_);
        dmi.set_end_address(base_ + bytes_.size() - 1);
        dmi.allow_read_write();
        return true;
    }

    std::uint64_t base_;
    std::vector<std::byte> bytes_;
    bool grant_dmi_;
};

}  // namespace ans::test
