// SPDX-License-Identifier: MIT
#include "models/nvme/entry_seam.h"

#include <cstring>

#include "models/common/nvme_command.h"
#include "models/common/sim_time.h"

namespace ans {

namespace {

// The event as the front end would emit it, as far as the entry itself tells: neither its tag nor its index.
Event candidate(const Cqe& entry, std::uint64_t address, SimTime at) {
    Event event;
    event.time = at;
    event.kind = EventKind::CompletionPosted;
    event.unit = Unit::Nvme;
    event.slot[0] = (entry.sq_id & 1u) | (entry.status & 1u) << 1 | std::uint64_t{entry.cid} << 32 |
                    static_cast<std::uint64_t>(entry.status >> 1) << 48;
    event.slot[1] = entry.result;
    event.slot[2] = address;
    event.slot[3] = entry.sq_head;
    return event;
}

Cqe replaced(Cqe entry, const Event& event) {
    entry.result = static_cast<std::uint32_t>(event.slot[1]);
    entry.sq_head = static_cast<std::uint16_t>(event.slot[3]);
    entry.sq_id = static_cast<std::uint16_t>(event.slot[0] & 1);
    entry.cid = static_cast<std::uint16_t>(event.slot[0] >> 32);
    entry.status = static_cast<std::uint16_t>(event.slot[0] >> 48 << 1 | (event.slot[0] >> 1 & 1));
    return entry;
}

}  // namespace

EntrySeam::EntrySeam(sc_core::sc_module_name name, const DecideHub& decide)
    : sc_module(name), decide_(decide) {
    in.register_b_transport(this, &EntrySeam::b_transport);
    in.register_transport_dbg(this, &EntrySeam::transport_dbg);
    in.register_get_direct_mem_ptr(this, &EntrySeam::get_direct_mem_ptr);
    out.register_invalidate_direct_mem_ptr(this, &EntrySeam::invalidate);
}

bool EntrySeam::get_direct_mem_ptr(tlm::tlm_generic_payload& tx, tlm::tlm_dmi& dmi) {
    return !decide_.planned(DecidePoint::CompletionEntry) && out->get_direct_mem_ptr(tx, dmi);
}

void EntrySeam::b_transport(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) {
    if (decide_.planned(DecidePoint::CompletionEntry) && tx.is_write() && tx.get_data_length() == sizeof(Cqe))
        judge(tx, delay);
    else
        out->b_transport(tx, delay);
}

void EntrySeam::judge(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) {
    Cqe entry;
    std::memcpy(&entry, tx.get_data_ptr(), sizeof entry);
    const Verdict verdict = decide_.ask(DecidePoint::CompletionEntry,
                                        candidate(entry, tx.get_address(), kernel_now() + from_sc(delay)));
    if (verdict.kind == Verdict::Kind::Drop) {
        tx.set_response_status(tlm::TLM_OK_RESPONSE);
        return;
    }
    unsigned char* const original = tx.get_data_ptr();
    if (verdict.kind == Verdict::Kind::Replace) {
        entry = replaced(entry, verdict.replacement);
        tx.set_data_ptr(reinterpret_cast<unsigned char*>(&entry));
    }
    out->b_transport(tx, delay);
    tx.set_data_ptr(original);
}

}  // namespace ans
