// SPDX-License-Identifier: MIT
// One completion queue as the device keeps it: tail, phase, the host's head. source: NVMe 1.1 section 4.1
#pragma once

#include <cstdint>

#include "models/common/nvme_command.h"

namespace ans {

class CompletionQueue {
public:
    void create(std::uint64_t base, unsigned entries, bool interrupt) {
        *this = CompletionQueue();
        base_ = base;
        entries_ = entries;
        interrupt_ = interrupt;
    }
    void remove() { *this = CompletionQueue(); }

    bool exists() const { return entries_ != 0; }
    /// One entry stays free, to tell a full queue from an empty one. source: NVMe 1.1 section 4.1.3
    bool full() const { return overrun_ || next(tail_) == head_; }
    unsigned entries() const { return entries_; }
    unsigned head() const { return head_; }
    unsigned tail() const { return tail_; }
    bool phase() const { return phase_; }
    std::uint64_t slot_address() const { return base_ + std::uint64_t{tail_} * sizeof(Cqe); }
    /// The line's part of this queue: an entry that was posted with its interrupt waits to be consumed.
    bool wants_interrupt() const { return interrupt_ && pending_; }

    /// The entry at the tail was written. `silent`: its interrupt is lost. Of a full queue the first one
    /// takes the entry that stays free, and each further one replaces an entry that the host has not
    /// consumed.
    void advance(bool silent) {
        overrun_ = full();
        tail_ = next(tail_);
        if (tail_ == 0) phase_ = !phase_;
        if (!silent) pending_ = true;
    }
    /// The host's new head. False: not an index of this queue; nothing changes.
    bool consume(std::uint64_t head) {
        if (head >= entries_) return false;
        head_ = static_cast<unsigned>(head);
        overrun_ = false;  // head and tail are all that hardware has: what was lost cannot be told from them
        if (head_ == tail_) pending_ = false;
        return true;
    }

private:
    unsigned next(unsigned index) const { return index + 1 == entries_ ? 0 : index + 1; }

    std::uint64_t base_ = 0;
    unsigned entries_ = 0;  ///< 0: the queue does not exist
    unsigned head_ = 0;
    unsigned tail_ = 0;
    bool phase_ = true;     ///< of the next entry; the first round is 1
    bool overrun_ = false;  ///< the tail has passed the host's head
    bool interrupt_ = false;
    bool pending_ = false;
};

}  // namespace ans
