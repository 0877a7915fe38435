// SPDX-License-Identifier: MIT
// Commands, their data and their completions.
#include "testbench/fault/rows.h"

namespace ans::fault {

namespace {

constexpr std::uint64_t kMostStatus = 0x7fff;

constexpr FieldUse kOfTag[] = {from("tag", "tag")};
constexpr FieldUse kOfCommand[] = {from("tag", "tag"), from("opcode", "opcode")};
constexpr FieldUse kIoCommand[] = {is("queue", 1), from("opcode", "opcode")};

constexpr ParamInfo kOnlyTag[] = {kTag};
constexpr ParamInfo kTagOpcode[] = {kTag, kOpcode};
constexpr ParamInfo kSlow[] = {kTag, kOpcode, kBy, kSpread};
constexpr ParamInfo kAnswer[] = {
    kTag, kOpcode,
    number("status", kMostStatus, 0, "status field without phase: SCT << 8 | SC, DNR 0x4000; 0: success"),
    time_of("by", microseconds(50), "how long after the fetch")};
// Flush 0, write 1, read 2. source: NVMe 1.1 figure 109
constexpr ParamInfo kMediaError[] = {
    needed("lba", INT64_MAX, "first bad block"),
    {"blocks", ParamType::Integer, "", 1, INT64_MAX, 1, false, "how many bad blocks"},
    number("opcode", 0xff, 2, "which commands suffer: 2 reads, 1 writes"),
    number("status", kMostStatus, 0x281, "0x281 unrecovered read error, 0x280 write fault"),
    time_of("by", microseconds(50), "how long after the fetch")};
constexpr ParamInfo kLie[] = {time_of("by", microseconds(20), "how long after the fetch")};
constexpr FieldUse kFlush[] = {is("queue", 1), is("opcode", 0)};
constexpr FieldUse kWrite[] = {is("queue", 1), is("opcode", 1)};

constexpr ParamInfo kFlip[] = {kTag,
                               number("offset", UINT32_MAX, 0, "byte of the command's data"),
                               {"bits", ParamType::Integer, "bits", 1, 0xff, 1, false, "bits of it to flip"}};

constexpr ParamInfo kTagDelay[] = {kTag, kBy, kSpread};
constexpr ParamInfo kTagOrder[] = {kTag,
                                   time_of("by", microseconds(500), "how long later ones may overtake it")};
constexpr ParamInfo kTagRepeat[] = {kTag, kTimes, kGap};
constexpr ParamInfo kStatus[] = {kTag,
                                 {"status", ParamType::Integer, "", 1, kMostStatus, 0, true,
                                  "status field without phase: SCT << 8 | SC, DNR 0x4000"}};
constexpr FieldUse kStatusBits[] = {from("status", "status")};
constexpr ParamInfo kResult[] = {kTag, needed("result", 0xffff'ffff, "dword 0 of the entry")};
constexpr FieldUse kResultBits[] = {from("result", "result")};

constexpr ParamInfo kCid[] = {needed("cid", 0xffff, "command id that the entry names")};
constexpr FieldUse kCidBits[] = {from("cid", "cid")};
constexpr ParamInfo kPhase[] = {number("bits", 1, 1, "1: the phase is wrong", "bits")};
constexpr FieldUse kPhaseBit[] = {flips("phase", "bits")};
constexpr ParamInfo kHead[] = {needed("head", 0xffff, "SQ head that the entry names")};
constexpr FieldUse kHeadBits[] = {from("sq_head", "head")};
constexpr ParamInfo kQueue[] = {needed("queue", 1, "SQ that the entry names: 0 admin, 1 I/O")};
constexpr FieldUse kQueueBits[] = {from("queue", "queue")};

constexpr FieldUse kForced[] = {is("forced", 1)};

constexpr FieldUse kNvmeHigh[] = {is("line", static_cast<std::uint64_t>(Wire::Nvme)), is("level", 1)};
constexpr FieldUse kNvmeLow[] = {is("line", static_cast<std::uint64_t>(Wire::Nvme)), is("level", 0)};

constexpr Row wire(S id, S title) {
    return Row("nvme", id, title).at(P::NvmeIrq, K::IrqLevel);
}
constexpr Row forced(S id, S title) {
    return Row("nvme", id, title).does(Effect::ForceWire).and_at(P::NvmeIrq);
}
constexpr Row command(S id, S title) {
    return Row("nvme", id, title).at(P::Command, K::CommandFetched).hits(kOfCommand);
}
constexpr Row data(S id, S title) {
    return Row("nvme", id, title).at(P::CommandData, K::DmaData).hits(kOfTag);
}
constexpr Row completion(S id, S title) {
    return Row("nvme", id, title).at(P::Completion, K::CompletionPosted).hits(kOfTag);
}
constexpr Row entry(S id, S title) {
    return Row("nvme", id, title).at(P::CompletionEntry, K::CompletionPosted);
}

constexpr ActionInfo kRows[] = {
    wire("nvme.irq.drop", "the NVMe interrupt wire stays low once")
        .does(Effect::Drop)
        .like("the completion interrupt that a doorbell swallows",
              "hardware.md 6.5; incidents: missed-completion-irq"),
    wire("nvme.irq.delay", "the NVMe interrupt wire rises late")
        .does(Effect::Delay)
        .with(kOnlyBy)
        .like("interrupt latency", "hardware.md 10 item 11"),
    forced("nvme.irq.stuck", "the NVMe interrupt wire is high, whatever the queues hold")
        .with(kOnlyFor)
        .sets(kNvmeHigh)
        .like("a level that nobody takes back: an interrupt storm", "guess: no report of one"),
    forced("nvme.irq.held_low", "the NVMe interrupt wire is low, whatever the queues hold")
        .with(kOnlyFor)
        .sets(kNvmeLow)
        .like("interrupts that come late or not at all", "hardware.md 10 item 11"),
    forced("nvme.irq.spurious", "an NVMe interrupt for which there is no cause")
        .sets(kNvmeHigh)
        .like("a level that is gone before the handler looks", "hardware.md 6.5: Linux answers IRQ_NONE"),

    command("nvme.command.drop", "a fetched command never reaches the firmware")
        .does(Effect::Drop)
        .with(kTagOpcode)
        .like("a command that is lost inside the coprocessor", "hardware.md 10 item 11"),
    command("nvme.command.delay", "a fetched command reaches the firmware late")
        .does(Effect::Delay)
        .with(kSlow)
        .like("a stalled command, slow opcodes, a latency profile with a tail",
              "incidents: flush-slow; hardware.md 10 item 11"),
    command("nvme.command.answer", "a command is answered and not carried out")
        .does(Effect::Answer)
        .with(kAnswer)
        .like("refused commands; on a read: a buffer with stale data and a good status",
              "NVMe 1.1 figures 30 to 33"),
    Row("nvme", "nvme.media_error", "commands that touch these blocks fail")
        .at(P::Command, K::CommandFetched)
        .does(Effect::Answer)
        .with(kMediaError)
        .hits(kIoCommand)
        .like("bad flash pages", "NVMe 1.1 figure 33"),
    Row("nvme", "nvme.flush.lie", "a flush is answered and nothing is flushed")
        .at(P::Command, K::CommandFetched)
        .does(Effect::Answer)
        .with(kLie)
        .hits(kFlush)
        .like("a drive that lies about its cache", "guess: known of other drives"),
    Row("nvme", "nvme.write.lost", "a write is answered and nothing is written")
        .at(P::Command, K::CommandFetched)
        .does(Effect::Answer)
        .with(kLie)
        .hits(kWrite)
        .like("a drive that loses acknowledged data", "guess: known of other drives"),

    data("nvme.data.flip", "bits of a command's data are flipped")
        .does(Effect::FlipData)
        .with(kFlip)
        .like("corruption between flash and memory", "guess: known of other drives"),
    data("nvme.data.stale", "a command's data does not move")
        .does(Effect::Drop)
        .with(kOnlyTag)
        .like("a DMA that was lost: old bytes and a good status", "guess: known of other drives"),

    completion("nvme.completion.drop", "a command is carried out and never completed")
        .does(Effect::Drop)
        .with(kOnlyTag)
        .like("a completion that never comes: the driver's timeout", "hardware.md 9 timing reference"),
    completion("nvme.completion.delay", "a completion is posted late")
        .does(Effect::Delay)
        .with(kTagDelay)
        .like("a completion after the host's timeout", "incidents: late-completion-after-timeout"),
    completion("nvme.completion.reorder", "later completions overtake one")
        .does(Effect::Delay)
        .with(kTagOrder)
        .like("completions out of order", "hardware.md 10 item 11"),
    completion("nvme.completion.repeat", "a completion is posted more than once")
        .does(Effect::Repeat)
        .with(kTagRepeat)
        .like("a completion that completes two commands", "incidents: duplicate-completion"),
    completion("nvme.completion.status", "a completion carries this status")
        .with(kStatus)
        .sets(kStatusBits)
        .like("media errors and refused commands", "NVMe 1.1 figures 30 to 33"),
    completion("nvme.completion.result", "a completion carries this result")
        .with(kResult)
        .sets(kResultBits)
        .like("odd answers to Set Features", "NVMe 1.1 section 4.6; hardware.md 6.5: dword 0 is used"),

    Row("nvme", "nvme.cq.overrun", "a completion does not wait for room in its queue")
        .at(P::CompletionRoom, K::CqOverrun)
        .with(kOnlyTag)
        .hits(kOfTag)
        .sets(kForced)
        .like("a controller that does not look at the head: it writes over entries that nobody has consumed",
              "hardware.md 10 item 11, CQ overrun; NVMe 1.1 section 4.1 forbids it"),

    entry("nvme.cqe.cid", "an entry names another command")
        .with(kCid)
        .sets(kCidBits)
        .like("an unknown or a stale command id", "hardware.md 10 item 11"),
    entry("nvme.cqe.phase", "an entry has the wrong phase")
        .with(kPhase)
        .sets(kPhaseBit)
        .like("an entry that is not there yet", "hardware.md 10 item 11"),
    entry("nvme.cqe.sq_head", "an entry names another SQ head")
        .with(kHead)
        .sets(kHeadBits)
        .like("a field that no driver of this controller may use", "hardware.md 6.2"),
    entry("nvme.cqe.sq_id", "an entry names another SQ")
        .with(kQueue)
        .sets(kQueueBits)
        .like("a field that no driver of this controller may use", "hardware.md 6.2"),
};

}  // namespace

Rows nvme_rows() {
    return {kRows, std::size(kRows)};
}

}  // namespace ans::fault
