// SPDX-License-Identifier: MIT
// UML's platform window has 16 MiB that work; the machine's blocks lie gigabytes apart. Megabytes with blocks
// are folded into it, one after the other. source: linux-cosim.md 1, "Addresses"
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/soc/profile.h"

namespace ans::cosim {

class Fold {
public:
    static constexpr std::uint64_t kWindow = 0x1000'0000;  ///< where the guest's CPU sees the platform bus
    static constexpr std::uint64_t kPiece = 1 << 20;       ///< bytes

    explicit Fold(const SocProfile& profile);

    /// First addresses of the megabytes, ascending; the n-th lies at n * kPiece in the window.
    const std::vector<std::uint64_t>& pieces() const { return pieces_; }
    /// The machine's address of an offset into the window.
    std::optional<std::uint64_t> unfold(std::uint64_t offset) const;
    /// The guest CPU's address of a machine's address that is in one of the pieces.
    std::uint64_t fold(std::uint64_t address) const;

private:
    std::vector<std::uint64_t> pieces_;
};

}  // namespace ans::cosim
