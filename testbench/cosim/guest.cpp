// SPDX-License-Identifier: MIT
#include "testbench/cosim/guest.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cinttypes>
#include <cstdio>

#include "testbench/cosim/guest_tree.h"

namespace ans::cosim {

namespace {

constexpr double kMessagePatience = 5;   // real seconds for one whole message
constexpr double kFarewellPatience = 5;  // real seconds for a kernel that has hung up
/// A guest that is busy comes by at least so often, for deadlines and whoever watches.
constexpr SimTime kLongestSilence = milliseconds(1);
constexpr const char* kCalendarSocket = "calendar.sock";

std::uint64_t nanoseconds_up(SimTime time) {
    return (time + 999) / 1000;
}

std::vector<std::string> kernel_arguments(const GuestConfig& config) {
    const std::string step_console = config.terminal != nullptr ? "con1=fd:3" : "con1=null,fd:3";
    return {"mem=" + std::to_string(config.memory_mib) + "M",
            "umid=ans2emu",
            "uml_dir=.",
            "dtb=machine.dtb",
            "initrd=initrd.cpio",
            "rdinit=/init",
            "con=null",
            "con0=null,fd:1",
            step_console,
            "ssl=null",
            "console=tty0",
            "loglevel=8",
            "printk.time=1",
            "kasan_multi_shot",
            std::string("time-travel=ext:1:") + kCalendarSocket};
}

}  // namespace

Guest::Guest(const GuestConfig& config, const SocProfile& profile, host::Engine& engine, GuestCpu& cpu,
             Dram& dram, GuestListener& listener)
    : engine_(engine),
      cpu_(cpu),
      dram_(dram),
      listener_(listener),
      fold_(profile),
      patience_s_(config.patience_s),
      terminal_(config.terminal),
      start_(nanoseconds(nanoseconds_up(kernel_now()))),
      local_(start_),
      mmio_([this](bool write, std::uint64_t offset, std::byte* data, std::uint32_t size) {
          access(write, offset, data, size);
      }),
      irqs_([this](std::size_t wire) { cpu_.entered(wire); }) {
    mmio_.on_memory([this](const MemoryRegion& region, const Fd& file) {
        if (has_memory_) dram_.remove_region(memory_base_);
        dram_.add_region(region.guest_address, Backing::descriptor(file.get(), region.offset, region.size));
        memory_base_ = region.guest_address;
        has_memory_ = true;
    });
    // The guest goes on as it reads the answer: how far it may go by itself is settled before.
    for (VhostDevice* device : {static_cast<VhostDevice*>(&irqs_), static_cast<VhostDevice*>(&mmio_)})
        device->before_answer([this] { calendar_.restrict(free_until()); });
    cpu_.on_wire([this](std::size_t wire, bool level) { irqs_.set_level(wire, level); });
    for (std::size_t wire = 0; wire < profile.mailbox_irq.size() + 1; ++wire)
        irqs_.set_level(wire, cpu_.level(wire));
    start(config);
}

Guest::~Guest() {
    kill();
}

void Guest::start(const GuestConfig& config) {
    const std::string folder = config.folder + "/";
    calendar_listener_ = listen_at(folder + kCalendarSocket);
    mmio_listener_ = listen_at(folder + kMmioSocket);
    irq_listener_ = listen_at(folder + kIrqSocket);
    FdPair kernel = make_pipe(), steps = make_pipe();
    kernel_console_ = std::make_unique<Console>(std::move(kernel.first), folder + "kernel.log");
    if (terminal_ != nullptr) steps.first = terminal_->take_output();
    step_console_ = std::make_unique<Console>(std::move(steps.first), folder + "steps.log");
    ProcessConfig process;
    process.program = config.kernel;
    process.arguments = kernel_arguments(config);
    process.environment = {{"ANS2EMU_SEED", std::to_string(config.seed)}};
    if (!config.preload.empty()) process.environment.emplace_back("LD_PRELOAD", config.preload);
    process.folder = config.folder;
    process.errors = folder + "errors.log";
    process.descriptors = {{1, kernel.second.get()},
                           {3, terminal_ != nullptr ? terminal_->guest_end() : steps.second.get()}};
    process_ = std::make_unique<GuestProcess>(process);
}

void Guest::kill() {
    process_->kill();
    cpu_.on_wire({});
    if (has_memory_) dram_.remove_region(memory_base_);
    has_memory_ = false;
}

Guest::End Guest::run(SimTime limit) {
    stopped_ = false;
    try {
        for (bool goes_on = true; goes_on && !stopped_;)
            goes_on = calendar_.guest_runs() ? serve() : turn(limit);
    } catch (const PeerError& error) {
        // A kernel that dies hangs up wherever it is; why it died says more.
        farewell_ = process_->farewell(0.2);
        fail(host::HostFailure::Kind::GuestBroken, error.what());
    }
    return stopped_ ? End::Stopped : end_;
}

// --- while the guest runs --------------------------------------------------------------------------------

// Takes one message of whoever speaks. False: run() is over.
bool Guest::serve() {
    std::array<pollfd, 7> waits{};
    std::size_t count = 0;
    const auto add = [&](int fd) {
        waits[count] = {fd, POLLIN, 0};
        return count++;
    };
    const std::size_t calendar = add(calendar_.connected() ? calendar_.fd() : calendar_listener_.get());
    const std::size_t mmio = add(mmio_.connected() ? mmio_.fd() : mmio_listener_.get());
    const std::size_t irqs = add(irqs_.connected() ? irqs_.fd() : irq_listener_.get());
    const std::size_t kernel = add(kernel_console_->fd());
    const std::size_t steps = add(step_console_->fd());
    const std::size_t keys = add(terminal_ != nullptr && terminal_->is_open() ? terminal_->keys() : -1);
    const int ready = poll(waits.data(), count, static_cast<int>(patience_s_ * 1000));
    if (ready < 0 && errno != EINTR) throw PeerError("poll failed");
    if (ready == 0 || stands_still()) {
        fail(host::HostFailure::Kind::Deadline,
             std::string("the kernel ") + (ready == 0 ? "said nothing" : "talked, and did nothing else,") +
                 " for " + std::to_string(static_cast<int>(patience_s_)) +
                 " s of real time, while its own time stood still");
        return false;
    }
    const auto spoke = [&](std::size_t index) { return waits[index].revents != 0; };
    if (spoke(kernel)) kernel_console_->take();
    if (spoke(steps)) step_console_->take();
    if (spoke(keys)) pass_keys();
    if (spoke(mmio) && !mmio_.connected())
        take(mmio_listener_, [this](Stream s) { mmio_.connect(std::move(s)); });
    else if (spoke(mmio))
        serve_device(mmio_);
    if (spoke(irqs) && !irqs_.connected())
        take(irq_listener_, [this](Stream s) { irqs_.connect(std::move(s)); });
    else if (spoke(irqs) && failure_.kind == host::HostFailure::Kind::None)
        serve_device(irqs_);
    if (spoke(calendar) && !calendar_.connected()) {
        take(calendar_listener_, [this](Stream s) { calendar_.connect(std::move(s)); });
    } else if (spoke(calendar) && !calendar_.serve()) {
        gone();
        return false;
    } else if (!calendar_.connected() && spoke(kernel) && !kernel_console_->take()) {
        gone();  // it ended before it began
        return false;
    }
    return failure_.kind == host::HostFailure::Kind::None;
}

// A kernel in an endless loop may go on talking.
bool Guest::stands_still() {
    const auto now = std::chrono::steady_clock::now();
    if (calendar_.now() != last_progress_ || !calendar_.connected()) {
        last_progress_ = calendar_.now();
        last_progress_at_ = now;
    }
    return std::chrono::duration<double>(now - last_progress_at_).count() > patience_s_;
}

void Guest::take(Fd& listener, const std::function<void(Stream)>& connect) {
    connect(Stream(accept_one(listener), kMessagePatience));
    listener.reset();
}

void Guest::serve_device(VhostDevice& device) {
    local_ = std::max(local_, time_of(calendar_.now()));
    if (!device.serve()) device.disconnect();  // its end follows
}

void Guest::access(bool write, std::uint64_t offset, std::byte* data, std::uint32_t size) {
    const std::optional<std::uint64_t> address = fold_.unfold(offset);
    const GuestCpu::Answer answer =
        address ? cpu_.access(write, *address, data, size, local_) : GuestCpu::Answer::Fault;
    if (answer == GuestCpu::Answer::Ok) return;
    char text[100];
    const bool hang = answer == GuestCpu::Answer::Hang;
    std::snprintf(text, sizeof text, "bus %s: %u-byte %s at 0x%" PRIx64 " %s", hang ? "hang" : "fault", size,
                  write ? "write" : "read", address.value_or(Fold::kWindow + offset),
                  hang ? "never completed" : "was refused");
    fail(hang ? host::HostFailure::Kind::BusHang : host::HostFailure::Kind::BusFault, text);
}

// The guest may go on by itself until the machine has something to do, and must come by at once where an
// interrupt waits for it or its rings are not kicked.
std::uint64_t Guest::free_until() const {
    const SimTime now = std::max(kernel_now(), local_);
    if (irqs_.call_due() || mmio_.call_due() || mmio_.quiet()) return calendar_.now();
    const SimTime next = sc_core::sc_pending_activity() ? engine_.next_activity() : kNever;
    return (std::max(std::min(next, now + kLongestSilence), start_) - start_) / 1000;
}

// --- while it waits --------------------------------------------------------------------------------------

// Does one thing: deliver an interrupt, let the machine work, let the guest run. False: run() is over.
bool Guest::turn(SimTime limit) {
    tell_consoles();
    if (stopped_) return true;
    if (mmio_.quiet()) {
        local_ = std::max(local_, time_of(calendar_.now()));
        mmio_.serve_unkicked();
        irqs_.serve_unkicked();
        if (failure_.kind != host::HostFailure::Kind::None) return false;
    }
    for (VhostDevice* device : {static_cast<VhostDevice*>(&irqs_), static_cast<VhostDevice*>(&mmio_)})
        if (device->call_due()) {
            deliver(*device);
            return true;
        }
    const std::optional<std::uint64_t> request = calendar_.request();
    const SimTime guest = request ? time_of(*request) : kNever;
    const SimTime machine = sc_core::sc_pending_activity() ? engine_.next_activity() : kNever;
    const bool typing = terminal_ != nullptr && terminal_->is_open();
    if (guest == kNever && machine == kNever && !typing) {
        end_ = End::Idle;
        return false;
    }
    if (typing && !keep_pace(std::min(guest, machine))) return true;
    if (std::min(guest, machine) > limit) {
        engine_.advance_to(limit);
        end_ = End::Limit;
        return false;
    }
    if (machine <= guest) {
        engine_.run_until(machine);
        return true;
    }
    engine_.advance_to(std::max(guest, kernel_now()));
    let_run(*request);
    return true;
}

// At the very time that it asked for: it takes any other for a mistake. The CPU's own time may be ahead of
// that by what its last accesses took.
void Guest::let_run(std::uint64_t request) {
    local_ = std::max(kernel_now(), local_);
    const std::uint64_t free = free_until();
    granted_ = time_of(free);
    calendar_.run(request, free);
}

// An interrupt reaches the guest's queue of events; it answers before it does anything else.
void Guest::deliver(VhostDevice& device) {
    const std::uint64_t now = nanoseconds_up(std::max(kernel_now(), local_) - start_);
    calendar_.set_now(std::min(now, calendar_.request().value_or(now)));
    device.call();
    for (;;) {
        std::array<pollfd, 2> waits{{{device.call_fd(), POLLIN, 0}, {calendar_.fd(), POLLIN, 0}}};
        const int ready = poll(waits.data(), waits.size(), static_cast<int>(patience_s_ * 1000));
        if (ready == 0) throw PeerError("the kernel does not answer an interrupt");
        if (waits[1].revents != 0 && !calendar_.serve())
            throw PeerError("the kernel hung up on an interrupt");
        if (waits[0].revents != 0) return device.take_answer();
    }
}

void Guest::tell_consoles() {
    const SimTime at = std::max(kernel_now(), local_);
    kernel_console_->take();
    step_console_->take();
    kernel_console_->tell([&](std::string_view line) { listener_.kernel_line(line, at); });
    if (terminal_ != nullptr && terminal_->is_open()) return terminal_->print(step_console_->take_raw());
    step_console_->tell([&](std::string_view line) { listener_.step_line(line, at); });
}

// --- a shell for the user --------------------------------------------------------------------------------

void Guest::open_terminal() {
    if (terminal_ == nullptr || terminal_->is_open()) return;
    shell_began_ = std::max(kernel_now(), local_);
    shell_real_ = std::chrono::steady_clock::now();
    terminal_->open();
}

// A kernel that sleeps looks at its console only when something else wakes it: an interrupt without a cause.
void Guest::pass_keys() {
    if (!terminal_->pass_keys()) stopped_ = true;
    local_ = std::max(local_, granted_);  // it may have come so far by itself
    irqs_.wake();
}

SimTime Guest::user_time() const {
    const auto real = std::chrono::steady_clock::now() - shell_real_;
    return shell_began_ + nanoseconds(static_cast<std::uint64_t>(std::chrono::nanoseconds(real).count()));
}

// Waits for the user's time to come to `next`, a second at most, or for a key. False: it has not come yet.
bool Guest::keep_pace(SimTime next) {
    if (next <= user_time()) return true;
    const SimTime ahead = std::min(next - user_time(), seconds(1));
    pollfd keys{terminal_->keys(), POLLIN, 0};
    const bool typed = poll(&keys, 1, static_cast<int>(ahead / milliseconds(1))) > 0;
    engine_.advance_to(std::max(kernel_now(), std::min(next - 1, user_time())));
    if (typed) pass_keys();
    return false;
}

// --- the end ---------------------------------------------------------------------------------------------

void Guest::gone() {
    farewell_ = process_->farewell(kFarewellPatience);
    tell_consoles();
    end_ = End::Exited;
}

void Guest::fail(host::HostFailure::Kind kind, std::string text) {
    if (failure_.kind == host::HostFailure::Kind::None)
        failure_ = {kind, "guest", std::move(text), std::max(kernel_now(), local_), {}};
    tell_consoles();
    end_ = End::Failed;
}

}  // namespace ans::cosim
