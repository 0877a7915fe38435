// SPDX-License-Identifier: MIT
#include "models/common/mapping.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace ans {

Mapping::Mapping(std::size_t size, int protection, int flags, int fd, std::uint64_t offset, void* place) {
    const std::size_t skew = offset % static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    void* made = size > SIZE_MAX - skew
                     ? (errno = ENOMEM, MAP_FAILED)
                     : mmap(place, size + skew, protection, flags, fd, static_cast<off_t>(offset - skew));
    if (made == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
    data_ = static_cast<std::byte*>(made) + skew;
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

Mapping Mapping::anonymous_at(std::uintptr_t place, std::size_t size) {
    constexpr int kFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE;
    void* const wanted = reinterpret_cast<void*>(place);
    Mapping mapping(size, PROT_READ | PROT_WRITE, kFlags, -1, 0, wanted);
    // A kernel before 4.17 takes the place for a wish.
    if (mapping.data_ != wanted) throw std::system_error(EEXIST, std::generic_category(), "mmap");
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
