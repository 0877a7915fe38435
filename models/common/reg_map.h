// SPDX-License-Identifier: MIT
// Register maps as data: name, place, width, reset value, rights, fields and source. Register bank, trace,
// `ans2emu regs`, block READMEs and tests all read the same table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "models/common/event.h"

namespace ans {

enum class Access : std::uint8_t { None, ReadOnly, WriteOnly, ReadWrite };

constexpr bool readable(Access a) {
    return a == Access::ReadOnly || a == Access::ReadWrite;
}
constexpr bool writable(Access a) {
    return a == Access::WriteOnly || a == Access::ReadWrite;
}
std::string_view access_name(Access access);  ///< "--", "R", "W", "RW"

/// Bits `Lsb+Bits-1 : Lsb` of a register, as a type: `CtrlEnable::get(value)`.
template <unsigned Lsb, unsigned Bits>
struct Field {
    static_assert(Bits >= 1 && Lsb + Bits <= 64, "a field lies within 64 bits");
    static constexpr unsigned lsb = Lsb;
    static constexpr unsigned bits = Bits;
    static constexpr std::uint64_t max = Bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << Bits) - 1;
    static constexpr std::uint64_t mask = max << Lsb;
    static constexpr std::uint64_t get(std::uint64_t reg) { return (reg >> Lsb) & max; }
    static constexpr std::uint64_t put(std::uint64_t value) { return (value & max) << Lsb; }
    static constexpr std::uint64_t set(std::uint64_t reg, std::uint64_t value) {
        return (reg & ~mask) | put(value);
    }
};

/// A field as printed. Build it from its type: `field<CtrlEnable>("ENABLE", "what it does")`.
struct FieldInfo {
    std::string_view name;
    std::uint8_t msb;
    std::uint8_t lsb;
    std::string_view what;
};
template <typename F>
constexpr FieldInfo field(std::string_view name, std::string_view what = {}) {
    return {name, static_cast<std::uint8_t>(F::lsb + F::bits - 1), static_cast<std::uint8_t>(F::lsb), what};
}

struct Reg {
    std::string_view name;
    std::uint32_t offset;  ///< bytes from the block's base
    std::uint8_t width;    ///< bytes: 4 or 8
    std::uint64_t reset;
    Access access;             ///< rights of the application processor's face
    std::uint64_t write_mask;  ///< bits that a write changes
    std::string_view what;     ///< one line for `ans2emu regs`
    std::string_view source;   ///< where the fact comes from, or "guess" / a policy's id
    const FieldInfo* fields = nullptr;
    std::size_t field_count = 0;
    Access iop = Access::None;  ///< rights of the coprocessor's own face
    std::uint16_t count = 1;    ///< array length
    std::uint16_t stride = 0;   ///< bytes between array elements
};

/// All registers of one block; offsets ascend, nothing overlaps (checked when a bank is built).
struct RegMap {
    std::string_view block;  ///< as users type it: "mailbox"
    Unit unit;
    std::uint32_t window;  ///< bytes
    const Reg* regs;
    std::size_t reg_count;
};

/// A place in a map: which register, which array element, which half.
struct RegPlace {
    const Reg* reg = nullptr;  ///< nullptr: a hole
    unsigned index = 0;
    bool high_half = false;
};
RegPlace find_register(const RegMap& map, std::uint32_t offset);
/// "CONFIG(3)", "ASQ.hi", or "+0x1234" for a hole. `width`: bytes of the access.
std::string register_name(const RegMap& map, std::uint32_t offset, unsigned width);
/// The map of a unit's registers, or nullptr: what the SoC gives to trace and monitors.
using RegMapLookup = std::function<const RegMap*(Unit unit)>;

}  // namespace ans
