// SPDX-License-Identifier: MIT
#include "testbench/host/engine.h"

namespace ans::host {

Engine::Engine() : context_(sc_core::sc_get_curr_simcontext()) {}

Engine::End Engine::run_until(SimTime limit) {
    stopped_ = false;
    horizon_ = limit;
    while (!stopped_) {
        const SimTime now = kernel_now();
        const bool due_now = sc_core::sc_pending_activity_at_current_time();
        if (!due_now && now >= limit) return End::Limit;
        // A run that ends exactly on an event leaves its process runnable; the zero-time start runs it.
        if (due_now && now >= limit)
            sc_core::sc_start(sc_core::SC_ZERO_TIME);
        else
            sc_core::sc_start(to_sc(limit - now), sc_core::SC_EXIT_ON_STARVATION);
        if (!stopped_ && !sc_core::sc_pending_activity()) return End::Idle;
    }
    return End::Stopped;
}

void Engine::stop() {
    stopped_ = true;
    sc_core::sc_pause();
}

}  // namespace ans::host
