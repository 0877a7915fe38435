// SPDX-License-Identifier: MIT
// What the NVMe front end asks of the NVMMU: fetch a tag's TCB, move a command's data under its rules.
#pragma once

#include "models/common/nvme_command.h"

namespace ans {

/// Transaction control block, 128 bytes, little endian. source: hardware.md 6.3
struct Tcb {
    std::uint8_t opcode;
    std::uint8_t dma_flags;  ///< bit 0: device to memory allowed; bit 1: memory to device allowed
    std::uint8_t slot;
    std::uint8_t unknown3;
    std::uint16_t length;  ///< blocks less one, for read and write
    std::uint16_t unknown6;
    std::array<std::uint8_t, 16> unknown8;
    std::uint64_t prp1;
    std::uint64_t prp2;
    std::array<std::uint8_t, 16> unknown40;
    std::array<std::uint8_t, 72> aes;  ///< IV and key of the inline encryption, semantics unknown
};
static_assert(sizeof(Tcb) == 128);
static_assert(offsetof(Tcb, prp1) == 24 && offsetof(Tcb, aes) == 56);

/// A data movement of a whole command.
struct DataMove {
    Queue queue;
    Tag tag;
    DataDirection direction;
    const Sqe* sqe;
    const MemoryRun* runs;
    std::size_t run_count;
    bool length_is_blocks;  ///< a read or write: the TCB's length counts blocks of 4096 bytes
};

class NvmmuIf : public virtual sc_core::sc_interface {
public:
    /// The tag has a place in the TCB arrays and in the tag space of 64.
    virtual bool in_range(unsigned tag) const = 0;
    /// A TCB of this tag was fetched and not invalidated since; one state for both queues.
    virtual bool valid(Tag tag) const = 0;
    /// Reads the TCB from the queue's array and makes the tag valid. nullptr: the array is not in memory.
    virtual const Tcb* fetch(Queue queue, Tag tag, SimTime at) = 0;
    /// Moves data page by page as the tag's TCB allows. Returns 0 or the NVMe status of the failure.
    virtual NvmeStatus move(const DataMove& move, SimTime at) = 0;
    /// How many TCB_INVAL writes there were since reset.
    virtual std::uint64_t invalidations() const = 0;
};

}  // namespace ans
