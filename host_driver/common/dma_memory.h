// SPDX-License-Identifier: MIT
#pragma once

#include <cstring>
#include <utility>

#include "host_driver/port/port.h"

namespace ans::driver {

/// DMA memory with an owner. Whoever frees it knows that the device cannot reach it any more.
class DmaMemory {
public:
    DmaMemory() = default;
    DmaMemory(port::Port& port, std::size_t size, std::size_t alignment)
        : port_(&port), buffer_(port.dma_alloc(size, alignment)) {}
    DmaMemory(DmaMemory&& other) noexcept
        : port_(other.port_), buffer_(std::exchange(other.buffer_, port::DmaBuffer{})) {}
    DmaMemory& operator=(DmaMemory&& other) noexcept {
        std::swap(port_, other.port_);
        std::swap(buffer_, other.buffer_);
        return *this;
    }
    ~DmaMemory() { release(); }

    void release() {
        if (buffer_) port_->dma_free(std::exchange(buffer_, port::DmaBuffer{}));
    }
    void clear() {
        if (buffer_) std::memset(buffer_.cpu, 0, buffer_.size);
    }
    explicit operator bool() const { return static_cast<bool>(buffer_); }
    std::byte* cpu() const { return buffer_.cpu; }
    port::Address device() const { return buffer_.device; }
    std::size_t size() const { return buffer_.size; }

private:
    port::Port* port_ = nullptr;
    port::DmaBuffer buffer_;
};

}  // namespace ans::driver
