// SPDX-License-Identifier: MIT
// Time travel: the guest's clock is ours. User Mode Linux asks here when it wants to go on, and we say when it
// may. Times of this class are nanoseconds since the guest's own start; who keeps simulated time shifts them.
// source: linux-cosim.md 4; the structures are those of Linux' uapi um_timetravel.h
#pragma once

#include <cstdint>
#include <optional>

#include "models/common/mapping.h"
#include "testbench/cosim/stream.h"

namespace ans::cosim {

class Calendar {
public:
    Calendar();

    void connect(Stream socket) { socket_ = std::move(socket); }
    bool connected() const { return static_cast<bool>(socket_); }
    int fd() const { return socket_.fd(); }

    /// Takes one message and answers it. False: the guest hung up. Throws PeerError.
    bool serve();
    /// The guest does something; otherwise it waits for run().
    bool guest_runs() const { return runs_; }

    /// The guest's time, as of its last message.
    std::uint64_t now() const;
    /// While it waits: what it is told the time is, should it ask.
    void set_now(std::uint64_t now);
    /// When the guest wants to go on; nothing: it waits for an interrupt only.
    std::optional<std::uint64_t> request() const;
    /// The guest goes on at `now`, and need not ask again before `free_until`.
    void run(std::uint64_t now, std::uint64_t free_until);
    /// While it runs: something new is to happen earlier.
    void restrict(std::uint64_t free_until);

private:
    struct Message {
        std::uint32_t op;
        std::uint32_t sequence;
        std::uint64_t time;
    };
    struct Shared;

    Shared& shared() const;
    void start(const Message& message);
    void answer(const Message& message, std::uint64_t time);

    Stream socket_;
    Fd file_;
    Fd log_;  ///< the guest wants a second descriptor and closes it
    Mapping memory_;
    bool runs_ = true;
    std::uint32_t sequence_ = 0;
};

}  // namespace ans::cosim
