// SPDX-License-Identifier: MIT
#include "testbench/cosim/fd.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace ans::cosim {

namespace {

constexpr int kPipeBytes = 1 << 20;

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

void Fd::reset() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
}

FdPair make_pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) fail("pipe");
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    fcntl(ends[0], F_SETPIPE_SZ, kPipeBytes);  // a wish: a smaller pipe is emptied more often
    return {Fd(ends[0]), Fd(ends[1])};
}

// A socket's address holds 107 characters, so its folder is named by descriptor: a user's folder may be
// anywhere.
Fd listen_at(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    const Fd folder(open(path.substr(0, slash).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!folder) fail(path);
    const std::string name = "/proc/self/fd/" + std::to_string(folder.get()) + path.substr(slash);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (name.size() >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        fail(path);
    }
    std::memcpy(address.sun_path, name.c_str(), name.size());
    Fd listener(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!listener) fail("socket");
    if (bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail(path);
    if (listen(listener.get(), 1) != 0) fail(path);
    return listener;
}

Fd accept_one(const Fd& listener) {
    Fd peer(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!peer) fail("accept");
    return peer;
}

Fd anonymous_file(const char* name, std::size_t size) {
    Fd file(memfd_create(name, MFD_CLOEXEC));
    if (!file) fail("memfd");
    if (ftruncate(file.get(), static_cast<off_t>(size)) != 0) fail("memfd");
    return file;
}

}  // namespace ans::cosim
