// SPDX-License-Identifier: MIT
#include "models/dram/backing.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace ans {

namespace {

[[noreturn]] void fail(const std::string& what, const std::string& why) {
    throw BackingError("DRAM backing " + what + ": " + why);
}

struct stat status_of(int fd, const std::string& what) {
    struct stat info {};
    if (fstat(fd, &info) != 0) fail(what, "cannot be examined: " + std::string(std::strerror(errno)));
    return info;
}

Mapping map_shared(int fd, std::uint64_t offset, std::size_t size, const std::string& what) {
    if (size == 0) fail(what, "is empty, expected at least one byte");
    try {
        return Mapping::file(fd, offset, size, true);
    } catch (const std::system_error& error) {
        fail(what, "cannot be mapped: " + std::string(std::strerror(error.code().value())));
    }
}

class OpenFile {
public:
    /// Not blocking: a FIFO without a peer must be refused, not waited for.
    explicit OpenFile(const std::string& path) : fd_(open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK)) {
        if (fd_ < 0)
            fail(path, "cannot be opened for reading and writing: " + std::string(std::strerror(errno)));
    }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    ~OpenFile() { close(fd_); }
    int fd() const { return fd_; }

private:
    int fd_;
};

}  // namespace

Backing Backing::sparse(std::size_t size) {
    if (size == 0) fail("sparse memory", "is empty, expected at least one byte");
    try {
        return {Mapping::anonymous(size, Mapping::Pages::Large), true};
    } catch (const std::system_error& error) {
        fail("sparse memory", std::to_string(size) + " bytes: " + std::strerror(error.code().value()));
    }
}

Backing Backing::sparse_at(std::uintptr_t place, std::size_t size) {
    try {
        return {Mapping::anonymous_at(place, size), true};
    } catch (const std::system_error& error) {
        fail("sparse memory",
             "not at address " + std::to_string(place) + ": " + std::strerror(error.code().value()));
    }
}

Backing Backing::file(const std::string& path) {
    const OpenFile file(path);
    const struct stat info = status_of(file.fd(), path);
    if (!S_ISREG(info.st_mode)) fail(path, "is not a regular file");
    return {map_shared(file.fd(), 0, static_cast<std::size_t>(info.st_size), path), false};
}

Backing Backing::descriptor(int fd, std::uint64_t offset, std::size_t size) {
    const std::string what = "descriptor " + std::to_string(fd);
    const struct stat info = status_of(fd, what);
    const auto have = static_cast<std::uint64_t>(info.st_size);
    // Bytes behind the end of a file raise SIGBUS when touched. Only files have an end that can be asked for.
    if (S_ISREG(info.st_mode) && (offset > have || size > have - offset))
        fail(what, "has " + std::to_string(have) + " bytes, expected " + std::to_string(size) +
                       " from offset " + std::to_string(offset));
    return {map_shared(fd, offset, size, what), false};
}

void Backing::clear() {
    // A whole mapping always starts and ends with a page.
    if (volatile_) mapping_.discard(0, mapping_.size());
}

}  // namespace ans
