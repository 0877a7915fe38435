// SPDX-License-Identifier: MIT
// A scenario, typed: one machine, one driver, what goes wrong, what is done and what must come of it. The
// initialisers are the defaults of the file format; shapes.cpp names the keys.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host_driver/common/measures.h"
#include "models/common/policy.h"
#include "models/common/sim_time.h"
#include "models/soc/twins.h"
#include "testbench/fault/rule.h"
#include "testbench/fault/script.h"
#include "testbench/scenario/files/steps.h"

namespace ans::scenario {

inline constexpr std::uint64_t kSchemaVersion = 1;

enum class Generation : std::uint8_t { MacOs12, MacOs13 };
enum class FirmwareStart : std::uint8_t { Off, LeftRunning, Asleep };

struct Firmware {
    Generation generation = Generation::MacOs13;
    FirmwareStart start = FirmwareStart::Off;
    // Service times; without a value the generation's own.
    std::optional<SimTime> read, write, flush, admin;
    std::optional<SimTime> boot;      ///< RUN to the first HELLO
    std::optional<SimTime> ready;     ///< CC.EN to CSTS.RDY
    std::optional<SimTime> shutdown;  ///< CC.SHN to CSTS.SHST complete
};

struct Machine {
    std::optional<std::uint64_t> dram_mib;   ///< default: the SoC profile's
    std::optional<std::uint64_t> dram_base;  ///< default: the SoC profile's
    unsigned mailbox_depth = 16;             ///< messages a FIFO holds
    SimTime irq_entry = nanoseconds(1500);   ///< wire high to handler; source: guess, 1-2 us
};

/// How each block is implemented.
struct Models {
    Implementation mailbox = Implementation::Tlm, sart = Implementation::Tlm;
    unsigned clock_ns = 1;  ///< period of the RTL twins' clock; source: guess
};

struct Media {
    std::string image;                                     ///< path as the run opens it; "": memory
    bool read_only = false;                                ///< writes to the image are refused
    std::uint64_t memory_bytes = std::uint64_t{64} << 20;  ///< size of a namespace in memory
    std::uint64_t cache_mib = 64;                          ///< volatile write cache
    std::uint64_t mdts_kib = 1024;             ///< largest transfer; source: real-machines.md, MDTS 8
    std::optional<std::string> serial, model;  ///< default: as real machines answer
};

enum class DriverKind : std::uint8_t { Reference, Foreign, Linux };

enum class GuestFlavour : std::uint8_t { Plain, Kasan };

/// A folder of the host's in a guest.
struct GuestMount {
    std::string name;  ///< it appears at /host/<name>
    std::string path;
    bool writable = false;
};

/// The machine around a guest kernel that drives ours (DriverKind::Linux).
struct Guest {
    GuestFlavour flavour = GuestFlavour::Plain;
    std::uint64_t memory_mib = 256;
    std::vector<std::string> parameters;  ///< of modules: "nvme_core.multipath=0"
    std::vector<GuestMount> mounts;
    double patience_s = 20;  ///< real seconds that a guest may say nothing
};

struct Driver {
    DriverKind kind = DriverKind::Reference;
    std::string library;  ///< of a foreign driver: the shared object as the run opens it; "": none
    std::vector<driver::Measure> omit;  ///< protective measures left out, to show what they are for
    unsigned queue_depth = 61;          ///< I/O commands in flight at most
    SimTime io_timeout = seconds(30);
    SimTime admin_timeout = seconds(60);
    SimTime shutdown_timeout = seconds(5);
    bool use_interrupts = true;  ///< false: the driver polls
    scenario::Guest guest;
};

/// How a run can end. One closed list; `judge.cpp` says which word wins where several fit.
enum class Outcome : std::uint8_t {
    Pass,
    StepFailed,
    DriverDead,
    BusHang,
    BusFault,
    Stuck,
    Crash,
    GuestBroken
};
inline constexpr std::size_t kOutcomeCount = 8;

/// min <= value <= max.
struct Bounds {
    std::uint64_t min = 0;
    std::uint64_t max = UINT64_MAX;
};
struct CounterBounds {
    std::string name;
    Bounds bounds;
};
struct LogExpectation {
    std::vector<std::string> contains;  ///< each is part of some line
    std::vector<std::string> lacks;     ///< none is part of any line
    std::vector<std::string> in_order;  ///< found in lines one after the other
};
struct TimeBounds {
    SimTime min = 0;
    SimTime max = kNever;
};

/// Of a guest kernel's own log.
struct KernelLogExpectation : LogExpectation {
    /// Parts of the warnings and reports (WARNING, BUG, Oops, KASAN, panic, hung task) that must appear. Any
    /// other fails the run.
    std::vector<std::string> reports;
};

struct Expect {
    Outcome outcome = Outcome::Pass;
    std::vector<CounterBounds> counters;
    LogExpectation log;                    ///< over driver log and firmware log lines, in the order of time
    KernelLogExpectation dmesg;
    TimeBounds sim_time;                   ///< of the whole run
    std::vector<std::string> allow_rules;  ///< ids of monitor rules whose violation does not fail the run
    std::vector<std::string> violations;   ///< ids that must be broken, and may be
    std::vector<std::string> unbroken;     ///< ids that must not be broken, of whatever severity
};

/// A rule that the driver under test is known to break.
struct Waiver {
    std::string rule;
    std::string reason;
};

/// What is expected instead where another kernel drives.
struct KernelExpect {
    std::string release;  ///< how `uname -r` begins
    Expect expect;
};

struct Limits {
    SimTime sim_time = seconds(600);  ///< a run that reaches it is `stuck`
    double wall_s = 60;               ///< a run that reaches it is ended by the watchdog
};

struct Scenario {
    std::string path;  ///< of the file
    std::string run;   ///< which of the file's runs; "" where it has none
    std::string name;
    std::string description;
    std::uint64_t schema_version = kSchemaVersion;
    std::string soc = "t8103";
    std::uint64_t seed = 1;
    Firmware firmware;
    Machine machine;
    Models models;
    Policies policies;
    Media media;
    Driver driver;
    std::vector<fault::Rule> faults;
    std::vector<fault::Script> scripts;  ///< those that run
    std::vector<Step> steps;
    Expect expect;
    std::vector<KernelExpect> kernels;  ///< the first whose release fits replaces `expect`
    Limits limits;
    std::vector<Waiver> waivers;  ///< not of the file: of the driver's waiver file

    /// What a person calls it: the name, and which run.
    std::string title() const { return run.empty() ? name : name + ": " + run; }
};

// Names by value, as files and reports write them.
std::string_view outcome_name(Outcome outcome);
std::string_view outcome_meaning(Outcome outcome);
std::string_view generation_name(Generation generation);

/// Counters besides `events.<kind>`: name and meaning. Collector and expectations use this table.
struct CounterInfo {
    std::string_view name;
    std::string_view what;
};
const CounterInfo* counters(std::size_t& count);

}  // namespace ans::scenario
