// SPDX-License-Identifier: MIT
// The interrupt controller of the guest: our irqchip module queues a buffer for each line that it listens to,
// and gets it back once the line is high. source: linux-cosim.md 1, "Interrupts"
#pragma once

#include <array>
#include <functional>

#include "testbench/cosim/vhost_device.h"

namespace ans::cosim {

class IrqDevice : public VhostDevice {
public:
    static constexpr std::size_t kLines = 8;

    /// `fired`: the guest was told of a line.
    explicit IrqDevice(std::function<void(std::size_t line)> fired)
        : VhostDevice("interrupts"), fired_(std::move(fired)) {}
    /// Whether a line wants a handler. One that has fired does not until it is said again.
    void set_level(std::size_t line, bool level);
    /// An interrupt without a cause, for a guest that sleeps.
    void wake() { want_call(); }

protected:
    void on_queue(std::size_t index) override;
    void on_reset() override;

private:
    struct Line {
        bool level = false;
        bool armed = false;  ///< the guest listens
        Chain buffer;
    };
    void fire(std::size_t number);

    const std::function<void(std::size_t)> fired_;
    std::array<Line, kLines> lines_;
    Chain chain_;
};

}  // namespace ans::cosim
