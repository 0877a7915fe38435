// SPDX-License-Identifier: MIT
#include "host_driver/nvme/identity.h"

#include <algorithm>

#include "host_driver/common/bits.h"

namespace ans::driver::nvme {

namespace {

// Identify controller. source: NVMe 1.1 figure 82
constexpr std::size_t kVendor = 0, kSerial = 4, kModel = 24, kFirmware = 64, kMdts = 77;
constexpr std::size_t kNamespaces = 516, kOncs = 520, kVwc = 525;
// Identify namespace. source: NVMe 1.1 figure 83
constexpr std::size_t kSize = 0, kFormat = 26, kFormats = 128;
constexpr unsigned kFormatMask = 0xf;
constexpr unsigned kMinBlockShift = 9, kMaxBlockShift = 16;
// SMART. source: NVMe 1.1 figure 76
constexpr std::size_t kSmartTemperature = 1, kSmartSpare = 3, kSmartUsed = 5, kSmartCounters = 32;

/// Space-padded ASCII; anything else becomes '.'.
std::string text(const std::byte* from, std::size_t size) {
    std::string result;
    for (std::size_t i = 0; i < size; ++i) {
        const auto c = static_cast<unsigned char>(from[i]);
        result += c >= 0x20 && c < 0x7f ? static_cast<char>(c) : c == 0 ? ' ' : '.';
    }
    result.erase(result.find_last_not_of(' ') + 1);
    result.erase(0, std::min(result.find_first_not_of(' '), result.size()));
    return result;
}

}  // namespace

Status parse_controller(const std::byte* page, std::uint64_t transfer_limit, Identity& identity) {
    identity.vendor = load<std::uint16_t>(page + kVendor);
    identity.serial = text(page + kSerial, 20);
    identity.model = text(page + kModel, 40);
    identity.firmware = text(page + kFirmware, 8);
    identity.namespaces = load<std::uint32_t>(page + kNamespaces);
    identity.oncs = load<std::uint16_t>(page + kOncs);
    identity.volatile_cache = (load<std::uint8_t>(page + kVwc) & 1u) != 0;
    const unsigned mdts = load<std::uint8_t>(page + kMdts);
    // 0 means without a limit, and so does what would shift the page size out of any range.
    const std::uint64_t device_limit =
        mdts == 0 || mdts > 32 ? ~std::uint64_t{0} : std::uint64_t{kPageSize} << mdts;
    identity.max_transfer = std::min(device_limit, transfer_limit);
    return identity.namespaces == 0 ? Status::Protocol : Status::Ok;
}

Status parse_namespace(const std::byte* page, Identity& identity) {
    const std::uint64_t capacity = load<std::uint64_t>(page + kSize);
    const unsigned format = load<std::uint8_t>(page + kFormat) & kFormatMask;
    const std::uint32_t descriptor = load<std::uint32_t>(page + kFormats + 4 * format);
    const unsigned metadata = descriptor & 0xffff;
    const unsigned shift = descriptor >> 16 & 0xff;
    if (shift < kMinBlockShift || shift > kMaxBlockShift || metadata != 0) return Status::Protocol;
    if (capacity == 0 || capacity > ~std::uint64_t{0} >> shift)
        return Status::Protocol;  // bytes fit in 64 bits
    identity.capacity = capacity;
    identity.block_size = 1u << shift;
    return Status::Ok;
}

SmartLog parse_smart(const std::byte* page) {
    const auto counter = [page](unsigned index) {
        return load<std::uint64_t>(page + kSmartCounters + 16 * index);
    };
    SmartLog log;
    log.critical_warning = load<std::uint8_t>(page);
    log.temperature = load<std::uint16_t>(page + kSmartTemperature);
    log.available_spare = load<std::uint8_t>(page + kSmartSpare);
    log.percentage_used = load<std::uint8_t>(page + kSmartUsed);
    log.data_units_read = counter(0);
    log.data_units_written = counter(1);
    log.host_reads = counter(2);
    log.host_writes = counter(3);
    log.power_cycles = counter(5);
    log.power_on_hours = counter(6);
    log.unsafe_shutdowns = counter(7);
    log.media_errors = counter(8);
    return log;
}

}  // namespace ans::driver::nvme
