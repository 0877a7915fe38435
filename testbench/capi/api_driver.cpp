// SPDX-License-Identifier: MIT
// The C functions of the driver's world. Pointers of the driver are read and written while its code counts as
// at work: a bad one is the driver's crash.
#include <cstring>

#include "testbench/capi/visit.h"

namespace {

using ans::capi::Answer;
using ans::capi::DriverCpu;
using ans::capi::say;
using ans::capi::visit;
using ans::capi::Where;
using ans::capi::World;

constexpr std::size_t kLongestText = 4096;  // of a log line, bytes
constexpr std::size_t kLongestName = 200;

int null(const char* what) {
    return say(ANS2EMU_E_ARGUMENT, std::string(what) + " is NULL");
}

int bad_name(const char* what, const char* name, std::size_t most = kLongestName) {
    if (name == nullptr) return null(what);
    if (strnlen(name, most + 1) <= most) return ANS2EMU_OK;
    return say(ANS2EMU_E_ARGUMENT, std::string(what) + " is longer than " + std::to_string(most) + " bytes");
}

template <typename T>
int read(const ans2emu_machine* machine, std::uint64_t address, T* value, const char* what) {
    if (value == nullptr) return null("value");
    T found{};
    const int status = visit(machine, what, Where::Anywhere,
                             [&](World& world, DriverCpu&) { return world.read(address, found); });
    if (status == ANS2EMU_OK || status == ANS2EMU_E_BUS_FAULT) *value = found;
    return status;
}

template <typename T>
int write(const ans2emu_machine* machine, std::uint64_t address, T value, const char* what) {
    return visit(machine, what, Where::Anywhere,
                 [&](World& world, DriverCpu&) { return world.write(address, value); });
}

// Longer than any run: the sum with the present must not overflow.
constexpr std::uint64_t kLongestDelay = std::uint64_t{86'400} * 1'000'000'000 * 365;

int too_long(const char* what, std::uint64_t nanoseconds) {
    if (nanoseconds <= kLongestDelay) return ANS2EMU_OK;
    return say(ANS2EMU_E_ARGUMENT,
               std::string(what) + ": " + std::to_string(nanoseconds) + " ns are more than a year");
}

}  // namespace

extern "C" {

int ans2emu_read8(ans2emu_machine* machine, uint64_t address, uint8_t* value) {
    return read(machine, address, value, "read8");
}
int ans2emu_read16(ans2emu_machine* machine, uint64_t address, uint16_t* value) {
    return read(machine, address, value, "read16");
}
int ans2emu_read32(ans2emu_machine* machine, uint64_t address, uint32_t* value) {
    return read(machine, address, value, "read32");
}
int ans2emu_read64(ans2emu_machine* machine, uint64_t address, uint64_t* value) {
    return read(machine, address, value, "read64");
}
int ans2emu_write8(ans2emu_machine* machine, uint64_t address, uint8_t value) {
    return write(machine, address, value, "write8");
}
int ans2emu_write16(ans2emu_machine* machine, uint64_t address, uint16_t value) {
    return write(machine, address, value, "write16");
}
int ans2emu_write32(ans2emu_machine* machine, uint64_t address, uint32_t value) {
    return write(machine, address, value, "write32");
}
int ans2emu_write64(ans2emu_machine* machine, uint64_t address, uint64_t value) {
    return write(machine, address, value, "write64");
}

int ans2emu_catch_bus_faults(ans2emu_machine* machine, int catch_them) {
    return visit(machine, "catch_bus_faults", Where::Anywhere, [=](World& world, DriverCpu&) -> Answer {
        world.catch_bus_faults(catch_them != 0);
        return {};
    });
}

// --- memory ---

int ans2emu_dma_alloc(ans2emu_machine* machine, size_t size, size_t alignment, unsigned flags,
                      ans2emu_dma* memory) {
    if (memory == nullptr) return null("memory");
    ans2emu_dma found{};
    const int status = visit(machine, "dma_alloc", Where::Anywhere, [&](World& world, DriverCpu&) {
        return world.dma_alloc(size, alignment, flags, found);
    });
    if (status == ANS2EMU_OK) *memory = found;
    return status;
}

int ans2emu_dma_free(ans2emu_machine* machine, const ans2emu_dma* memory) {
    if (memory == nullptr) return null("memory");
    const ans2emu_dma given = *memory;
    return visit(machine, "dma_free", Where::Anywhere,
                 [&](World& world, DriverCpu&) { return world.dma_free(given); });
}

int ans2emu_dma_pointer(ans2emu_machine* machine, uint64_t device, size_t size, void** cpu) {
    if (cpu == nullptr) return null("cpu");
    void* found = nullptr;
    const int status = visit(machine, "dma_pointer", Where::Anywhere, [&](World& world, DriverCpu&) {
        return world.dma_pointer(device, size, found);
    });
    *cpu = found;
    return status;
}

int ans2emu_observe(ans2emu_machine* machine) {
    return visit(machine, "observe", Where::Anywhere, [](World& world, DriverCpu&) -> Answer {
        world.host().observe_memory();
        return {};
    });
}

// --- time ---

int ans2emu_now(ans2emu_machine* machine, uint64_t* nanoseconds) {
    if (nanoseconds == nullptr) return null("nanoseconds");
    std::uint64_t found = 0;
    const int status = visit(machine, "now", Where::Aside, [&](World& world, DriverCpu& cpu) -> Answer {
        found = world.host().now();
        // Who polls memory against nothing but the clock must see it change.
        if (!cpu.up_to_date) world.host().observe_memory();
        cpu.up_to_date = false;
        return {};
    });
    if (status == ANS2EMU_OK) *nanoseconds = found;
    return status;
}

int ans2emu_delay(ans2emu_machine* machine, uint64_t nanoseconds) {
    if (const int bad = too_long("delay", nanoseconds); bad != ANS2EMU_OK) return bad;
    return visit(machine, "delay", Where::Anywhere, [=](World& world, DriverCpu&) -> Answer {
        world.host().busy_delay(nanoseconds);
        return {};
    });
}

int ans2emu_sleep(ans2emu_machine* machine, uint64_t nanoseconds) {
    if (const int bad = too_long("sleep", nanoseconds); bad != ANS2EMU_OK) return bad;
    return visit(machine, "sleep", Where::MayWait, [=](World& world, DriverCpu&) -> Answer {
        world.host().sleep(nanoseconds);
        return {};
    });
}

// --- interrupts ---

int ans2emu_irq_request(ans2emu_machine* machine, unsigned line, ans2emu_irq_handler* handler,
                        void* context) {
    if (handler == nullptr) return null("handler");
    return visit(machine, "irq_request", Where::Anywhere,
                 [=](World& world, DriverCpu&) { return world.irq_request(line, handler, context); });
}
int ans2emu_irq_free(ans2emu_machine* machine, unsigned line) {
    return visit(machine, "irq_free", Where::MayWait,
                 [=](World& world, DriverCpu&) { return world.irq_free(line); });
}
int ans2emu_irq_mask(ans2emu_machine* machine, unsigned line) {
    return visit(machine, "irq_mask", Where::Anywhere,
                 [=](World& world, DriverCpu&) { return world.irq_mask(line, true); });
}
int ans2emu_irq_unmask(ans2emu_machine* machine, unsigned line) {
    return visit(machine, "irq_unmask", Where::Anywhere,
                 [=](World& world, DriverCpu&) { return world.irq_mask(line, false); });
}
int ans2emu_irq_wait(ans2emu_machine* machine, unsigned line, uint64_t timeout_ns) {
    return visit(machine, "irq_wait", Where::MayWait,
                 [=](World& world, DriverCpu&) { return world.irq_wait(line, timeout_ns); });
}
int ans2emu_irq_level(ans2emu_machine* machine, unsigned line, int* level) {
    if (level == nullptr) return null("level");
    int found = 0;
    const int status = visit(machine, "irq_level", Where::Anywhere,
                             [&](World& world, DriverCpu&) { return world.irq_level(line, found); });
    if (status == ANS2EMU_OK) *level = found;
    return status;
}

// --- locks, signals, threads ---

int ans2emu_lock_create(ans2emu_machine* machine, const char* name, ans2emu_lock** lock) {
    if (const int bad = bad_name("name", name); bad != ANS2EMU_OK) return bad;
    if (lock == nullptr) return null("lock");
    ans2emu_lock* made = nullptr;
    const int status = visit(machine, "lock_create", Where::Anywhere,
                             [&](World& world, DriverCpu&) { return world.lock_create(name, made); });
    *lock = made;
    return status;
}
int ans2emu_lock_destroy(ans2emu_machine* machine, ans2emu_lock* lock) {
    return visit(machine, "lock_destroy", Where::Anywhere,
                 [=](World& world, DriverCpu&) { return world.lock_destroy(lock); });
}
int ans2emu_lock_take(ans2emu_machine* machine, ans2emu_lock* lock) {
    return visit(machine, "lock_take", Where::Anywhere,
                 [=](World& world, DriverCpu& cpu) { return world.lock_take(cpu, lock); });
}
int ans2emu_lock_release(ans2emu_machine* machine, ans2emu_lock* lock) {
    return visit(machine, "lock_release", Where::Anywhere,
                 [=](World& world, DriverCpu& cpu) { return world.lock_release(cpu, lock); });
}

int ans2emu_signal_create(ans2emu_machine* machine, const char* name, ans2emu_signal** signal) {
    if (const int bad = bad_name("name", name); bad != ANS2EMU_OK) return bad;
    if (signal == nullptr) return null("signal");
    ans2emu_signal* made = nullptr;
    const int status = visit(machine, "signal_create", Where::Anywhere,
                             [&](World& world, DriverCpu&) { return world.signal_create(name, made); });
    *signal = made;
    return status;
}
int ans2emu_signal_destroy(ans2emu_machine* machine, ans2emu_signal* signal) {
    return visit(machine, "signal_destroy", Where::Anywhere,
                 [=](World& world, DriverCpu&) { return world.signal_destroy(signal); });
}
int ans2emu_signal_notify(ans2emu_machine* machine, ans2emu_signal* signal) {
    return visit(machine, "signal_notify", Where::Anywhere,
                 [=](World& world, DriverCpu&) { return world.signal_notify(signal); });
}
int ans2emu_signal_wait(ans2emu_machine* machine, ans2emu_signal* signal, uint64_t timeout_ns) {
    return visit(machine, "signal_wait", Where::MayWait,
                 [=](World& world, DriverCpu&) { return world.signal_wait(signal, timeout_ns); });
}

int ans2emu_thread_start(ans2emu_machine* machine, const char* name, ans2emu_entry* entry, void* context,
                         ans2emu_thread** thread) {
    if (const int bad = bad_name("name", name); bad != ANS2EMU_OK) return bad;
    if (entry == nullptr) return null("entry");
    if (thread == nullptr) return null("thread");
    ans2emu_thread* made = nullptr;
    const int status = visit(machine, "thread_start", Where::MayWait, [&](World& world, DriverCpu&) {
        return world.thread_start(name, entry, context, made);
    });
    *thread = made;
    return status;
}
int ans2emu_thread_join(ans2emu_machine* machine, ans2emu_thread* thread, int* returned) {
    int found = 0;
    const int status = visit(machine, "thread_join", Where::MayWait, [&](World& world, DriverCpu& cpu) {
        return world.thread_join(cpu, thread, found);
    });
    if (status == ANS2EMU_OK && returned != nullptr) *returned = found;
    return status;
}

// --- log ---

int ans2emu_log(ans2emu_machine* machine, int level, const char* text) {
    if (level < ANS2EMU_LOG_ERROR || level > ANS2EMU_LOG_DEBUG)
        return say(ANS2EMU_E_ARGUMENT, "log: no level " + std::to_string(level));
    if (const int bad = bad_name("text", text, kLongestText); bad != ANS2EMU_OK) return bad;
    return visit(machine, "log", Where::Aside, [=](World& world, DriverCpu&) -> Answer {
        world.host().log(static_cast<ans::port::LogLevel>(level), text);
        return {};
    });
}

int ans2emu_stage(ans2emu_machine* machine, const char* name) {
    if (const int bad = bad_name("name", name); bad != ANS2EMU_OK) return bad;
    return visit(machine, "stage", Where::Anywhere, [=](World& world, DriverCpu&) -> Answer {
        world.host().stage(name);
        return {};
    });
}

}  // extern "C"
