// SPDX-License-Identifier: MIT
// Reset, memory and power.
#include "testbench/fault/rows.h"

namespace ans::fault {

namespace {

constexpr S kScopes[] = {"all_but_sart", "everything", "nothing"};  // order of ResetScope
constexpr S kKeeps[] = {"nothing", "oldest", "any", "everything"};  // order of CutKeeps

constexpr ParamInfo kScope[] = {
    choice("reaches", kScopes, 2, "which blocks besides the processor are reset")};

constexpr ParamInfo kAddress = needed("address", UINT64_MAX, "physical address");
constexpr ParamInfo kWrite[] = {
    kAddress,
    number("offset", UINT64_MAX, 0, "bytes added to the address"),
    {"size", ParamType::Integer, "bytes", 1, 65536, 4096, false, "how much is written"},
    number("value", 0xff, 0xa5, "of each byte")};

constexpr ParamInfo kCut[] = {
    choice("keeps", kKeeps, 0,
           "which unflushed writes reach the medium; oldest: up to a point, any: a subset"),
    number("percent", 100, 50, "how likely each is kept, or up to which share", "%")};

constexpr ActionInfo kRows[] = {
    Row("soc", "reset.drop", "a reset of the coprocessor does not happen")
        .at(P::ResetLine, K::ResetLine)
        .does(Effect::Drop)
        .like("a crashed coprocessor that no reset brings back", "hardware.md 7.6"),
    Row("soc", "reset.scope", "a reset reaches other blocks than usual")
        .at(P::ResetLine, K::ResetLine)
        .does(Effect::Scope)
        .with(kScope)
        .like("SART entries that a reset clears, or registers that it leaves",
              "hardware.md 4, 11: reset scope unknown"),

    Row("soc", "power.cut", "power is cut; what was not flushed is lost")
        .does(Effect::PowerCut)
        .with(kCut)
        .like("an empty battery; a drive may have written any part of its cache by then",
              "NVMe 1.1 section 5.10.1.2, unsafe shutdowns; hardware.md 5: slow unclean starts"),

    Row("dram", "dma.write", "somebody writes to memory unasked, past every filter")
        .does(Effect::WriteMemory)
        .with(kWrite)
        .like("data beyond the PRPs, or in a buffer after its command was completed",
              "guess: what a runaway DMA does"),
    Row("sart", "sart.write", "the firmware writes to memory, through SART")
        .does(Effect::WriteMemory)
        .with(kWrite)
        .like("firmware outside its window, or in a buffer that was taken back", "hardware.md 4, 10 item 14"),
};

}  // namespace

Rows machine_rows() {
    return {kRows, std::size(kRows)};
}

}  // namespace ans::fault
