// SPDX-License-Identifier: MIT
// A linear submission queue with its TCB array, and the completion queue that belongs to it.
#pragma once

#include <algorithm>
#include <cstring>

#include "host_driver/common/dma_memory.h"
#include "host_driver/common/measures.h"
#include "host_driver/common/status.h"
#include "host_driver/nvme/command.h"
#include "host_driver/nvme/prp.h"
#include "host_driver/nvme/tags.h"
#include "host_driver/nvme/tcb.h"

namespace ans::driver::nvme {

class QueuePair {
public:
    /// `doorbell`, `head_register`: absolute addresses. `entries`: of the completion queue.
    QueuePair(port::Port& port, port::Address doorbell, port::Address head_register, unsigned entries,
              Measures omit = {});

    Status allocate();
    void release();
    /// As the device expects it after a reset: empty, phase 1 to come.
    void reset();

    /// Writes the command and its permission at the tag's index. The tag is the command's id, as ids beyond
    /// the tag space crash the firmware. source: hardware.md 6.1, 6.2; incidents.md cid-beyond-tag-space
    void put(unsigned tag, Sqe& sqe, Direction direction, std::uint16_t length) {
        sqe.command_id = static_cast<std::uint16_t>(tag);
        std::memcpy(submission_.cpu() + tag * sizeof(Sqe), &sqe, sizeof sqe);
        // Only these fields ever differ from zero. As macOS does it: opcode 0, no direction without data.
        std::byte* tcb = tcbs_.cpu() + tag * sizeof(Tcb);
        const std::uint8_t head[4] = {0, static_cast<std::uint8_t>(direction), static_cast<std::uint8_t>(tag),
                                      0};
        std::memcpy(tcb, head, sizeof head);
        std::memcpy(tcb + offsetof(Tcb, length), &length, sizeof length);
        std::memcpy(tcb + offsetof(Tcb, prp1), &sqe.prp1, 2 * sizeof sqe.prp1);
        if (careless_put_) put_carelessly(tag, sqe.opcode);
    }
    void ring(unsigned tag) { port_.write32(doorbell_, tag); }

    /// True: the device has posted the entry at the head; it is copied to `cqe`.
    bool peek(Cqe& cqe) {
        port_.observe_memory();
        std::memcpy(&cqe, completion_.cpu() + head_ * sizeof(Cqe), sizeof cqe);
        return (cqe.status & 1u) == phase_;
    }
    void advance() {
        if (++head_ < entries_) return;
        head_ = 0;
        phase_ ^= phase_flip_;
    }
    void publish_head() {
        if (!omit_.has(Measure::CqHeadDoorbell)) port_.write32(head_register_, head_);
    }

    unsigned entries() const { return entries_; }
    port::Address submission() const { return submission_.device(); }
    port::Address completion() const { return completion_.device(); }
    port::Address tcbs() const { return tcbs_.device(); }

private:
    static_assert(offsetof(Sqe, prp2) == offsetof(Sqe, prp1) + 8 &&
                  offsetof(Tcb, prp2) == offsetof(Tcb, prp1) + 8);

    /// What real drivers write where a measure on the command is left out.
    void put_carelessly(unsigned tag, std::uint8_t opcode);

    port::Port& port_;
    const port::Address doorbell_;
    const port::Address head_register_;
    const unsigned entries_;
    const Measures omit_;
    const bool careless_put_;
    const unsigned phase_flip_;
    unsigned generation_ = 0;  ///< CidInTagSpace omitted: in the id of the newest command
    unsigned head_ = 0;
    unsigned phase_ = 1;
    DmaMemory submission_;
    DmaMemory completion_;
    DmaMemory tcbs_;
};

}  // namespace ans::driver::nvme
