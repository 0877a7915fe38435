// SPDX-License-Identifier: MIT
// The one owner of simulated time: nobody else calls sc_start.
#pragma once

#include "models/common/sim_time.h"

namespace ans::host {

class Engine {
public:
    enum class End : std::uint8_t {
        Limit,    ///< the time given was reached
        Idle,     ///< nothing will ever happen again without a push from outside
        Stopped,  ///< somebody inside called stop()
    };

    Engine();
    /// Runs up to and including `limit` (absolute). Elaborates at the first call.
    End run_until(SimTime limit);
    /// The same, and time goes to `t` even where nothing happens until then.
    void advance_to(SimTime t);
    /// Ends the present run_until after the running processes of this instant. Callable from inside only.
    void stop();

    /// How far initiators may run ahead of the kernel.
    SimTime horizon() const { return horizon_; }
    /// Absolute time of the next thing the kernel will do; kernel time itself where it is due now.
    SimTime next_activity() const {
        return kernel_now() + from_sc(sc_core::sc_time_to_pending_activity(context_));
    }
    /// An initiator at local time `t` may act without waiting: everything else is strictly later (a tie
    /// waits).
    bool alone_until(SimTime t) const { return t <= horizon_ && next_activity() > t; }

private:
    sc_core::sc_simcontext* context_;
    SimTime horizon_ = 0;
    bool stopped_ = false;
};

}  // namespace ans::host
