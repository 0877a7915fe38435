// SPDX-License-Identifier: MIT
#include "models/media/image_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace ans {

namespace {

[[noreturn]] void fail(const std::string& path, const std::string& why) {
    throw MediaOpenError("image " + path + ": " + why);
}

const char* kind_of(mode_t mode) {
    if (S_ISDIR(mode)) return "a directory";
    if (S_ISBLK(mode)) return "a block device";
    if (S_ISCHR(mode)) return "a character device";
    if (S_ISFIFO(mode)) return "a FIFO";
    return "something else";
}

// Kind and size. Returns why the file cannot be used, or nothing.
std::string objection(const struct stat& info) {
    if (!S_ISREG(info.st_mode))
        return std::string("is ") + kind_of(info.st_mode) + ", expected a regular file";
    if (info.st_size == 0) return "is empty, expected a multiple of 4096 bytes";
    if (static_cast<std::uint64_t>(info.st_size) % kBlockSize != 0)
        return "has " + std::to_string(info.st_size) + " bytes, expected a multiple of 4096";
    return {};
}

// A lock of the open file description: it holds against every other open of the file, in this process too.
std::string lock(int fd, bool exclusive) {
    struct flock request {};
    request.l_type = exclusive ? F_WRLCK : F_RDLCK;
    request.l_whence = SEEK_SET;
    if (fcntl(fd, F_OFD_SETLK, &request) == 0) return {};
    if (errno == EAGAIN || errno == EACCES) return "is in use by another emulator";
    return "cannot be locked: " + std::string(std::strerror(errno));
}

// 0 or errno; goes on after short writes.
int write_all(int fd, const std::byte* data, std::uint64_t size, std::uint64_t offset) {
    while (size != 0) {
        const ssize_t done = pwrite(fd, data, size, static_cast<off_t>(offset));
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) return errno;
        if (done == 0) return EIO;
        data += done;
        size -= static_cast<std::uint64_t>(done);
        offset += static_cast<std::uint64_t>(done);
    }
    return 0;
}

}  // namespace

ImageStore::File ImageStore::open_file(const std::string& path, Mode mode) {
    const bool write = mode == Mode::ReadWrite;
    // Not blocking: a FIFO without a peer must be refused, not waited for.
    const int fd = open(path.c_str(), (write ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && errno == EISDIR) fail(path, "is a directory, expected a regular file");
    if (fd < 0)
        fail(path, std::string("cannot be opened ") + (write ? "for writing: " : "for reading: ") +
                       std::strerror(errno));
    struct stat info {};
    std::string why =
        lock(fd, write);  // before the size is read, so that no other user changes it afterwards
    if (why.empty()) why = fstat(fd, &info) != 0 ? std::strerror(errno) : objection(info);
    if (!why.empty()) {
        close(fd);
        fail(path, why);
    }
    return {fd, mode, static_cast<std::uint64_t>(info.st_size)};
}

ImageStore::ImageStore(const std::string& path, Mode mode) : ImageStore(path, open_file(path, mode)) {}

ImageStore::ImageStore(const std::string& path, const File& file)
    : BlockStore(file.size / kBlockSize, path), file_(file) {
    try {
        mapping_ = Mapping::file(file_.fd, 0, file_.size, false);
    } catch (const std::system_error& error) {
        close(file_.fd);
        fail(path, "cannot be mapped: " + std::string(std::strerror(error.code().value())));
    }
}

ImageStore::~ImageStore() {
    close(file_.fd);
}

std::size_t ImageStore::runs(std::uint64_t lba, std::uint64_t count, MemoryRun* out, std::size_t max) {
    if (damaged_ || max == 0) return 0;
    out[0] = {mapping_.data() + lba * kBlockSize, count * kBlockSize};
    return 1;
}

int ImageStore::write(std::uint64_t lba, std::uint64_t count, const std::byte* data) {
    if (file_.mode == Mode::ReadOnly) return EROFS;
    if (const int error = check(); error != 0) return error;  // a write must not make the file grow again
    return write_all(file_.fd, data, count * kBlockSize, lba * kBlockSize);
}

int ImageStore::trim(std::uint64_t lba, std::uint64_t count) {
    if (file_.mode == Mode::ReadOnly) return EROFS;
    if (const int error = check(); error != 0) return error;
    const std::uint64_t offset = lba * kBlockSize;
    const std::uint64_t size = count * kBlockSize;
    const int hole = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
    if (fallocate(file_.fd, hole, static_cast<off_t>(offset), static_cast<off_t>(size)) == 0) return 0;
    // A host file system without holes, or a seal or limit that pwrite will name better.
    return write_zeros(offset, size);
}

int ImageStore::write_zeros(std::uint64_t offset, std::uint64_t size) {
    static constexpr std::array<std::byte, 64 * 1024> kZeros{};
    while (size != 0) {
        const std::uint64_t piece = std::min<std::uint64_t>(size, kZeros.size());
        if (const int error = write_all(file_.fd, kZeros.data(), piece, offset); error != 0) return error;
        offset += piece;
        size -= piece;
    }
    return 0;
}

int ImageStore::check() {
    struct stat info {};
    if (fstat(file_.fd, &info) != 0) return errno;
    if (static_cast<std::uint64_t>(info.st_size) < file_.size) damaged_ = true;
    return damaged_ ? ESTALE : 0;
}

int ImageStore::sync() {
    if (const int error = check(); error != 0) return error;
    return writable() && fdatasync(file_.fd) != 0 ? errno : 0;
}

}  // namespace ans
