// SPDX-License-Identifier: MIT
#include "testbench/cosim/fold.h"

#include <algorithm>
#include <stdexcept>

namespace ans::cosim {

Fold::Fold(const SocProfile& profile) {
    for (const Window& window : {profile.pmgr, profile.asc, profile.mailbox, profile.sart, profile.nvme})
        for (std::uint64_t piece = window.base / kPiece; piece <= (window.base + window.size - 1) / kPiece; ++piece)
            pieces_.push_back(piece * kPiece);
    std::sort(pieces_.begin(), pieces_.end());
    pieces_.erase(std::unique(pieces_.begin(), pieces_.end()), pieces_.end());
    if (pieces_.size() > 16) throw std::logic_error("the blocks of this SoC do not fit into UML's window");
}

std::optional<std::uint64_t> Fold::unfold(std::uint64_t offset) const {
    const std::uint64_t index = offset / kPiece;
    if (index >= pieces_.size()) return {};
    return pieces_[index] + offset % kPiece;
}

std::uint64_t Fold::fold(std::uint64_t address) const {
    const auto found = std::find(pieces_.begin(), pieces_.end(), address / kPiece * kPiece);
    if (found == pieces_.end()) throw std::logic_error("an address outside the machine's blocks");
    return kWindow + static_cast<std::uint64_t>(found - pieces_.begin()) * kPiece + address % kPiece;
}

}  // namespace ans::cosim
