// SPDX-License-Identifier: MIT
// A port for driver tests without SystemC: one CPU, its own time, threads that take turns at blocking calls
// only.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "host_driver/port/port.h"

namespace ans::test {

/// What answers the CPU's register accesses.
class FakeDevice {
public:
    virtual ~FakeDevice() = default;
    virtual std::uint64_t read(port::Address address, unsigned width) = 0;
    virtual void write(port::Address address, unsigned width, std::uint64_t value) = 0;
};

/// Registers that keep what was written, with a script of values to read first, and a log of all writes.
class ScriptedRegisters : public FakeDevice {
public:
    struct Write {
        port::Address address;
        std::uint64_t value;
        bool operator==(const Write& other) const { return address == other.address && value == other.value; }
    };
    std::uint64_t read(port::Address address, unsigned width) override;
    void write(port::Address address, unsigned width, std::uint64_t value) override;

    std::map<port::Address, std::uint64_t> values;
    std::map<port::Address, std::vector<std::uint64_t>> script;  ///< read before `values`, first to last
    std::vector<Write> writes;
};

class FakePort : public port::Port {
public:
    explicit FakePort(FakeDevice& device);
    /// Every spawned thread has ended by then (a driver joins its own).
    ~FakePort() override;

    std::uint32_t read32(port::Address address) override;
    std::uint64_t read64(port::Address address) override;
    void write32(port::Address address, std::uint32_t value) override;
    void write64(port::Address address, std::uint64_t value) override;
    port::DmaBuffer dma_alloc(std::size_t size, std::size_t alignment) override;
    void dma_free(const port::DmaBuffer& buffer) override;
    void observe_memory() override {}
    port::Nanoseconds now() override { return now_; }
    void sleep(port::Nanoseconds duration) override;
    void busy_delay(port::Nanoseconds duration) override { pass(duration); }
    void irq_request(unsigned line, port::IrqHandler handler) override;
    void irq_free(unsigned line) override { handlers_.erase(line); }
    void irq_mask(unsigned line) override { handlers_.at(line).masked = true; }
    void irq_unmask(unsigned line) override;
    std::unique_ptr<port::Lock> make_lock(std::string_view name) override;
    std::unique_ptr<port::Signal> make_signal(std::string_view name) override;
    std::unique_ptr<port::Thread> spawn(std::string_view name, std::function<void()> entry) override;
    bool log_enabled(port::LogLevel) override { return true; }
    void log(port::LogLevel, std::string_view text) override { log_lines.emplace_back(text); }
    void stage(std::string_view name) override { stages.emplace_back(name); }

    // For tests and devices.
    void set_irq(unsigned line, bool level) { levels_[line] = level; }
    void after(port::Nanoseconds delay, std::function<void()> what) {
        events_.emplace(now_ + delay, std::move(what));
    }
    /// DMA memory as the device sees it; nullptr where none is allocated.
    std::byte* memory(port::Address address, std::size_t size);
    bool logged(std::string_view part) const;
    unsigned locks_held() const { return locks_held_; }
    std::size_t allocations() const { return memory_.size(); }
    std::size_t requested_lines() const { return handlers_.size(); }

    std::vector<std::string> log_lines;
    std::vector<std::string> stages;
    std::size_t memory_left = std::size_t{64} << 20;  ///< bytes until dma_alloc fails
    port::Nanoseconds access_time = 100;

private:
    class FakeLock;
    class FakeSignal;
    class FakeThread;
    struct Task {
        std::condition_variable turn;
        std::function<bool()> ready;
        port::Nanoseconds deadline = port::kForever;
        bool done = false;
    };
    struct Handler {
        port::IrqHandler handler;
        bool masked = false;
    };
    struct Block {
        std::unique_ptr<std::byte[]> bytes;
        std::size_t size = 0;
    };
    /// Sleeps until `ready` or the deadline; others run. True: ready.
    bool block(const std::function<bool()>& ready, port::Nanoseconds timeout);
    Task* next_task();
    void hand_over(Task& to);
    void pass(port::Nanoseconds duration);
    void run_due();
    void interrupt();

    FakeDevice& device_;
    port::Nanoseconds now_ = 0;
    std::multimap<port::Nanoseconds, std::function<void()>> events_;
    std::map<unsigned, Handler> handlers_;
    std::map<unsigned, bool> levels_;
    std::map<port::Address, Block> memory_;
    port::Address next_address_ = 0x8'0000'0000;
    unsigned locks_held_ = 0;
    bool in_handler_ = false;
    bool in_device_ = false;

    std::mutex baton_;
    std::unique_lock<std::mutex> main_hold_;
    Task main_;
    Task* current_ = &main_;
    std::vector<Task*> tasks_{&main_};
};

}  // namespace ans::test
