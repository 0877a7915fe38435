// SPDX-License-Identifier: MIT
// NVM-06 to NVM-09: whether the I/O queues exist, as the admin commands that succeeded say. The owner hands
// on what it hears, so that a command costs no event of its own.
#pragma once

#include <array>

#include "testbench/monitors/event_bits.h"
#include "testbench/monitors/judge.h"

namespace ans::monitor {

class QueueLife {
public:
    explicit QueueLife(Judge& judge) : judge_(judge) {}

    bool can_submit() const { return submission_ || dead_; }
    void tell_lone_doorbell(unsigned tag, SimTime at) const;
    void on_admin_command(const Event& event);
    void on_admin_completion(const Event& event);
    void on_disable(SimTime at);
    /// The firmware crashed or the controller failed: the driver cannot know yet, and may then do as it
    /// likes.
    void die() { dead_ = true; }
    /// The controller and its queues are gone, by whatever.
    void forget();

private:
    static constexpr unsigned kTags = 64;
    static constexpr std::uint8_t kNothing = 0xff;

    Judge& judge_;
    bool submission_ = false;
    bool completion_ = false;
    bool dead_ = false;
    std::array<std::uint8_t, kTags> pending_ = none();  ///< opcode of the queue command in flight, by tag

    static constexpr std::array<std::uint8_t, kTags> none() {
        std::array<std::uint8_t, kTags> all{};
        for (std::uint8_t& opcode : all)
            opcode = kNothing;
        return all;
    }
};

}  // namespace ans::monitor
