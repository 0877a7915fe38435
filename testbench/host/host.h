// SPDX-License-Identifier: MIT
// The simulated CPUs: port/ on SystemC. Every thread of a driver is a CPU of its own with its own local time;
// it runs ahead of the kernel only while nothing else can happen (lazy exact synchronisation), so its
// conversation with the machine is the same as if it always waited, at a fraction of the cost.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <memory>
#include <string>
#include <vector>

#include "host_driver/port/port.h"
#include "models/common/event.h"
#include "models/common/interrupt.h"
#include "testbench/host/dma_arena.h"
#include "testbench/host/engine.h"

namespace ans::host {

struct HostConfig {
    EventHub* events = &EventHub::none();
    SimTime irq_entry = nanoseconds(1500);  ///< level high to the handler's first instruction; guess
    SimTime time_query = nanoseconds(20);   ///< a clock read; guess
    SimTime lock = nanoseconds(10);         ///< an uncontended lock or unlock; guess
    bool always_wait = false;               ///< synchronise at every step: slower, and must change nothing
    std::uint64_t arena_base = 0;           ///< DRAM that dma_alloc hands out
    std::uint64_t arena_size = 0;           ///< bytes
};

/// Why the host ended the run by itself.
struct HostFailure {
    /// Crash, Deadline, GuestBroken: of code that is not ours; its conductor tells them.
    enum class Kind : std::uint8_t { None, BusFault, BusHang, Exception, Crash, Deadline, GuestBroken };
    Kind kind = Kind::None;
    std::string thread;
    std::string text;
    SimTime at = 0;
    std::exception_ptr error;  ///< of Exception
};

class Host : public sc_core::sc_module, public port::Port, public InterruptSinkIf {
public:
    tlm_utils::simple_initiator_socket<Host> bus{"bus"};
    sc_core::sc_port<InterruptControllerIf> interrupts{"interrupts"};
    sc_core::sc_export<InterruptSinkIf> interrupt_sink{"interrupt_sink"};

    Host(sc_core::sc_module_name name, Engine& engine, const HostConfig& config);
    ~Host() override;

    /// The first thread; when it returns the engine stops.
    void start(std::function<void()> entry);
    const HostFailure& failure() const { return failure_; }
    /// The run ends here and now, by the calling thread, which never goes on.
    [[noreturn]] void halt();
    /// The CPUs lose power: every thread but the calling one ends where it is, interrupt lines are forgotten.
    /// Objects of the driver may be destroyed afterwards. Callable from any process.
    void power_off();
    /// The same after a run that ended before its threads did; callable from outside only. A driver that
    /// lives on may then be destroyed, but not be called.
    void abandon();

    // Widths that port::Port leaves out.
    std::uint8_t read8(port::Address address);
    std::uint16_t read16(port::Address address);
    void write8(port::Address address, std::uint8_t value);
    void write16(port::Address address, std::uint16_t value);

    // port::Port
    std::uint32_t read32(port::Address address) override;
    std::uint64_t read64(port::Address address) override;
    void write32(port::Address address, std::uint32_t value) override;
    void write64(port::Address address, std::uint64_t value) override;
    port::DmaBuffer dma_alloc(std::size_t size, std::size_t alignment) override;
    void dma_free(const port::DmaBuffer& buffer) override;
    void observe_memory() override { sync(); }
    port::Nanoseconds now() override;
    void sleep(port::Nanoseconds duration) override;
    void busy_delay(port::Nanoseconds duration) override;
    void irq_request(unsigned line, port::IrqHandler handler) override;
    void irq_free(unsigned line) override;
    void irq_mask(unsigned line) override;
    void irq_unmask(unsigned line) override;
    std::unique_ptr<port::Lock> make_lock(std::string_view name) override;
    std::unique_ptr<port::Signal> make_signal(std::string_view name) override;
    std::unique_ptr<port::Thread> spawn(std::string_view name, std::function<void()> entry) override;
    bool log_enabled(port::LogLevel level) override;
    void log(port::LogLevel level, std::string_view text) override;
    void stage(std::string_view name) override;

    // InterruptSinkIf
    void on_interrupt(unsigned line, bool level, SimTime at) override;

    /// The CPU's pointer to memory, or nullptr where there is none or not all of it.
    std::byte* pointer_to(std::uint64_t address, std::size_t size);
    /// Of a driver's thread, bytes: it may format text and recurse a little.
    static constexpr std::size_t kStackBytes = 512 * 1024;

    /// Exact simulated time of the calling thread.
    SimTime local_time() const { return current_->local; }
    /// DMA memory in use; equal before and after a driver's whole life.
    std::size_t dma_bytes_in_use() const { return arena_.bytes_in_use(); }
    std::uint64_t interrupts_taken() const { return irq_entries_; }
    /// Threads that neither ended nor were ended; the interrupt CPU is none.
    std::vector<std::string> live_threads() const;
    /// Lines with a handler.
    std::vector<unsigned> requested_lines() const;

private:
    struct Cpu {
        std::string name;
        unsigned index;
        SimTime local = 0;
        sc_core::sc_process_handle process;
        bool done = false;
        bool background = false;  ///< not the driver's: takes the interrupts
        sc_core::sc_event finished;
    };
    struct IrqLine {
        unsigned line;
        port::IrqHandler handler;
        bool asserted = false;
        bool running = false;
        SimTime asserted_at = 0;
    };
    class SimLock;
    class SimSignal;
    class SimThread;

    template <typename T>
    T access(tlm::tlm_command command, port::Address address, T value);
    [[noreturn]] void refuse(port::Address address, unsigned width, bool write);
    void sync();
    void wait_until(SimTime t);
    void block(const sc_core::sc_event& event);
    bool block(const sc_core::sc_event& event, SimTime deadline);
    Cpu& create_cpu(std::string_view name, SimTime start, std::function<void()> entry);
    void create_irq_cpu(SimTime start);
    void run_thread(Cpu& cpu, const std::function<void()>& entry);
    void fail(HostFailure::Kind kind, std::string text);
    void irq_loop();
    void handle(IrqLine& line);
    IrqLine* find_line(unsigned line);
    IrqLine* next_asserted();

    Engine& engine_;
    const HostConfig config_;
    EventHub& events_;
    DmaArena arena_;
    tlm::tlm_generic_payload tx_;
    std::vector<std::unique_ptr<Cpu>> cpus_;
    Cpu* current_ = nullptr;
    std::vector<std::unique_ptr<IrqLine>> lines_;  ///< ascending line numbers
    sc_core::sc_event irq_event_{"irq_event"};
    sc_core::sc_event irq_done_{"irq_done"};
    sc_core::sc_event abandoned_{"abandoned"};
    std::uint64_t irq_entries_ = 0;
    HostFailure failure_;
};

}  // namespace ans::host
