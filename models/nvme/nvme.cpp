// SPDX-License-Identifier: MIT
// Registers and the submission path. The completion path is in nvme_completion.cpp.
#include "models/nvme/nvme.h"

#include <algorithm>

#include "models/nvme/nvme_regs.h"

namespace ans {

using namespace nvme_regs;

namespace {
constexpr unsigned kLinearStride = sizeof(Sqe);
constexpr unsigned kRingStride = 128;  // source: hardware.md 6.1: the stride without LINEAR_SQ_CTRL.EN

std::uint64_t tag_slot(Queue queue, Tag tag) {
    return static_cast<std::uint64_t>(queue) | std::uint64_t{index(tag)} << 16;
}
}  // namespace

SC_HAS_PROCESS(Nvme);

Nvme::Nvme(sc_core::sc_module_name name, const NvmeConfig& config)
    : sc_module(name),
      events_(*config.events),
      policies_(config.policies),
      fetch_time_(config.fetch_time),
      regs_(kMap),
      cc_(regs_[Cc]),
      csts_(regs_[Csts]),
      linear_(regs_[LinearSqCtrl]),
      unknown_ctrl_(regs_[UnknownCtrl]) {
    mmio.register_b_transport(this, &Nvme::b_transport);
    mmio.register_transport_dbg(this, &Nvme::transport_dbg);
    iop.register_b_transport(this, &Nvme::iop_transport);
    iop.register_transport_dbg(this, &Nvme::transport_dbg);
    command_port.bind(*this);
    held_.reserve(kTags);
    wire_registers();
    SC_METHOD(fetch_due);
    sensitive << fetch_event_;
    dont_initialize();
}

void Nvme::wire_registers() {
    regs_.on_write(BootStatus,
                   [this](std::uint64_t value, const RegAccess& a) { on_boot_status(value, a.at); });
    regs_.on_write(Cc, [this](std::uint64_t value, const RegAccess& a) { on_config(value, a.at); });
    regs_.on_write(LinearAsqDb, [this](std::uint64_t v, const RegAccess& a) {
        on_linear_doorbell(Queue::Admin, v, a.at);
    });
    regs_.on_write(LinearIosqDb,
                   [this](std::uint64_t v, const RegAccess& a) { on_linear_doorbell(Queue::Io, v, a.at); });
    regs_.on_write(AsqTail,
                   [this](std::uint64_t v, const RegAccess& a) { on_ring_doorbell(Queue::Admin, v, a.at); });
    regs_.on_write(IosqTail,
                   [this](std::uint64_t v, const RegAccess& a) { on_ring_doorbell(Queue::Io, v, a.at); });
    regs_.on_write(AcqHead, [this](std::uint64_t v, const RegAccess& a) { on_head(Queue::Admin, v, a.at); });
    regs_.on_write(IocqHead, [this](std::uint64_t v, const RegAccess& a) { on_head(Queue::Io, v, a.at); });
    // Set and clear: the written ones act on one mask, both registers read it. source: NVMe 1.1 3.1.3
    regs_.provide(IntMs, [this](unsigned) { return int_mask_; });
    regs_.provide(IntMc, [this](unsigned) { return int_mask_; });
    regs_.on_write(IntMs, [this](std::uint64_t v, const RegAccess& a) {
        int_mask_ |= static_cast<std::uint32_t>(v);
        on_mask(a.at);
    });
    regs_.on_write(IntMc, [this](std::uint64_t v, const RegAccess& a) {
        int_mask_ &= ~static_cast<std::uint32_t>(v);
        on_mask(a.at);
    });
}

void Nvme::b_transport(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) {
    regs_.access(tx, Face::Ap, kernel_now() + from_sc(delay));
}
void Nvme::iop_transport(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) {
    regs_.access(tx, Face::Iop, kernel_now() + from_sc(delay));
}

void Nvme::on_boot_status(std::uint64_t value, SimTime at) {
    if (!events_.wants(EventKind::BootStatus)) return;
    Event event;
    event.time = at;
    event.kind = EventKind::BootStatus;
    event.unit = Unit::Nvme;
    event.slot[0] = value & 0xffff'ffff;
    events_.emit(event);
}

void Nvme::on_reset(bool asserted, SimTime at) {
    if (!asserted) return;
    regs_.reset();
    last_cc_ = 0;
    int_mask_ = 0;
    head_written_ = false;
    drop_queues(at);
}

void Nvme::drop_queues(SimTime at) {
    ++life_;
    for (SubmissionQueue& queue : sqs_)
        queue = {};
    for (CompletionQueue& queue : cqs_)
        queue.remove();
    for (Slot& slot : slots_)
        slot.pending = slot.silent = false;
    held_.clear();
    fetches_.clear();
    fetch_event_.cancel();
    drive_irq(at);
}

void Nvme::on_config(std::uint64_t value, SimTime at) {
    const std::uint64_t before = last_cc_;
    last_cc_ = value;
    if (CcEn::get(value) != 0 && CcEn::get(before) == 0) {
        // What was invalidated in an earlier life of the queues opens no window for the lost interrupt.
        invalidations_at_head_ = nvmmu->invalidations();
        const std::uint64_t aqa = regs_[Aqa];
        sq(Queue::Admin) = {regs_[Asq], static_cast<unsigned>(AqaAsqs::get(aqa)) + 1, 0};
        cq(Queue::Admin).create(regs_[Acq], static_cast<unsigned>(AqaAcqs::get(aqa)) + 1, true);
    } else if (CcEn::get(value) == 0 && CcEn::get(before) != 0) {
        drop_queues(at);
    }
    report_controller(at);
    firmware->controller_config(static_cast<std::uint32_t>(value), static_cast<std::uint32_t>(before), at);
}

void Nvme::set_status(bool ready, bool fatal, unsigned shutdown_status, SimTime at) {
    csts_ = CstsRdy::put(ready) | CstsCfs::put(fatal) | CstsShst::put(shutdown_status);
    report_controller(at);
}

void Nvme::report_controller(SimTime at) {
    if (!events_.wants(EventKind::ControllerState)) return;
    Event event;
    event.time = at;
    event.kind = EventKind::ControllerState;
    event.unit = Unit::Nvme;
    event.slot[0] =
        CcEn::get(cc_) | CstsRdy::get(csts_) << 1 | CstsCfs::get(csts_) << 2 | CstsShst::get(csts_) << 3;
    event.slot[1] = cc_;
    event.slot[2] = csts_;
    events_.emit(event);
}

void Nvme::set_io_submission_queue(std::uint64_t base, unsigned entries) {
    sq(Queue::Io) = {base, entries, 0};
    // What was rung and not fetched yet goes with the queue it was rung for.
    fetches_.remove_if([this](const Fetch& fetch) {
        if (fetch.queue == Queue::Io) slots_[index(fetch.tag)].pending = false;
        return fetch.queue == Queue::Io;
    });
}

void Nvme::on_linear_doorbell(Queue queue, std::uint64_t value, SimTime at) {
    if (LinearEnable::get(linear_) != 0) ring(queue, static_cast<unsigned>(DoorbellValue::get(value)), at);
}

void Nvme::on_ring_doorbell(Queue queue, std::uint64_t value, SimTime at) {
    SubmissionQueue& ring_queue = sq(queue);
    const auto tail = static_cast<unsigned>(DoorbellValue::get(value));
    if (LinearEnable::get(linear_) != 0 || tail >= ring_queue.entries) return;
    while (ring_queue.head != tail) {
        ring(queue, ring_queue.head, at);
        ring_queue.head = (ring_queue.head + 1) % ring_queue.entries;
    }
}

bool Nvme::swallows_interrupt(SimTime at) const {
    switch (policies_.get<LostIrq>()) {
        case LostIrq::InvalToHead:
            return nvmmu->invalidations() != invalidations_at_head_;
        case LostIrq::WithHeadWrite:
            return head_written_ && at - head_written_at_ < microseconds(1);
        case LostIrq::Never:
            break;
    }
    return false;
}

void Nvme::ring(Queue queue, unsigned tag, SimTime at) {
    if (events_.wants(EventKind::Doorbell)) {
        Event event;
        event.time = at;
        event.kind = EventKind::Doorbell;
        event.unit = Unit::Nvme;
        event.slot[0] = tag_slot(queue, Tag{static_cast<std::uint16_t>(tag)}) | LinearEnable::get(linear_)
                                                                                    << 1;
        events_.emit(event);
    }
    // A disabled controller fetches nothing: there is no queue to fetch from.
    if (sq(queue).entries == 0) return;
    const Tag known{static_cast<std::uint16_t>(tag)};
    if (!nvmmu->in_range(tag) || tag >= sq(queue).entries) {
        if (policies_.get<TagOutOfRange>() == TagOutOfRange::Crash)
            firmware->fatal("tag out of range", known, at);
        return;
    }
    Slot& slot = slots_[tag];
    if (slot.pending) {
        on_pending_tag(queue, known, at);
        return;
    }
    if (policies_.get<TagNotInvalidated>() == TagNotInvalidated::Crash && nvmmu->valid(known)) {
        firmware->fatal("tag not invalidated", known, at);
        return;
    }
    slot.pending = true;
    slot.silent = swallows_interrupt(at);
    fetches_.add(at + fetch_time_, {queue, known, life_});
    notify_at(fetch_event_, fetches_.next_due());
}

// The first command keeps its slot: hardware has one SQE a tag, and so do we.
unsigned Nvme::pending() const {
    const auto waits = [](const Slot& slot) { return slot.pending; };
    return static_cast<unsigned>(std::count_if(slots_.begin(), slots_.end(), waits));
}

void Nvme::on_pending_tag(Queue queue, Tag tag, SimTime at) {
    switch (policies_.get<TagPending>()) {
        case TagPending::Crash:
            firmware->fatal("duplicate tag error", tag, at);
            break;
        case TagPending::Ignore:
            break;
        case TagPending::Fail:
            deliver(
                {queue, tag, life_, static_cast<std::uint16_t>(index(tag)), status::kCommandIdConflict, 0},
                at);
            break;
    }
}

void Nvme::fetch_due() {
    const SimTime now = kernel_now();
    while (fetches_.next_due() <= now)
        fetch(fetches_.take(), now);
    notify_at(fetch_event_, fetches_.next_due());
}

void Nvme::fetch(const Fetch& what, SimTime at) {
    Slot& slot = slots_[index(what.tag)];
    const unsigned stride = LinearEnable::get(linear_) != 0 ? kLinearStride : kRingStride;
    const bool was_valid = nvmmu->valid(what.tag);
    const std::uint64_t address = sq(what.queue).base + std::uint64_t{index(what.tag)} * stride;
    if (memory.read(address, &slot.sqe, sizeof(Sqe)) != tlm::TLM_OK_RESPONSE) {
        firmware->fatal("submission queue outside memory", what.tag, at);
        return;
    }
    const Sqe& sqe = slot.sqe;
    if (events_.wants(EventKind::CommandFetched)) {
        Event event;
        event.time = at;
        event.kind = EventKind::CommandFetched;
        event.unit = Unit::Nvme;
        event.slot[0] =
            tag_slot(what.queue, what.tag) | std::uint64_t{sqe.opcode} << 8 | std::uint64_t{sqe.cid} << 32;
        event.slot[1] = sqe.nsid | std::uint64_t{sqe.cdw10[2]} << 32;
        event.slot[2] = sqe.cdw10[0] | std::uint64_t{sqe.cdw10[1]} << 32;
        event.slot[3] = sqe.prp1;
        event.slot[4] = sqe.prp2;
        events_.emit(event);
    }
    const Tcb* tcb = nvmmu->fetch(what.queue, what.tag, at);
    Refusal refusal = inspect(sqe, tcb);
    if (was_valid && policies_.get<TagNotInvalidated>() == TagNotInvalidated::Fail && refusal.status == 0)
        refusal = {status::kCommandIdConflict, "TAG_NOT_INVALIDATED"};
    firmware->command({what.queue, what.tag, refusal.status, what.life, &sqe, refusal.why}, at);
}

Nvme::Refusal Nvme::inspect(const Sqe& sqe, const Tcb* tcb) const {
    if (tcb == nullptr) return {status::kDataTransferError, "TCB_OUTSIDE_MEMORY"};
    const bool null_check = PrpNullCheckBit::get(unknown_ctrl_) != 0;
    if (null_check && policies_.get<ans::PrpNullCheck>() == ans::PrpNullCheck::AnyField &&
        (sqe.prp1 == 0 || sqe.prp2 == 0 || tcb->prp1 == 0 || tcb->prp2 == 0))
        return {status::kInvalidField, "NULL_PRP_PTR_ERR"};
    if (policies_.get<TcbStrictFields>() == TcbStrictFields::Fail &&
        (tcb->opcode != 0 || (tcb->dma_flags != 0 && tcb->prp1 == 0)))
        return {status::kInvalidField, "TCB_FIELDS"};
    return {status::kSuccess, ""};
}

}  // namespace ans
