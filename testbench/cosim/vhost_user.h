// SPDX-License-Identifier: MIT
// What of vhost-user User Mode Linux speaks: it is the client, we are its devices.
// source: linux-cosim.md 3; the numbers are those of the vhost-user specification
#pragma once

#include <cstdint>

namespace ans::cosim {

enum class VhostRequest : std::uint32_t {
    GetFeatures = 1,
    SetFeatures = 2,
    SetOwner = 3,
    SetMemTable = 5,
    SetVringNum = 8,
    SetVringAddr = 9,
    SetVringBase = 10,
    GetVringBase = 11,
    SetVringKick = 12,
    SetVringCall = 13,
    GetProtocolFeatures = 15,
    SetProtocolFeatures = 16,
    SetVringEnable = 18,
    SetSlaveReqFd = 21,
    GetConfig = 24,
    SetConfig = 25,
    VringKick = 35,
};
/// On the socket that the guest handed over with SetSlaveReqFd.
inline constexpr std::uint32_t kSlaveVringCall = 4;

struct VhostHeader {
    std::uint32_t request;
    std::uint32_t flags;
    std::uint32_t size;  ///< bytes of payload
};
static_assert(sizeof(VhostHeader) == 12);

inline constexpr std::uint32_t kVhostVersion = 1;
inline constexpr std::uint32_t kVhostReply = 4;
inline constexpr std::uint32_t kVhostNeedReply = 8;
inline constexpr std::uint32_t kVhostMostPayload = 512;  ///< bytes; the longest that UML sends has 72

inline constexpr std::uint64_t kVirtioVersion1 = std::uint64_t{1} << 32;
inline constexpr std::uint64_t kVhostProtocolFeatures = std::uint64_t{1} << 30;
/// REPLY_ACK, SLAVE_REQ, INBAND_NOTIFICATIONS: every kick is a message that waits for its answer, which is what makes a run repeat.
inline constexpr std::uint64_t kProtocolBits = 1u << 3 | 1u << 5 | 1u << 14;

struct VringState {
    std::uint32_t index;
    std::uint32_t value;
};
struct VringAddr {
    std::uint32_t index;
    std::uint32_t flags;
    std::uint64_t descriptors, used, available, log;  ///< in the guest's user addresses
};
struct MemoryRegion {
    std::uint64_t guest_address;
    std::uint64_t size;  ///< bytes
    std::uint64_t user_address;
    std::uint64_t offset;  ///< in the file that comes with it
};

}  // namespace ans::cosim
