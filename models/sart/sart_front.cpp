// SPDX-License-Identifier: MIT
#include "models/sart/sart_front.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>

namespace ans {

namespace {

bool malformed(const tlm::tlm_generic_payload& tx) {
    return tx.get_data_length() == 0 || tx.get_streaming_width() < tx.get_data_length();
}

}  // namespace

void SartFront::change(unsigned index, const Entry& entry, const Window& window) {
    if (entry == entries_[index]) return;
    const Window before = windows_[index];
    entries_[index] = entry;
    windows_[index] = window;
    if (before.first <= before.last && elaborated_)
        device->invalidate_direct_mem_ptr(before.first, before.last);
}

void SartFront::announce(unsigned index, SimTime at) {
    if (entries_[index] == announced_[index]) return;
    announced_[index] = entries_[index];
    if (!config_.events->wants(EventKind::SartEntry)) return;
    Event event;
    event.time = at;
    event.kind = EventKind::SartEntry;
    event.unit = Unit::Sart;
    const Entry& entry = entries_[index];
    const bool boot_entry = index < config_.boot_entries.size();
    event.slot[0] = index | std::uint64_t{entry.flags} << 8 | std::uint64_t{boot_entry} << 16;
    event.slot[1] = entry.address;
    event.slot[2] = entry.size;
    config_.events->emit(event);
}

void SartFront::device_access(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) {
    if (malformed(tx)) {
        tx.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
        return;
    }
    const Denial denial = judge(tx.get_address(), tx.get_data_length(), delay);
    if (denial == Denial::None)
        memory->b_transport(tx, delay);
    else
        refuse(denial, tx, kernel_now() + from_sc(delay));
}

void SartFront::refuse(Denial denial, tlm::tlm_generic_payload& tx, SimTime at) {
    if (config_.policies.get<SartViolation>() == SartViolation::ReadZero) {
        if (tx.is_read()) std::memset(tx.get_data_ptr(), 0, tx.get_data_length());
        tx.set_response_status(tlm::TLM_OK_RESPONSE);
    } else {
        tx.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    }
    if (config_.events->wants(EventKind::SartDenied)) report(denial, tx, at);
}

void SartFront::report(Denial denial, const tlm::tlm_generic_payload& tx, SimTime at) {
    using Hex = unsigned long long;
    std::string text;
    char piece[96];
    for (unsigned i = 0; i < kEntries; ++i) {
        const Window& window = windows_[i];
        if (window.first > window.last) continue;
        std::snprintf(piece, sizeof piece, "%s%u: 0x%llx to 0x%llx, flags 0x%x%s", text.empty() ? "" : "; ",
                      i, static_cast<Hex>(window.first), static_cast<Hex>(window.last), entries_[i].flags,
                      i < config_.boot_entries.size() ? ", boot loader" : "");
        text += piece;
    }
    text.insert(0, text.empty() ? "no entry is enabled" : "enabled entries: ");
    Event event;
    event.time = at;
    event.kind = EventKind::SartDenied;
    event.unit = Unit::Sart;
    event.slot[0] = static_cast<std::uint64_t>(denial) | std::uint64_t{tx.is_write()} << 4;
    event.slot[1] = tx.get_address();
    event.slot[2] = tx.get_data_length();
    event.set_text(text);
    config_.events->emit(event);
}

unsigned SartFront::device_debug(tlm::tlm_generic_payload& tx) {
    if (tx.get_data_length() == 0 || peek(tx.get_address(), tx.get_data_length()) != Denial::None) return 0;
    return memory->transport_dbg(tx);
}

// Grants what one entry opens of what memory grants, never more.
bool SartFront::device_dmi(tlm::tlm_generic_payload& tx, tlm::tlm_dmi& dmi) {
    const std::uint64_t address = tx.get_address();
    const Window window = window_of(address);
    if (window.first > window.last) {
        dmi.init();
        dmi.set_start_address(address);
        dmi.set_end_address(address);
        return false;
    }
    const bool granted = memory->get_direct_mem_ptr(tx, dmi);
    const std::uint64_t first = std::max<std::uint64_t>(dmi.get_start_address(), window.first);
    if (granted) dmi.set_dmi_ptr(dmi.get_dmi_ptr() + (first - dmi.get_start_address()));
    dmi.set_start_address(first);
    dmi.set_end_address(std::min<std::uint64_t>(dmi.get_end_address(), window.last));
    return granted;
}

}  // namespace ans
