// SPDX-License-Identifier: MIT
// One direction of the mailbox: storage, pointers and sticky flags, without registers, wires or events.
#pragma once

#include <array>
#include <cstdint>

namespace ans {

/// What one commit moves. source: hardware.md 3
struct MailMessage {
    std::uint64_t msg0 = 0;
    std::uint64_t msg1 = 0;  ///< endpoint in 7:0
};

class MailFifo {
public:
    /// What four bits of pointer can tell apart. source: hardware.md 3; the true depth is unknown
    static constexpr unsigned kMaxDepth = 16;

    /// `depth`: messages, 1 to kMaxDepth.
    explicit MailFifo(unsigned depth) : depth_(depth) {}

    bool empty() const { return count_ == 0; }
    bool full() const { return count_ == depth_; }
    unsigned count() const { return count_; }
    unsigned write_pointer() const { return (read_pointer_ + count_) % depth_; }
    unsigned read_pointer() const { return read_pointer_; }
    bool overflow() const { return overflow_; }
    bool underflow() const { return underflow_; }

    /// False, with the overflow flag set and the message lost, where the FIFO is full.
    bool push(const MailMessage& message) {
        if (full()) {
            overflow_ = true;
            return false;
        }
        slots_[write_pointer()] = message;
        ++count_;
        return true;
    }
    /// The oldest message, zeros where there is none.
    MailMessage front() const { return empty() ? MailMessage{} : slots_[read_pointer_]; }
    /// False, with the underflow flag set, where the FIFO is empty.
    bool pop() {
        if (empty()) {
            underflow_ = true;
            return false;
        }
        read_pointer_ = (read_pointer_ + 1) % depth_;
        --count_;
        return true;
    }
    void clear() { *this = MailFifo(depth_); }

private:
    std::array<MailMessage, kMaxDepth> slots_{};
    unsigned depth_;
    unsigned read_pointer_ = 0;
    unsigned count_ = 0;
    bool overflow_ = false;
    bool underflow_ = false;
};

}  // namespace ans
