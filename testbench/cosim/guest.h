// SPDX-License-Identifier: MIT
// One life of a guest: its process, its devices, its clock, from power on to its end.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "models/dram/dram.h"
#include "testbench/cosim/calendar.h"
#include "testbench/cosim/console.h"
#include "testbench/cosim/fold.h"
#include "testbench/cosim/guest_cpu.h"
#include "testbench/cosim/guest_process.h"
#include "testbench/cosim/irq_device.h"
#include "testbench/cosim/mmio_device.h"
#include "testbench/cosim/terminal.h"
#include "testbench/host/host.h"

namespace ans::cosim {

struct GuestConfig {
    std::string folder;   ///< its own: sockets, device tree, initial file system, logs; it must exist
    std::string kernel;   ///< the program
    std::string preload;  ///< library that answers its questions for randomness; "": none
    std::uint64_t memory_mib = 256;
    std::uint64_t seed = 1;
    double patience_s = 20;  ///< real seconds that it may say nothing
    Terminal* terminal = nullptr;  ///< where its second console is, instead of a pipe
};

/// What the guest's printing is told to.
class GuestListener {
public:
    virtual ~GuestListener() = default;
    virtual void kernel_line(std::string_view line, SimTime at) = 0;
    /// Of its second console, where the steps' commands print.
    virtual void step_line(std::string_view line, SimTime at) = 0;
};

class Guest {
public:
    enum class End : std::uint8_t {
        Stopped,  ///< stop() was called
        Limit,    ///< simulated time is up
        Exited,   ///< its process has ended; farewell() says how
        Idle,     ///< it sleeps, and nothing will wake it
        Failed,   ///< failure() says why
    };

    Guest(const GuestConfig& config, const SocProfile& profile, host::Engine& engine, GuestCpu& cpu,
          Dram& dram, GuestListener& listener);
    ~Guest();

    End run(SimTime limit);
    /// Ends run() soon. Callable from the listener and from inside the simulation.
    void stop() { stopped_ = true; }
    /// The steps are done: the terminal is its shell's from now on, and time goes as fast as the user's.
    void open_terminal();
    /// No kernel any more, whatever it does; its memory goes too.
    void kill();

    const host::HostFailure& failure() const { return failure_; }
    /// How its process ended.
    const std::string& farewell() const { return farewell_; }
    /// With exit code 0.
    bool ended_well() const { return process_->ended_well(); }

private:
    void tell_consoles();
    void start(const GuestConfig& config);
    bool serve();
    bool stands_still();
    void take(Fd& listener, const std::function<void(Stream)>& connect);
    void serve_device(VhostDevice& device);
    bool turn(SimTime limit);
    void deliver(VhostDevice& device);
    void let_run(std::uint64_t request);
    void access(bool write, std::uint64_t offset, std::byte* data, std::uint32_t size);
    void pass_keys();
    SimTime user_time() const;
    bool keep_pace(SimTime next);
    void fail(host::HostFailure::Kind kind, std::string text);
    void gone();

    SimTime time_of(std::uint64_t guest) const { return start_ + nanoseconds(guest); }
    std::uint64_t free_until() const;

    host::Engine& engine_;
    GuestCpu& cpu_;
    Dram& dram_;
    GuestListener& listener_;
    const Fold fold_;
    const double patience_s_;
    std::uint64_t last_progress_ = 0;  ///< the guest's time as it last changed, and when that was
    std::chrono::steady_clock::time_point last_progress_at_ = std::chrono::steady_clock::now();
    Terminal* const terminal_;
    SimTime start_;  ///< of this life; the guest counts from there
    SimTime local_;  ///< until when its accesses took
    SimTime granted_ = 0;  ///< until when it may have gone on by itself
    Calendar calendar_;
    MmioDevice mmio_;
    IrqDevice irqs_;
    Fd calendar_listener_, mmio_listener_, irq_listener_;
    std::unique_ptr<Console> kernel_console_, step_console_;
    std::unique_ptr<GuestProcess> process_;
    SimTime shell_began_ = 0;
    std::chrono::steady_clock::time_point shell_real_;  ///< when it began for the user
    bool has_memory_ = false;
    std::uint64_t memory_base_ = 0;
    bool stopped_ = false;
    End end_ = End::Stopped;
    host::HostFailure failure_;
    std::string farewell_;
};

}  // namespace ans::cosim
