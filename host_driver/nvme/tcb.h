// SPDX-License-Identifier: MIT
// The NVMMU's permission for one command, at the same index as its submission queue entry.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ans::driver::nvme {

/// source: hardware.md 6.3
struct Tcb {
    std::uint8_t opcode;  ///< 0: macOS always leaves it clear
    std::uint8_t dma_flags;
    std::uint8_t command_id;
    std::uint8_t unknown3;
    std::uint16_t length;  ///< blocks - 1, of reads and writes
    std::uint16_t unknown6;
    std::uint64_t unknown8[2];
    std::uint64_t prp1;
    std::uint64_t prp2;
    std::uint8_t unknown40[16];
    std::uint8_t aes_iv[8];
    std::uint8_t aes_data[64];
};
static_assert(sizeof(Tcb) == 128);
static_assert(offsetof(Tcb, length) == 4 && offsetof(Tcb, prp1) == 24 && offsetof(Tcb, prp2) == 32);
static_assert(offsetof(Tcb, aes_iv) == 56 && offsetof(Tcb, aes_data) == 64);

/// What the device may do to the command's pages. source: hardware.md 6.3
enum class Direction : std::uint8_t { None = 0, FromDevice = 1, ToDevice = 2 };

}  // namespace ans::driver::nvme
