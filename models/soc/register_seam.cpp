// SPDX-License-Identifier: MIT
#include "models/soc/register_seam.h"

#include <algorithm>
#include <cstring>

namespace ans {

namespace {
constexpr std::size_t kMost = 8;  // bytes of a register

std::size_t width(const tlm::tlm_generic_payload& tx) {
    return std::min<std::size_t>(tx.get_data_length(), kMost);
}
}  // namespace

bool RegisterSeam::access(tlm::tlm_fw_transport_if<>& block, Unit unit, std::uint64_t address,
                          tlm::tlm_generic_payload& tx, SimTime at, sc_core::sc_time& delay) const {
    Event about;
    about.time = at;
    about.kind = tx.is_write() ? EventKind::RegWrite : EventKind::RegRead;
    about.unit = unit;
    about.slot[0] = static_cast<std::uint32_t>(tx.get_address()) | std::uint64_t{tx.get_data_length() & 0xff}
                                                                       << 32;
    about.slot[2] = address;
    if (tx.is_read()) return read(block, about, tx, delay);
    write(block, about, tx, delay);
    return true;
}

bool RegisterSeam::read(tlm::tlm_fw_transport_if<>& block, Event about, tlm::tlm_generic_payload& tx,
                        sc_core::sc_time& delay) const {
    block.b_transport(tx, delay);
    if (tx.get_response_status() != tlm::TLM_OK_RESPONSE) return true;
    std::memcpy(&about.slot[1], tx.get_data_ptr(), width(tx));
    const Verdict verdict = decide_.ask(DecidePoint::RegisterRead, about);
    if (verdict.kind == Verdict::Kind::Drop) tx.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    if (verdict.kind == Verdict::Kind::Delay) delay += to_sc(verdict.delay);
    if (verdict.kind == Verdict::Kind::Replace)
        std::memcpy(tx.get_data_ptr(), &verdict.replacement.slot[1], width(tx));
    return verdict.kind != Verdict::Kind::Drop;
}

void RegisterSeam::write(tlm::tlm_fw_transport_if<>& block, Event about, tlm::tlm_generic_payload& tx,
                         sc_core::sc_time& delay) const {
    std::memcpy(&about.slot[1], tx.get_data_ptr(), width(tx));
    const Verdict verdict = decide_.ask(DecidePoint::RegisterWrite, about);
    if (verdict.kind == Verdict::Kind::Drop) {
        tx.set_response_status(tlm::TLM_OK_RESPONSE);
        return;
    }
    unsigned char* const original = tx.get_data_ptr();
    unsigned char bytes[kMost];
    if (verdict.kind == Verdict::Kind::Replace && tx.get_data_length() <= kMost) {
        std::memcpy(bytes, &verdict.replacement.slot[1], kMost);
        tx.set_data_ptr(bytes);
    }
    block.b_transport(tx, delay);
    tx.set_data_ptr(original);
}

}  // namespace ans
