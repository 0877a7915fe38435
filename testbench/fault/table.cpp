// SPDX-License-Identifier: MIT
#include "testbench/fault/table.h"

#include <iterator>

namespace ans::fault {

namespace {

using S = std::string_view;
using K = EventKind;
using P = DecidePoint;

constexpr S kFifos[] = {"any", "a2i", "i2a"};
constexpr S kCrashKinds[] = {"assert", "exception", "watchdog"};

constexpr SimTime kLongest = seconds(3600);

constexpr ParamInfo kBy{"by", ParamType::Time, "us", 1, kLongest, 0, true, "how long it is held back"};
constexpr ParamInfo kTimes{"times", ParamType::Integer, "", 1, 64, 1, false, "how many extra times"};
constexpr ParamInfo kGap{
    "gap", ParamType::Time, "us", 0, kLongest, 0, false, "time between one and the next"};
constexpr ParamInfo kFifo{"fifo", ParamType::Choice, "", 0, 2, 0, false, "only in this direction", kFifos, 3};
constexpr ParamInfo kTag{
    "tag", ParamType::Integer, "", 0, 0xffff, kUnset, false, "only this tag; left out: any"};

constexpr ParamInfo kMailDrop[] = {kFifo};
constexpr ParamInfo kMailDelay[] = {kFifo, kBy};
constexpr ParamInfo kMailRepeat[] = {kFifo, kTimes, kGap};
constexpr ParamInfo kMailXor[] = {
    kFifo,
    {"xor0", ParamType::Integer, "bits", 0, UINT64_MAX, 0, false, "bits of the 64-bit message to flip"},
    {"xor1", ParamType::Integer, "bits", 0, UINT64_MAX, 0, false, "bits of the endpoint word to flip"}};
constexpr ParamInfo kOnlyBy[] = {kBy};
constexpr ParamInfo kOnlyTag[] = {kTag};
constexpr ParamInfo kTagBy[] = {kTag, kBy};
constexpr ParamInfo kTagRepeat[] = {kTag, kTimes, kGap};
constexpr ParamInfo kTagStatus[] = {kTag,
                                    {"status", ParamType::Integer, "", 1, 0x7fff, 0, true,
                                     "status field without phase: SCT << 8 | SC, DNR 0x4000"}};
constexpr ParamInfo kBootValue[] = {{"value", ParamType::Integer, "", 0, 0xffff'ffff, 0, false,
                                     "what BOOT_STATUS reads; ready is 0xde71ce55"}};
constexpr ParamInfo kCrash[] = {
    {"kind", ParamType::Choice, "", 0, 2, 0, false, "what the panic message says", kCrashKinds, 3}};

/// One action at the decide points of both FIFOs.
template <std::size_t N>
constexpr ActionInfo mail(S id, S title, const ParamInfo (&params)[N], Effect effect, S imitates, S source) {
    return {id,     title,  "mailbox", P::MailboxA2i, P::MailboxI2a, K::MailPush,
            effect, params, N,         imitates,      source};
}
template <std::size_t N>
constexpr ActionInfo at(P point, K native, S owner, S id, S title, const ParamInfo (&params)[N],
                        Effect effect, S imitates, S source) {
    return {id, title, owner, point, P::Count, native, effect, params, N, imitates, source};
}
/// Without parameters.
constexpr ActionInfo drop(P point, K native, S owner, S id, S title, S imitates, S source) {
    return {id, title, owner, point, P::Count, native, Effect::Drop, nullptr, 0, imitates, source};
}
constexpr ActionInfo own(S owner, S id, S title, Effect effect, S imitates, S source) {
    return {id, title, owner, P::Count, P::Count, K::Count, effect, nullptr, 0, imitates, source};
}

constexpr ActionInfo kActions[] = {
    mail("mailbox.drop", "a message never enters its FIFO", kMailDrop, Effect::Drop,
         "a message lost to an overflow or a stalled peer", "hardware.md 10 items 1, 3, 4; section 3"),
    mail("mailbox.delay", "a message enters its FIFO late", kMailDelay, Effect::Delay,
         "slow firmware; acknowledgements and HELLO past a driver's timeout",
         "hardware.md 10 items 1, 4; 7.2"),
    mail("mailbox.repeat", "a message enters its FIFO more than once", kMailRepeat, Effect::Repeat,
         "a second HELLO, a repeated buffer request, a burst",
         "hardware.md 7.2; incidents: buffer-request-repeated"),
    mail("mailbox.replace_bits", "bits of a message are flipped", kMailXor, Effect::XorMessage,
         "wrong version, endpoint or upper half of a message", "hardware.md 10 items 2, 8; section 3"),

    drop(P::NvmeIrq, K::IrqLevel, "nvme", "nvme.irq.drop", "the NVMe interrupt wire stays low once",
         "the completion interrupt that a doorbell swallows",
         "hardware.md 6.5; incidents: missed-completion-irq"),
    at(P::NvmeIrq, K::IrqLevel, "nvme", "nvme.irq.delay", "the NVMe interrupt wire rises late", kOnlyBy,
       Effect::Delay, "interrupt latency", "hardware.md 10 item 11"),
    drop(P::MailboxIrq, K::IrqLevel, "mailbox", "mailbox.irq.drop", "a mailbox interrupt wire stays low once",
         "a lost mailbox interrupt", "guess: no report of one"),

    at(P::Command, K::CommandFetched, "nvme", "nvme.command.drop",
       "a fetched command never reaches the firmware", kOnlyTag, Effect::Drop,
       "a command that is lost inside the coprocessor", "hardware.md 10 item 11"),
    at(P::Completion, K::CompletionPosted, "nvme", "nvme.completion.drop",
       "a command is carried out and never completed", kOnlyTag, Effect::Drop,
       "a completion that never comes: the driver's timeout", "hardware.md 9 timing reference"),
    at(P::Completion, K::CompletionPosted, "nvme", "nvme.completion.delay", "a completion is posted late",
       kTagBy, Effect::Delay, "a completion after the host's timeout",
       "incidents: late-completion-after-timeout"),
    at(P::Completion, K::CompletionPosted, "nvme", "nvme.completion.repeat",
       "a completion is posted more than once", kTagRepeat, Effect::Repeat,
       "a completion that completes two commands", "incidents: duplicate-completion"),
    at(P::Completion, K::CompletionPosted, "nvme", "nvme.completion.status",
       "a completion carries this status", kTagStatus, Effect::SetStatus, "media errors and refused commands",
       "NVMe 1.1 figures 30 to 33"),

    at(P::FirmwareBootStatus, K::BootStatus, "firmware", "firmware.boot_status.delay",
       "BOOT_STATUS comes late", kOnlyBy, Effect::Delay, "firmware that boots slower than a driver polls",
       "hardware.md 6 BOOT_STATUS, 10 item 9"),
    drop(P::FirmwareBootStatus, K::BootStatus, "firmware", "firmware.boot_status.drop",
         "BOOT_STATUS never says ready", "firmware that withholds BOOT_STATUS", "incidents: buffers-refused"),
    at(P::FirmwareBootStatus, K::BootStatus, "firmware", "firmware.boot_status.replace",
       "BOOT_STATUS has another value", kBootValue, Effect::SetBootStatus, "a boot that failed",
       "hardware.md 10 item 9; other values unknown"),

    {"firmware.crash", "the firmware panics and writes a crashlog", "firmware", P::Count, P::Count, K::Count,
     Effect::Crash, kCrash, 1, "an assertion, an exception or a watchdog in the coprocessor",
     "hardware.md 7.6, 10 item 15"},
    own("firmware", "firmware.sleep", "the firmware goes to sleep uninvited", Effect::Sleep,
        "a coprocessor that powers down on its own", "hardware.md 7.3; guess: seen as a hang from outside"),
    own("firmware", "firmware.hang", "the firmware stops answering without a word", Effect::Hang,
        "a dead processor: no crashlog, no message, no completion", "guess: what a lost clock looks like"),
    own("soc", "power.cut", "power is cut; what was not flushed is lost", Effect::PowerCut,
        "an empty battery",
        "NVMe 1.1 section 5.10.1.2, unsafe shutdowns; hardware.md 5: slow unclean starts"),
};

}  // namespace

std::string_view crash_reason(CrashKind kind) {
    switch (kind) {
        case CrashKind::Assert:
            return "assert failed: [7446]:planned by a fault rule";
        case CrashKind::Exception:
            return "Unhandled Exception: data abort, planned by a fault rule";
        case CrashKind::Watchdog:
            return "watchdog timeout, planned by a fault rule";
    }
    return {};
}

const ActionInfo* actions(std::size_t& count) {
    count = std::size(kActions);
    return kActions;
}

const ActionInfo* find_action(std::string_view id) {
    for (const ActionInfo& action : kActions)
        if (action.id == id) return &action;
    return nullptr;
}

int param_index(const ActionInfo& action, std::string_view name) {
    for (std::size_t i = 0; i < action.param_count; ++i)
        if (action.params[i].name == name) return static_cast<int>(i);
    return -1;
}

}  // namespace ans::fault
