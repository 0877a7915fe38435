// SPDX-License-Identifier: MIT
#include "testbench/cosim/stream.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

namespace ans::cosim {

namespace {

constexpr std::size_t kMostFds = 8;  ///< source: vhost-user, VHOST_MEMORY_BASELINE_NREGIONS

void take_fds(msghdr& message, std::vector<Fd>& fds) {
    for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
        const std::size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        std::array<int, kMostFds> numbers{};
        std::memcpy(numbers.data(), CMSG_DATA(c), std::min(count, kMostFds) * sizeof(int));
        for (std::size_t i = 0; i < std::min(count, kMostFds); ++i)
            fds.emplace_back(numbers[i]);
    }
}

}  // namespace

void Stream::wait_for(short what) const {
    pollfd wait{socket_.get(), what, 0};
    const int ready = poll(&wait, 1, static_cast<int>(patience_s_ * 1000));
    if (ready == 0) throw PeerError("the guest stopped in the middle of a message");
    if (ready < 0 && errno != EINTR) throw PeerError(std::string("poll: ") + std::strerror(errno));
}

bool Stream::read(void* data, std::size_t size) {
    std::vector<Fd> none;
    return read(data, size, none);
}

bool Stream::read(void* data, std::size_t size, std::vector<Fd>& fds) {
    auto* const bytes = static_cast<char*>(data);
    std::size_t have = 0;
    while (have < size) {
        iovec part{bytes + have, size - have};
        alignas(cmsghdr) std::array<char, CMSG_SPACE(kMostFds * sizeof(int))> control{};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        const ssize_t n = recvmsg(socket_.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        if (n > 0) {
            take_fds(message, fds);
            have += static_cast<std::size_t>(n);
        } else if (n < 0 && errno == EAGAIN) {
            wait_for(POLLIN);
        } else if (n < 0 && errno != EINTR && errno != ECONNRESET) {
            throw PeerError(std::string("recvmsg: ") + std::strerror(errno));
        } else if (n == 0 || errno == ECONNRESET) {
            if (have == 0) return false;
            throw PeerError("the guest hung up in the middle of a message");
        }
    }
    return true;
}

void Stream::write(const void* data, std::size_t size) {
    write(data, size, {});
}

void Stream::write(const void* data, std::size_t size, const std::vector<int>& fds) {
    const auto* const bytes = static_cast<const char*>(data);
    std::size_t sent = 0;
    while (sent < size) {
        iovec part{const_cast<char*>(bytes) + sent, size - sent};  // sendmsg only reads it
        alignas(cmsghdr) std::array<char, CMSG_SPACE(kMostFds * sizeof(int))> control{};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        if (sent == 0 && !fds.empty()) {
            message.msg_control = control.data();
            message.msg_controllen = CMSG_SPACE(fds.size() * sizeof(int));
            cmsghdr* c = CMSG_FIRSTHDR(&message);
            c->cmsg_level = SOL_SOCKET;
            c->cmsg_type = SCM_RIGHTS;
            c->cmsg_len = CMSG_LEN(fds.size() * sizeof(int));
            std::memcpy(CMSG_DATA(c), fds.data(), fds.size() * sizeof(int));
        }
        const ssize_t n = sendmsg(socket_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n > 0)
            sent += static_cast<std::size_t>(n);
        else if (n < 0 && errno == EAGAIN)
            wait_for(POLLOUT);
        else if (n < 0 && errno != EINTR)
            throw PeerError(std::string("the guest takes no message: ") + std::strerror(errno));
    }
}

}  // namespace ans::cosim
