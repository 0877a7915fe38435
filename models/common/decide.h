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
    MailboxA2i,          ///< a message the AP commits with SEND1, before it enters the FIFO
    MailboxI2a,          ///< a message the coprocessor commits, before it enters the FIFO
    NvmeIrq,             ///< the NVMe interrupt wire is about to rise
    MailboxIrq,          ///< one of the mailbox's four wires is about to rise
    Command,             ///< a fetched command on its way to the firmware
    Completion,          ///< a completion on its way to the completion queue
    FirmwareBootStatus,  ///< the firmware is about to publish BOOT_STATUS; judged as event boot_status
    Count
};
inline constexpr std::size_t kDecidePoints = static_cast<std::size_t>(DecidePoint::Count);

std::string_view decide_point_name(DecidePoint point);

struct Verdict {
    enum class Kind : std::uint8_t { Pass, Drop, Replace, Delay, Repeat };
    Kind kind = Kind::Pass;
    std::uint32_t count = 1;  ///< Repeat: how many extra times
    SimTime delay = 0;        ///< Delay: how long to hold it; Repeat: how long after the first
    Event replacement{};      ///< Replace: same kind as the event that was judged
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
    void install(DecidePoint point, Decider& decider) { deciders_[static_cast<std::size_t>(point)] = &decider; }
    /// A hub with nothing planned, for blocks used alone.
    static DecideHub& none();

private:
    std::array<Decider*, kDecidePoints> deciders_{};
};

}  // namespace ans
