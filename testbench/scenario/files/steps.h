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
    std::uint64_t flush_every = 0;  ///< a flush after so many writes; 0: none
    std::uint64_t smart_every =
        0;              ///< the SMART log is read after so many requests, while others are in flight
    SimTime think = 0;  ///< a thread's pause before each request: random, so long on average
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
/// The driver is gone without a word, as with a kernel that dies or is replaced; the machine stays as it is.
struct Abandon : StepBase {};
/// Simulated time passes while the driver does nothing.
struct Wait : StepBase {
    SimTime time = 0;
};

/// A raw access by the driver's CPU, past the driver. One of `read` and `write` is not empty.
struct Mmio : StepBase {
    std::string read, write;       ///< "nvme.CC", "sart.CONFIG(2)" or an address
    std::uint64_t value = 0;       ///< written
    std::optional<unsigned> bits;  ///< 32 or 64; default: the register's width, 32 at an address
    unsigned times = 1;
    const std::string& place() const { return read.empty() ? write : read; }
};
/// A message written to the mailbox past the driver, without a look at FULL.
struct Mail : StepBase {
    std::uint32_t endpoint = 0;  ///< all of word 1
    std::uint64_t msg0 = 0;
    unsigned times = 1;
};

enum class RawQueue : std::uint8_t { Admin, Io };
/// What a raw command's TCB has; without a value what fits its submission entry.
struct RawTcb {
    std::optional<std::uint8_t> opcode, flags;
    std::optional<std::uint16_t> length;
    std::optional<std::uint64_t> prp1, prp2;
};
/// A command written into the booted driver's queues past the driver: entry, TCB, doorbell, and the
/// invalidation after it.
struct RawCommand : StepBase {
    RawQueue queue = RawQueue::Io;
    std::uint16_t tag = 63;  ///< rung; from 64 on nothing but the doorbell is written
    std::uint8_t opcode = 0;
    std::optional<std::uint16_t> id;  ///< default: the tag
    std::uint32_t nsid = 1;
    unsigned blocks = 1;            ///< of data, if the opcode moves any
    std::uint32_t page_offset = 0;  ///< of the data in its first page
    std::uint32_t cdw10 = 0, cdw11 = 0;
    std::optional<std::uint32_t> cdw12;       ///< default: on the I/O queue the blocks less one
    std::optional<std::uint64_t> prp1, prp2;  ///< default: memory of the step's own
    RawTcb tcb;
    SimTime wait = milliseconds(1);  ///< after the doorbell
    bool invalidate = true;          ///< after the wait
};

/// Shell commands in a guest; the step is ok where they end with status 0.
struct Shell : StepBase {
    std::string run;
};

using Step = std::variant<Boot, Identify, Smart, Io, ReadImage, WriteImage, Flush, Trim, Suspend, Resume,
                          Reset, Shutdown, PowerCut, PowerOn, Wait, Mmio, Mail, RawCommand, Abandon, Shell>;

/// As scenarios write it: "read_image".
std::string_view step_name(const Step& step);
/// The same by the step's index in the variant.
std::string_view step_name(std::size_t index);
StepExpect step_expect(const Step& step);
std::string_view step_expect_name(StepExpect expect);
std::string_view pattern_name(Pattern pattern);

}  // namespace ans::scenario
