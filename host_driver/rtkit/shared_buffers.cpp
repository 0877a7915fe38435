// SPDX-License-Identifier: MIT
#include "host_driver/rtkit/shared_buffers.h"

#include "host_driver/common/bits.h"
#include "host_driver/common/log.h"

namespace ans::driver::rtkit {

DmaMemory* SharedBuffers::at(std::uint8_t endpoint) {
    for (std::size_t i = count_; i-- > 0;)
        if (entries_[i].endpoint == endpoint) return &entries_[i].memory;
    return nullptr;
}

Status SharedBuffers::open_window(const DmaMemory& memory) {
    return omit_.has(Measure::SartAdd) ? Status::Ok : sart_.add(memory.device(), memory.size());
}

const DmaMemory* SharedBuffers::provide(std::uint8_t endpoint, std::uint64_t size) {
    if (size == 0) {
        log(port_, port::LogLevel::Warning, "RTKit: endpoint 0x%02x asks for a buffer of no size", endpoint);
        return nullptr;
    }
    const bool careless = omit_.has(Measure::OneBufferPerEndpoint);
    DmaMemory* present = at(endpoint);
    if (!careless && present != nullptr && present->size() >= size) return present;
    if (count_ == kMax && !(careless && present != nullptr)) {
        log(port_, port::LogLevel::Warning, "RTKit: endpoint 0x%02x asks for too many buffers", endpoint);
        return nullptr;
    }
    DmaMemory memory(port_, round_up_to_page(size), kPageSize);
    if (!memory) {
        log(port_, port::LogLevel::Error, "RTKit: no memory for a buffer of endpoint 0x%02x", endpoint);
        return nullptr;
    }
    if (const Status status = open_window(memory); status != Status::Ok) {
        log(port_, port::LogLevel::Error, "RTKit: SART does not take the buffer of endpoint 0x%02x: %s",
            endpoint, to_string(status));
        return nullptr;
    }
    if (careless && present != nullptr) {
        lost_.push_back(std::move(*present));
        *present = std::move(memory);
        return present;
    }
    Entry& entry = entries_[count_++];
    entry.endpoint = endpoint;
    entry.memory = std::move(memory);
    return &entry.memory;
}

void SharedBuffers::release() {
    for (; count_ > 0; --count_) {
        DmaMemory& memory = entries_[count_ - 1].memory;
        sart_.remove(memory.device(), memory.size());
        memory.release();
    }
}

}  // namespace ans::driver::rtkit
