// SPDX-License-Identifier: MIT
#include "testbench/cosim/irq_device.h"

#include <cstring>

namespace ans::cosim {

void IrqDevice::set_level(std::size_t line, bool level) {
    lines_.at(line).level = level;
    fire(line);
}

void IrqDevice::on_queue(std::size_t index) {
    if (index != 0) return;
    while (queue(0).pop(memory(), chain_)) {
        std::uint32_t number = 0;
        if (chain_.out.empty() || chain_.in.empty() || chain_.out.front().size < sizeof number ||
            chain_.in.front().size < sizeof number)
            throw PeerError("an interrupt buffer that is too short");
        std::memcpy(&number, chain_.out.front().data, sizeof number);
        if (number >= kLines) throw PeerError("interrupt line " + std::to_string(number) + " does not exist");
        Line& line = lines_[number];
        if (line.armed) throw PeerError("interrupt line " + std::to_string(number) + " was armed twice");
        line.armed = true;
        line.buffer = chain_;
        fire(number);
    }
}

void IrqDevice::on_reset() {
    for (Line& line : lines_)
        line.armed = false;
}

void IrqDevice::fire(std::size_t number) {
    Line& line = lines_[number];
    if (!line.armed || !line.level) return;
    line.armed = line.level = false;
    const std::uint32_t high = 1;
    std::memcpy(line.buffer.in.front().data, &high, sizeof high);
    queue(0).push(line.buffer.head, sizeof high);
    want_call();
    fired_(number);
}

}  // namespace ans::cosim
