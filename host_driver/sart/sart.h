// SPDX-License-Identifier: MIT
// Client of SART, the filter of the coprocessor's own DMA: opens windows for shared buffers and closes them.
#pragma once

#include <array>
#include <cstdint>

#include "host_driver/common/measures.h"
#include "host_driver/common/status.h"
#include "host_driver/port/port.h"

namespace ans::driver {

class Sart {
public:
    static constexpr unsigned kEntries = 16;  // source: hardware.md 4

    /// `version`: 2 (t8103) or 3 (t8112, t600x, t602x).
    Sart(port::Port& port, port::Address base, unsigned version, Measures omit = {});

    /// Remembers the entries that the boot loader made; they are never changed or reused afterwards. Touches
    /// no entry.
    Status init();
    /// Lets the coprocessor reach [address, address+size), both multiples of 4 KiB.
    /// NoMemory: no entry is free. OutOfRange: beyond what this version can express.
    Status add(port::Address address, std::uint64_t size);
    /// Takes back exactly what was added. InvalidArgument: no such window of ours; nothing was changed.
    Status remove(port::Address address, std::uint64_t size);

    unsigned windows() const;  ///< how many of our own are open
    std::uint16_t protected_entries() const { return protected_; }

private:
    struct Window {
        port::Address address = 0;
        std::uint64_t size = 0;  ///< 0: not ours
    };
    bool expressible(port::Address address, std::uint64_t size) const;
    bool enabled(unsigned entry);
    void write_entry(unsigned entry, std::uint8_t flags, port::Address address, std::uint64_t size);

    port::Port& port_;
    const port::Address base_;
    const unsigned version_;
    const Measures omit_;
    std::uint16_t protected_ = 0;
    std::array<Window, kEntries> windows_;
};

}  // namespace ans::driver
