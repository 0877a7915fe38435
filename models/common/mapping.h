// SPDX-License-Identifier: MIT
// Memory from the host's kernel that costs only the pages touched: large sparse tables, DRAM, mapped files.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ans {

/// Owns one mapping. Reads as zeros where anonymous memory was never written.
class Mapping {
public:
    /// Small: never huge pages, so that scattered single pages stay cheap. Large: huge pages where the kernel
    /// has them, for memory that is used densely and copied from and to all day. Any: as the kernel likes.
    enum class Pages : std::uint8_t { Small, Any, Large };

    Mapping() = default;
    /// Private memory without reservation. Throws std::system_error.
    static Mapping anonymous(std::size_t size, Pages pages);
    /// The same at just that place, a multiple of the page size. Throws std::system_error, also where
    /// something else lies there.
    static Mapping anonymous_at(std::uintptr_t place, std::size_t size);
    /// Reads as zeros, cannot be written. Throws std::system_error.
    static Mapping zeros(std::size_t size);
    /// `size` bytes of the file, shared with its other users; the descriptor may be closed afterwards.
    /// `offset` need not be page-aligned. Throws std::system_error.
    static Mapping file(int fd, std::uint64_t offset, std::size_t size, bool writable);

    Mapping(Mapping&& other) noexcept;
    Mapping& operator=(Mapping&& other) noexcept;
    ~Mapping();

    std::byte* data() const { return data_; }
    std::size_t size() const { return size_; }
    /// Anonymous memory returns to zero and its pages to the kernel. False: the range is not in whole pages.
    bool discard(std::size_t offset, std::size_t size);

private:
    Mapping(std::size_t size, int protection, int flags, int fd, std::uint64_t offset, void* place = nullptr);

    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
    std::size_t skew_ = 0;  ///< bytes of the mapping before `data_`
};

}  // namespace ans
