// SPDX-License-Identifier: MIT
// Threads, time, bus and memory of the simulated CPUs. Interrupts: host_irq.cpp; locks and signals:
// host_sync.cpp.
#include "testbench/host/host.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstring>

namespace ans::host {

namespace {
constexpr SimTime from_ns(port::Nanoseconds ns) {
    return ns > kNever / 1000 ? kNever : ns * 1000;
}
}  // namespace

Host::Host(sc_core::sc_module_name name, Engine& engine, const HostConfig& config)
    : sc_module(name),
      engine_(engine),
      config_(config),
      events_(*config.events),
      arena_(config.arena_base, config.arena_size) {
    interrupt_sink.bind(*this);
    tx_.set_byte_enable_ptr(nullptr);
    create_irq_cpu(0);
    sc_core::sc_spawn_options options;
    options.spawn_method();
    options.dont_initialize();
    options.set_sensitivity(&abandoned_);
    sc_core::sc_spawn([this] { power_off(); }, sc_core::sc_gen_unique_name("abandon"), &options);
}

Host::~Host() = default;

// --- threads ---------------------------------------------------------------------------------------------

Host::Cpu& Host::create_cpu(std::string_view name, SimTime start, std::function<void()> entry) {
    auto owned = std::make_unique<Cpu>();
    Cpu& cpu = *owned;
    cpu.name = name;
    cpu.index = static_cast<unsigned>(cpus_.size());
    cpu.local = start;
    cpus_.push_back(std::move(owned));
    sc_core::sc_spawn_options options;
    options.set_stack_size(kStackBytes);
    cpu.process = sc_core::sc_spawn([this, &cpu, body = std::move(entry)] { run_thread(cpu, body); },
                                    sc_core::sc_gen_unique_name("cpu"), &options);
    return cpu;
}

void Host::create_irq_cpu(SimTime start) {
    create_cpu("irq", start, [this] { irq_loop(); }).background = true;
}

void Host::run_thread(Cpu& cpu, const std::function<void()>& entry) {
    current_ = &cpu;
    cpu.local = std::max(cpu.local, kernel_now());
    try {
        entry();
    } catch (const port::BusFault& fault) {
        char text[80];
        std::snprintf(text, sizeof text, "bus fault: %u-byte %s at 0x%" PRIx64, fault.width,
                      fault.write ? "write" : "read", fault.address);
        fail(HostFailure::Kind::BusFault, text);
    } catch (const sc_core::sc_unwind_exception&) {
        throw;  // the kernel ends this thread: power_off
    } catch (const std::exception& error) {
        fail(HostFailure::Kind::Exception, error.what());
        failure_.error = std::current_exception();
    }
    cpu.done = true;
    const SimTime now = kernel_now();
    cpu.finished.notify(to_sc(cpu.local > now ? cpu.local - now : 0));
}

void Host::fail(HostFailure::Kind kind, std::string text) {
    if (failure_.kind == HostFailure::Kind::None)
        failure_ = {kind, current_->name, std::move(text), current_->local, nullptr};
    engine_.stop();
}

class Host::SimThread : public port::Thread {
public:
    SimThread(Host& host, Cpu& cpu) : host_(host), cpu_(cpu) {}
    void join() override {
        while (!cpu_.done)
            host_.block(cpu_.finished);
        // It may have finished ahead of the kernel; the joiner cannot be earlier than its end.
        host_.current_->local = std::max(host_.current_->local, cpu_.local);
    }

private:
    Host& host_;
    Cpu& cpu_;
};

std::unique_ptr<port::Thread> Host::spawn(std::string_view name, std::function<void()> entry) {
    return std::make_unique<SimThread>(*this, create_cpu(name, current_->local, std::move(entry)));
}

void Host::start(std::function<void()> entry) {
    create_cpu("main", kernel_now(), [this, body = std::move(entry)] {
        body();
        wait_until(current_->local);
        engine_.stop();
    });
}

void Host::halt() {
    engine_.stop();
    const sc_core::sc_event never;
    for (;;)
        block(never);
}

std::vector<std::string> Host::live_threads() const {
    std::vector<std::string> names;
    for (const auto& cpu : cpus_)
        if (!cpu->done && !cpu->background) names.push_back(cpu->name);
    return names;
}

std::vector<unsigned> Host::requested_lines() const {
    std::vector<unsigned> numbers;
    for (const auto& line : lines_)
        numbers.push_back(line->line);
    return numbers;
}

void Host::power_off() {
    Cpu* const caller = current_;
    for (const auto& cpu : cpus_) {
        if (cpu->done || cpu->process == sc_core::sc_get_current_process_handle()) continue;
        cpu->done = true;
        cpu->process.kill();
    }
    current_ = caller;
    // The next one to request a line must find it masked: only then a line that is high is delivered.
    for (const auto& line : lines_)
        interrupts->mask(line->line, kernel_now());
    lines_.clear();
    create_irq_cpu(kernel_now());
}

void Host::abandon() {
    abandoned_.notify(sc_core::SC_ZERO_TIME);
    engine_.run_until(kernel_now());
}

// --- time ------------------------------------------------------------------------------------------------

void Host::wait_until(SimTime t) {
    Cpu& self = *current_;
    const SimTime now = kernel_now();
    if (t > now) {
        ::sc_core::wait(to_sc(t - now));
        current_ = &self;
    }
    self.local = std::max(self.local, t);
}

void Host::sync() {
    const SimTime local = current_->local;
    if (local > kernel_now() && (config_.always_wait || !engine_.alone_until(local))) wait_until(local);
}

void Host::block(const sc_core::sc_event& event) {
    Cpu& self = *current_;
    ::sc_core::wait(event);
    current_ = &self;
    self.local = std::max(self.local, kernel_now());
}

bool Host::block(const sc_core::sc_event& event, SimTime deadline) {
    if (deadline == kNever) {
        block(event);
        return true;
    }
    Cpu& self = *current_;
    const SimTime now = kernel_now();
    if (deadline <= now) return false;
    ::sc_core::wait(to_sc(deadline - now), event);
    current_ = &self;
    self.local = std::max(self.local, kernel_now());
    return kernel_now() < deadline;
}

port::Nanoseconds Host::now() {
    // A clock read costs time, so that code that only watches the clock makes it move.
    current_->local += config_.time_query;
    if (current_->local > engine_.horizon()) sync();
    return current_->local / 1000;
}

void Host::busy_delay(port::Nanoseconds duration) {
    const SimTime span = from_ns(duration);
    current_->local = span > kNever - current_->local ? kNever - 1 : current_->local + span;
    sync();
}

void Host::sleep(port::Nanoseconds duration) {
    busy_delay(duration);
}

// --- bus -------------------------------------------------------------------------------------------------

template <typename T>
T Host::access(tlm::tlm_command command, port::Address address, T value) {
    sync();
    Cpu& cpu = *current_;
    const SimTime now = kernel_now();
    tx_.set_command(command);
    tx_.set_address(address);
    tx_.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
    tx_.set_data_length(sizeof(T));
    tx_.set_streaming_width(sizeof(T));
    tx_.set_dmi_allowed(false);
    tx_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    sc_core::sc_time delay = to_sc(cpu.local - now);
    bus->b_transport(tx_, delay);
    cpu.local = now + from_sc(delay);
    if (tx_.get_response_status() != tlm::TLM_OK_RESPONSE)
        refuse(address, sizeof(T), command == tlm::TLM_WRITE_COMMAND);
    return value;
}

void Host::refuse(port::Address address, unsigned width, bool write) {
    if (tx_.get_response_status() != tlm::TLM_INCOMPLETE_RESPONSE)
        throw port::BusFault(address, width, write);
    // The bus never answered: this CPU is lost, and so is the run.
    char text[80];
    std::snprintf(text, sizeof text, "bus hang: %u-byte %s at 0x%" PRIx64 " never completed", width,
                  write ? "write" : "read", address);
    fail(HostFailure::Kind::BusHang, text);
    halt();
}

std::uint8_t Host::read8(port::Address address) {
    return access<std::uint8_t>(tlm::TLM_READ_COMMAND, address, 0);
}
std::uint16_t Host::read16(port::Address address) {
    return access<std::uint16_t>(tlm::TLM_READ_COMMAND, address, 0);
}
void Host::write8(port::Address address, std::uint8_t value) {
    access(tlm::TLM_WRITE_COMMAND, address, value);
}
void Host::write16(port::Address address, std::uint16_t value) {
    access(tlm::TLM_WRITE_COMMAND, address, value);
}
std::uint32_t Host::read32(port::Address address) {
    return access<std::uint32_t>(tlm::TLM_READ_COMMAND, address, 0);
}
std::uint64_t Host::read64(port::Address address) {
    return access<std::uint64_t>(tlm::TLM_READ_COMMAND, address, 0);
}
void Host::write32(port::Address address, std::uint32_t value) {
    access(tlm::TLM_WRITE_COMMAND, address, value);
}
void Host::write64(port::Address address, std::uint64_t value) {
    access(tlm::TLM_WRITE_COMMAND, address, value);
}

// --- memory ----------------------------------------------------------------------------------------------

std::byte* Host::pointer_to(std::uint64_t address, std::size_t size) {
    tx_.set_command(tlm::TLM_WRITE_COMMAND);
    tx_.set_address(address);
    tlm::tlm_dmi dmi;
    if (!bus->get_direct_mem_ptr(tx_, dmi) || !dmi.is_read_write_allowed()) return nullptr;
    if (size == 0 || address < dmi.get_start_address() || address > dmi.get_end_address() ||
        size - 1 > dmi.get_end_address() - address)
        return nullptr;
    return reinterpret_cast<std::byte*>(dmi.get_dmi_ptr()) + (address - dmi.get_start_address());
}

port::DmaBuffer Host::dma_alloc(std::size_t size, std::size_t alignment) {
    const std::uint64_t address = arena_.allocate(size, alignment);
    if (address == 0) return {};
    std::byte* cpu = pointer_to(address, size);
    if (cpu == nullptr) {
        arena_.release(address);
        return {};
    }
    std::memset(cpu, 0, size);
    return {cpu, address, size};
}

void Host::dma_free(const port::DmaBuffer& buffer) {
    if (buffer && !arena_.release(buffer.device))
        SC_REPORT_ERROR("ans/host", "dma_free of memory that was not allocated");
}

// --- log -------------------------------------------------------------------------------------------------

bool Host::log_enabled(port::LogLevel) {
    return events_.wants(EventKind::DriverLog);
}

void Host::log(port::LogLevel level, std::string_view text) {
    if (!events_.wants(EventKind::DriverLog)) return;
    Event event;
    event.time = current_->local;
    event.kind = EventKind::DriverLog;
    event.unit = Unit::Driver;
    event.slot[0] = static_cast<std::uint64_t>(level);
    event.set_text(text);
    events_.emit(event);
}

void Host::stage(std::string_view name) {
    if (!events_.wants(EventKind::DriverStage)) return;
    sync();  // in the trace, nobody else speaks of an earlier time afterwards
    Event event;
    event.time = current_->local;
    event.kind = EventKind::DriverStage;
    event.unit = Unit::Driver;
    event.set_text(name);
    events_.emit(event);
}

}  // namespace ans::host
