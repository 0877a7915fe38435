// SPDX-License-Identifier: MIT
#include "models/common/mapping.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace ans {

Mapping::Mapping(std::size_t size, int protection, int flags, int fd, std::uint64_t offset) {
    const std::size_t skew = offset % static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    void* place = size > SIZE_MAX - skew
                      ? (errno = ENOMEM, MAP_FAILED)
                      : mmap(nullptr, size + skew, protection, flags, fd, static_cast<off_t>(offset - skew));
    if (place == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
    data_ = static_cast<std::byte*>(place) + skew;
    size_ = size;
    skew_ = skew;
}

Mapping Mapping::anonymous(std::size_t size, Pages pages) {
    Mapping mapping(size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    // Advice: a kernel without huge pages refuses it and has nothing to be told.
    if (pages == Pages::Small) madvise(mapping.data_, size, MADV_NOHUGEPAGE);
    if (pages == Pages::Large) madvise(mapping.data_, size, MADV_HUGEPAGE);
    return mapping;
}

Mapping Mapping::zeros(std::size_t size) {
    Mapping mapping(size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    madvise(mapping.data_, size, MADV_NOHUGEPAGE);
    return mapping;
}

Mapping Mapping::file(int fd, std::uint64_t offset, std::size_t size, bool writable) {
    return Mapping(size, writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, fd, offset);
}

Mapping::Mapping(Mapping&& other) noexcept {
    *this = std::move(other);
}

Mapping& Mapping::operator=(Mapping&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(skew_, other.skew_);
    return *this;
}

Mapping::~Mapping() {
    if (data_ != nullptr) munmap(data_ - skew_, size_ + skew_);
}

bool Mapping::discard(std::size_t offset, std::size_t size) {
    return madvise(data_ + offset, size, MADV_DONTNEED) == 0;
}

}  // namespace ans
