// SPDX-License-Identifier: MIT
// Whole images through the driver: large sequential requests, several in flight, taken in order.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "host_driver/nvme/driver.h"
#include "testbench/host/host.h"

namespace ans::scenario {

class ImageTransfer {
public:
    ImageTransfer(host::Host& host, driver::Driver& driver, bool polled);
    ~ImageTransfer();

    /// Reads the whole namespace; its SHA-256 in hex goes to `sha256`.
    driver::Status read_all(std::string& sha256);
    /// Writes a host file, whose size must be a multiple of the block size. Throws UserError if it cannot be
    /// read.
    driver::Status write_file(const std::string& path, std::uint64_t at_lba);

    std::uint64_t bytes() const { return bytes_; }
    std::uint64_t commands() const { return commands_; }

private:
    struct Slot {
        driver::Request request;
        port::DmaBuffer buffer;
        driver::Segment segment{};
        bool busy = false;
        ImageTransfer* owner = nullptr;
    };
    using Piece = std::function<void(Slot&)>;

    /// Moves `blocks` blocks from `lba` on. `before` fills a buffer to be written, `after` takes one that was
    /// read.
    driver::Status pump(driver::Op op, std::uint64_t lba, std::uint64_t blocks, const Piece& before,
                        const Piece& after);
    bool submit(Slot& slot);
    void wait_for(Slot& slot);

    host::Host& host_;
    driver::Driver& driver_;
    const bool polled_;
    std::unique_ptr<port::Signal> woken_;
    std::vector<Slot> slots_;
    std::uint64_t bytes_ = 0;
    std::uint64_t commands_ = 0;
};

/// SHA-256 of a host file, in hex. Throws UserError if it cannot be read.
std::string sha256_of_file(const std::string& path);

}  // namespace ans::scenario
