// SPDX-License-Identifier: MIT
// A sleeping lock, deadlines and scoped interrupts, on what the port offers.
#pragma once

#include <atomic>
#include <memory>
#include <string_view>
#include <utility>

#include "host_driver/port/port.h"

namespace ans::driver {

constexpr port::Nanoseconds us(std::uint64_t n) {
    return n * 1'000;
}
constexpr port::Nanoseconds ms(std::uint64_t n) {
    return n * 1'000'000;
}

/// For threads that wait for each other across sleeps. Not for interrupt handlers. Fits std::lock_guard.
class Mutex {
public:
    Mutex(port::Port& port, std::string_view name) : freed_(port.make_signal(name)) {}
    void lock() {
        while (held_.exchange(true))
            freed_->wait(port::kForever);
    }
    void unlock() {
        held_.store(false);
        freed_->notify();
    }

private:
    std::atomic<bool> held_{false};
    std::unique_ptr<port::Signal> freed_;
};

/// A point in time until which something may take.
class Deadline {
public:
    Deadline(port::Port& port, port::Nanoseconds timeout) : port_(port), end_(port.now() + timeout) {}
    bool passed() const { return port_.now() >= end_; }
    port::Nanoseconds left() const {
        const port::Nanoseconds now = port_.now();
        return now < end_ ? end_ - now : 0;
    }

private:
    port::Port& port_;
    port::Nanoseconds end_;
};

/// Polls `done` every `interval` until it is true or `timeout` passed; says which. Looks once more at the
/// end, so that a thread that was kept from running does not report a timeout that was none.
template <typename Condition>
bool poll_until(port::Port& port, port::Nanoseconds timeout, port::Nanoseconds interval, Condition done) {
    const Deadline deadline(port, timeout);
    while (!done()) {
        if (deadline.passed()) return done();
        port.sleep(interval);
    }
    return true;
}

/// A requested interrupt line, given back at the end of its scope.
class IrqLine {
public:
    IrqLine() = default;
    IrqLine(port::Port& port, unsigned line, port::IrqHandler handler) : port_(&port), line_(line) {
        port.irq_request(line, std::move(handler));
    }
    IrqLine(IrqLine&& other) noexcept : port_(std::exchange(other.port_, nullptr)), line_(other.line_) {}
    IrqLine& operator=(IrqLine&& other) noexcept {
        std::swap(port_, other.port_);
        std::swap(line_, other.line_);
        return *this;
    }
    ~IrqLine() { release(); }
    void release() {
        if (port::Port* port = std::exchange(port_, nullptr)) port->irq_free(line_);
    }
    void mask() {
        if (port_ != nullptr) port_->irq_mask(line_);
    }
    void unmask() {
        if (port_ != nullptr) port_->irq_unmask(line_);
    }

private:
    port::Port* port_ = nullptr;
    unsigned line_ = 0;
};

}  // namespace ans::driver
