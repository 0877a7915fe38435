// SPDX-License-Identifier: MIT
// Queue entries and opcodes. source: NVM Express 1.1 sections 4.2, 4.6, 5 and 6
#pragma once

#include <cstdint>

namespace ans::driver::nvme {

/// Submission queue entry. source: NVMe 1.1 figure 11
struct Sqe {
    std::uint8_t opcode = 0;
    std::uint8_t flags = 0;
    std::uint16_t command_id = 0;
    std::uint32_t nsid = 0;
    std::uint64_t reserved = 0;
    std::uint64_t metadata = 0;
    std::uint64_t prp1 = 0;
    std::uint64_t prp2 = 0;
    std::uint32_t cdw10 = 0;
    std::uint32_t cdw11 = 0;
    std::uint32_t cdw12 = 0;
    std::uint32_t cdw13 = 0;
    std::uint32_t cdw14 = 0;
    std::uint32_t cdw15 = 0;
};
static_assert(sizeof(Sqe) == 64);

/// Completion queue entry. source: NVMe 1.1 figure 25
struct Cqe {
    std::uint32_t result;
    std::uint32_t reserved;
    std::uint16_t sq_head;
    std::uint16_t sq_id;
    std::uint16_t command_id;
    std::uint16_t status;  ///< bit 0 is the phase
};
static_assert(sizeof(Cqe) == 16);

// I/O commands. source: NVMe 1.1 figure 171
inline constexpr std::uint8_t kFlush = 0x00;
inline constexpr std::uint8_t kWrite = 0x01;
inline constexpr std::uint8_t kRead = 0x02;
inline constexpr std::uint8_t kWriteZeroes = 0x08;
inline constexpr std::uint8_t kDatasetManagement = 0x09;
inline constexpr std::uint32_t kForceUnitAccess = 1u << 30;  ///< CDW12
inline constexpr std::uint32_t kDeallocate = 1u << 2;        ///< CDW11 of dataset management

/// One range of dataset management. source: NVMe 1.1 figure 178
struct TrimRange {
    std::uint32_t attributes;
    std::uint32_t blocks;
    std::uint64_t lba;
};
static_assert(sizeof(TrimRange) == 16);

// Admin commands. source: NVMe 1.1 figure 38
inline constexpr std::uint8_t kDeleteSq = 0x00;
inline constexpr std::uint8_t kCreateSq = 0x01;
inline constexpr std::uint8_t kGetLogPage = 0x02;
inline constexpr std::uint8_t kDeleteCq = 0x04;
inline constexpr std::uint8_t kCreateCq = 0x05;
inline constexpr std::uint8_t kIdentify = 0x06;
inline constexpr std::uint8_t kSetFeatures = 0x09;
inline constexpr std::uint8_t kGetFeatures = 0x0a;

inline constexpr std::uint32_t kIdentifyNamespace = 0;  ///< CNS; binary on this device. source: hardware.md 5
inline constexpr std::uint32_t kIdentifyController = 1;
/// Of version 1.1 and not understood. source: incidents.md cns-beyond-binary
inline constexpr std::uint32_t kIdentifyActiveList = 2;
inline constexpr std::uint32_t kPhysicallyContiguous = 1u << 0;
inline constexpr std::uint32_t kInterruptsEnabled = 1u << 1;
inline constexpr std::uint8_t kFeatureQueues = 0x07;
inline constexpr std::uint8_t kLogSmart = 0x02;
inline constexpr std::uint32_t kAllNamespaces = 0xffff'ffff;
inline constexpr std::uint32_t kNamespace = 1;  ///< the one that holds the disk
inline constexpr std::uint32_t kIoQueueId = 1;  ///< the only one. source: hardware.md 5

}  // namespace ans::driver::nvme
