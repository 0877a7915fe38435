// SPDX-License-Identifier: MIT
// Decide points: at a boundary an interposer asks the fault plan, before the effect, what shall become of
// the very thing that is about to happen. Blocks never ask. With no fault planned a point costs one branch.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "models/common/event.h"

namespace ans {

/// Where a verdict may be asked for. The fault table (testbench/fault) documents each with its actions.
enum class DecidePoint : std::uint8_t {
    MailboxA2i,       ///< a message the AP commits with SEND1, before it enters the FIFO
    MailboxI2a,       ///< a message the coprocessor commits, before it enters the FIFO
    NvmeIrq,          ///< the NVMe interrupt wire is about to rise
    MailboxIrq,       ///< one of the mailbox's four wires is about to rise
    RegisterRead,     ///< a block's answer to a CPU's read, before the CPU has it
    RegisterWrite,    ///< a CPU's write, before the block has it
    ResetLine,        ///< the coprocessor's reset is about to be asserted
    Command,          ///< a fetched command on its way to the firmware
    CommandData,      ///< the data of a command, before it moves; judged as event dma
    Completion,       ///< a completion on its way to the completion queue
    CompletionEntry,  ///< its 16 bytes on their way to memory; the tag is not on that wire
    CompletionRoom,   ///< a completion found its queue full and is about to wait; judged as event cq_overrun
    FirmwareBootStatus,  ///< the firmware is about to publish BOOT_STATUS; judged as event boot_status
    FirmwareBoot,        ///< the firmware is about to start or to wake
    FirmwareBootEnd,     ///< the firmware is about to end its boot with the power acknowledgement
    FirmwareMail,        ///< the firmware is about to take a message; judged as event mail_pop, fifo alone
    FirmwareLog,         ///< the firmware is about to write a syslog entry
    Count
};
inline constexpr std::size_t kDecidePoints = static_cast<std::size_t>(DecidePoint::Count);

std::string_view decide_point_name(DecidePoint point);
/// What is about to happen there, for the reference page.
std::string_view decide_point_what(DecidePoint point);

struct Verdict {
    enum class Kind : std::uint8_t { Pass, Drop, Replace, Delay, Repeat, Answer, Flip };
    Kind kind = Kind::Pass;
    std::uint8_t flip = 0;     ///< Flip: bits of that byte
    std::uint16_t value = 0;   ///< Answer: the NVMe status; Replace at the reset line: its scope
    std::uint32_t count = 1;   ///< Repeat: how many extra times
    SimTime delay = 0;         ///< Delay, Answer: how long to hold it; Repeat: how long after the first
    std::uint64_t offset = 0;  ///< Flip: which byte
    Event replacement{};       ///< Replace: same kind as the event that was judged
};

/// Answers for the points it was installed at.
class Decider {
public:
    virtual ~Decider() = default;
    /// `about` describes the effect that has not happened yet, in the form in which it would be observed.
    virtual Verdict decide(DecidePoint point, const Event& about) = 0;
};

/// One slot a point. An interposer tests `planned` first and builds the event only if it holds.
class DecideHub {
public:
    bool planned(DecidePoint point) const { return deciders_[static_cast<std::size_t>(point)] != nullptr; }
    Verdict ask(DecidePoint point, const Event& about) const {
        return deciders_[static_cast<std::size_t>(point)]->decide(point, about);
    }
    void install(DecidePoint point, Decider& decider) {
        deciders_[static_cast<std::size_t>(point)] = &decider;
    }
    /// A hub with nothing planned, for blocks used alone.
    static DecideHub& none();

private:
    std::array<Decider*, kDecidePoints> deciders_{};
};

}  // namespace ans
