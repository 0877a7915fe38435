// SPDX-License-Identifier: MIT
// What a DRAM region's bytes are made of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

#include "models/common/mapping.h"

namespace ans {

/// A backing that cannot be had; the text names it and says what was expected.
class BackingError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Owns the mapping of one region. Each factory throws BackingError.
class Backing {
public:
    /// Zeros, populated page by page as they are written; lost with power.
    static Backing sparse(std::size_t size);
    /// The same with the CPU's pointers just there: `place` is a multiple of the page size, and free.
    static Backing sparse_at(std::uintptr_t place, std::size_t size);
    /// The whole of a regular file, shared: what the machine writes is in the file.
    static Backing file(const std::string& path);
    /// `size` bytes at `offset` of memory that somebody else owns (a guest's), shared. The descriptor stays
    /// the caller's and may be closed afterwards; `offset` need not be page-aligned.
    static Backing descriptor(int fd, std::uint64_t offset, std::size_t size);

    std::byte* data() const { return mapping_.data(); }
    std::size_t size() const { return mapping_.size(); }
    /// Power is lost: sparse memory reads as zeros again. A file's or a guest's bytes are their owner's and
    /// stay.
    void clear();

private:
    Backing(Mapping mapping, bool is_volatile) : mapping_(std::move(mapping)), volatile_(is_volatile) {}

    Mapping mapping_;
    bool volatile_;
};

}  // namespace ans
