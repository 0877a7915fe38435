// SPDX-License-Identifier: MIT
#include "models/soc/bus.h"

#include <algorithm>
#include <cstring>

namespace ans {

Bus::Bus(sc_core::sc_module_name name, const BusConfig& config, std::vector<BusRegion> regions)
    : sc_module(name),
      events_(*config.events),
      config_(config),
      seam_(*config.decide),
      regions_(std::move(regions)) {
    in.register_b_transport(this, &Bus::b_transport);
    in.register_transport_dbg(this, &Bus::transport_dbg);
    in.register_get_direct_mem_ptr(this, &Bus::get_direct_mem_ptr);
    for (std::size_t i = 0; i <= regions_.size(); ++i) {
        const std::string socket = i < regions_.size() ? "out_" + std::to_string(i) : "otherwise";
        ports_.push_back(
            std::make_unique<tlm_utils::simple_initiator_socket_tagged_optional<Bus>>(socket.c_str()));
        ports_.back()->register_invalidate_direct_mem_ptr(this, &Bus::invalidate, static_cast<int>(i));
    }
}

// Index of the region, or of `otherwise`.
std::size_t Bus::decode(std::uint64_t address) {
    const auto holds = [&](std::size_t i) { return address - regions_[i].base < regions_[i].size; };
    if (last_hit_ < regions_.size() && holds(last_hit_)) return last_hit_;
    for (std::size_t i = 0; i < regions_.size(); ++i)
        if (holds(i)) return last_hit_ = i;
    return regions_.size();
}

void Bus::b_transport(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) {
    const std::size_t region = decode(tx.get_address());
    if (region < regions_.size() && regions_[region].device) {
        device_access(region, tx, delay);
    } else if (ports_[region]->size() != 0) {
        (*ports_[region])->b_transport(tx, delay);
    } else {
        tx.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        static constexpr BusRegion kNowhere{0, 0, Unit::Bus, true, false, 0};
        report(EventKind::BusError, kNowhere, tx, kernel_now() + from_sc(delay));
    }
}

void Bus::device_access(std::size_t index, tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) {
    const BusRegion& region = regions_[index];
    const SimTime at = kernel_now() + from_sc(delay);
    const bool write = tx.is_write();
    if (region.gated && !alive_) {
        stopped_access(region, tx, at);
    } else {
        const std::uint64_t address = tx.get_address();
        tx.set_address(address - region.base + region.offset);
        bool withheld = false;
        if (ports_[index]->size() == 0)  // a part of a window that no block answers
            tx.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        else if (seam_.planned(write))
            withheld = !seam_.access(*(*ports_[index])[0], region.unit, address, tx, at, delay);
        else
            (*ports_[index])->b_transport(tx, delay);
        tx.set_address(address);
        if (tx.get_response_status() != tlm::TLM_OK_RESPONSE)
            apply_policy(region, tx, at, withheld);
        else if (const EventKind kind = write ? EventKind::RegWrite : EventKind::RegRead; events_.wants(kind))
            report(kind, region, tx, at);
    }
    delay += to_sc(write ? config_.write_time : config_.read_time);
}

void Bus::stopped_access(const BusRegion& region, tlm::tlm_generic_payload& tx, SimTime at) {
    const StoppedAccess reaction = config_.policies.get<StoppedAccess>();
    tx.set_response_status(reaction == StoppedAccess::Hang ? tlm::TLM_INCOMPLETE_RESPONSE
                                                           : tlm::TLM_GENERIC_ERROR_RESPONSE);
    report(EventKind::BusError, region, tx, at);
    if (reaction == StoppedAccess::AllOnes) forgive(tx, 0xff);
}

// The CPU gets an answer although the block gave none.
void Bus::forgive(tlm::tlm_generic_payload& tx, std::uint8_t fill) {
    if (tx.is_read()) std::memset(tx.get_data_ptr(), fill, tx.get_data_length());
    tx.set_response_status(tlm::TLM_OK_RESPONSE);
}

void Bus::apply_policy(const BusRegion& region, tlm::tlm_generic_payload& tx, SimTime at, bool withheld) {
    report(EventKind::BusError, region, tx, at, withheld);
    const tlm::tlm_response_status answer = tx.get_response_status();
    const bool hole = answer == tlm::TLM_ADDRESS_ERROR_RESPONSE &&
                      config_.policies.get<UnmappedRegister>() == UnmappedRegister::Zero;
    const bool right = answer == tlm::TLM_COMMAND_ERROR_RESPONSE &&
                       config_.policies.get<WrongAccess>() == WrongAccess::Ignore;
    if (hole || right) forgive(tx, 0);
}

void Bus::report(EventKind kind, const BusRegion& region, const tlm::tlm_generic_payload& tx, SimTime at,
                 bool withheld) {
    if (!events_.wants(kind)) return;
    // Order of the event table's response names.
    constexpr tlm::tlm_response_status kResponses[] = {tlm::TLM_OK_RESPONSE,
                                                       tlm::TLM_INCOMPLETE_RESPONSE,
                                                       tlm::TLM_GENERIC_ERROR_RESPONSE,
                                                       tlm::TLM_ADDRESS_ERROR_RESPONSE,
                                                       tlm::TLM_COMMAND_ERROR_RESPONSE,
                                                       tlm::TLM_BURST_ERROR_RESPONSE,
                                                       tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE};
    Event event;
    event.time = at;
    event.kind = kind;
    event.unit = region.unit;
    const unsigned width = tx.get_data_length();
    event.slot[0] = static_cast<std::uint32_t>(tx.get_address() - region.base + region.offset) |
                    std::uint64_t{width & 0xff} << 32;
    if (kind == EventKind::BusError) {
        const auto response =
            std::find(std::begin(kResponses), std::end(kResponses), tx.get_response_status());
        event.slot[0] |= static_cast<std::uint64_t>(response - std::begin(kResponses)) << 48 |
                         std::uint64_t{tx.is_write()} << 52 | std::uint64_t{withheld} << 53;
    }
    if (kind != EventKind::BusError || tx.is_write())
        std::memcpy(&event.slot[1], tx.get_data_ptr(), std::min<std::size_t>(width, sizeof event.slot[1]));
    event.slot[2] = tx.get_address();
    events_.emit(event);
}

unsigned Bus::transport_dbg(tlm::tlm_generic_payload& tx) {
    const std::size_t index = decode(tx.get_address());
    if (ports_[index]->size() == 0) return 0;
    const std::uint64_t address = tx.get_address();
    if (index < regions_.size() && regions_[index].device)
        tx.set_address(address - regions_[index].base + regions_[index].offset);
    const unsigned moved = (*ports_[index])->transport_dbg(tx);
    tx.set_address(address);
    return moved;
}

bool Bus::get_direct_mem_ptr(tlm::tlm_generic_payload& tx, tlm::tlm_dmi& dmi) {
    const std::size_t index = decode(tx.get_address());
    const bool device = index < regions_.size() && regions_[index].device;
    if (device || ports_[index]->size() == 0) return false;
    return (*ports_[index])->get_direct_mem_ptr(tx, dmi);
}

void Bus::invalidate(int, sc_dt::uint64 first, sc_dt::uint64 last) {
    in->invalidate_direct_mem_ptr(first, last);
}

}  // namespace ans
