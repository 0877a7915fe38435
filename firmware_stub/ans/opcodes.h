// SPDX-License-Identifier: MIT
// Opcodes, as the firmware knows them. source: NVMe 1.1 figures 38 and 109, hardware.md 8
#pragma once

#include <cstdint>

namespace ans::fw::opcode {

enum Admin : std::uint8_t {
    kDeleteSubmissionQueue = 0x00,
    kCreateSubmissionQueue = 0x01,
    kGetLogPage = 0x02,
    kDeleteCompletionQueue = 0x04,
    kCreateCompletionQueue = 0x05,
    kIdentify = 0x06,
    kAbort = 0x08,
    kSetFeatures = 0x09,
    kGetFeatures = 0x0a,
    kTunnel = 0xd8,
};

enum Io : std::uint8_t {
    kFlush = 0x00,
    kWrite = 0x01,
    kRead = 0x02,
    kWriteZeroes = 0x08,
    kDatasetManagement = 0x09,
};

}  // namespace ans::fw::opcode
