// SPDX-License-Identifier: MIT
// The watchdog: timeouts, lost interrupts, resets, and the end of a device.
#include <mutex>

#include "host_driver/common/log.h"
#include "host_driver/nvme/driver.h"

namespace ans::driver {

namespace {
constexpr port::Nanoseconds kStormPollInterval = ms(1);
constexpr const char* kLogTimeout = "I/O tag %u (%04x) QID 1 timeout, %s";
}  // namespace

/// Sleeps while nothing is in flight, and until the earliest deadline otherwise; commands do not wake it one
/// by one.
void Driver::watch(unsigned watch_number) {
    while (watch_number == watch_number_) {
        watchdog_signal_->wait(time_to_deadline());
        if (watch_number != watch_number_) return;
        if (const unsigned reasons = std::exchange(attention_, 0u)) attend(reasons);
        if (irq_broken_) poll();
        handle_timeouts();
    }
}

port::Nanoseconds Driver::time_to_deadline() {
    const port::Nanoseconds now = port_.now();
    port::Nanoseconds earliest = port::kForever;
    watching_ = false;
    if (state_ == State::Dead) return port::kForever;  // die() has ended what was in flight
    for (unsigned tag = 0; tag < nvme::kTags; ++tag) {
        if (slots_[tag].request == nullptr || slots_[tag].deadline == port::kForever) continue;
        watching_ = true;
        earliest = std::min(earliest, slots_[tag].deadline);
    }
    if (!watching_) return port::kForever;
    return irq_broken_ ? kStormPollInterval : earliest - std::min(earliest, now);
}

void Driver::handle_timeouts() {
    if (state_ == State::Dead) return;
    const port::Nanoseconds now = port_.now();
    const auto overdue = [&] {
        std::uint64_t tags = 0;
        for (unsigned tag = 0; tag < nvme::kTags; ++tag)
            if (slots_[tag].request != nullptr && slots_[tag].deadline <= now) tags |= bit(tag);
        return tags;
    };
    const std::uint64_t expired = overdue();
    if (expired == 0) return;
    counters_.timeouts += static_cast<unsigned>(__builtin_popcountll(expired));
    // The completion may be there and only its interrupt be lost.
    if (!omits(Measure::PollBeforeReset)) poll();
    const std::uint64_t stuck = overdue() & expired;
    const char* const end = omits(Measure::ResetBeforeTagReuse) ? "given up" : "reset controller";
    for (unsigned tag = 0; tag < nvme::kTags; ++tag) {
        if ((expired & bit(tag)) == 0) continue;
        const bool polled = (stuck & bit(tag)) == 0;
        if (polled) ++counters_.polled_completions;
        log(port_, port::LogLevel::Warning, kLogTimeout, tag, tag, polled ? "completion polled" : end);
    }
    if (stuck == 0) return;
    if (omits(Measure::ResetBeforeTagReuse)) return give_up(stuck);
    const std::lock_guard<Mutex> guard(control_);
    if (state_ == State::Live) restart(stuck);
}

void Driver::attend(unsigned reasons) {
    if ((reasons & kStormy) != 0)
        log(port_, port::LogLevel::Error, "irq %u: nobody cared; masked, completions are polled",
            resources_.nvme_irq);
    if ((reasons & ~kStormy) == 0) return;
    const std::lock_guard<Mutex> guard(control_);
    if (state_ != State::Live) return;
    if (rtkit_.crashed()) return die("RTKit has crashed");
    if ((reasons & (kAsleep | kAdminStuck)) != 0) {
        restart(0);
        return;
    }
    // Suspicious: an answer of all ones. Ask the firmware before touching the bus that may have gone.
    if (!registers_in_reach())
        restart(0);
    else if (controller_.dead())
        die("controller is down");
}

/// ResetBeforeTagReuse omitted: the requests end, and their tags are free although the device still has the
/// commands.
void Driver::give_up(std::uint64_t expired) {
    RequestList failed;
    {
        const std::lock_guard<port::Lock> guard(*queue_lock_);
        for (unsigned tag = 0; tag < nvme::kTags; ++tag) {
            if ((expired & bit(tag)) == 0 || slots_[tag].request == nullptr) continue;
            slots_[tag].request->status = Status::Timeout;
            failed.push(*std::exchange(slots_[tag].request, nullptr));
            tags_.release(bit(tag));
        }
    }
    deliver(failed);
}

/// Controller reset: everything in flight is started again or fails, each exactly once. The state is Live.
Status Driver::restart(std::uint64_t expired) {
    ++counters_.resets;
    close_gate(State::Resetting, true);
    if (registers_in_reach() && controller_.dead()) {
        die("controller is down");
        return Status::DeviceGone;
    }
    stop_device(Stop::Orderly);
    if (rtkit_.crashed()) {
        die("RTKit has crashed");
        return Status::DeviceGone;
    }
    requeue_or_fail(expired);  // the coprocessor is in reset: no data moves any more
    const Status status = bring_up();
    if (status != Status::Ok) {
        log(port_, port::LogLevel::Error, "controller does not come back: %s", to_string(status));
        stop_device(Stop::Orderly);
        die("reset failed");
        return status;
    }
    start_again();
    {
        const std::lock_guard<port::Lock> guard(*queue_lock_);
        state_ = State::Live;
    }
    wake_everyone();
    return Status::Ok;
}

void Driver::requeue_or_fail(std::uint64_t expired) {
    RequestList failed;
    {
        const std::lock_guard<port::Lock> guard(*queue_lock_);
        failed.take(completed_);
        for (unsigned slot = 0; slot < slots_.size(); ++slot) {
            Request* request = std::exchange(slots_[slot].request, nullptr);
            if (request == nullptr) continue;
            parked_ |= bit(slot);
            if (!request->admin_ && request->retries_ < options_.max_retries) {
                ++request->retries_;
                requeue_.push(*request);
                continue;
            }
            request->status = (expired & bit(slot)) != 0 ? Status::Timeout : Status::Aborted;
            failed.push(*request);
        }
        tags_.release(std::exchange(parked_, 0) | std::exchange(lost_, 0));
    }
    deliver(failed);
}

void Driver::start_again() {
    RequestList failed;
    while (Request* request = requeue_.pop()) {
        ++counters_.retries;
        const unsigned tag = tags_.allocate();
        Status status = tag == nvme::kNoTag ? Status::Aborted : prepare(*request, tag);
        if (status == Status::Ok && start(*request, tag, life_)) continue;
        if (tag != nvme::kNoTag && status != Status::Ok) tags_.release(bit(tag));
        request->status = status == Status::Ok ? Status::Aborted : status;
        failed.push(*request);
    }
    deliver(failed);
}

/// The device is gone for good. Nothing may move data any more before the requests go back to their owners.
void Driver::die(const char* why) {
    close_gate(State::Dead, true);
    log(port_, port::LogLevel::Error, "%s; unable to recover without a reboot", why);
    stop_device(Stop::Forced);
    if (!omits(Measure::FailInFlightOnCrash)) fail_all(Status::DeviceGone);
    wake_everyone();
}

/// Ends every request that the driver still owns. The device cannot complete any of them any more.
void Driver::fail_all(Status status) {
    RequestList failed;
    {
        const std::lock_guard<port::Lock> guard(*queue_lock_);
        failed.take(completed_);
        for (unsigned slot = 0; slot < slots_.size(); ++slot) {
            Request* request = std::exchange(slots_[slot].request, nullptr);
            if (request == nullptr) continue;
            parked_ |= bit(slot);
            request->status = status;
            failed.push(*request);
        }
        while (Request* request = requeue_.pop()) {
            request->status = status;
            failed.push(*request);
        }
        tags_.release(std::exchange(parked_, 0) | std::exchange(lost_, 0));
    }
    deliver(failed);
}

void Driver::call_for(unsigned reasons) {
    attention_ |= reasons;
    watchdog_signal_->notify();
}

void Driver::firmware_crashed() {
    call_for(kCrashed);
    wake_everyone();
}

void Driver::firmware_fell_asleep() {
    call_for(kAsleep);
}

}  // namespace ans::driver
