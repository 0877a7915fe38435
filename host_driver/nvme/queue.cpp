// SPDX-License-Identifier: MIT
#include "host_driver/nvme/queue.h"

namespace ans::driver::nvme {

namespace {
constexpr std::size_t kTcbAlignment =
    16384;  // the strictest that drivers use. source: hardware.md 6 (m1n1, OpenBSD)
constexpr unsigned kGenerationShift = 12;  // source: incidents.md cid-beyond-tag-space (Linux 5.14 nvme core)
constexpr unsigned kMaxGeneration = 15;    // four bits; source: the same
constexpr std::uint8_t kBothDirections = 3;  // source: hardware.md 6.3 (m1n1, U-Boot, OpenBSD)
}  // namespace

QueuePair::QueuePair(port::Port& port, port::Address doorbell, port::Address head_register, unsigned entries,
                     Measures omit)
    : port_(port),
      doorbell_(doorbell),
      head_register_(head_register),
      entries_(entries),
      omit_(omit),
      careless_put_(omit.has(Measure::CidInTagSpace) || omit.has(Measure::TcbOpcodeZero) ||
                    omit.has(Measure::TcbDirectionExact)),
      phase_flip_(omit.has(Measure::PhaseFlip) ? 0 : 1) {}

void QueuePair::put_carelessly(unsigned tag, std::uint8_t opcode) {
    std::byte* tcb = tcbs_.cpu() + tag * sizeof(Tcb);
    if (omit_.has(Measure::CidInTagSpace)) {
        generation_ = generation_ % kMaxGeneration + 1;
        const auto id = static_cast<std::uint16_t>(tag | generation_ << kGenerationShift);
        std::memcpy(submission_.cpu() + tag * sizeof(Sqe) + offsetof(Sqe, command_id), &id, sizeof id);
    }
    if (omit_.has(Measure::TcbOpcodeZero)) tcb[offsetof(Tcb, opcode)] = std::byte{opcode};
    if (omit_.has(Measure::TcbDirectionExact)) tcb[offsetof(Tcb, dma_flags)] = std::byte{kBothDirections};
}

Status QueuePair::allocate() {
    // Both arrays have room for every tag: NUM_TCBS is one setting for both. source: hardware.md 6
    submission_ = DmaMemory(port_, kTags * sizeof(Sqe), kPageSize);
    completion_ = DmaMemory(port_, round_up_to_page(entries_ * sizeof(Cqe)), kPageSize);
    tcbs_ = DmaMemory(port_, kTags * sizeof(Tcb), kTcbAlignment);
    if (submission_ && completion_ && tcbs_) return Status::Ok;
    release();
    return Status::NoMemory;
}

void QueuePair::release() {
    submission_.release();
    completion_.release();
    tcbs_.release();
}

void QueuePair::reset() {
    if (omit_.has(Measure::RestartQueues)) return;
    head_ = 0;
    phase_ = 1;
    submission_.clear();
    completion_.clear();
    tcbs_.clear();
}

}  // namespace ans::driver::nvme
