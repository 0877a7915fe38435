// SPDX-License-Identifier: MIT
// File descriptors with an owner.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <utility>

namespace ans::cosim {

class Fd {
public:
    Fd() = default;
    explicit Fd(int fd) : fd_(fd) {}
    Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Fd& operator=(Fd&& other) noexcept {
        if (this != &other) {
            reset();
            fd_ = std::exchange(other.fd_, -1);
        }
        return *this;
    }
    ~Fd() { reset(); }

    int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }
    void reset();

private:
    int fd_ = -1;
};

struct FdPair {
    Fd first;
    Fd second;
};

// Each closes on exec and throws std::system_error.
/// A pipe whose `first` reads, without blocking; what `second` writes is kept up to a megabyte.
FdPair make_pipe();
/// A listening UNIX stream socket at `path`, which must not exist.
Fd listen_at(const std::string& path);
/// The next connection of a listening socket.
Fd accept_one(const Fd& listener);
/// Anonymous memory of `size` bytes that can be mapped and handed over.
Fd anonymous_file(const char* name, std::size_t size);

}  // namespace ans::cosim
