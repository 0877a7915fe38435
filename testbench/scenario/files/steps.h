// SPDX-License-Identifier: MIT
// What a scenario does to the machine and its driver, step by step.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "models/common/sim_time.h"

namespace ans::scenario {

/// How a step must end. `Any`: both ways are right.
enum class StepExpect : std::uint8_t { Ok, Error, Any };

struct StepBase {
    StepExpect expect = StepExpect::Ok;
};

/// The driver's probe: power, firmware, RTKit, NVMe enable, queues.
struct Boot : StepBase {};
/// Identify controller and namespace.
struct Identify : StepBase {};
/// The SMART log.
struct Smart : StepBase {};

enum class Pattern : std::uint8_t { Read, Write, RandRead, RandWrite, RandRw };

/// An I/O job in the manner of fio. Requests are spread over `threads`, which share `depth`.
struct Io : StepBase {
    Pattern pattern = Pattern::RandRead;
    std::uint64_t block_kib = 4;             ///< bytes of a request / 1024
    unsigned depth = 1;                      ///< requests in flight, of all threads
    std::optional<std::uint64_t> count;      ///< requests in all
    std::optional<std::uint64_t> size_mib;   ///< or bytes in all; neither: 1000 requests
    std::uint64_t offset_mib = 0;            ///< where the job's range begins
    std::optional<std::uint64_t> range_mib;  ///< its length; default: to the end of the namespace
    unsigned threads = 1;
    bool verify = false;           ///< what is read must be what was written last, in this run or before it
    unsigned fua_percent = 0;      ///< of the writes
    unsigned read_percent = 50;    ///< of randrw
    std::uint64_t buffer_mib = 0;  ///< buffers at random places of so much memory; 0: one a request in flight
    std::uint64_t flush_every = 0;      ///< a flush after so many writes; 0: none
    SimTime think = 0;                  ///< a thread's pause before each request: random, so long on average
    std::optional<std::uint64_t> seed;  ///< default: the scenario's
    std::uint64_t requests() const;
};

/// Reads the whole namespace through the driver and compares SHA-256 sums.
struct ReadImage : StepBase {
    std::string compare_with;  ///< a file of the host; "": the run's own image
};
/// Writes a host file through the driver.
struct WriteImage : StepBase {
    std::string from;
    std::uint64_t at_lba = 0;
};
struct Flush : StepBase {};
/// Dataset Management, deallocate.
struct Trim : StepBase {
    std::uint64_t lba = 0;
    std::uint64_t blocks = 1;
};
struct Suspend : StepBase {};
struct Resume : StepBase {};
/// The driver's controller reset.
struct Reset : StepBase {};
/// The driver's clean end; a boot may follow.
struct Shutdown : StepBase {};
/// Power is gone at once: caches are lost, the driver dies with the machine.
struct PowerCut : StepBase {};
struct PowerOn : StepBase {};
/// Simulated time passes while the driver does nothing.
struct Wait : StepBase {
    SimTime time = 0;
};

using Step = std::variant<Boot, Identify, Smart, Io, ReadImage, WriteImage, Flush, Trim, Suspend, Resume,
                          Reset, Shutdown, PowerCut, PowerOn, Wait>;

/// As scenarios write it: "read_image".
std::string_view step_name(const Step& step);
StepExpect step_expect(const Step& step);
std::string_view step_expect_name(StepExpect expect);
std::string_view pattern_name(Pattern pattern);

}  // namespace ans::scenario
