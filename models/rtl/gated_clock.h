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

    /// Opens the gate for something that happens at `at`, and tells when it takes effect: at the first edge
    /// of the grid at or after it. Other accesses of that very instant (the coprocessor's bus costs no time
    /// in this machine) take the edges that follow, and their effects carry the instant all the same: whoever
    /// acts in one instant is not torn apart, so that the order of events is the TLM block's. The edge that
    /// ends the activity before is run now, so no request may be presented yet.
    SimTime open(SimTime at);
    /// Runs an edge.
    void tick();
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
    SimTime instant_ = 0;  ///< of the effects of what opened the gate
    SimTime last_ = 0;
    bool ran_ = false;   ///< an edge lies behind
    bool busy_ = false;  ///< the last edge's response still stands
    std::uint64_t cycles_ = 0;
};

}  // namespace ans::rtl
