// SPDX-License-Identifier: MIT
// Registers of the ASC mailbox v4, as data. A2I runs from application processor to coprocessor, I2A back.
#pragma once

#include <iterator>

#include "models/common/reg_map.h"

namespace ans::mailbox_regs {

// source of the control fields: hardware.md 3 [m1n1 hw/asc.py]; UNDERFLOW [qemu-apple]
using ControlEnable = Field<0, 1>;
using ControlWptr = Field<8, 4>;
using ControlRptr = Field<12, 4>;
using ControlFull = Field<16, 1>;
using ControlEmpty = Field<17, 1>;
using ControlOverflow = Field<18, 1>;
using ControlUnderflow = Field<19, 1>;
using ControlCount = Field<20, 4>;
inline constexpr FieldInfo kControlFields[] = {
    field<ControlEnable>("ENABLE", "reads 1; an older SoC showed 0 (G)"),
    field<ControlWptr>("WPTR", "slot of the next push (G)"),
    field<ControlRptr>("RPTR", "slot of the next pop (G)"),
    field<ControlFull>("FULL"),
    field<ControlEmpty>("EMPTY"),
    field<ControlOverflow>("OVERFLOW", "a message was lost; sticky until reset"),
    field<ControlUnderflow>("UNDERFLOW", "an empty FIFO was popped; sticky until reset"),
    field<ControlCount>("FIFOCNT", "messages waiting, modulo 16")};

// source of the second word: hardware.md 3 [m1n1, linux-6.12 mailbox.c]
using Msg1Endpoint = Field<0, 8>;
using Msg1InPtr = Field<40, 4>;
using Msg1OutPtr = Field<44, 4>;
using Msg1InCount = Field<48, 4>;
using Msg1OutCount = Field<52, 5>;
/// What the hardware puts in place of the sender's bits when the second word is read.
inline constexpr std::uint64_t kMsg1Status =
    Msg1InPtr::mask | Msg1OutPtr::mask | Msg1InCount::mask | Msg1OutCount::mask;
inline constexpr FieldInfo kSend1Fields[] = {field<Msg1Endpoint>("EP", "RTKit endpoint")};
inline constexpr FieldInfo kRecv1Fields[] = {
    field<Msg1Endpoint>("EP", "RTKit endpoint"), field<Msg1InPtr>("INPTR", "A2I's write pointer (G)"),
    field<Msg1OutPtr>("OUTPTR", "I2A's read pointer (G)"),
    field<Msg1InCount>("INCNT", "messages in A2I, modulo 16 (G)"),
    field<Msg1OutCount>("OUTCNT", "messages in I2A, the one being read included")};

inline constexpr std::uint64_t kAll = ~std::uint64_t{0};
inline constexpr std::uint64_t kControlReset = ControlEnable::put(1) | ControlEmpty::put(1);

/// A register of the map: both processors' rights, and fields where it has some.
constexpr Reg word(std::string_view name, std::uint32_t offset, Access ap, Access iop, std::string_view what,
                   std::string_view source, const FieldInfo* fields = nullptr, std::size_t field_count = 0) {
    const std::uint64_t mask = writable(ap) || writable(iop) ? kAll : 0;
    return {name, offset, 8, 0, ap, mask, what, source, fields, field_count, iop};
}
constexpr Reg control(std::string_view name, std::uint32_t offset, std::string_view what) {
    constexpr std::string_view kSource = "hardware.md 3 [m1n1 hw/asc.py]; reset value (G)";
    // clang-format off
    return {name, offset, 4, kControlReset, Access::ReadOnly, 0, what, kSource, kControlFields,
            std::size(kControlFields), Access::ReadOnly};
    // clang-format on
}

inline constexpr Access kNone = Access::None, kRead = Access::ReadOnly, kWrite = Access::WriteOnly;

inline constexpr Reg A2iControl = control("A2I_CONTROL", 0x110, "state of the FIFO to the coprocessor");
inline constexpr Reg I2aControl = control("I2A_CONTROL", 0x114, "state of the FIFO from the coprocessor");
inline constexpr Reg A2iSend0 =
    word("A2I_SEND0", 0x800, kWrite, kNone, "message to send", "hardware.md 3 [linux-6.12 mailbox.c]");
inline constexpr Reg A2iSend1 =
    word("A2I_SEND1", 0x808, kWrite, kNone, "endpoint; writing the low half sends",
         "hardware.md 3 [linux-6.12 mailbox.c]; halves (G)", kSend1Fields, std::size(kSend1Fields));
inline constexpr Reg A2iRecv0 =
    word("A2I_RECV0", 0x810, kNone, kRead, "first waiting message", "hardware.md 3");
inline constexpr Reg A2iRecv1 =
    word("A2I_RECV1", 0x818, kNone, kRead, "its endpoint; reading the low half takes it",
         "hardware.md 3; status fields on this face (G)", kRecv1Fields, std::size(kRecv1Fields));
inline constexpr Reg I2aSend0 = word("I2A_SEND0", 0x820, kNone, kWrite, "message to send", "hardware.md 3");
inline constexpr Reg I2aSend1 =
    word("I2A_SEND1", 0x828, kNone, kWrite, "endpoint; writing the low half sends",
         "hardware.md 3; halves (G)", kSend1Fields, std::size(kSend1Fields));
inline constexpr Reg I2aRecv0 =
    word("I2A_RECV0", 0x830, kRead, kNone, "first waiting message", "hardware.md 3 [linux-6.12 mailbox.c]");
inline constexpr Reg I2aRecv1 =
    word("I2A_RECV1", 0x838, kRead, kNone, "its endpoint; reading the low half takes it",
         "hardware.md 3 [m1n1, linux-6.12 mailbox.c]; halves (G)", kRecv1Fields, std::size(kRecv1Fields));

inline constexpr Reg kRegs[] = {A2iControl, I2aControl, A2iSend0, A2iSend1, A2iRecv0,
                                A2iRecv1,   I2aSend0,   I2aSend1, I2aRecv0, I2aRecv1};
inline constexpr RegMap kMap{"mailbox", Unit::Mailbox, 0x4000, kRegs, std::size(kRegs)};

}  // namespace ans::mailbox_regs
