// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace ans::driver {

/// How an operation of the driver ended.
enum class Status : std::uint8_t {
    Ok,
    Pending,          ///< a request that the driver still owns
    Timeout,          ///< no answer in time
    NotReady,         ///< the device is off, suspended or between two lives
    NoMemory,         ///< no DMA memory, or no SART entry left for it
    InvalidArgument,  ///< the caller's parameters contradict each other
    Misaligned,       ///< the caller's memory cannot be described by PRP entries
    TooLarge,         ///< more data than the device takes in one command
    OutOfRange,       ///< beyond the last block
    NotSupported,     ///< the device says that it lacks the command
    Protocol,         ///< the device answered against the rules
    DeviceError,      ///< the command ended with an NVMe error (Request::nvme_status)
    Aborted,          ///< in flight when the controller was reset
    DeviceGone,       ///< the coprocessor crashed or disappeared; only a reboot brings it back
};

constexpr const char* to_string(Status status) {
    switch (status) {
        case Status::Ok:
            return "ok";
        case Status::Pending:
            return "pending";
        case Status::Timeout:
            return "timeout";
        case Status::NotReady:
            return "not ready";
        case Status::NoMemory:
            return "out of memory";
        case Status::InvalidArgument:
            return "invalid argument";
        case Status::Misaligned:
            return "misaligned buffer";
        case Status::TooLarge:
            return "transfer too large";
        case Status::OutOfRange:
            return "beyond the last block";
        case Status::NotSupported:
            return "not supported";
        case Status::Protocol:
            return "protocol error";
        case Status::DeviceError:
            return "device error";
        case Status::Aborted:
            return "aborted by reset";
        case Status::DeviceGone:
            return "device gone";
    }
    return "unknown";
}

}  // namespace ans::driver
