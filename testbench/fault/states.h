// SPDX-License-Identifier: MIT
// Named states that a rule's `while` may ask for. One table; the parser, its schema and `ans2emu faults
// --states` read it. The tracker follows the event stream and asks no block.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/common/event.h"
#include "testbench/fault/rule.h"

namespace ans::fault {

enum class StateId : std::uint8_t {
    Completing,
    InFlight,
    UnflushedWrites,
    ControllerReady,
    ControllerShuttingDown,
    Firmware,  ///< several names: StateInfo::firmware tells them apart
    A2iWaiting,
    I2aWaiting,
    SartEntries,
    IrqHigh,
    InReset,
    PowerOff,
    Count
};

/// One row of the table. Each state is a count; the plain ones are 0 or 1.
struct StateInfo {
    StateId id;
    std::string_view name;
    std::string_view what;
    const ParamInfo* which;  ///< which queue or line; nullptr: there is only one
    std::uint64_t most;      ///< a count with `min` and `max` up to this; 0: a plain state
    std::uint32_t firmware;  ///< StateId::Firmware: values of firmware_state's `state`, as bits
    EventHub::Kinds kinds;   ///< what must be heard to know it
    std::string_view source;
};

/// All states, in the order of `ans2emu faults --states`.
const std::vector<StateInfo>& states();
/// The state of that name, or nullptr.
const StateInfo* find_state(std::string_view name);

/// Why no moment meets both, or "". Not every contradiction is found: only those of one state with itself and
/// of the firmware's states.
std::string contradiction(const While& a, const While& b);

/// Follows the events of the kinds in `kinds`; a rule asks it before it hears the event in question.
class StateTracker {
public:
    void need(const StateInfo& state) { kinds_ |= state.kinds; }
    const EventHub::Kinds& kinds() const { return kinds_; }

    void update(const Event& event);
    bool holds(const While& wanted) const {
        const std::uint64_t now = count(*wanted.state, wanted.which);
        return (now >= wanted.min && now <= wanted.max) == wanted.is;
    }

private:
    static constexpr unsigned kQueues = 2;
    static constexpr unsigned kTags = 128;  ///< source: hardware.md 6, NUM_TCBS 127 at most
    using Tags = std::bitset<kTags>;

    std::uint64_t count(const StateInfo& state, std::uint64_t which) const;
    void on_doorbell(const Event& event);
    void on_completion(const Event& event);
    void on_controller(const Event& event);
    void on_sart(const Event& event);
    void abandon();
    void restart();

    EventHub::Kinds kinds_;
    std::array<Tags, kQueues> in_flight_;
    Tags io_tags_;                                      ///< rung last on the I/O queue
    Tags writes_;                                       ///< fetched writes that the cache may keep
    std::array<std::uint64_t, kQueues> invalidated_{};  ///< since the queue's head was written
    std::array<std::uint64_t, 2> waiting_{};            ///< messages, by FIFO
    std::uint64_t unflushed_ = 0;
    std::uint32_t firmware_ = 1;  ///< its state as a bit; off
    bool enabled_ = false;
    bool ready_ = false;
    bool shutting_down_ = false;
    bool in_reset_ = false;
    bool power_off_ = false;
    std::bitset<256> sart_;
    std::bitset<0x10000> lines_;
};

}  // namespace ans::fault
