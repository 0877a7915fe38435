// SPDX-License-Identifier: MIT
// Real time: what a driver may take of it.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "testbench/capi/driver_frame.h"

namespace ans::capi {

/// After `seconds` it calls the deadline, again and again, and at last gives up. An OS thread of its own,
/// gone when this is.
class Watchdog {
public:
    /// `stop_machine` is called from that thread.
    Watchdog(SignalWatch& signals, double seconds, std::function<void()> stop_machine);
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;
    ~Watchdog();

    bool barked() const;

private:
    void watch(double seconds);

    SignalWatch& signals_;
    const std::function<void()> stop_machine_;
    mutable std::mutex mutex_;
    std::condition_variable over_now_;
    bool over_ = false;
    bool barked_ = false;
    std::thread thread_;
};

}  // namespace ans::capi
