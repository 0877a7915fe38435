// SPDX-License-Identifier: MIT
// Messages of any kind, and the FIFOs they pass.
#include "testbench/fault/rows.h"

namespace ans::fault {

namespace {

constexpr S kWires[] = {"send_empty", "send_not_empty", "recv_empty", "recv_not_empty"};

constexpr FieldUse kOfFifo[] = {from("fifo", "fifo")};

constexpr ParamInfo kDrop[] = {kFifo};
constexpr ParamInfo kDelay[] = {kFifo, kBy};
constexpr ParamInfo kReorder[] = {kFifo,
                                  time_of("by", microseconds(500), "how long later ones may overtake it")};
constexpr ParamInfo kRepeat[] = {kFifo, kTimes, kGap};
constexpr ParamInfo kXor[] = {kFifo,
                              number("xor0", UINT64_MAX, 0, "bits of the 64-bit message to flip", "bits"),
                              number("xor1", UINT64_MAX, 0, "bits of the endpoint word to flip", "bits")};
constexpr FieldUse kFlipped[] = {flips("msg0", "xor0"), flips("msg1", "xor1")};
constexpr ParamInfo kEndpoint[] = {kFifo, needed("endpoint", 0xffff'ffff, "low half of the endpoint word")};
constexpr FieldUse kEndpointBits[] = {from("msg1", "endpoint", 0, 32)};
constexpr ParamInfo kUpper[] = {kFifo, needed("value", 0xffff'ffff, "upper half of the endpoint word")};
constexpr FieldUse kUpperBits[] = {from("msg1", "value", 32, 32)};

constexpr S kDirections[] = {"a2i", "i2a"};
constexpr ParamInfo kSend[] = {
    choice("fifo", kDirections, 1, "which FIFO gets it; i2a: as if the firmware spoke"),
    number("endpoint", 0xffff'ffff, 0, "low half of the endpoint word"),
    needed("msg0", UINT64_MAX, "the message"),
    {"times", ParamType::Integer, "", 1, 256, 1, false, "how many"},
    kGap};
constexpr FieldUse kForged[] = {from("fifo", "fifo"), from("msg1", "endpoint"), from("msg0", "msg0")};

// A2I_CONTROL 0x110 and I2A_CONTROL 0x114, FULL bit 16, EMPTY bit 17. source: hardware.md 3
constexpr FieldUse kControl[] = {is("block", 0), is("offset", 0x110 >> 3, 3, 29),
                                 from("offset", "fifo", 2, 1)};
constexpr FieldUse kFull[] = {is("value", 1, 16, 2)};
constexpr FieldUse kEmpty[] = {is("value", 2, 16, 2)};

constexpr ParamInfo kWire[] = {choice("wire", kWires, 3, "which of the four wires")};
constexpr ParamInfo kWireFor[] = {kWire[0], kFor};
constexpr FieldUse kHigh[] = {from("line", "wire"), is("level", 1)};
constexpr FieldUse kLow[] = {from("line", "wire"), is("level", 0)};

constexpr Row mail(S id, S title) {
    return Row("mailbox", id, title).at(P::MailboxA2i, K::MailPush).and_at(P::MailboxI2a).hits(kOfFifo);
}
constexpr Row control(S id, S title) {
    return Row("mailbox", id, title).at(P::RegisterRead, K::RegRead).with(kDrop).hits(kControl);
}

constexpr ActionInfo kRows[] = {
    mail("mailbox.drop", "a message never enters its FIFO")
        .does(Effect::Drop)
        .with(kDrop)
        .like("a message lost to an overflow or a stalled peer", "hardware.md 10 items 1, 3, 4; section 3"),
    mail("mailbox.delay", "a message enters its FIFO late")
        .does(Effect::Delay)
        .with(kDelay)
        .like("slow firmware; acknowledgements and HELLO past a driver's timeout",
              "hardware.md 10 items 1, 4; 7.2"),
    mail("mailbox.reorder", "later messages overtake one")
        .does(Effect::Delay)
        .with(kReorder)
        .like("endpoints of the firmware that do not wait for each other", "hardware.md 10 item 3; guess"),
    mail("mailbox.repeat", "a message enters its FIFO more than once")
        .does(Effect::Repeat)
        .with(kRepeat)
        .like("a second HELLO, a repeated buffer request, a burst",
              "hardware.md 7.2; incidents: buffer-request-repeated"),
    mail("mailbox.replace_bits", "bits of a message are flipped")
        .with(kXor)
        .sets(kFlipped)
        .like("wrong version, endpoint or upper half of a message", "hardware.md 10 items 2, 8; section 3"),
    mail("mailbox.endpoint", "a message comes from another endpoint")
        .with(kEndpoint)
        .sets(kEndpointBits)
        .like("an endpoint beyond 8 bits, one that was never started", "hardware.md 3, 10 item 8"),
    mail("mailbox.upper_half", "the upper half of the endpoint word holds rubbish")
        .with(kUpper)
        .sets(kUpperBits)
        .like("bits that a driver has to mask", "hardware.md 3, 10 item 8"),
    Row("mailbox", "mailbox.send", "a message that nobody sent enters a FIFO")
        .and_at(P::MailboxA2i)
        .does(Effect::Send)
        .with(kSend)
        .sets(kForged)
        .like("a message out of phase, from an unknown endpoint, a burst or a flood",
              "hardware.md 10 items 3, 5, 6; incidents: message-burst, app-endpoint-at-boot"),
    Row("mailbox", "mailbox.slow_consumer", "the firmware takes a message late, and later ones queue up")
        .at(P::FirmwareMail, K::MailPop)
        .does(Effect::Delay)
        .with(kOnlyBy)
        .like("a FIFO that fills because the coprocessor is busy", "incidents: mailbox-written-when-full"),
    control("mailbox.fifo.stuck_full", "a FIFO's control register reads full")
        .sets(kFull)
        .like("FULL for longer than a driver waits", "hardware.md 10 item 8; 3: Linux waits 500 ms"),
    control("mailbox.fifo.stuck_empty", "a FIFO's control register reads empty")
        .sets(kEmpty)
        .like("EMPTY stuck while messages wait", "hardware.md 10 item 8"),

    Row("mailbox", "mailbox.irq.drop", "a mailbox interrupt wire stays low once")
        .at(P::MailboxIrq, K::IrqLevel)
        .does(Effect::Drop)
        .like("a lost mailbox interrupt", "guess: no report of one"),
    Row("mailbox", "mailbox.irq.stuck", "a mailbox interrupt wire is high, whatever the FIFO holds")
        .and_at(P::MailboxIrq)
        .does(Effect::ForceWire)
        .with(kWireFor)
        .sets(kHigh)
        .like("a level that nobody takes back: an interrupt storm", "hardware.md 3: an unmasked line storms"),
    Row("mailbox", "mailbox.irq.held_low", "a mailbox interrupt wire is low, whatever the FIFO holds")
        .and_at(P::MailboxIrq)
        .does(Effect::ForceWire)
        .with(kWireFor)
        .sets(kLow)
        .like("interrupts that come late or not at all", "guess: no report of one"),
    Row("mailbox", "mailbox.irq.spurious", "a mailbox interrupt for which there is no cause")
        .and_at(P::MailboxIrq)
        .does(Effect::ForceWire)
        .with(kWire)
        .sets(kHigh)
        .like("a glitch, or a level that is gone before the handler looks", "guess: no report of one"),
};

}  // namespace

Rows mailbox_rows() {
    return {kRows, std::size(kRows)};
}

}  // namespace ans::fault
