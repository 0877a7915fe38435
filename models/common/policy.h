// SPDX-License-Identifier: MIT
// Policies: what real hardware does where nobody knows. Each has a documented default, a strict and a
// lenient value; scenarios set them by name, `ans2emu regs --policies` lists them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ans {

/// NVMe registers read or written while the coprocessor does not run.
enum class StoppedAccess : std::uint8_t { Hang, Fault, AllOnes };
/// An offset inside a block's window where no register is known.
enum class UnmappedRegister : std::uint8_t { Fault, Zero };
/// A read of a write-only or a write of a read-only register.
enum class WrongAccess : std::uint8_t { Fault, Ignore };
/// CPU_STATUS bit 0: two sources disagree.
enum class CpuStatusBit0 : std::uint8_t { Running, Idle };
/// What a PMGR reset clears besides the processor, the NVMe registers and the mailbox.
enum class ResetScope : std::uint8_t { KeepSart, ClearSart, Nothing };
/// CPU_CONTROL.RUN cleared while the firmware is alive.
enum class RunCleared : std::uint8_t { HangNextStart, Stop };
/// A firmware access that no SART entry allows.
enum class SartViolation : std::uint8_t { Abort, Crash, ReadZero };
/// A firmware access that no one SART entry covers, but several together.
enum class SartStraddle : std::uint8_t { Refuse, Allow };
/// A register write to a SART entry that the boot loader made.
enum class SartBootEntry : std::uint8_t { Accept, Ignore };
/// Whose PRPs drive the data.
enum class PrpSource : std::uint8_t { Tcb, Sqe };
/// SQE and TCB name different pages.
enum class PrpMismatch : std::uint8_t { Allow, Fail };
/// A transfer in a direction that the TCB's dma_flags do not allow, or past its length.
enum class TcbDirection : std::uint8_t { Fail, Allow };
/// TCB opcode not 0, or a DMA direction set without data (what newest drivers avoid).
enum class TcbStrictFields : std::uint8_t { Ignore, Fail };
/// Doorbell for a tag that is still pending in either queue.
enum class TagPending : std::uint8_t { Crash, Fail, Ignore };
/// Doorbell for a completed tag whose TCB was not invalidated.
enum class TagNotInvalidated : std::uint8_t { Allow, Fail, Crash };
/// Doorbell value beyond NUM_TCBS or the tag space.
enum class TagOutOfRange : std::uint8_t { Crash, Ignore };
/// TCB_STAT after invalidating a tag that is free.
enum class InvalidateFree : std::uint8_t { Error, Ok };
/// Which id a completion carries.
enum class CompletionId : std::uint8_t { SqeCid, Slot };
/// A command id beyond the tag space.
enum class CidBeyondTags : std::uint8_t { Accept, Crash };
/// Which zero PRP fields a command fails on while UNKNOWN_CTRL.PRP_NULL_CHECK is set.
enum class PrpNullCheck : std::uint8_t { NeededField, AnyField, Off };
/// The lost completion interrupt: when a doorbell swallows it.
enum class LostIrq : std::uint8_t { InvalToHead, WithHeadWrite, Never };
/// Effect of INTMS on the level interrupt.
enum class IntMask : std::uint8_t { Masks, Ignored };
/// CC.EN cleared while I/O queues exist.
enum class DisableWithQueues : std::uint8_t { Log, Accept, Crash };
/// CC.EN cleared without SHN before the controller became ready.
enum class DisableWhileEnabling : std::uint8_t { Crash, Accept };
/// Write Zeroes: real machines do not offer it.
enum class WriteZeroes : std::uint8_t { Off, On };
/// PRP list or data page that lies outside memory or is misaligned.
enum class PrpError : std::uint8_t { Fail, Crash };

enum class PolicyId : std::uint8_t {
    StoppedAccess,
    UnmappedRegister,
    WrongAccess,
    CpuStatusBit0,
    ResetScope,
    RunCleared,
    SartViolation,
    SartStraddle,
    SartBootEntry,
    PrpSource,
    PrpMismatch,
    TcbDirection,
    TcbStrictFields,
    TagPending,
    TagNotInvalidated,
    TagOutOfRange,
    InvalidateFree,
    CompletionId,
    CidBeyondTags,
    PrpNullCheck,
    LostIrq,
    IntMask,
    DisableWithQueues,
    DisableWhileEnabling,
    WriteZeroes,
    PrpError,
    Count
};
inline constexpr std::size_t kPolicies = static_cast<std::size_t>(PolicyId::Count);

struct PolicyInfo {
    std::string_view name;  ///< as scenarios write it: "stopped_access"
    std::string_view question;
    std::array<std::string_view, 3> values;  ///< names by enum value; unused ones empty
    std::array<std::string_view, 3> meaning;
    std::uint8_t by_default;
    std::uint8_t strict;
    std::uint8_t lenient;
    std::string_view source;  ///< why the question is open and where the guesses come from
};
const PolicyInfo& policy_info(PolicyId id);

/// The values in force for one machine.
class Policies {
public:
    enum class Preset : std::uint8_t { Default, Strict, Lenient };
    explicit Policies(Preset preset = Preset::Default);

    template <typename P>
    P get() const {
        return static_cast<P>(value_[static_cast<std::size_t>(id_of(P{}))]);
    }
    template <typename P>
    void set(P value) {
        value_[static_cast<std::size_t>(id_of(P{}))] = static_cast<std::uint8_t>(value);
    }
    std::uint8_t raw(PolicyId id) const { return value_[static_cast<std::size_t>(id)]; }
    void set_raw(PolicyId id, std::uint8_t value) { value_[static_cast<std::size_t>(id)] = value; }

private:
#define ANS_POLICY_ID(type)                 \
    static constexpr PolicyId id_of(type) { \
        return PolicyId::type;              \
    }
    ANS_POLICY_ID(StoppedAccess)
    ANS_POLICY_ID(UnmappedRegister)
    ANS_POLICY_ID(WrongAccess)
    ANS_POLICY_ID(CpuStatusBit0)
    ANS_POLICY_ID(ResetScope)
    ANS_POLICY_ID(RunCleared)
    ANS_POLICY_ID(SartViolation)
    ANS_POLICY_ID(SartStraddle)
    ANS_POLICY_ID(SartBootEntry)
    ANS_POLICY_ID(PrpSource)
    ANS_POLICY_ID(PrpMismatch)
    ANS_POLICY_ID(TcbDirection)
    ANS_POLICY_ID(TcbStrictFields)
    ANS_POLICY_ID(TagPending)
    ANS_POLICY_ID(TagNotInvalidated)
    ANS_POLICY_ID(TagOutOfRange)
    ANS_POLICY_ID(InvalidateFree)
    ANS_POLICY_ID(CompletionId)
    ANS_POLICY_ID(CidBeyondTags)
    ANS_POLICY_ID(PrpNullCheck)
    ANS_POLICY_ID(LostIrq)
    ANS_POLICY_ID(IntMask)
    ANS_POLICY_ID(DisableWithQueues)
    ANS_POLICY_ID(DisableWhileEnabling)
    ANS_POLICY_ID(WriteZeroes)
    ANS_POLICY_ID(PrpError)
#undef ANS_POLICY_ID
    std::array<std::uint8_t, kPolicies> value_{};
};

}  // namespace ans
