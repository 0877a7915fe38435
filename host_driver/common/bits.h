// SPDX-License-Identifier: MIT
// Bit fields of registers and messages, and little-endian loads from memory that others write.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace ans::driver {

/// Bits `Lsb+Width-1 : Lsb`. `put` cuts off what does not fit.
template <unsigned Lsb, unsigned Width>
struct Bits {
    static_assert(Width >= 1 && Lsb + Width <= 64, "a field lies within 64 bits");
    static constexpr std::uint64_t max = Width == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << Width) - 1;
    static constexpr std::uint64_t mask = max << Lsb;
    static constexpr std::uint64_t get(std::uint64_t value) { return (value >> Lsb) & max; }
    static constexpr std::uint64_t put(std::uint64_t field) { return (field & max) << Lsb; }
};

/// A little-endian number at any alignment. The device is little-endian, and so must the CPU be.
template <typename T>
T load(const std::byte* from) {
    static_assert(std::is_trivially_copyable_v<T>);
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

inline constexpr std::size_t kPageSize =
    4096;  ///< of SART, PRP and buffer requests. source: hardware.md 4, 5
constexpr std::uint64_t round_up_to_page(std::uint64_t n) {
    return (n + kPageSize - 1) & ~std::uint64_t{kPageSize - 1};
}
constexpr bool page_aligned(std::uint64_t n) {
    return n % kPageSize == 0;
}

}  // namespace ans::driver
