// SPDX-License-Identifier: MIT
#include "testbench/support/fake_port.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace ans::test {

std::uint64_t ScriptedRegisters::read(port::Address address, unsigned) {
    auto& scripted = script[address];
    if (scripted.empty()) return values[address];
    const std::uint64_t value = scripted.front();
    scripted.erase(scripted.begin());
    return value;
}

void ScriptedRegisters::write(port::Address address, unsigned, std::uint64_t value) {
    values[address] = value;
    writes.push_back({address, value});
}

class FakePort::FakeLock : public port::Lock {
public:
    explicit FakeLock(FakePort& port) : port_(port) {}
    void lock() override {
        EXPECT_FALSE(held_) << "a spinlock is taken twice on one CPU: deadlock";
        held_ = true;
        ++port_.locks_held_;
    }
    void unlock() override {
        held_ = false;
        --port_.locks_held_;
        port_.interrupt();
    }

private:
    FakePort& port_;
    bool held_ = false;
};

class FakePort::FakeSignal : public port::Signal {
public:
    explicit FakeSignal(FakePort& port) : port_(port) {}
    bool wait(port::Nanoseconds timeout) override {
        const bool notified = port_.block([this] { return set_; }, timeout);
        if (notified) set_ = false;
        return notified;
    }
    void notify() override { set_ = true; }

private:
    FakePort& port_;
    bool set_ = false;
};

class FakePort::FakeThread : public port::Thread {
public:
    FakeThread(FakePort& port, std::function<void()> entry) : port_(port) {
        task_.ready = [] { return true; };
        port_.tasks_.push_back(&task_);
        thread_ = std::thread([this, entry = std::move(entry)] {
            std::unique_lock<std::mutex> hold(port_.baton_);
            task_.turn.wait(hold, [this] { return port_.current_ == &task_; });
            hold.release();  // handed on inside block(); the mutex is held by whoever runs
            entry();
            task_.done = true;
            task_.ready = [] { return false; };
            task_.deadline = port::kForever;
            Task* next = port_.next_task();
            port_.current_ = next;
            next->turn.notify_one();
            port_.baton_.unlock();
        });
    }
    ~FakeThread() override {
        join();
        port_.tasks_.erase(std::find(port_.tasks_.begin(), port_.tasks_.end(), &task_));
    }
    void join() override {
        if (!thread_.joinable()) return;
        port_.block([this] { return task_.done; }, port::kForever);
        port_.baton_.unlock();  // the thread may need it for its last words
        thread_.join();
        port_.baton_.lock();
    }

private:
    FakePort& port_;
    Task task_;
    std::thread thread_;
};

FakePort::FakePort(FakeDevice& device) : device_(device), main_hold_(baton_) {}
FakePort::~FakePort() {
    EXPECT_EQ(tasks_.size(), 1u) << "a thread outlives its port";
}

FakePort::Task* FakePort::next_task() {
    for (unsigned turns = 0;; ++turns) {
        const auto from = std::find(tasks_.begin(), tasks_.end(), current_) - tasks_.begin();
        for (std::size_t i = 1; i <= tasks_.size(); ++i) {
            Task* task = tasks_[(static_cast<std::size_t>(from) + i) % tasks_.size()];
            if (!task->done && (task->ready() || now_ >= task->deadline)) return task;
        }
        port::Nanoseconds next = events_.empty() ? port::kForever : events_.begin()->first;
        for (const Task* task : tasks_)
            next = std::min(next, task->deadline);
        const bool line_waits = std::any_of(handlers_.begin(), handlers_.end(), [this](const auto& entry) {
            return !entry.second.masked && levels_[entry.first];
        });
        if (next == port::kForever && !line_waits) {
            std::fprintf(stderr, "FakePort: every thread waits for ever at %llu ns\n",
                         static_cast<unsigned long long>(now_));
            std::abort();
        }
        now_ = std::max(now_, line_waits ? now_ + access_time : next);
        run_due();
    }
}

void FakePort::hand_over(Task& to) {
    Task* self = current_;
    if (&to == self) return;
    current_ = &to;
    to.turn.notify_one();
    std::unique_lock<std::mutex> hold(baton_, std::adopt_lock);
    self->turn.wait(hold, [this, self] { return current_ == self; });
    hold.release();
}

bool FakePort::block(const std::function<bool()>& ready, port::Nanoseconds timeout) {
    EXPECT_EQ(locks_held_, 0u) << "sleeping under a spinlock";
    EXPECT_FALSE(in_handler_) << "sleeping in an interrupt handler";
    Task& self = *current_;
    self.ready = ready;
    self.deadline = timeout > port::kForever - now_ ? port::kForever : now_ + timeout;
    run_due();
    hand_over(*next_task());
    const bool result = ready();
    self.deadline = port::kForever;
    return result;
}

void FakePort::run_due() {
    while (!events_.empty() && events_.begin()->first <= now_) {
        auto event = events_.extract(events_.begin());
        in_device_ = true;
        event.mapped()();
        in_device_ = false;
    }
    interrupt();
}

/// Interrupts come between port calls, while no spinlock is held.
void FakePort::interrupt() {
    if (locks_held_ != 0 || in_handler_ || in_device_) return;
    std::vector<unsigned> asserted;
    for (const auto& [line, handler] : handlers_)
        if (!handler.masked && levels_[line]) asserted.push_back(line);
    for (const unsigned line : asserted) {
        const auto found = handlers_.find(line);
        if (found == handlers_.end()) continue;
        const port::IrqHandler handler = found->second.handler;
        in_handler_ = true;
        handler();
        in_handler_ = false;
    }
}

void FakePort::pass(port::Nanoseconds duration) {
    now_ += duration;
    run_due();
}

std::uint32_t FakePort::read32(port::Address address) {
    pass(access_time);
    return static_cast<std::uint32_t>(device_.read(address, 4));
}
std::uint64_t FakePort::read64(port::Address address) {
    pass(access_time);
    return device_.read(address, 8);
}
void FakePort::write32(port::Address address, std::uint32_t value) {
    pass(access_time);
    device_.write(address, 4, value);
}
void FakePort::write64(port::Address address, std::uint64_t value) {
    pass(access_time);
    device_.write(address, 8, value);
}

port::DmaBuffer FakePort::dma_alloc(std::size_t size, std::size_t alignment) {
    if (size > memory_left) return {};
    memory_left -= size;
    next_address_ = (next_address_ + alignment - 1) & ~(static_cast<port::Address>(alignment) - 1);
    const port::Address address = next_address_;
    next_address_ += (size + 4095) / 4096 * 4096 + 4096;  // a hole behind each
    Block& block = memory_[address];
    block.bytes = std::make_unique<std::byte[]>(size);
    block.size = size;
    return {block.bytes.get(), address, size};
}

void FakePort::dma_free(const port::DmaBuffer& buffer) {
    memory_left += buffer.size;
    EXPECT_EQ(memory_.erase(buffer.device), 1u) << "memory is freed twice";
}

std::byte* FakePort::memory(port::Address address, std::size_t size) {
    auto after = memory_.upper_bound(address);
    if (after == memory_.begin()) return nullptr;
    const auto& [base, block] = *--after;
    const port::Address offset = address - base;
    return offset < block.size && size <= block.size - offset ? block.bytes.get() + offset : nullptr;
}

void FakePort::sleep(port::Nanoseconds duration) {
    block([] { return false; }, duration);
}

void FakePort::irq_request(unsigned line, port::IrqHandler handler) {
    EXPECT_EQ(handlers_.count(line), 0u) << "line " << line << " is requested twice";
    handlers_[line] = {std::move(handler), false};
    interrupt();
}
void FakePort::irq_unmask(unsigned line) {
    handlers_.at(line).masked = false;
    interrupt();
}

std::unique_ptr<port::Lock> FakePort::make_lock(std::string_view) {
    return std::make_unique<FakeLock>(*this);
}
std::unique_ptr<port::Signal> FakePort::make_signal(std::string_view) {
    return std::make_unique<FakeSignal>(*this);
}
std::unique_ptr<port::Thread> FakePort::spawn(std::string_view, std::function<void()> entry) {
    return std::make_unique<FakeThread>(*this, std::move(entry));
}

bool FakePort::logged(std::string_view part) const {
    return std::any_of(log_lines.begin(), log_lines.end(),
                       [part](const std::string& line) { return line.find(part) != std::string::npos; });
}

}  // namespace ans::test
