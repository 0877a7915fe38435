// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "host_driver/common/status.h"
#include "host_driver/port/port.h"

namespace ans::driver {

/// A piece of the caller's DMA memory.
struct Segment {
    std::byte* cpu;
    port::Address device;
    std::size_t size;  ///< bytes
};

enum class Op : std::uint8_t { Read, Write, Flush, Trim, WriteZeroes };

/// An I/O command. The caller owns it and its memory; the driver uses both from submit() until it calls
/// `done`, which happens exactly once. Memory of the request may be used again, or freed, inside `done`.
struct Request {
    Op op = Op::Read;
    std::uint64_t lba = 0;              ///< not for Flush
    std::uint32_t blocks = 0;           ///< not for Flush
    const Segment* segments = nullptr;  ///< Read and Write: together exactly `blocks` blocks
    unsigned segment_count = 0;
    bool fua = false;  ///< Write: not done before it is on the medium
    /// Runs in an interrupt handler or a thread of the driver, without locks. It may submit; it must not
    /// wait.
    void (*done)(Request&) = nullptr;
    void* context = nullptr;  ///< the caller's

    Status status = Status::Ok;  ///< Pending while the driver owns the request
    std::uint16_t nvme_status =
        0;                     ///< DeviceError: status code type 10:8, status code 7:0, and the flags above
    std::uint32_t result = 0;  ///< DW0 of the completion

private:
    friend class Driver;
    friend class RequestList;
    Request* next_ = nullptr;
    unsigned retries_ = 0;
    bool admin_ = false;  ///< not counted as I/O
};

/// A singly linked list through the requests themselves, first in first out.
class RequestList {
public:
    bool empty() const { return head_ == nullptr; }
    void push(Request& request) {
        request.next_ = nullptr;
        *tail_ = &request;
        tail_ = &request.next_;
    }
    Request* pop() {
        Request* request = head_;
        if (request == nullptr) return nullptr;
        head_ = request->next_;
        if (head_ == nullptr) tail_ = &head_;
        return request;
    }
    void remove(const Request& request) {
        for (Request** link = &head_; *link != nullptr; link = &(*link)->next_) {
            if (*link != &request) continue;
            *link = request.next_;
            if (*link == nullptr) tail_ = link;
            return;
        }
    }
    RequestList() = default;
    RequestList(const RequestList&) = delete;
    RequestList& operator=(const RequestList&) = delete;
    /// Takes everything from `other`.
    void take(RequestList& other) {
        if (other.empty()) return;
        *tail_ = other.head_;
        tail_ = other.tail_;
        other.head_ = nullptr;
        other.tail_ = &other.head_;
    }

private:
    Request* head_ = nullptr;
    Request** tail_ = &head_;
};

}  // namespace ans::driver
