// SPDX-License-Identifier: MIT
// Whole messages over a stream socket whose other end may be slow, gone or malicious.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <vector>

#include "testbench/cosim/fd.h"

namespace ans::cosim {

/// The guest broke the protocol, hung up or fell silent; the text says how.
class PeerError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class Stream {
public:
    Stream() = default;
    /// `patience_s`: real seconds that one message may take to arrive or to be taken.
    Stream(Fd socket, double patience_s) : socket_(std::move(socket)), patience_s_(patience_s) {}

    int fd() const { return socket_.get(); }
    explicit operator bool() const { return static_cast<bool>(socket_); }
    void close() { socket_.reset(); }

    // Each throws PeerError.
    /// False: the peer has closed its end, between two messages.
    bool read(void* data, std::size_t size);
    /// The same; descriptors that come with the bytes are added to `fds`.
    bool read(void* data, std::size_t size, std::vector<Fd>& fds);
    void write(const void* data, std::size_t size);
    /// The descriptors stay the caller's.
    void write(const void* data, std::size_t size, const std::vector<int>& fds);

private:
    void wait_for(short what) const;

    Fd socket_;
    double patience_s_ = 0;
};

}  // namespace ans::cosim
