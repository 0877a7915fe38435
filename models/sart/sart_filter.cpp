// SPDX-License-Identifier: MIT
// What SART lets through.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>

#include "models/sart/sart.h"

namespace ans {

namespace {

bool wraps(std::uint64_t address, std::uint64_t size) {
    return size - 1 > UINT64_MAX - address;
}

bool malformed(const tlm::tlm_generic_payload& tx) {
    return tx.get_data_length() == 0 || tx.get_streaming_width() < tx.get_data_length();
}

}  // namespace

// `size` is not 0.
Sart::Denial Sart::judge(std::uint64_t address, std::uint64_t size) const {
    if (wraps(address, size)) return Denial::Wraps;
    const std::uint64_t last = address + (size - 1);
    bool touched = false;
    for (const Window& window : windows_) {
        if (window.covers(address, last)) return Denial::None;
        touched = touched || (window.first <= window.last && window.first <= last && address <= window.last);
    }
    if (last >= reach_) return Denial::BeyondReach;
    if (!touched) return Denial::NoEntry;
    const bool together = config_.policies.get<SartStraddle>() == SartStraddle::Allow;
    return together && covered_together(address, last) ? Denial::None : Denial::Partial;
}

bool Sart::covered_together(std::uint64_t from, std::uint64_t to) const {
    // Each round ends, or moves `from` behind another entry.
    for (unsigned round = 0; round < kEntries; ++round) {
        std::uint64_t reached = from;
        bool found = false;
        for (const Window& window : windows_) {
            if (!window.covers(from, from)) continue;
            reached = std::max(reached, window.last);
            found = true;
        }
        if (!found) return false;
        if (reached >= to) return true;
        from = reached + 1;
    }
    return false;
}

void Sart::device_transport(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) {
    if (malformed(tx)) {
        tx.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
        return;
    }
    const Denial denial = judge(tx.get_address(), tx.get_data_length());
    if (denial == Denial::None)
        memory->b_transport(tx, delay);
    else
        refuse(denial, tx, kernel_now() + from_sc(delay));
}

void Sart::refuse(Denial denial, tlm::tlm_generic_payload& tx, SimTime at) {
    if (config_.policies.get<SartViolation>() == SartViolation::ReadZero) {
        if (tx.is_read()) std::memset(tx.get_data_ptr(), 0, tx.get_data_length());
        tx.set_response_status(tlm::TLM_OK_RESPONSE);
    } else {
        tx.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    }
    if (config_.events->wants(EventKind::SartDenied)) report(denial, tx, at);
}

void Sart::report(Denial denial, const tlm::tlm_generic_payload& tx, SimTime at) {
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

unsigned Sart::device_debug(tlm::tlm_generic_payload& tx) {
    if (tx.get_data_length() == 0 || judge(tx.get_address(), tx.get_data_length()) != Denial::None) return 0;
    return memory->transport_dbg(tx);
}

// Grants what one entry opens of what memory grants, never more.
bool Sart::device_dmi(tlm::tlm_generic_payload& tx, tlm::tlm_dmi& dmi) {
    const std::uint64_t address = tx.get_address();
    const auto window = std::find_if(windows_.begin(), windows_.end(),
                                     [&](const Window& w) { return w.covers(address, address); });
    if (window == windows_.end()) {
        dmi.init();
        dmi.set_start_address(address);
        dmi.set_end_address(address);
        return false;
    }
    const bool granted = memory->get_direct_mem_ptr(tx, dmi);
    const std::uint64_t first = std::max<std::uint64_t>(dmi.get_start_address(), window->first);
    if (granted) dmi.set_dmi_ptr(dmi.get_dmi_ptr() + (first - dmi.get_start_address()));
    dmi.set_start_address(first);
    dmi.set_end_address(std::min<std::uint64_t>(dmi.get_end_address(), window->last));
    return granted;
}

}  // namespace ans
