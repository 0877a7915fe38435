// SPDX-License-Identifier: MIT
// What a driver needs of its operating system: a pure interface, no SystemC and no model behind it.
// testbench/host implements it on simulated CPUs, where every call may cost simulated time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string_view>

namespace ans::port {

using Nanoseconds = std::uint64_t;
using Address = std::uint64_t;  ///< physical (CPU) or device address, bytes

inline constexpr Nanoseconds kForever = UINT64_MAX;

/// A CPU access that the bus answered with an error: the CPU takes an exception, the driver's thread ends.
/// Drivers do not catch it; the host unwinds the thread and reports it.
class BusFault : public std::exception {
public:
    BusFault(Address at, unsigned bytes, bool is_write) : address(at), width(bytes), write(is_write) {}
    const char* what() const noexcept override { return "bus fault"; }
    const Address address;
    const unsigned width;  ///< bytes
    const bool write;
};

/// Memory that CPU and device see at the same time (coherent).
struct DmaBuffer {
    std::byte* cpu = nullptr;
    Address device = 0;
    std::size_t size = 0;
    explicit operator bool() const { return cpu != nullptr; }
};

/// A spinlock, taken with interrupts off. Not recursive. Fits std::lock_guard.
class Lock {
public:
    virtual ~Lock() = default;
    virtual void lock() = 0;
    virtual void unlock() = 0;
};

/// A flag that threads sleep on. `notify` sets it and wakes the sleepers; the first that wakes clears it.
/// Callers test their own condition in a loop. `notify` is allowed in an interrupt handler, `wait` is not.
class Signal {
public:
    virtual ~Signal() = default;
    /// True: notified. False: the timeout passed.
    virtual bool wait(Nanoseconds timeout) = 0;
    virtual void notify() = 0;
};

/// A thread on a simulated CPU of its own.
class Thread {
public:
    virtual ~Thread() = default;
    virtual void join() = 0;
};

enum class IrqResult : std::uint8_t { Handled, None };
/// Runs with the line's interrupt off, on the interrupt CPU; runs again while the level stays high.
using IrqHandler = std::function<IrqResult()>;

enum class LogLevel : std::uint8_t { Error, Warning, Info, Debug };

class Port {
public:
    virtual ~Port() = default;

    // Device registers, by physical address. Throws BusFault.
    virtual std::uint32_t read32(Address address) = 0;
    virtual std::uint64_t read64(Address address) = 0;
    virtual void write32(Address address, std::uint32_t value) = 0;
    virtual void write64(Address address, std::uint64_t value) = 0;

    /// Zeroed memory, `alignment` a power of two. An empty buffer where memory is exhausted.
    virtual DmaBuffer dma_alloc(std::size_t size, std::size_t alignment) = 0;
    virtual void dma_free(const DmaBuffer& buffer) = 0;
    /// Call before reading memory that the device may have written, and after a wait for it
    /// (what a dma_rmb() orders on hardware): brings this CPU up to the device's present.
    virtual void observe_memory() = 0;

    virtual Nanoseconds now() = 0;
    virtual void sleep(Nanoseconds duration) = 0;       ///< lets others run on this CPU
    virtual void busy_delay(Nanoseconds duration) = 0;  ///< allowed under a lock

    // Level interrupts by line number. A line starts masked until requested.
    virtual void irq_request(unsigned line, IrqHandler handler) = 0;
    virtual void irq_free(unsigned line) = 0;  ///< after it no handler of this line runs any more
    virtual void irq_mask(unsigned line) = 0;
    virtual void irq_unmask(unsigned line) = 0;

    virtual std::unique_ptr<Lock> make_lock(std::string_view name) = 0;
    virtual std::unique_ptr<Signal> make_signal(std::string_view name) = 0;
    virtual std::unique_ptr<Thread> spawn(std::string_view name, std::function<void()> entry) = 0;

    virtual bool log_enabled(LogLevel level) = 0;
    virtual void log(LogLevel level, std::string_view text) = 0;
    /// Marks a stage of the driver's life for the story of the run ("rtkit ready").
    virtual void stage(std::string_view name) = 0;
};

}  // namespace ans::port
