// SPDX-License-Identifier: MIT
// What a foreign driver has of its world, behind the C functions: simulated CPUs, memory, interrupts, locks.
// All of it is called on a simulated thread, with arguments that were checked for NULL.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "testbench/capi/ans2emu.h"
#include "testbench/capi/driver_frame.h"
#include "testbench/capi/handles.h"
#include "testbench/host/dma_arena.h"
#include "testbench/scenario/rig.h"

namespace ans::capi {

/// Foreign code on a simulated CPU.
class DriverCpu : public DriverFrame {
public:
    explicit DriverCpu(std::string cpu_name, bool handles_interrupt = false)
        : name(std::move(cpu_name)), in_handler(handles_interrupt) {}
    const std::string name;
    const bool in_handler;
    unsigned locks_held = 0;
    bool up_to_date = false;  ///< a call has synchronised since the last look at the clock
};

/// What a call says of itself: a status, and why where it failed.
struct Answer {
    int status = ANS2EMU_OK;
    std::string why{};
};

class World {
public:
    /// Foreign code did not come back as it should have. Called on its simulated thread.
    using Failed = std::function<void(DriverCpu& cpu, DriverFrame::End end)>;

    World(scenario::Rig& rig, Failed failed);

    void set_machine(ans2emu_machine* handle) { machine_ = handle; }
    ans2emu_machine* machine() const { return machine_; }
    /// Runs foreign code on `cpu`. Comes back only where it returned; else the thread, or the run, ends here.
    int call(DriverCpu& cpu, DriverFrame::Body body, void* argument);

    template <typename T>
    Answer read(std::uint64_t address, T& value);
    template <typename T>
    Answer write(std::uint64_t address, T value);
    void catch_bus_faults(bool catch_them) { catch_bus_faults_ = catch_them; }

    Answer dma_alloc(std::size_t size, std::size_t alignment, unsigned flags, ans2emu_dma& memory);
    Answer dma_free(const ans2emu_dma& memory);
    Answer dma_pointer(std::uint64_t device, std::size_t size, void*& cpu);
    host::Host& host() { return host_; }

    Answer irq_request(unsigned line, ans2emu_irq_handler* handler, void* context);
    Answer irq_free(unsigned line);
    Answer irq_mask(unsigned line, bool masked);
    Answer irq_wait(unsigned line, std::uint64_t timeout_ns);
    Answer irq_level(unsigned line, int& level);

    Answer lock_create(const char* name, ans2emu_lock*& handle);
    Answer lock_destroy(const ans2emu_lock* handle);
    Answer lock_take(DriverCpu& cpu, const ans2emu_lock* handle);
    Answer lock_release(DriverCpu& cpu, const ans2emu_lock* handle);

    Answer signal_create(const char* name, ans2emu_signal*& handle);
    Answer signal_destroy(const ans2emu_signal* handle);
    Answer signal_notify(const ans2emu_signal* handle);
    Answer signal_wait(const ans2emu_signal* handle, std::uint64_t timeout_ns);

    Answer thread_start(const char* name, ans2emu_entry* entry, void* context, ans2emu_thread*& handle);
    Answer thread_join(DriverCpu& cpu, const ans2emu_thread* handle, int& returned);

    /// What the driver that just returned still has at work, in words; empty: nothing.
    std::vector<std::string> leftovers();
    /// Its threads are gone: so are its handlers and what its locks and signals know. `memory`: its DMA
    /// memory too.
    void forget_driver(bool memory);

private:
    struct Lock {
        std::string name;
        std::unique_ptr<port::Lock> lock;
        const DriverCpu* holder = nullptr;
        unsigned users = 0;
    };
    struct Signal {
        std::string name;
        std::unique_ptr<port::Signal> signal;
        unsigned users = 0;
    };
    struct Thread {
        DriverCpu cpu;
        ans2emu_entry* entry;
        void* context;
        ans2emu_machine* machine;
        std::unique_ptr<port::Thread> thread{};
        bool joined = false;
    };
    struct Irq {
        unsigned line;
        ans2emu_irq_handler* handler;  ///< nullptr: somebody waits for it
        void* context;
        ans2emu_machine* machine;
        DriverCpu cpu;
        std::unique_ptr<port::Signal> raised{};
        bool waiting = false;
    };

    port::IrqResult on_interrupt(Irq& irq);
    Irq& add_irq(unsigned line, ans2emu_irq_handler* handler, void* context);
    Irq* find_irq(unsigned line);

    scenario::Rig& rig_;
    host::Host& host_;
    const Failed failed_;
    ans2emu_machine* machine_ = nullptr;
    bool catch_bus_faults_ = false;
    host::DmaArena identity_;
    std::map<std::uint64_t, std::size_t> memory_;  ///< what is allocated: device address -> bytes
    std::map<unsigned, std::unique_ptr<Irq>> irqs_;
    Handles<Lock, HandleKind::Lock> locks_;
    Handles<Signal, HandleKind::Signal> signals_;
    Handles<Thread, HandleKind::Thread> threads_;
};

}  // namespace ans::capi
