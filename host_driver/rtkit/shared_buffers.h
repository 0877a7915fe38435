// SPDX-License-Identifier: MIT
// Memory that the firmware asked for: allocated, opened in SART, and given back in the opposite order.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "host_driver/common/dma_memory.h"
#include "host_driver/sart/sart.h"

namespace ans::driver::rtkit {

class SharedBuffers {
public:
    SharedBuffers(port::Port& port, Sart& sart, Measures omit) : port_(port), sart_(sart), omit_(omit) {}

    /// A buffer of at least `size` bytes for the endpoint, or nullptr (logged). Asked again, an endpoint gets
    /// the same buffer if it is large enough; a smaller one is kept until release(), as the firmware may
    /// still use it.
    const DmaMemory* provide(std::uint8_t endpoint, std::uint64_t size);
    /// The endpoint's newest buffer, or nullptr.
    const DmaMemory* find(std::uint8_t endpoint) { return at(endpoint); }
    /// Closes every window and frees the memory. Only while the coprocessor is held in reset or stopped.
    void release();

private:
    // One for each endpoint that may ask, and room for larger seconds. Bounds what hostile firmware can take.
    static constexpr std::size_t kMax = 8;
    struct Entry {
        std::uint8_t endpoint = 0;
        DmaMemory memory;
    };
    DmaMemory* at(std::uint8_t endpoint);
    Status open_window(const DmaMemory& memory);

    port::Port& port_;
    Sart& sart_;
    const Measures omit_;
    std::array<Entry, kMax> entries_;
    std::size_t count_ = 0;
    std::vector<DmaMemory> lost_;  ///< OneBufferPerEndpoint omitted: what the driver has forgotten about
};

}  // namespace ans::driver::rtkit
