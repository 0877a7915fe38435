// SPDX-License-Identifier: MIT
// The device's end of a split virtqueue in the guest's memory. source: virtio 1.2, 2.7
#pragma once

#include <cstdint>
#include <vector>

#include "testbench/cosim/guest_memory.h"

namespace ans::cosim {

/// One buffer of the guest's, as pieces of its memory. Valid until the guest's memory table changes.
struct Chain {
    struct Piece {
        std::byte* data;
        std::uint32_t size;
    };
    std::uint16_t head = 0;
    std::vector<Piece> out;  ///< the device reads
    std::vector<Piece> in;   ///< the device writes
};

class Virtqueue {
public:
    static constexpr std::uint32_t kMostEntries = 1024;
    static constexpr std::size_t kLongestChain = 16;

    // Each throws PeerError on what no guest may say.
    void set_size(std::uint32_t entries);
    void set_base(std::uint32_t next) { next_ = static_cast<std::uint16_t>(next); }
    std::uint16_t base() const { return next_; }
    void set_addresses(const GuestMemory& memory, const VringAddr& where);
    /// The guest's memory is another now: where the rings are must be said anew.
    void forget();
    void enable(bool on) { enabled_ = on; }
    bool enabled() const { return enabled_; }
    /// The guest has said where the rings are; they may be disabled all the same.
    bool ready() const { return available_ != nullptr; }
    std::uint32_t size() const { return size_; }

    /// The next buffer that the guest made available; false: none. `chain` is reused.
    bool pop(const GuestMemory& memory, Chain& chain);
    /// Gives a buffer back, `written` bytes of it written.
    void push(std::uint16_t head, std::uint32_t written);

private:
    struct Descriptor {
        std::uint64_t address;
        std::uint32_t size;
        std::uint16_t flags;
        std::uint16_t next;
    };
    struct Used {
        std::uint32_t head;
        std::uint32_t written;
    };

    std::uint32_t size_ = 0;
    std::uint16_t next_ = 0;
    bool enabled_ = false;
    const Descriptor* descriptors_ = nullptr;
    const std::uint16_t* available_ = nullptr;  ///< flags, index, ring
    std::byte* used_ = nullptr;                 ///< flags, index, ring of Used
};

}  // namespace ans::cosim
