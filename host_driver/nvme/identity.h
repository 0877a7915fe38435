// SPDX-License-Identifier: MIT
// What the device says of itself, checked before anything is computed from it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "host_driver/common/status.h"

namespace ans::driver {

struct Identity {
    std::string model;
    std::string serial;
    std::string firmware;
    std::uint16_t vendor = 0;
    std::uint32_t namespaces = 0;  ///< NN
    std::uint16_t oncs = 0;        ///< optional commands, as the device reports them
    bool volatile_cache = false;
    std::uint64_t capacity = 0;      ///< blocks of namespace 1
    std::uint32_t block_size = 0;    ///< bytes
    std::uint64_t max_transfer = 0;  ///< bytes a command may move: MDTS, bounded by what the driver prepared

    bool can_trim() const { return (oncs >> 2 & 1u) != 0; }
    bool can_write_zeroes() const { return (oncs >> 3 & 1u) != 0; }
};

/// The SMART log's fields that have a name. source: NVMe 1.1 figure 76
struct SmartLog {
    std::uint8_t critical_warning = 0;
    std::uint16_t temperature = 0;  ///< kelvin
    std::uint8_t available_spare = 0;
    std::uint8_t percentage_used = 0;
    std::uint64_t data_units_read = 0;  ///< thousands of 512 bytes; low halves of the 128-bit counters
    std::uint64_t data_units_written = 0;
    std::uint64_t host_reads = 0;
    std::uint64_t host_writes = 0;
    std::uint64_t power_cycles = 0;
    std::uint64_t power_on_hours = 0;
    std::uint64_t unsafe_shutdowns = 0;
    std::uint64_t media_errors = 0;
};

namespace nvme {
inline constexpr std::size_t kIdentifySize = 4096;
inline constexpr std::size_t kSmartSize = 512;

/// `page`: kIdentifySize bytes. Protocol: no namespace at all.
Status parse_controller(const std::byte* page, std::uint64_t transfer_limit, Identity& identity);
/// Protocol: no blocks, or a block size that the driver cannot work with.
Status parse_namespace(const std::byte* page, Identity& identity);
/// `page`: kSmartSize bytes.
SmartLog parse_smart(const std::byte* page);
}  // namespace nvme

}  // namespace ans::driver
