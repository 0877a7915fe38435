// SPDX-License-Identifier: MIT
// The completion path: data movement on the firmware's order, posting, heads and the interrupt line.
#include <algorithm>

#include "models/nvme/nvme.h"
#include "models/nvme/nvme_regs.h"

namespace ans {

using namespace nvme_regs;

namespace {
// Opcodes of the NVM command set whose TCB length counts blocks. source: NVMe 1.1 figure 109, hardware.md 6.3
constexpr std::uint8_t kOpWrite = 0x01;
constexpr std::uint8_t kOpRead = 0x02;
}  // namespace

bool Nvme::null_prp(const Command& command, std::size_t bytes) const {
    if (PrpNullCheckBit::get(unknown_ctrl_) == 0) return false;
    if (policies_.get<ans::PrpNullCheck>() != ans::PrpNullCheck::NeededField) return false;
    const Sqe& sqe = *command.sqe;
    const bool needs_second = bytes > 4096 - sqe.prp1 % 4096;
    return sqe.prp1 == 0 || (needs_second && sqe.prp2 == 0);
}

NvmeStatus Nvme::move(const Command& command, DataDirection direction, const MemoryRun* runs,
                      std::size_t run_count, SimTime at) {
    if (command.life != life_) return status::kInternalError;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < run_count; ++i)
        bytes += runs[i].size;
    if (null_prp(command, bytes)) return status::kInvalidField;
    const std::uint8_t opcode = command.sqe->opcode;
    const bool blocks = command.queue == Queue::Io && (opcode == kOpRead || opcode == kOpWrite);
    return nvmmu->move({command.queue, command.tag, direction, command.sqe, runs, run_count, blocks}, at);
}

void Nvme::set_io_completion_queue(std::uint64_t base, unsigned entries, bool interrupt) {
    if (entries == 0)
        cq(Queue::Io).remove();
    else
        cq(Queue::Io).create(base, entries, interrupt);
}

void Nvme::complete(const Completion& completion, SimTime at) {
    if (completion.life != life_) return;
    slots_[index(completion.tag)].pending = false;
    deliver(completion, at);
}

void Nvme::deliver(const Completion& completion, SimTime at) {
    if (!cq(completion.queue).exists()) return;
    // A full queue holds the entry back until the host makes room. source: NVMe 1.1 section 4.1
    // One that came earlier goes first; the other queue's are none of its business.
    const bool queued = std::any_of(held_.begin(), held_.end(),
                                    [&](const Completion& held) { return held.queue == completion.queue; });
    if ((cq(completion.queue).full() || queued) && waits(completion, at)) {
        if (held_.size() < held_.capacity()) held_.push_back(completion);
        return;
    }
    post(completion, at);
    drive_irq(at);
}

// Whether a completion waits for room is the firmware's to say.
bool Nvme::waits(const Completion& completion, SimTime at) {
    const CompletionQueue& queue = cq(completion.queue);
    const bool waits =
        firmware->waits_for_room(completion, {queue.entries(), queue.head(), queue.tail()}, at);
    if (!events_.wants(EventKind::CqOverrun)) return waits;
    Event event;
    event.time = at;
    event.kind = EventKind::CqOverrun;
    event.unit = Unit::Nvme;
    event.slot[0] = static_cast<std::uint64_t>(completion.queue) | std::uint64_t{!waits} << 1 |
                    std::uint64_t{queue.entries()} << 16 | std::uint64_t{index(completion.tag)} << 48;
    event.slot[1] = queue.head();
    event.slot[3] = queue.tail();
    events_.emit(event);
    return waits;
}

bool Nvme::post(const Completion& completion, SimTime at) {
    CompletionQueue& queue = cq(completion.queue);
    const bool slot_id = policies_.get<CompletionId>() == CompletionId::Slot;
    Cqe entry{};
    entry.result = completion.result;
    entry.sq_head = static_cast<std::uint16_t>(sq(completion.queue).head);
    entry.sq_id = static_cast<std::uint16_t>(completion.queue);
    entry.cid = slot_id ? static_cast<std::uint16_t>(index(completion.tag)) : completion.cid;
    entry.status = static_cast<std::uint16_t>(completion.status << 1 | (queue.phase() ? 1 : 0));
    const std::uint64_t address = queue.slot_address();
    const unsigned place = queue.tail();
    if (memory.write(address, &entry, sizeof entry) != tlm::TLM_OK_RESPONSE) {
        firmware->fatal("completion queue outside memory", completion.tag, at);
        return false;
    }
    const bool phase = queue.phase();
    Slot& slot = slots_[index(completion.tag)];
    queue.advance(slot.silent);
    slot.silent = false;
    if (events_.wants(EventKind::CompletionPosted)) {
        Event event;
        event.time = at;
        event.kind = EventKind::CompletionPosted;
        event.unit = Unit::Nvme;
        event.slot[0] = static_cast<std::uint64_t>(completion.queue) | std::uint64_t{phase} << 1 |
                        std::uint64_t{index(completion.tag)} << 16 | std::uint64_t{entry.cid} << 32 |
                        std::uint64_t{completion.status} << 48;
        event.slot[1] = completion.result | std::uint64_t{place} << 32;
        event.slot[2] = address;
        event.slot[3] = entry.sq_head;
        events_.emit(event);
    }
    return true;
}

void Nvme::post_held(Queue queue, SimTime at) {
    for (auto it = held_.begin(); it != held_.end();) {
        if (it->queue != queue) {
            ++it;
            continue;
        }
        if (cq(queue).full()) return;
        const Completion completion = *it;
        it = held_.erase(it);
        if (!post(completion, at)) return;
    }
}

void Nvme::report_head(EventKind kind, Queue queue, std::uint64_t head, unsigned before, SimTime at) {
    if (!events_.wants(kind)) return;
    Event event;
    event.time = at;
    event.kind = kind;
    event.unit = Unit::Nvme;
    event.slot[0] = static_cast<std::uint64_t>(queue) | std::uint64_t{cq(queue).entries()} << 16;
    event.slot[1] = head;
    event.slot[2] = before;
    event.slot[3] = cq(queue).tail();
    events_.emit(event);
}

void Nvme::on_head(Queue queue, std::uint64_t value, SimTime at) {
    const std::uint64_t head = DoorbellValue::get(value);
    CompletionQueue& entries = cq(queue);
    const unsigned before = entries.head();
    report_head(EventKind::CqHead, queue, head, before, at);
    head_written_ = true;
    head_written_at_ = at;
    invalidations_at_head_ = nvmmu->invalidations();
    if (!entries.consume(head)) return;
    if (!held_.empty()) post_held(queue, at);
    drive_irq(at);
}

void Nvme::on_mask(SimTime at) {
    drive_irq(at);
}

void Nvme::drive_irq(SimTime at) {
    const bool masked = policies_.get<IntMask>() == IntMask::Masks && (int_mask_ & 1) != 0;
    const bool level = !masked && (cqs_[0].wants_interrupt() || cqs_[1].wants_interrupt());
    if (level == irq_level_) return;
    irq_level_ = level;
    if (irq.size() != 0) irq->set_level(level, at);
}

}  // namespace ans
