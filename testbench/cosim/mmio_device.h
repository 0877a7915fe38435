// SPDX-License-Identifier: MIT
// UML's platform bus: register accesses as buffers of a virtqueue. source: linux-cosim.md 1, 3
#pragma once

#include <functional>

#include "testbench/cosim/vhost_device.h"

namespace ans::cosim {

class MmioDevice : public VhostDevice {
public:
    /// Carries an access out. `address`: offset into UML's platform window; `data`: `size` bytes that are
    /// written, or filled.
    using Access = std::function<void(bool write, std::uint64_t address, std::byte* data, std::uint32_t size)>;

    explicit MmioDevice(Access access) : VhostDevice("mmio"), access_(std::move(access)) {}

protected:
    void on_queue(std::size_t index) override;
    void on_reset() override { told_less_ = 0; }

private:
    static constexpr std::uint32_t kTellAfter = 64;

    void perform(const Chain& chain);
    std::uint32_t access(const Chain& chain);

    const Access access_;
    Chain chain_;
    std::uint32_t told_less_ = 0;  ///< writes done since the guest last took buffers back
};

}  // namespace ans::cosim
