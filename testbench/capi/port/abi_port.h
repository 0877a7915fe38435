// SPDX-License-Identifier: MIT
// The reference driver's port on the C ABI and nothing else: what the ABI lacks, a driver would miss; what it
// costs, a driver pays.
#pragma once

#include <map>
#include <memory>

#include "host_driver/port/port.h"
#include "testbench/capi/ans2emu.h"

namespace ans::capi {

/// Calls that fail throw std::runtime_error with the ABI's text.
class AbiPort : public port::Port {
public:
    explicit AbiPort(ans2emu_machine* machine) : machine_(machine) {}

    std::uint32_t read32(port::Address address) override;
    std::uint64_t read64(port::Address address) override;
    void write32(port::Address address, std::uint32_t value) override;
    void write64(port::Address address, std::uint64_t value) override;
    port::DmaBuffer dma_alloc(std::size_t size, std::size_t alignment) override;
    void dma_free(const port::DmaBuffer& buffer) override;
    void observe_memory() override;
    port::Nanoseconds now() override;
    void sleep(port::Nanoseconds duration) override;
    void busy_delay(port::Nanoseconds duration) override;
    void irq_request(unsigned line, port::IrqHandler handler) override;
    void irq_free(unsigned line) override;
    void irq_mask(unsigned line) override;
    void irq_unmask(unsigned line) override;
    std::unique_ptr<port::Lock> make_lock(std::string_view name) override;
    std::unique_ptr<port::Signal> make_signal(std::string_view name) override;
    std::unique_ptr<port::Thread> spawn(std::string_view name, std::function<void()> entry) override;
    bool log_enabled(port::LogLevel) override { return true; }
    void log(port::LogLevel level, std::string_view text) override;
    void stage(std::string_view name) override;

private:
    ans2emu_machine* const machine_;
    std::map<unsigned, port::IrqHandler> handlers_;
};

}  // namespace ans::capi
