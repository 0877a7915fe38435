// SPDX-License-Identifier: MIT
// Calls the C ABI in random order with random arguments: every call returns a status, nothing of ours
// crashes. One machine serves all inputs, as a process has only one; each input is a driver on it.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "testbench/capi/ans2emu.h"

// LeakSanitizer walks stacks, and the stacks of SystemC's threads have guard pages: it dies of them at
// random.
extern "C" const char* __asan_default_options() {
    return "detect_leaks=0";
}  // NOLINT(bugprone-reserved-identifier)

extern "C" int sc_main(int, char**) {
    return 2;
}

namespace {

// Policies that answer where a bus could hang, so that no input ends the life of the one machine.
constexpr const char* kScenario =
    R"({"name": "fuzz", "description": "random calls", "driver": {"kind": "foreign"},
    "policies": {"preset": "lenient", "stopped_access": "all_ones"},
    "media": {"memory_mib": 4}, "machine": {"dram_mib": 64},
    "limits": {"sim_ms": 86400000, "wall_s": 20}})";

class Input {
public:
    Input(const std::uint8_t* data, std::size_t size) : at_(data), end_(data + size) {}
    bool over() const { return at_ == end_; }
    std::uint8_t byte() { return over() ? std::uint8_t{0} : *at_++; }
    std::uint64_t number() {
        std::uint64_t value = 0;
        for (unsigned i = byte() % 9; i != 0; --i)
            value = value << 8 | byte();
        return value;
    }
    unsigned below(unsigned bound) { return byte() % bound; }

private:
    const std::uint8_t* at_;
    const std::uint8_t* end_;
};

// What the driver of one input has made so far; handles stay here when they are freed, to be used again.
struct Driver {
    Input& input;
    ans2emu_machine* machine;
    std::vector<ans2emu_lock*> locks{nullptr};
    std::vector<ans2emu_signal*> signals{nullptr};
    std::vector<ans2emu_thread*> threads{nullptr};
    std::vector<ans2emu_dma> memory{{nullptr, 0, 0}};

    template <typename T>
    T& any(std::vector<T>& all) {
        return all[input.byte() % all.size()];
    }
    ans2emu_machine* any_machine() {
        switch (input.below(16)) {
            case 0:
                return nullptr;
            case 1:
                return reinterpret_cast<ans2emu_machine*>(static_cast<std::uintptr_t>(input.number()));
            default:
                return machine;
        }
    }
    std::uint64_t address() {
        static constexpr const char* kWindows[] = {"asc",  "mailbox", "sart",    "nvme",
                                                   "pmgr", "dram",    "identity"};
        std::uint64_t base = 0;
        const unsigned which = input.below(8);
        if (which == 7) return input.number();
        ans2emu_property_u64(machine, (std::string(kWindows[which]) + ".base").c_str(), &base);
        return base + (input.number() & 0x3ffff);
    }
    unsigned line() {
        static constexpr const char* kLines[] = {"irq.nvme", "irq.mailbox.send_empty",
                                                 "irq.mailbox.recv_not_empty"};
        std::uint64_t number = input.number();
        const unsigned which = input.below(4);
        if (which != 3) ans2emu_property_u64(machine, kLines[which], &number);
        return static_cast<unsigned>(number);
    }
};

[[noreturn]] void broken(const char* what, int status) {
    std::fprintf(stderr, "%s: %s: %s\n", what, ans2emu_status_name(status), ans2emu_error());
    std::abort();
}

void check(int status) {
    if (status > 0 || status <= ANS2EMU_E_INTERNAL) broken("a call", status);
}

int handler(ans2emu_machine* machine, unsigned line, void* context) {
    auto& driver = *static_cast<Driver*>(context);
    std::uint64_t ns = 0;
    check(ans2emu_now(machine, &ns));
    check(ans2emu_sleep(machine, 1));
    check(ans2emu_irq_free(machine, line));
    if (!driver.signals.empty()) check(ans2emu_signal_notify(machine, driver.signals.back()));
    check(ans2emu_run(machine, "inside", nullptr, nullptr, nullptr));
    check(ans2emu_irq_mask(machine, line));
    return driver.input.below(2);
}

int short_thread(ans2emu_machine* machine, void* context) {
    auto& driver = *static_cast<Driver*>(context);
    check(ans2emu_sleep(machine, driver.input.byte()));
    check(ans2emu_delay(machine, driver.input.byte()));
    return 1;
}

void registers(Driver& d) {
    ans2emu_machine* const m = d.any_machine();
    std::uint8_t v8 = 0;
    std::uint16_t v16 = 0;
    std::uint32_t v32 = 0;
    std::uint64_t v64 = 0;
    const std::uint64_t at = d.address();
    switch (d.input.below(9)) {
        case 0:
            return check(ans2emu_read8(m, at, &v8));
        case 1:
            return check(ans2emu_read16(m, at, &v16));
        case 2:
            return check(ans2emu_read32(m, at, &v32));
        case 3:
            return check(ans2emu_read64(m, at, &v64));
        case 4:
            return check(ans2emu_write8(m, at, d.input.byte()));
        case 5:
            return check(ans2emu_write16(m, at, static_cast<std::uint16_t>(d.input.number())));
        case 6:
            return check(ans2emu_write32(m, at, static_cast<std::uint32_t>(d.input.number())));
        case 7:
            return check(ans2emu_write64(m, at, d.input.number()));
        default:
            return check(ans2emu_read32(m, at, nullptr));
    }
}

void memory(Driver& d) {
    ans2emu_machine* const m = d.any_machine();
    ans2emu_dma made{};
    void* cpu = nullptr;
    switch (d.input.below(5)) {
        case 0: {
            const int status =
                ans2emu_dma_alloc(m, static_cast<std::size_t>(d.input.number()),
                                  static_cast<std::size_t>(d.input.number()), d.input.byte(), &made);
            check(status);
            if (status == ANS2EMU_OK) d.memory.push_back(made);
            return;
        }
        case 1: {
            check(ans2emu_dma_alloc(m, d.input.byte() + 1u, 64, d.input.below(2), &made));
            if (made.cpu == nullptr) return;
            std::memset(made.cpu, d.input.byte(), made.size);
            d.memory.push_back(made);
            return;
        }
        case 2:
            return check(ans2emu_dma_free(m, &d.any(d.memory)));
        case 3:
            return check(
                ans2emu_dma_pointer(m, d.address(), static_cast<std::size_t>(d.input.number()), &cpu));
        default:
            return check(ans2emu_observe(m));
    }
}

void time(Driver& d) {
    constexpr std::uint64_t kShort = 0xfffff;  // ns
    ans2emu_machine* const m = d.any_machine();
    std::uint64_t ns = 0;
    switch (d.input.below(4)) {
        case 0:
            return check(ans2emu_now(m, &ns));
        case 1:
            return check(ans2emu_delay(m, d.input.number() & kShort));
        case 2:
            return check(ans2emu_sleep(m, d.input.number() & kShort));
        default:
            return check(ans2emu_sleep(m, UINT64_MAX));
    }
}

void interrupts(Driver& d) {
    ans2emu_machine* const m = d.any_machine();
    const unsigned line = d.line();
    int level = 0;
    switch (d.input.below(6)) {
        case 0:
            return check(ans2emu_irq_request(m, line, &handler, &d));
        case 1:
            return check(ans2emu_irq_free(m, line));
        case 2:
            return check(ans2emu_irq_mask(m, line));
        case 3:
            return check(ans2emu_irq_unmask(m, line));
        case 4:
            return check(ans2emu_irq_wait(m, line, d.input.byte()));
        default:
            return check(ans2emu_irq_level(m, line, &level));
    }
}

void locks(Driver& d) {
    ans2emu_machine* const m = d.any_machine();
    ans2emu_lock* lock = nullptr;
    switch (d.input.below(4)) {
        case 0:
            check(ans2emu_lock_create(m, "lock", &lock));
            return d.locks.push_back(lock);
        case 1:
            return check(ans2emu_lock_take(m, d.any(d.locks)));
        case 2:
            return check(ans2emu_lock_release(m, d.any(d.locks)));
        default:
            return check(ans2emu_lock_destroy(m, d.any(d.locks)));
    }
}

void signals(Driver& d) {
    ans2emu_machine* const m = d.any_machine();
    ans2emu_signal* signal = nullptr;
    switch (d.input.below(4)) {
        case 0:
            check(ans2emu_signal_create(m, "signal", &signal));
            return d.signals.push_back(signal);
        case 1:
            return check(ans2emu_signal_notify(m, d.any(d.signals)));
        case 2:
            return check(ans2emu_signal_wait(m, d.any(d.signals), d.input.byte()));
        default:
            return check(ans2emu_signal_destroy(m, d.any(d.signals)));
    }
}

void threads(Driver& d) {
    ans2emu_machine* const m = d.any_machine();
    ans2emu_thread* thread = nullptr;
    switch (d.input.below(3)) {
        case 0:
            check(ans2emu_thread_start(m, "thread", &short_thread, &d, &thread));
            return d.threads.push_back(thread);
        case 1:
            return check(ans2emu_thread_join(m, d.any(d.threads), nullptr));
        default:
            return check(ans2emu_thread_start(m, nullptr, &short_thread, &d, &thread));
    }
}

void texts(Driver& d) {
    ans2emu_machine* const m = d.any_machine();
    const std::string text(d.input.byte(), 'x');
    const char* found = nullptr;
    std::uint64_t value = 0;
    switch (d.input.below(5)) {
        case 0:
            return check(ans2emu_log(m, d.input.below(6) - 1, text.c_str()));
        case 1:
            return check(ans2emu_stage(m, text.c_str()));
        case 2:
            return check(ans2emu_property_name(m, static_cast<std::size_t>(d.input.number()), &found));
        case 3:
            return check(ans2emu_property_u64(m, text.c_str(), &value));
        default:
            return check(ans2emu_property_text(m, "soc.name", &found));
    }
}

// What is refused inside: the owner's functions, and everything from another OS thread.
void refused(Driver& d) {
    ans2emu_machine* const m = d.any_machine();
    std::uint64_t ns = 0;
    int status = 0;
    switch (d.input.below(5)) {
        case 0:
            status = ans2emu_close(m);
            break;
        case 1:
            status = ans2emu_power_cut(m);
            break;
        case 2:
            status = ans2emu_finish(m, nullptr, nullptr);
            break;
        case 3:
            std::thread([&] { status = ans2emu_now(m, &ns); }).join();
            break;
        default:
            status = ans2emu_open(nullptr, nullptr);
    }
    if (status == ANS2EMU_OK) broken("it should have been refused", status);
    check(status);
}

int entry(ans2emu_machine* machine, void* context) {
    Driver& driver = *static_cast<Driver*>(context);
    using Group = void (*)(Driver&);
    static constexpr Group kGroups[] = {registers, memory,  time,  interrupts, locks,
                                        signals,   threads, texts, refused};
    check(ans2emu_catch_bus_faults(machine, 1));
    for (int calls = 0; calls < 200 && !driver.input.over(); ++calls)
        kGroups[driver.input.below(std::size(kGroups))](driver);
    for (const ans2emu_dma& memory : driver.memory)
        ans2emu_dma_free(machine, &memory);
    return 0;
}

ans2emu_machine* open_machine() {
    ans2emu_options options{};
    options.size = sizeof options;
    options.scenario_text = kScenario;
    ans2emu_machine* machine = nullptr;
    if (const int status = ans2emu_open(&options, &machine); status != ANS2EMU_OK) broken("open", status);
    return machine;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static ans2emu_machine* const machine = open_machine();
    Input input(data, size);
    if (input.below(16) == 0) {  // between drivers
        check(ans2emu_power_cut(machine));
        check(ans2emu_power_on(machine));
    }
    Driver driver{input, machine};
    const int status = ans2emu_run(machine, "fuzz", &entry, &driver, nullptr);
    if (status != ANS2EMU_OK && status != ANS2EMU_E_LEFTOVER) broken("run", status);
    return 0;
}
