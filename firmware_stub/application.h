// SPDX-License-Identifier: MIT
// The seam between the firmware's RTKit half (a processor thread: endpoints, power states, logs) and its
// ANS half (the NVMe service: a method off the thread's path).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "models/common/sim_time.h"

namespace ans::fw {

/// What RTKit asks of the NVMe service.
class Application {
public:
    virtual ~Application() = default;
    /// The system is up and may take commands (called just before BOOT_STATUS is published).
    virtual void start(SimTime at) = 0;
    /// The processor stops serving: sleep, quiesce, crash, hang, reset, RUN cleared. Commands in flight are
    /// never answered; volatile state of the service is gone unless `warm` (quiesced, will go on).
    virtual void stop(bool warm, SimTime at) = 0;
};

/// What the NVMe service asks of RTKit. Callable from method and thread context.
class System {
public:
    virtual ~System() = default;
    /// A line for the syslog endpoint; `context` is `file:line` (at most 23 characters). Kept back while the
    /// AP has not opened the log.
    virtual void log(std::string_view context, std::string_view text) = 0;
    /// Panics: writes the crashlog, announces it on endpoint 1, stops everything.
    virtual void crash(std::string_view reason) = 0;
    /// Memory that the AP opened to the firmware in SART. False where it was refused: that was noted, and the
    /// firmware crashes if policy `sart_violation` says so.
    virtual bool read_shared(std::uint64_t address, void* data, std::size_t size) = 0;
    virtual bool write_shared(std::uint64_t address, const void* data, std::size_t size) = 0;
    /// A word for whoever watches the run; invisible to the AP.
    virtual void note(const char* format, ...) __attribute__((format(printf, 2, 3))) = 0;
};

}  // namespace ans::fw
