// SPDX-License-Identifier: MIT
// Locks and signals between simulated CPUs. A CPU may release a lock while it is ahead of the kernel, so both
// carry the local time at which they changed hands.
#include <algorithm>

#include "testbench/host/host.h"

namespace ans::host {

class Host::SimLock : public port::Lock {
public:
    explicit SimLock(Host& host) : host_(host) {}

    void lock() override {
        host_.current_->local += host_.config_.lock;
        for (;;) {
            host_.sync();
            SimTime& local = host_.current_->local;
            if (held_) {
                ++waiting_;
                host_.block(released_);
                --waiting_;
            } else if (local < free_at_) {
                local = free_at_;  // released by a CPU that is ahead: spin until its time
            } else {
                break;
            }
        }
        held_ = true;
    }

    void unlock() override {
        held_ = false;
        free_at_ = host_.current_->local;
        // A notification that nobody waits for would hold back every CPU that runs ahead.
        if (waiting_ != 0) released_.notify(to_sc(free_at_ - kernel_now()));
    }

private:
    Host& host_;
    sc_core::sc_event released_;
    bool held_ = false;
    SimTime free_at_ = 0;
    unsigned waiting_ = 0;
};

class Host::SimSignal : public port::Signal {
public:
    explicit SimSignal(Host& host) : host_(host) {}

    bool wait(port::Nanoseconds timeout) override {
        SimTime& local = host_.current_->local;
        const SimTime span = timeout > kNever / 1000 ? kNever : timeout * 1000;
        const SimTime deadline = span > kNever - local ? kNever : local + span;
        for (;;) {
            if (set_ && set_at_ <= deadline) {
                set_ = false;
                local = std::max(local, set_at_);
                return true;
            }
            ++waiting_;
            const bool notified = host_.block(notified_, deadline);
            --waiting_;
            if (!notified && !set_) {
                local = std::max(local, deadline);
                return false;
            }
        }
    }

    void notify() override {
        if (set_) return;
        set_ = true;
        set_at_ = host_.current_->local;
        if (waiting_ != 0) notified_.notify(to_sc(set_at_ - kernel_now()));
    }

private:
    Host& host_;
    sc_core::sc_event notified_;
    bool set_ = false;
    SimTime set_at_ = 0;
    unsigned waiting_ = 0;
};

std::unique_ptr<port::Lock> Host::make_lock(std::string_view) {
    return std::make_unique<SimLock>(*this);
}
std::unique_ptr<port::Signal> Host::make_signal(std::string_view) {
    return std::make_unique<SimSignal>(*this);
}

}  // namespace ans::host
