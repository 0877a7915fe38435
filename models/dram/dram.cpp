// SPDX-License-Identifier: MIT
#include "models/dram/dram.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace ans {

namespace {

bool holds(std::uint64_t base, std::uint64_t length, std::uint64_t address, std::uint64_t size) {
    return address >= base && address - base < length && size <= length - (address - base);
}

// One branch a byte: byte enables are rare and short. source: IEEE 1666, 14.9
void move_enabled(const tlm::tlm_generic_payload& tx, unsigned char* memory) {
    const unsigned char* enables = tx.get_byte_enable_ptr();
    const unsigned period = tx.get_byte_enable_length();
    unsigned char* data = tx.get_data_ptr();
    for (unsigned i = 0; i < tx.get_data_length(); ++i) {
        if (enables[i % period] != TLM_BYTE_ENABLED) continue;
        if (tx.is_read())
            data[i] = memory[i];
        else
            memory[i] = data[i];
    }
}

}  // namespace

Dram::Dram(sc_core::sc_module_name name) : sc_module(name) {
    bus.register_b_transport(this, &Dram::b_transport);
    bus.register_transport_dbg(this, &Dram::transport_dbg);
    bus.register_get_direct_mem_ptr(this, &Dram::get_direct_mem_ptr);
    beyond.register_invalidate_direct_mem_ptr(this, &Dram::invalidate_beyond);
}

void Dram::add_region(std::uint64_t base, Backing backing) {
    const std::uint64_t size = backing.size();
    const bool overlaps = std::any_of(regions_.begin(), regions_.end(), [&](const auto& other) {
        return base < other->base ? other->base - base < size : base - other->base < other->backing.size();
    });
    if (overlaps || !holds(0, kReach, base, size)) {
        char text[120];
        std::snprintf(text, sizeof text, "DRAM region 0x%llx + 0x%llx %s",
                      static_cast<unsigned long long>(base), static_cast<unsigned long long>(size),
                      overlaps ? "overlaps another region" : "passes the 42 bits of the machine's addresses");
        throw std::invalid_argument(text);
    }
    regions_.push_back(std::make_unique<Region>(Region{base, std::move(backing)}));
    invalidate(base, size);  // whoever was refused here may ask again
}

bool Dram::remove_region(std::uint64_t base) {
    const auto found = std::find_if(regions_.begin(), regions_.end(),
                                    [&](const auto& region) { return region->base == base; });
    if (found == regions_.end()) return false;
    invalidate(base, (*found)->backing.size());
    if (last_hit_ == found->get()) last_hit_ = nullptr;
    regions_.erase(found);
    return true;
}

void Dram::clear() {
    for (const auto& region : regions_)
        region->backing.clear();
}

void Dram::invalidate(std::uint64_t base, std::uint64_t size) {
    if (!bound_) return;
    for (unsigned i = 0; i < bus.size(); ++i)
        bus[static_cast<int>(i)]->invalidate_direct_mem_ptr(base, base + size - 1);
}

// The bytes at `address`, or nullptr where no single region holds them all. Remembers the region.
std::byte* Dram::find(std::uint64_t address, std::uint64_t size) {
    const auto inside = [&](const Region& region) {
        return holds(region.base, region.backing.size(), address, size);
    };
    if (last_hit_ == nullptr || !inside(*last_hit_)) {
        const auto found = std::find_if(regions_.begin(), regions_.end(),
                                        [&](const auto& region) { return inside(*region); });
        if (found == regions_.end()) return nullptr;
        last_hit_ = found->get();
    }
    return last_hit_->backing.data() + (address - last_hit_->base);
}

tlm::tlm_response_status Dram::access(tlm::tlm_generic_payload& tx) {
    const unsigned size = tx.get_data_length();
    if (tx.get_command() == tlm::TLM_IGNORE_COMMAND) return tlm::TLM_OK_RESPONSE;
    if (size == 0 || tx.get_streaming_width() < size) return tlm::TLM_BURST_ERROR_RESPONSE;
    if (tx.get_byte_enable_ptr() != nullptr && tx.get_byte_enable_length() == 0)
        return tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
    std::byte* place = find(tx.get_address(), size);
    if (place == nullptr) return tlm::TLM_ADDRESS_ERROR_RESPONSE;
    if (tx.get_byte_enable_ptr() != nullptr)
        move_enabled(tx, reinterpret_cast<unsigned char*>(place));
    else if (tx.is_read())
        std::memcpy(tx.get_data_ptr(), place, size);
    else
        std::memcpy(place, tx.get_data_ptr(), size);
    tx.set_dmi_allowed(true);
    return tlm::TLM_OK_RESPONSE;
}

bool Dram::goes_beyond(const tlm::tlm_generic_payload& tx, std::uint64_t size) {
    return beyond.size() != 0 && find(tx.get_address(), std::max<std::uint64_t>(size, 1)) == nullptr;
}

void Dram::b_transport(int, tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) {
    if (goes_beyond(tx, tx.get_data_length())) return beyond->b_transport(tx, delay);
    tx.set_response_status(access(tx));
}

// Debug access ignores byte enables and streaming. source: IEEE 1666, 11.2.4
unsigned Dram::transport_dbg(int, tlm::tlm_generic_payload& tx) {
    const unsigned size = tx.get_data_length();
    if (goes_beyond(tx, size)) return beyond->transport_dbg(tx);
    std::byte* place = find(tx.get_address(), size);
    if (place == nullptr || size == 0) return 0;
    if (tx.is_read())
        std::memcpy(tx.get_data_ptr(), place, size);
    else if (tx.is_write())
        std::memcpy(place, tx.get_data_ptr(), size);
    else
        return 0;
    return size;
}

bool Dram::get_direct_mem_ptr(int, tlm::tlm_generic_payload& tx, tlm::tlm_dmi& dmi) {
    if (goes_beyond(tx, 1)) return beyond->get_direct_mem_ptr(tx, dmi);
    dmi.init();
    if (find(tx.get_address(), 1) == nullptr) {
        dmi.set_start_address(tx.get_address());
        dmi.set_end_address(tx.get_address());
        return false;
    }
    dmi.set_dmi_ptr(reinterpret_cast<unsigned char*>(last_hit_->backing.data()));
    dmi.set_start_address(last_hit_->base);
    dmi.set_end_address(last_hit_->base + last_hit_->backing.size() - 1);
    dmi.allow_read_write();
    return true;
}

}  // namespace ans
