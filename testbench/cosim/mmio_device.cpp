// SPDX-License-Identifier: MIT
#include "testbench/cosim/mmio_device.h"

#include <array>
#include <cstring>

namespace ans::cosim {

namespace {

/// What precedes the data. source: linux-cosim.md 3, "Message"
struct Header {
    std::uint8_t op;
    std::uint8_t bar;
    std::uint16_t reserved;
    std::uint32_t size;
    std::uint64_t address;
};
static_assert(sizeof(Header) == 16);

constexpr std::uint8_t kConfigWrite = 2;  ///< what memset_io sends by mistake, with one byte
constexpr std::uint8_t kRead = 3;
constexpr std::uint8_t kWrite = 4;
constexpr std::uint32_t kLongest = 4096;  ///< bytes of one memcpy_toio or memcpy_fromio

std::size_t gather(const std::vector<Chain::Piece>& pieces, std::byte* to, std::size_t most) {
    std::size_t have = 0;
    for (const Chain::Piece& piece : pieces) {
        const std::size_t size = std::min<std::size_t>(piece.size, most - have);
        std::memcpy(to + have, piece.data, size);
        have += size;
    }
    return have;
}

}  // namespace

void MmioDevice::on_queue(std::size_t index) {
    if (index != 0) return;  // the queue for interrupts, unused on the platform bus
    while (queue(0).pop(memory(), chain_))
        perform(chain_);
}

void MmioDevice::perform(const Chain& chain) {
    const std::uint32_t written = access(chain);
    queue(0).push(chain.head, written);
    // A read makes the guest take everything back, a write does not.
    told_less_ = written != 0 ? 0 : told_less_ + 1;
    if (told_less_ >= kTellAfter) want_call();
    if (told_less_ >= queue(0).size())
        throw PeerError("the guest wrote " + std::to_string(told_less_) +
                        " registers while no time passed for it: its ring of posted writes is full");
}

// Returns the bytes written into the guest's buffer.
std::uint32_t MmioDevice::access(const Chain& chain) {
    std::array<std::byte, sizeof(Header) + kLongest> message;
    const std::size_t length = gather(chain.out, message.data(), message.size());
    Header header{};
    if (length < sizeof header) throw PeerError("a register access without a header");
    std::memcpy(&header, message.data(), sizeof header);
    std::byte* const data = message.data() + sizeof header;
    if (header.op == kRead) {
        if (chain.in.empty() || header.size > kLongest || header.size > chain.in.front().size)
            throw PeerError("a register read of " + std::to_string(header.size) + " bytes");
        access_(false, header.address, chain.in.front().data, header.size);
        return header.size;
    }
    if (header.op == kConfigWrite) header.size = static_cast<std::uint32_t>(length - sizeof header);
    if (header.op != kWrite && header.op != kConfigWrite)
        throw PeerError("register operation " + std::to_string(header.op) + " is unknown");
    if (header.size > length - sizeof header)
        throw PeerError("a register write of " + std::to_string(header.size) + " bytes");
    access_(true, header.address, data, header.size);
    return 0;
}

}  // namespace ans::cosim
