// SPDX-License-Identifier: MIT
#include "models/nvmmu/nvmmu.h"

#include <algorithm>
#include <cstring>

#include "models/nvmmu/nvmmu_regs.h"
#include "models/nvmmu/prp_walker.h"

namespace ans {

using namespace nvmmu_regs;

namespace {
constexpr std::uint8_t kDeviceToMemory = 1;  // source: hardware.md 6.3, TCB +1
constexpr std::uint8_t kMemoryToDevice = 2;

// Slot 0 of every event about a tag; the layout stands in event_table.cpp.
std::uint64_t tag_slot(Queue queue, Tag tag) {
    return static_cast<std::uint64_t>(queue) | std::uint64_t{index(tag)} << 16;
}
std::uint64_t move_slot(const DataMove& move) {
    return tag_slot(move.queue, move.tag) | static_cast<std::uint64_t>(move.direction) << 1;
}
}  // namespace

Nvmmu::Nvmmu(sc_core::sc_module_name name, const NvmmuConfig& config)
    : sc_module(name),
      events_(*config.events),
      policies_(config.policies),
      regs_(kMap),
      num_tcbs_(regs_[NumTcbs]),
      bases_{&regs_[AsqTcbBase], &regs_[IosqTcbBase]} {
    mmio.register_b_transport(this, &Nvmmu::b_transport);
    mmio.register_transport_dbg(this, &Nvmmu::transport_dbg);
    front_end.bind(*this);
    regs_.on_write(TcbInval,
                   [this](std::uint64_t value, const RegAccess& access) { on_invalidate(value, access.at); });
}

void Nvmmu::b_transport(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) {
    regs_.access(tx, Face::Ap, kernel_now() + from_sc(delay));
}

void Nvmmu::on_reset(bool asserted, SimTime) {
    if (!asserted) return;
    regs_.reset();
    for (TagState& state : tags_)
        state.valid = false;
    invalidations_ = 0;
}

void Nvmmu::on_invalidate(std::uint64_t value, SimTime at) {
    ++invalidations_;
    const bool known = value < kTags && tags_[value].valid;
    const bool error = !known && policies_.get<InvalidateFree>() == InvalidateFree::Error;
    if (known) tags_[value].valid = false;
    regs_[TcbStat] = error ? 1 : 0;
    if (events_.wants(EventKind::TcbInvalidated)) {
        Event event;
        event.time = at;
        event.kind = EventKind::TcbInvalidated;
        event.unit = Unit::Nvmmu;
        event.slot[0] = (value & 0xffff) << 16;
        event.slot[1] = error ? 1 : 0;
        events_.emit(event);
    }
}

const Tcb* Nvmmu::fetch(Queue queue, Tag tag, SimTime at) {
    TagState& state = tags_[index(tag)];
    const std::uint64_t address = *bases_[static_cast<std::size_t>(queue)] + index(tag) * sizeof(Tcb);
    state.valid = memory.read(address, &state.tcb, sizeof(Tcb)) == tlm::TLM_OK_RESPONSE;
    if (!state.valid) return nullptr;
    if (events_.wants(EventKind::TcbFetched)) {
        const Tcb& tcb = state.tcb;
        Event event;
        event.time = at;
        event.kind = EventKind::TcbFetched;
        event.unit = Unit::Nvmmu;
        event.slot[0] = tag_slot(queue, tag) | std::uint64_t{tcb.opcode} << 8 |
                        std::uint64_t{tcb.dma_flags} << 32 | std::uint64_t{tcb.slot} << 40 |
                        std::uint64_t{tcb.length} << 48;
        event.slot[1] = tcb.prp1;
        event.slot[2] = tcb.prp2;
        event.slot[3] = address;
        events_.emit(event);
    }
    return &state.tcb;
}

NvmeStatus Nvmmu::deny(const DataMove& move, Denied reason, std::uint64_t address, std::size_t size,
                       NvmeStatus status, SimTime at) {
    if (events_.wants(EventKind::DmaDenied)) {
        Event event;
        event.time = at;
        event.kind = EventKind::DmaDenied;
        event.unit = Unit::Nvmmu;
        event.slot[0] = move_slot(move) | static_cast<std::uint64_t>(reason) << 8;
        event.slot[1] = address;
        event.slot[2] = size;
        events_.emit(event);
    }
    return status;
}

NvmeStatus Nvmmu::check(const DataMove& move, const TagState& state, std::size_t bytes, SimTime at) {
    const Tcb& tcb = state.tcb;
    if (!state.valid) return deny(move, Denied::NoTcb, move.sqe->prp1, bytes, status::kDataTransferError, at);
    if (policies_.get<TcbDirection>() == TcbDirection::Fail) {
        const std::uint8_t needed =
            move.direction == DataDirection::DeviceToMemory ? kDeviceToMemory : kMemoryToDevice;
        if ((tcb.dma_flags & needed) == 0)
            return deny(move, Denied::Direction, tcb.prp1, bytes, status::kDataTransferError, at);
        if (move.length_is_blocks && bytes > (std::size_t{tcb.length} + 1) * kBlockSize)
            return deny(move, Denied::Length, tcb.prp1, bytes, status::kDataTransferError, at);
    }
    const bool same_pages = tcb.prp1 == move.sqe->prp1 && tcb.prp2 == move.sqe->prp2;
    if (!same_pages && policies_.get<PrpMismatch>() == PrpMismatch::Fail)
        return deny(move, Denied::Page, move.sqe->prp1, bytes, status::kDataTransferError, at);
    return status::kSuccess;
}

NvmeStatus Nvmmu::move(const DataMove& move, SimTime at) {
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < move.run_count; ++i)
        bytes += move.runs[i].size;
    const TagState& state = tags_[index(move.tag)];
    const NvmeStatus checked = check(move, state, bytes, at);
    if (checked != status::kSuccess) return checked;
    const bool by_tcb = policies_.get<PrpSource>() == PrpSource::Tcb;
    PrpWalker walker(memory, by_tcb ? state.tcb.prp1 : move.sqe->prp1,
                     by_tcb ? state.tcb.prp2 : move.sqe->prp2, bytes);
    return copy(move, walker, at);
}

NvmeStatus Nvmmu::walk_failed(const DataMove& move, const PrpWalker& walker, SimTime at) {
    const bool offset = walker.end() == PrpWalker::End::BadOffset;
    return deny(move, offset ? Denied::PrpOffset : Denied::ListOutside, walker.culprit(), 0,
                offset ? status::kPrpOffsetInvalid : status::kDataTransferError, at);
}

NvmeStatus Nvmmu::copy(const DataMove& move, PrpWalker& walker, SimTime at) {
    Event event;
    std::uint64_t segments = 0;
    for (std::size_t i = 0; i < move.run_count; ++i) {
        std::byte* device = move.runs[i].data;
        for (std::size_t left = move.runs[i].size; left != 0;) {
            std::uint64_t address = 0;
            std::size_t size = 0;
            if (!walker.next(left, address, size)) return walk_failed(move, walker, at);
            if (!copy_piece(move.direction, address, device, size))
                return deny(move, Denied::OutsideMemory, address, size, status::kDataTransferError, at);
            if (segments++ == 0) event.slot[2] = address;
            event.slot[3] = address;
            event.slot[1] += size;
            device += size;
            left -= size;
        }
    }
    if (events_.wants(EventKind::DmaData)) {
        event.time = at;
        event.kind = EventKind::DmaData;
        event.unit = Unit::Nvmmu;
        event.slot[0] = move_slot(move) | std::min<std::uint64_t>(segments, 0xffff) << 32;
        events_.emit(event);
    }
    return status::kSuccess;
}

bool Nvmmu::copy_piece(DataDirection direction, std::uint64_t address, std::byte* device, std::size_t size) {
    const tlm::tlm_response_status response = direction == DataDirection::DeviceToMemory
                                                  ? memory.write(address, device, size)
                                                  : memory.read(address, device, size);
    return response == tlm::TLM_OK_RESPONSE;
}

}  // namespace ans
