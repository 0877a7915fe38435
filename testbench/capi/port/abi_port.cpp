// SPDX-License-Identifier: MIT
#include "testbench/capi/port/abi_port.h"

#include <stdexcept>
#include <string>
#include <utility>

namespace ans::capi {

namespace {

void must(int status) {
    if (status != ANS2EMU_OK) throw std::runtime_error(ans2emu_error());
}

class AbiLock : public port::Lock {
public:
    AbiLock(ans2emu_machine* machine, const std::string& name) : machine_(machine) {
        must(ans2emu_lock_create(machine, name.c_str(), &lock_));
    }
    ~AbiLock() override { ans2emu_lock_destroy(machine_, lock_); }
    void lock() override { must(ans2emu_lock_take(machine_, lock_)); }
    void unlock() override { must(ans2emu_lock_release(machine_, lock_)); }

private:
    ans2emu_machine* const machine_;
    ans2emu_lock* lock_ = nullptr;
};

class AbiSignal : public port::Signal {
public:
    AbiSignal(ans2emu_machine* machine, const std::string& name) : machine_(machine) {
        must(ans2emu_signal_create(machine, name.c_str(), &signal_));
    }
    ~AbiSignal() override { ans2emu_signal_destroy(machine_, signal_); }
    bool wait(port::Nanoseconds timeout) override {
        const int status = ans2emu_signal_wait(machine_, signal_, timeout);
        if (status != ANS2EMU_E_TIMEOUT) must(status);
        return status == ANS2EMU_OK;
    }
    void notify() override { must(ans2emu_signal_notify(machine_, signal_)); }

private:
    ans2emu_machine* const machine_;
    ans2emu_signal* signal_ = nullptr;
};

class AbiThread : public port::Thread {
public:
    AbiThread(ans2emu_machine* machine, const std::string& name, std::function<void()> entry)
        : machine_(machine), entry_(std::move(entry)) {
        const auto body = [](ans2emu_machine*, void* context) {
            static_cast<AbiThread*>(context)->entry_();
            return 0;
        };
        must(ans2emu_thread_start(machine, name.c_str(), body, this, &thread_));
    }
    void join() override { must(ans2emu_thread_join(machine_, thread_, nullptr)); }

private:
    ans2emu_machine* const machine_;
    const std::function<void()> entry_;
    ans2emu_thread* thread_ = nullptr;
};

}  // namespace

std::uint32_t AbiPort::read32(port::Address address) {
    std::uint32_t value = 0;
    must(ans2emu_read32(machine_, address, &value));
    return value;
}
std::uint64_t AbiPort::read64(port::Address address) {
    std::uint64_t value = 0;
    must(ans2emu_read64(machine_, address, &value));
    return value;
}
void AbiPort::write32(port::Address address, std::uint32_t value) {
    must(ans2emu_write32(machine_, address, value));
}
void AbiPort::write64(port::Address address, std::uint64_t value) {
    must(ans2emu_write64(machine_, address, value));
}

port::DmaBuffer AbiPort::dma_alloc(std::size_t size, std::size_t alignment) {
    ans2emu_dma memory{};
    if (ans2emu_dma_alloc(machine_, size, alignment, 0, &memory) != ANS2EMU_OK) return {};
    return {static_cast<std::byte*>(memory.cpu), memory.device, memory.size};
}
void AbiPort::dma_free(const port::DmaBuffer& buffer) {
    if (!buffer) return;
    const ans2emu_dma memory{buffer.cpu, buffer.device, buffer.size};
    must(ans2emu_dma_free(machine_, &memory));
}
void AbiPort::observe_memory() {
    must(ans2emu_observe(machine_));
}

port::Nanoseconds AbiPort::now() {
    std::uint64_t ns = 0;
    must(ans2emu_now(machine_, &ns));
    return ns;
}
void AbiPort::sleep(port::Nanoseconds duration) {
    must(ans2emu_sleep(machine_, duration));
}
void AbiPort::busy_delay(port::Nanoseconds duration) {
    must(ans2emu_delay(machine_, duration));
}

void AbiPort::irq_request(unsigned line, port::IrqHandler handler) {
    port::IrqHandler& kept = handlers_[line] = std::move(handler);
    const auto body = [](ans2emu_machine*, unsigned, void* context) -> int {
        const bool handled = (*static_cast<port::IrqHandler*>(context))() == port::IrqResult::Handled;
        return handled ? ANS2EMU_IRQ_HANDLED : ANS2EMU_IRQ_NONE;
    };
    must(ans2emu_irq_request(machine_, line, body, &kept));
}
void AbiPort::irq_free(unsigned line) {
    if (ans2emu_irq_free(machine_, line) == ANS2EMU_OK) handlers_.erase(line);
}
void AbiPort::irq_mask(unsigned line) {
    must(ans2emu_irq_mask(machine_, line));
}
void AbiPort::irq_unmask(unsigned line) {
    must(ans2emu_irq_unmask(machine_, line));
}

std::unique_ptr<port::Lock> AbiPort::make_lock(std::string_view name) {
    return std::make_unique<AbiLock>(machine_, std::string(name));
}
std::unique_ptr<port::Signal> AbiPort::make_signal(std::string_view name) {
    return std::make_unique<AbiSignal>(machine_, std::string(name));
}
std::unique_ptr<port::Thread> AbiPort::spawn(std::string_view name, std::function<void()> entry) {
    return std::make_unique<AbiThread>(machine_, std::string(name), std::move(entry));
}

void AbiPort::log(port::LogLevel level, std::string_view text) {
    ans2emu_log(machine_, static_cast<int>(level), std::string(text).c_str());
}
void AbiPort::stage(std::string_view name) {
    ans2emu_stage(machine_, std::string(name).c_str());
}

}  // namespace ans::capi
