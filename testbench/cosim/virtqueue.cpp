// SPDX-License-Identifier: MIT
#include "testbench/cosim/virtqueue.h"

#include <cstring>

namespace ans::cosim {

namespace {
constexpr std::uint16_t kNext = 1;   ///< the chain goes on
constexpr std::uint16_t kWrite = 2;  ///< the device writes it
}  // namespace

void Virtqueue::set_size(std::uint32_t entries) {
    if (entries == 0 || entries > kMostEntries || (entries & (entries - 1)) != 0)
        throw PeerError("virtqueue of " + std::to_string(entries) + " entries");
    size_ = entries;
    forget();
}

void Virtqueue::set_addresses(const GuestMemory& memory, const VringAddr& where) {
    constexpr std::uint64_t kRingHeader = 4;
    forget();
    std::byte* descriptors = memory.at_user(where.descriptors, std::uint64_t{size_} * sizeof(Descriptor));
    std::byte* available = memory.at_user(where.available, kRingHeader + std::uint64_t{size_} * 2);
    std::byte* used = memory.at_user(where.used, kRingHeader + std::uint64_t{size_} * sizeof(Used));
    if (size_ == 0 || descriptors == nullptr || available == nullptr || used == nullptr)
        throw PeerError("virtqueue rings outside the guest's memory");
    const auto aligned = [](const std::byte* at, std::uintptr_t to) {
        return reinterpret_cast<std::uintptr_t>(at) % to == 0;
    };
    if (!aligned(descriptors, 16) || !aligned(available, 2) || !aligned(used, 4))
        throw PeerError("virtqueue rings that are not aligned");
    descriptors_ = reinterpret_cast<const Descriptor*>(descriptors);
    available_ = reinterpret_cast<const std::uint16_t*>(available);
    used_ = used;
}

void Virtqueue::forget() {
    descriptors_ = nullptr;
    available_ = nullptr;
    used_ = nullptr;
}

bool Virtqueue::pop(const GuestMemory& memory, Chain& chain) {
    if (!ready() || __atomic_load_n(&available_[1], __ATOMIC_ACQUIRE) == next_) return false;
    chain.head = available_[2 + next_ % size_];
    ++next_;
    chain.out.clear();
    chain.in.clear();
    std::uint16_t index = chain.head;
    for (std::size_t i = 0; i < kLongestChain; ++i) {
        if (index >= size_) throw PeerError("virtqueue descriptor " + std::to_string(index) + " does not exist");
        const Descriptor descriptor = descriptors_[index];  // a copy: the guest may change it meanwhile
        std::byte* data = memory.at(descriptor.address, descriptor.size);
        if (data == nullptr) throw PeerError("virtqueue buffer outside the guest's memory");
        ((descriptor.flags & kWrite) != 0 ? chain.in : chain.out).push_back({data, descriptor.size});
        if ((descriptor.flags & kNext) == 0) return true;
        index = descriptor.next;
    }
    throw PeerError("virtqueue chain without an end");
}

void Virtqueue::push(std::uint16_t head, std::uint32_t written) {
    if (!ready()) return;
    auto* const index = reinterpret_cast<std::uint16_t*>(used_ + 2);
    const std::uint16_t at = *index;
    const Used entry{head, written};
    std::memcpy(used_ + 4 + sizeof(Used) * (at % size_), &entry, sizeof entry);
    __atomic_store_n(index, static_cast<std::uint16_t>(at + 1), __ATOMIC_RELEASE);
}

}  // namespace ans::cosim
