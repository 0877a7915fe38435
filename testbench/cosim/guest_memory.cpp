// SPDX-License-Identifier: MIT
#include "testbench/cosim/guest_memory.h"

#include <sys/stat.h>

#include <string>
#include <system_error>

namespace ans::cosim {

namespace {

bool holds(std::uint64_t base, std::uint64_t length, std::uint64_t address, std::uint64_t size) {
    return address >= base && address - base < length && size <= length - (address - base);
}

// Bytes behind the end of a file raise SIGBUS when touched.
bool file_holds(const Fd& file, const MemoryRegion& region) {
    struct stat info {};
    if (fstat(file.get(), &info) != 0) return false;
    const auto size = static_cast<std::uint64_t>(info.st_size);
    return region.size != 0 && region.offset <= size && region.size <= size - region.offset;
}

}  // namespace

void GuestMemory::set(const std::vector<MemoryRegion>& regions, const std::vector<Fd>& files) {
    regions_.clear();
    if (regions.size() != files.size()) throw PeerError("memory table: regions without a file of their own");
    for (std::size_t i = 0; i < regions.size(); ++i) {
        if (!file_holds(files[i], regions[i]))
            throw PeerError("memory table: region " + std::to_string(i) + " is longer than its file");
        try {
            regions_.push_back(
                {regions[i], Mapping::file(files[i].get(), regions[i].offset, regions[i].size, true)});
        } catch (const std::system_error& error) {
            throw PeerError("memory table: region " + std::to_string(i) + " cannot be mapped: " + error.what());
        }
    }
}

std::byte* GuestMemory::at(std::uint64_t guest_address, std::uint64_t size) const {
    for (const Region& region : regions_)
        if (holds(region.where.guest_address, region.where.size, guest_address, size))
            return region.bytes.data() + (guest_address - region.where.guest_address);
    return nullptr;
}

std::byte* GuestMemory::at_user(std::uint64_t user_address, std::uint64_t size) const {
    for (const Region& region : regions_)
        if (holds(region.where.user_address, region.where.size, user_address, size))
            return region.bytes.data() + (user_address - region.where.user_address);
    return nullptr;
}

}  // namespace ans::cosim
