// SPDX-License-Identifier: MIT
#include "firmware_stub/ans/identify.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace ans::fw {

namespace {

template <typename T>
void put(Page& page, std::size_t offset, T value) {
    std::memcpy(page.data() + offset, &value, sizeof value);
}

// Space-padded ASCII, as Identify wants it.
void put_text(Page& page, std::size_t offset, std::size_t size, std::string_view text) {
    std::fill_n(page.begin() + static_cast<std::ptrdiff_t>(offset), size, std::byte{' '});
    std::memcpy(page.data() + offset, text.data(), std::min(size, text.size()));
}

}  // namespace

void identify_controller(Page& page, const Identity& identity, bool write_zeroes) {
    page.fill({});
    put<std::uint16_t>(page, 0, 0x106b);  // VID
    put<std::uint16_t>(page, 2, 0x106b);  // SSVID
    put_text(page, 4, 20, identity.serial);
    put_text(page, 24, 40, identity.model);
    put_text(page, 64, 8, identity.firmware);
    put<std::uint8_t>(page, 77, static_cast<std::uint8_t>(identity.mdts));
    put<std::uint16_t>(page, 256, 0x0004);  // OACS: firmware download only
    put<std::uint8_t>(page, 260, 0x02);     // FRMW: one slot
    put<std::uint8_t>(page, 512, 0x66);     // SQES: 64 bytes
    put<std::uint8_t>(page, 513, 0x44);     // CQES: 16 bytes
    put<std::uint32_t>(page, 516, identity.namespaces);
    put<std::uint16_t>(
        page, 520,
        static_cast<std::uint16_t>(0x0004 | (write_zeroes ? 0x0008 : 0)));  // ONCS: dataset management
    put<std::uint8_t>(page, 525, 0x01);  // VWC: a volatile write cache is present
    // Zero as on real machines: RAB, IEEE, CNTLID, VER, OAES, LPA, NPSS (one state of 0 W), SUBNQN.
}

void identify_namespace(Page& page, std::uint64_t blocks) {
    page.fill({});
    if (blocks == 0) return;
    put<std::uint64_t>(page, 0, blocks);       // NSZE
    put<std::uint64_t>(page, 8, blocks);       // NCAP
    put<std::uint64_t>(page, 16, blocks);      // NUSE
    put<std::uint32_t>(page, 128, 12u << 16);  // LBAF0: LBADS 12, 4096 bytes (G)
}

void smart_log(Page& page, const DeviceCounters& values) {
    constexpr std::uint8_t kSpareThreshold = 99;  // source: guess
    constexpr std::uint8_t kSpareIsLow = 0x01;
    page.fill({});
    put<std::uint8_t>(page, 0,
                      values.available_spare < kSpareThreshold ? kSpareIsLow : 0);  // critical warning
    put<std::uint16_t>(page, 1, 273 + 35);  // composite temperature in kelvin; guess
    put<std::uint8_t>(page, 3, values.available_spare);
    put<std::uint8_t>(page, 4, kSpareThreshold);
    put<std::uint8_t>(page, 5, values.percentage_used);
    put(page, 32, values.data_units_read);
    put(page, 48, values.data_units_written);
    put(page, 64, values.host_reads);
    put(page, 80, values.host_writes);
    put(page, 112, values.power_cycles);
    put(page, 128, values.power_on_hours);
    put(page, 144, values.unsafe_shutdowns);
    put(page, 160, values.media_errors);
}

void firmware_slot_log(Page& page, const Identity& identity) {
    page.fill({});
    put<std::uint8_t>(page, 0, 0x01);  // AFI: slot 1 is active
    put_text(page, 8, 8, identity.firmware);
}

}  // namespace ans::fw
