// SPDX-License-Identifier: MIT
// The guest's memory as a device sees it.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "models/common/mapping.h"
#include "testbench/cosim/stream.h"
#include "testbench/cosim/vhost_user.h"

namespace ans::cosim {

class GuestMemory {
public:
    /// Replaces the table. Throws PeerError where a region has no file, or not so many bytes of it.
    void set(const std::vector<MemoryRegion>& regions, const std::vector<Fd>& files);
    /// The bytes at a guest-physical address; nullptr where no region holds them all.
    std::byte* at(std::uint64_t guest_address, std::uint64_t size) const;
    /// The same by the guest's own user address.
    std::byte* at_user(std::uint64_t user_address, std::uint64_t size) const;

private:
    struct Region {
        MemoryRegion where;
        Mapping bytes;
    };
    std::vector<Region> regions_;
};

}  // namespace ans::cosim
