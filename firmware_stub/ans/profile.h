// SPDX-License-Identifier: MIT
// What the NVMe service says of itself and how long it takes, as data.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "models/common/sim_time.h"

namespace ans::fw {

/// Service times. source: guess, in the range of what owners measure on M1 machines; none gates correctness.
struct ServiceTimes {
    SimTime command = nanoseconds(350);  ///< the firmware's processor, one command after the other
    SimTime admin = microseconds(30);
    SimTime read = microseconds(60);   ///< flash to controller, overlapping between commands
    SimTime write = microseconds(12);  ///< into the volatile cache
    SimTime flush = milliseconds(8);   ///< "very slow". source: hardware.md 5, no number known
    SimTime trim = microseconds(40);
    SimTime page_transfer =
        nanoseconds(553);             ///< 4 KiB on the link, shared by all: the 7.4 GB/s that are sold
    SimTime ready = milliseconds(2);  ///< CC.EN to CSTS.RDY after a clean shutdown
    SimTime ready_unclean = milliseconds(150);  ///< source: hardware.md 5: above 100 ms on large drives
    SimTime disable = microseconds(50);         ///< CC.EN cleared to RDY=0
    SimTime shutdown = milliseconds(3);         ///< SHN to SHST=2, the flush included
};

/// Identify data. source: real-machines.md "Identity"
struct Identity {
    std::string model = "APPLE SSD AP0512Z";
    std::string serial = "0ba01234c56d7e8f";  ///< 16 hex digits; the value is a guess
    std::string firmware = "499.0.9";
    unsigned mdts = 8;  ///< power of two of 4 KiB pages: 1 MiB; 0: no limit
    unsigned namespaces = 3;
    std::array<std::uint8_t, 8> nand_id{
        0x98};  ///< manufacturer: Kioxia's number at JEDEC; the value is a guess
};

}  // namespace ans::fw
