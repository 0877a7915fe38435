// SPDX-License-Identifier: MIT
// What passes between the NVMe front end (hardware) and the coprocessor's firmware: fetched commands one
// way, data movements and completions the other. Layouts: NVM Express 1.1, sections 4.2 and 4.6.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <systemc>

#include "models/common/sim_time.h"

namespace ans {

/// The controller has exactly one admin and one I/O queue pair. source: hardware.md 5 "Capacity"
enum class Queue : std::uint8_t { Admin = 0, Io = 1 };
/// Doorbell value, index into SQ and TCB arrays; one space for both queues. source: hardware.md 6.2
enum class Tag : std::uint16_t {};
constexpr unsigned index(Tag tag) {
    return static_cast<unsigned>(tag);
}

/// Submission queue entry, 64 bytes. source: NVMe 1.1 figure 11
struct Sqe {
    std::uint8_t opcode;
    std::uint8_t flags;
    std::uint16_t cid;
    std::uint32_t nsid;
    std::uint64_t reserved;
    std::uint64_t metadata;
    std::uint64_t prp1;
    std::uint64_t prp2;
    std::array<std::uint32_t, 6> cdw10;  ///< CDW10 to CDW15
};
static_assert(sizeof(Sqe) == 64);

/// Completion queue entry, 16 bytes. source: NVMe 1.1 figure 25
struct Cqe {
    std::uint32_t result;
    std::uint32_t reserved;
    std::uint16_t sq_head;
    std::uint16_t sq_id;
    std::uint16_t cid;
    std::uint16_t status;  ///< phase in bit 0, then SC 8:1, SCT 11:9, M 14, DNR 15
};
static_assert(sizeof(Cqe) == 16);

/// Status field without phase: `sct << 8 | sc`, plus kDoNotRetry. source: NVMe 1.1 section 4.6.1
using NvmeStatus = std::uint16_t;
inline constexpr NvmeStatus kDoNotRetry = 0x4000;

namespace status {  // source: NVMe 1.1 figures 30 to 33
inline constexpr NvmeStatus kSuccess = 0x000;
inline constexpr NvmeStatus kInvalidOpcode = 0x001;
inline constexpr NvmeStatus kInvalidField = 0x002;
inline constexpr NvmeStatus kCommandIdConflict = 0x003;
inline constexpr NvmeStatus kDataTransferError = 0x004;
inline constexpr NvmeStatus kInternalError = 0x006;
inline constexpr NvmeStatus kAbortedBySqDeletion = 0x008;
inline constexpr NvmeStatus kInvalidNamespace = 0x00b;
inline constexpr NvmeStatus kPrpOffsetInvalid = 0x013;
inline constexpr NvmeStatus kLbaOutOfRange = 0x080;
inline constexpr NvmeStatus kInvalidCompletionQueue = 0x100;
inline constexpr NvmeStatus kInvalidQueueId = 0x101;
inline constexpr NvmeStatus kInvalidQueueSize = 0x102;
inline constexpr NvmeStatus kInvalidInterruptVector = 0x108;
inline constexpr NvmeStatus kInvalidLogPage = 0x109;
inline constexpr NvmeStatus kInvalidQueueDeletion = 0x10c;
inline constexpr NvmeStatus kFeatureNotSaveable = 0x10d;
inline constexpr NvmeStatus kFeatureNotChangeable = 0x10e;
inline constexpr NvmeStatus kWriteFault = 0x280;
inline constexpr NvmeStatus kUnrecoveredRead = 0x281;
}  // namespace status

/// A command as fetched; `sqe` stays valid until the command completes or the queues are reset.
struct Command {
    Queue queue;
    Tag tag;
    NvmeStatus refused;  ///< not 0: the hardware refuses it; complete it with this status
    std::uint32_t life;  ///< which life of the queues it belongs to; completions of an older one are dropped
    const Sqe* sqe;
    const char* why;  ///< the reason of `refused`, for the firmware's log
};

struct Completion {
    Queue queue;
    Tag tag;
    std::uint32_t life;
    std::uint16_t cid;
    NvmeStatus status;
    std::uint32_t result;
};

/// A completion queue that has no room, as the front end keeps it.
struct FullQueue {
    unsigned entries;
    unsigned head;  ///< the host's
    unsigned tail;  ///< where the next entry would go
};

/// A contiguous piece of the coprocessor's own memory (media page, identify page, staging buffer).
struct MemoryRun {
    std::byte* data;
    std::size_t size;
};

enum class DataDirection : std::uint8_t { DeviceToMemory, MemoryToDevice };

/// The front end as its firmware sees it: command side of the coprocessor's bus.
class CommandPortIf : public virtual sc_core::sc_interface {
public:
    /// Moves the command's data between `runs` and its PRPs, page by page through the NVMMU.
    /// Returns 0, or the NVMe status that the failure means.
    virtual NvmeStatus move(const Command& command, DataDirection direction, const MemoryRun* runs,
                            std::size_t run_count, SimTime at) = 0;
    /// Posts a completion entry. A completion of an older life is dropped.
    virtual void complete(const Completion& completion, SimTime at) = 0;
    /// CSTS.RDY, CFS and SHST are the firmware's to say. source: u-boot e9ac3a939d4 (firmware dies of a race
    /// here)
    virtual void set_status(bool ready, bool fatal, unsigned shutdown_status, SimTime at) = 0;
    /// Creates (base != 0) or deletes (base == 0) the I/O queues. `entries` counts from 1.
    virtual void set_io_completion_queue(std::uint64_t base, unsigned entries, bool interrupt) = 0;
    virtual void set_io_submission_queue(std::uint64_t base, unsigned entries) = 0;
};

/// The firmware as the front end sees it: command interrupt and configuration changes.
class CommandSinkIf : public virtual sc_core::sc_interface {
public:
    virtual void command(const Command& command, SimTime at) = 0;
    /// CC was written. `cc` is the new value, `before` the old.
    virtual void controller_config(std::uint32_t cc, std::uint32_t before, SimTime at) = 0;
    /// A completion found its queue full. True: it waits until the host makes room; false: it is written all
    /// the same, over whatever lies there.
    virtual bool waits_for_room(const Completion& completion, const FullQueue& queue, SimTime at) = 0;
    /// The driver did something that this firmware does not survive (by policy); `why` is its last word.
    virtual void fatal(const char* why, Tag tag, SimTime at) = 0;
};

}  // namespace ans
