// SPDX-License-Identifier: MIT
// The protective measures of this driver, one row each, and sets of them. Each can be left out, to show what
// it is for.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "host_driver/port/port.h"

namespace ans::driver {

enum class Measure : std::uint8_t {
    // Power and life cycle.
    PowerDomains,
    LookAtRun,
    SleepBeforeStop,
    RegsOnlyWhileRunning,
    // Mailbox and RTKit.
    MailboxFullTest,
    PowerAckCheck,
    HeedUninvitedSleep,
    PassOverStrangers,
    PollWhileWaiting,
    MailboxBackpressure,
    EchoSyslog,
    EchoIoReport,
    SyslogInitFirst,
    SyslogBounds,
    CrashlogBounds,
    CrashlogZeroSection,
    // Shared buffers and SART.
    GrantBuffers,
    RefuseFirmwareBuffer,
    OneBufferPerEndpoint,
    OslogSizeInBytes,
    SartAdd,
    SartRemove,
    SartProtectedEntries,
    // Controller.
    WaitBootStatus,
    DisableFirst,
    LinearSq,
    NumTcbs,
    PrpNullCheck,
    ReadyTimeout,
    IdentifyCnsBinary,
    DeleteQueues,
    ShutdownNotification,
    DisableController,
    RestartQueues,
    // Commands and completions.
    SubmitLock,
    CidInTagSpace,
    ReserveAdminTags,
    TagRotation,
    TcbOpcodeZero,
    TcbDirectionExact,
    TcbInvalidate,
    TcbStatCheck,
    CompletionCheck,
    PhaseFlip,
    CqHeadDoorbell,
    StormGuard,
    // Timeouts and crashes.
    PollBeforeReset,
    ResetBeforeTagReuse,
    FailInFlightOnCrash,
    OutliveTheDevice,
    Count_
};
inline constexpr std::size_t kMeasureCount = static_cast<std::size_t>(Measure::Count_);

struct MeasureInfo {
    Measure measure;
    std::string_view name;           ///< as scenario files write it
    std::string_view does;           ///< what the driver does
    std::string_view protects;       ///< what happens without it
    std::string_view source;         ///< slug in incidents.md, or where the rule is from
    std::string_view harmless = {};  ///< why leaving it out cannot be noticed on this machine; "": it can
};

/// In the order of the enumeration.
const std::array<MeasureInfo, kMeasureCount>& measures();
std::string_view name(Measure measure);
/// All names, in the order of the enumeration.
std::vector<std::string_view> measure_names();

class Measures {
public:
    constexpr Measures() = default;
    constexpr Measures(std::initializer_list<Measure> list) {
        for (const Measure measure : list)
            add(measure);
    }
    constexpr void add(Measure measure) { bits_ |= bit(measure); }
    constexpr bool has(Measure measure) const { return (bits_ & bit(measure)) != 0; }
    constexpr bool empty() const { return bits_ == 0; }

private:
    static constexpr std::uint64_t bit(Measure measure) {
        return std::uint64_t{1} << static_cast<unsigned>(measure);
    }
    std::uint64_t bits_ = 0;
};
static_assert(kMeasureCount <= 64, "a set is one word");

/// Where going on as a careless driver does would be undefined, this one says what would have happened and
/// stops: "unprotected (syslog_bounds): ...".
[[gnu::format(printf, 3, 4)]] void unprotected(port::Port& port, Measure omitted, const char* format, ...);

}  // namespace ans::driver
