// SPDX-License-Identifier: MIT
#include "testbench/host/engine.h"

namespace ans::host {

Engine::Engine() : context_(sc_core::sc_get_curr_simcontext()) {}

Engine::End Engine::run_until(SimTime limit) {
    stopped_ = false;
    horizon_ = limit;
    // The first start elaborates; before it no process counts as pending.
    if (sc_core::sc_get_status() < sc_core::SC_START_OF_SIMULATION) sc_core::sc_start(sc_core::SC_ZERO_TIME);
    while (!stopped_) {
        if (!sc_core::sc_pending_activity()) return End::Idle;
        const SimTime now = kernel_now();
        const SimTime next = next_activity();
        if (next > limit) {
            if (now < limit) sc_core::sc_start(to_sc(limit - now), sc_core::SC_RUN_TO_TIME);
            return End::Limit;
        }
        // A run that ends exactly on an event leaves its process runnable; the zero-time start runs it.
        if (now == limit)
            sc_core::sc_start(sc_core::SC_ZERO_TIME);
        else
            sc_core::sc_start(to_sc(limit - now), sc_core::SC_EXIT_ON_STARVATION);
    }
    return End::Stopped;
}

void Engine::advance_to(SimTime t) {
    run_until(t);
    if (const SimTime now = kernel_now(); now < t && !stopped_)
        sc_core::sc_start(to_sc(t - now), sc_core::SC_RUN_TO_TIME);
}

void Engine::stop() {
    stopped_ = true;
    sc_core::sc_pause();
}

}  // namespace ans::host
