// SPDX-License-Identifier: MIT
// Registers as a CPU reads and writes them.
#include "testbench/fault/rows.h"

namespace ans::fault {

namespace {

// Units from the mailbox on; those without registers on the bus are choices that match nothing.
constexpr S kBlocks[] = {kAny, "mailbox", "asc", "sart", "nvme", "nvmmu", "pmgr"};
constexpr std::uint64_t block(Unit unit) {
    return static_cast<std::uint64_t>(unit) - 1;
}
static_assert(block(Unit::Mailbox) == 0 && block(Unit::Pmgr) == std::size(kBlocks) - 2, "order of Unit");

constexpr ParamInfo kBlock = choice("block", kBlocks, 0, "whose register");
constexpr ParamInfo kOffset = open("offset", 0xffff'ffff, "only this offset in the block; left out: any");
constexpr ParamInfo kWhere[] = {kBlock, kOffset};
constexpr ParamInfo kWhereBy[] = {kBlock, kOffset, kBy};
constexpr ParamInfo kWhereValue[] = {kBlock, kOffset, needed("value", UINT64_MAX, "the bits instead"),
                                     number("mask", UINT64_MAX, UINT64_MAX, "which bits")};
constexpr FieldUse kThere[] = {from("block", "block"), from("offset", "offset")};
constexpr FieldUse kMasked[] = {{"value", 0, 64, 0, "value", "mask"}};

template <unsigned Block, unsigned Offset>
struct Register {
    static constexpr FieldUse kIs[] = {is("block", Block), is("offset", Offset)};
};
// Offsets. source: hardware.md 2, 5, 6
using Csts = Register<block(Unit::Nvme), 0x1c>;
using BootStatus = Register<block(Unit::Nvme), 0x1300>;
using TcbStat = Register<block(Unit::Nvmmu), 0x28120>;
using IoDoorbell = Register<block(Unit::Nvme), 0x24910>;
using IoHead = Register<block(Unit::Nvme), 0x100c>;
using Cc = Register<block(Unit::Nvme), 0x14>;
constexpr FieldUse kStart[] = {is("block", block(Unit::Asc)), is("offset", 0x44), is("value", 1, 4, 1)};
constexpr FieldUse kPmgr[] = {is("block", block(Unit::Pmgr)), from("offset", "offset")};
constexpr ParamInfo kPmgrWrite[] = {kOffset};
constexpr ParamInfo kPmgrActual[] = {kOffset, number("actual", 0xf, 0, "power state that ACTUAL shows")};
constexpr FieldUse kActual[] = {from("value", "actual", 4, 4)};  // source: hardware.md 1.1, ACTUAL 7:4

constexpr FieldUse kAllOnes[] = {is("value", UINT64_MAX)};
constexpr FieldUse kFatal[] = {is("value", 1, 1, 1)};
constexpr ParamInfo kReady[] = {number("ready", 1, 0, "what RDY reads")};
constexpr FieldUse kReadyBit[] = {from("value", "ready", 0, 1)};
constexpr ParamInfo kShst[] = {number("shst", 3, 1, "what SHST reads; 1: still at it")};
constexpr FieldUse kShstBits[] = {from("value", "shst", 2, 2)};
constexpr ParamInfo kValue[] = {needed("value", 0xffff'ffff, "what it reads")};
constexpr FieldUse kValueBits[] = {from("value", "value")};

constexpr Row reads(S owner, S id, S title) {
    return Row(owner, id, title).at(P::RegisterRead, K::RegRead);
}
constexpr Row writes(S owner, S id, S title) {
    return Row(owner, id, title).at(P::RegisterWrite, K::RegWrite).does(Effect::Drop);
}

constexpr ActionInfo kRows[] = {
    reads("bus", "bus.read.replace", "a register reads otherwise")
        .with(kWhereValue)
        .hits(kThere)
        .sets(kMasked)
        .like("whatever a device may show", "hardware.md 10; 11: unknown values"),
    reads("bus", "bus.read.delay", "a register read takes long")
        .does(Effect::Delay)
        .with(kWhereBy)
        .hits(kThere)
        .like("a bus that is held up", "guess"),
    reads("bus", "bus.read.drop", "a register read is never answered")
        .does(Effect::Drop)
        .with(kWhere)
        .hits(kThere)
        .like("a block whose clock or coprocessor is stopped", "hardware.md 2: \"hangs indefinitely\""),
    writes("bus", "bus.write.drop", "a register write is lost")
        .with(kWhere)
        .hits(kThere)
        .like("a block that ignores what it is told", "hardware.md 10"),
    Row("bus", "bus.write.replace", "other bits are written")
        .at(P::RegisterWrite, K::RegWrite)
        .with(kWhereValue)
        .hits(kThere)
        .sets(kMasked)
        .like("bits that a device does not take", "hardware.md 11: unknown bits"),

    writes("asc", "asc.start.drop", "setting CPU_CONTROL.RUN has no effect")
        .hits(kStart)
        .like("a coprocessor that cannot be started", "hardware.md 2; 6.4: clearing RUN is one-way after M4"),
    writes("pmgr", "pmgr.write.drop", "a write to a power domain is lost")
        .with(kPmgrWrite)
        .hits(kPmgr)
        .like("a power domain that follows nobody, a reset that does not happen", "hardware.md 1.1"),
    reads("pmgr", "pmgr.domain.stuck", "a power domain shows another state than it was told")
        .with(kPmgrActual)
        .hits(kPmgr)
        .sets(kActual)
        .like("a power domain that does not come up", "hardware.md 1.1"),

    reads("nvmmu", "nvmmu.tcb_stat.replace", "TCB_STAT reads otherwise")
        .with(kValue)
        .hits(TcbStat::kIs)
        .sets(kValueBits)
        .like("an invalidation that failed", "incidents: tcb-stat-nonzero; hardware.md 10 item 12"),
    reads("nvme", "nvme.csts.all_ones", "CSTS reads all ones")
        .hits(Csts::kIs)
        .sets(kAllOnes)
        .like("a device that fell off the bus", "hardware.md 5: Linux takes it for dead; 10 item 10"),
    reads("nvme", "nvme.csts.fatal", "CSTS.CFS is set")
        .hits(Csts::kIs)
        .sets(kFatal)
        .like("a controller that gave up", "hardware.md 10 item 10; NVMe 1.1 section 3.1.6"),
    reads("nvme", "nvme.csts.ready", "CSTS.RDY is stuck")
        .with(kReady)
        .hits(Csts::kIs)
        .sets(kReadyBit)
        .like("RDY late or never", "hardware.md 10 item 10; incidents: slow-ready-4tb"),
    reads("nvme", "nvme.csts.shutdown", "CSTS.SHST is stuck")
        .with(kShst)
        .hits(Csts::kIs)
        .sets(kShstBits)
        .like("CSTS 0x5 at shutdown", "incidents: csts-5-at-shutdown"),
    writes("nvme", "nvme.cc.drop", "a write to CC is lost")
        .hits(Cc::kIs)
        .like("a controller that does not follow", "hardware.md 10 item 10; guess"),
    reads("nvme", "nvme.boot_status.read", "BOOT_STATUS reads otherwise")
        .with(kValue)
        .hits(BootStatus::kIs)
        .sets(kValueBits)
        .like("BOOT_STATUS stuck or wrong", "hardware.md 10 item 9"),
    writes("nvme", "nvme.doorbell.drop", "an I/O doorbell is lost")
        .hits(IoDoorbell::kIs)
        .like("a command that the controller never saw", "guess: what a lost posted write looks like"),
    writes("nvme", "nvme.cq_head.drop", "a write of the I/O completion queue's head is lost")
        .hits(IoHead::kIs)
        .like("a completion queue that fills up: overrun", "hardware.md 10 item 11"),
};

}  // namespace

Rows register_rows() {
    return {kRows, std::size(kRows)};
}

}  // namespace ans::fault
