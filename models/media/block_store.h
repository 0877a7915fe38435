// SPDX-License-Identifier: MIT
// What holds the namespace's blocks when power is off.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "models/common/nvme_command.h"

namespace ans {

/// Bytes of a logical block. source: hardware.md 5 "LBA data size 4096"; real-machines.md
inline constexpr std::size_t kBlockSize = 4096;

/// An image, a size or a state file that cannot be used; the text names it and says what was expected.
class MediaOpenError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Blocks by number. Callers keep `lba + count` within `blocks()`. Errors are errno values, 0 is success.
class BlockStore {
public:
    virtual ~BlockStore() = default;

    std::uint64_t blocks() const { return blocks_; }
    /// For messages: the image's path, or what the memory is.
    const std::string& name() const { return name_; }
    virtual bool writable() const { return true; }

    /// Pointers to the blocks' present content, to be read only, valid until the next write or trim. Returns
    /// how many runs it filled; 0: the store is damaged or `max` is too small (`count` always suffices).
    virtual std::size_t runs(std::uint64_t lba, std::uint64_t count, MemoryRun* out, std::size_t max) = 0;
    /// On an error some of the blocks may have been written.
    virtual int write(std::uint64_t lba, std::uint64_t count, const std::byte* data) = 0;
    /// The blocks read as zeros and cost nothing where that can be had.
    virtual int trim(std::uint64_t lba, std::uint64_t count) = 0;
    /// Whether the store is still what was opened.
    virtual int check() { return 0; }
    /// Like check, and lets the host write to its own medium what was written here.
    virtual int sync() { return 0; }

protected:
    BlockStore(std::uint64_t blocks, std::string name) : blocks_(blocks), name_(std::move(name)) {}

private:
    const std::uint64_t blocks_;
    const std::string name_;
};

/// Fills an array of runs; neighbours in memory become one run.
class RunList {
public:
    RunList(MemoryRun* out, std::size_t max) : out_(out), max_(max) {}
    /// False: there is no room.
    bool add(const std::byte* data, std::size_t size) {
        if (count_ != 0 && out_[count_ - 1].data + out_[count_ - 1].size == data) {
            out_[count_ - 1].size += size;
            return true;
        }
        if (count_ == max_) return false;
        out_[count_++] = {const_cast<std::byte*>(data), size};
        return true;
    }
    /// Room for others to fill; `added` says how much they did.
    MemoryRun* end() const { return out_ + count_; }
    std::size_t room() const { return max_ - count_; }
    void added(std::size_t runs) { count_ += runs; }
    std::size_t count() const { return count_; }

private:
    MemoryRun* out_;
    std::size_t max_;
    std::size_t count_ = 0;
};

}  // namespace ans
