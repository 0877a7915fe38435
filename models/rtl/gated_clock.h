// SPDX-License-Identifier: MIT
// A twin's clock: edges lie on a grid of whole periods, and only those are run in which something happens.
#pragma once

#include <functional>

#include "models/common/sim_time.h"
#include "models/rtl/direct_wire.h"
#include "models/rtl/wave_file.h"

namespace ans::rtl {

struct TwinConfig {
    SimTime period = nanoseconds(1);  ///< of the block's clock; source: guess
    WaveFile* waves = nullptr;        ///< where its signals are shown, if anywhere
};

class GatedClock {
public:
    using Eval = std::function<void()>;

    /// `eval` lets the module see its inputs.
    GatedClock(const TwinConfig& config, Eval eval) : config_(config), eval_(std::move(eval)) {}

    DirectWire<bool> wire;

    /// Opens the gate for something that happens at `at`: the first edge at or after it that has not been
    /// run; where something happened at that instant already, the edge after it. The edge that ends the
    /// activity before is run now, so no request may be presented yet. Who comes with an earlier time than
    /// the one before is an initiator whose local time is behind: its edge is run now and carries its time.
    SimTime open(SimTime at);
    /// Runs the edge that open() told, or the one after the last. Returns its time.
    SimTime tick();
    /// The inputs of the edge are withdrawn: the wire falls half a period later, for the waveform.
    void fall();
    /// An edge outside of time: power-on.
    void power_on_edge();
    /// Inputs changed without an edge: what is combinational follows.
    void settle() { eval_(); }

    std::uint64_t cycles() const { return cycles_; }

private:
    void edge(SimTime at);

    const TwinConfig config_;
    const Eval eval_;
    SimTime next_ = 0;     ///< the edge that tick() runs
    SimTime instant_ = 0;  ///< of the last open()
    SimTime last_ = 0;
    bool ran_ = false;   ///< an edge lies behind
    bool busy_ = false;  ///< the last edge's response still stands
    std::uint64_t cycles_ = 0;
};

}  // namespace ans::rtl
