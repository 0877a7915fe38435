// SPDX-License-Identifier: MIT
#include "testbench/capi/watchdog.h"

#include <chrono>

namespace ans::capi {

namespace {
constexpr std::chrono::milliseconds kAgain{50};
constexpr int kMostCalls = 60;  // 3 s: whoever does not hear it by then hears nothing
}  // namespace

Watchdog::Watchdog(SignalWatch& signals, double seconds, std::function<void()> stop_machine)
    : signals_(signals),
      stop_machine_(std::move(stop_machine)),
      thread_([this, seconds] { watch(seconds); }) {}

Watchdog::~Watchdog() {
    {
        const std::lock_guard<std::mutex> guard(mutex_);
        over_ = true;
    }
    over_now_.notify_one();
    thread_.join();
}

bool Watchdog::barked() const {
    const std::lock_guard<std::mutex> guard(mutex_);
    return barked_;
}

void Watchdog::watch(double seconds) {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);  // the process's signals are its other threads' affair
    std::unique_lock<std::mutex> lock(mutex_);
    const auto over = [this] { return over_; };
    if (over_now_.wait_for(lock, std::chrono::duration<double>(seconds), over)) return;
    barked_ = true;
    for (int i = 0; i < kMostCalls; ++i) {
        stop_machine_();
        signals_.call_deadline();
        if (over_now_.wait_for(lock, kAgain, over)) return;
    }
    signals_.give_up();
    over_now_.wait(lock, over);
}

}  // namespace ans::capi
