/* SPDX-License-Identifier: MIT
 *
 * ans2emu.h - drive the emulated machine with a driver of your own, in C or C++.
 *
 * A driver's code runs as a thread on a simulated CPU. Whoever owns the process opens a machine from a
 * scenario, hands over entry functions one after another (a boot loader, then an operating system), and asks
 * what came of it.
 *
 * Time.      It stands still while the driver computes. Every call that touches the machine costs simulated
 * time: register accesses, clock reads, locks. Code that spins on a register or on the clock makes time
 * advance; code that spins without calling in is stopped by the wall deadline (limits.wall_s of the
 * scenario). After any call, memory holds what the device had written by that moment: a completion queue may
 * be polled with plain loads, as long as the loop calls something (ans2emu_now, ans2emu_delay, a register).
 * Errors.    Every function returns one of enum ans2emu_status; ans2emu_error() explains the last failure of
 * the calling OS thread. A call that fails changes nothing. NULL, foreign and freed handles are recognised.
 * Ownership. Handles are the machine's: closing it frees them all. Strings handed out belong to the library
 * and stay until the next call that hands out the same kind, or until the machine is closed. Strings and
 * structures handed in are copied. A context pointer is the caller's and must live as long as what it was
 * given to. Threads.   One OS thread, the one that opened the machine, makes all calls; any other gets
 * ANS2EMU_E_THREAD. Simulated threads (ans2emu_thread_start) run one at a time, each on a simulated CPU of
 * its own, and change places only inside calls. Do not use an OS mutex, sleep or thread between them.
 * Endings.   A simulated thread can end inside a call: power is cut, a register access is never answered, the
 * run is over. It then leaves all its frames at once, as after longjmp: destructors of C++ objects do not
 * run. Fatal signals (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP) and SIGRTMAX-1 are the library's own
 * while ans2emu_run() is at work, and as before afterwards.
 */
#ifndef ANS2EMU_H
#define ANS2EMU_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ANS2EMU_ABI_VERSION 1

/* Counts up with every change that a compiled driver would notice. Equal to ANS2EMU_ABI_VERSION: header and
 * library fit.
 */
unsigned ans2emu_abi_version(void);
/* "0.1.0" */
const char* ans2emu_version(void);

enum ans2emu_status {
    ANS2EMU_OK = 0,
    ANS2EMU_E_ARGUMENT = -1, /* NULL, out of range, misaligned, unknown name */
    ANS2EMU_E_HANDLE = -2,   /* not a handle of this kind, or one that was freed */
    ANS2EMU_E_CONTEXT =
        -3, /* not allowed here: outside an entry function, in an interrupt handler, under a lock */
    ANS2EMU_E_THREAD = -4,    /* another OS thread owns the machine */
    ANS2EMU_E_BUSY = -5,      /* one machine a process; one handler a line; something is still in use */
    ANS2EMU_E_SCENARIO = -6,  /* the scenario, an image or a file it names cannot be used */
    ANS2EMU_E_MEMORY = -7,    /* no DMA memory of that kind left */
    ANS2EMU_E_TIMEOUT = -8,   /* of a wait */
    ANS2EMU_E_BUS_FAULT = -9, /* the bus answered an access with an error */
    ANS2EMU_E_BUS_HANG = -10, /* the bus never answered an access; the run is over */
    ANS2EMU_E_POWER = -11,    /* power was cut under the driver, or is off */
    ANS2EMU_E_CRASH = -12,    /* the driver's own code crashed; the run is over */
    ANS2EMU_E_DEADLINE =
        -13, /* real or simulated time ran out, or every thread sleeps for ever; the run is over */
    ANS2EMU_E_LEFTOVER = -14, /* the entry function returned and left something running */
    ANS2EMU_E_OVER = -15,     /* the run is over or finished */
    ANS2EMU_E_INTERNAL = -16  /* the emulator's own fault */
};

/* "ANS2EMU_E_BUSY" */
const char* ans2emu_status_name(int status);
/* Why the last failing call of this OS thread failed; "" before any. */
const char* ans2emu_error(void);

typedef struct ans2emu_machine ans2emu_machine; /* never dereferenced, never to be */
typedef struct ans2emu_thread ans2emu_thread;
typedef struct ans2emu_lock ans2emu_lock;
typedef struct ans2emu_signal ans2emu_signal;

/* --- The machine: called by whoever owns the process, outside entry functions.
 * ------------------------------------ */

struct ans2emu_options {
    size_t size;                  /* sizeof(struct ans2emu_options) */
    const char* scenario_file;    /* path of a scenario; NULL: scenario_text is given */
    const char* scenario_text;    /* the scenario itself; its paths start at the working directory */
    const char* run;              /* of a scenario with several runs: which; NULL: it has one */
    const char* const* overrides; /* like --set: "driver.queue_depth=8", "seed=7"; NULL: none */
    size_t override_count;
    const char* trace_file; /* every event as a line of JSON; NULL: none */
};

/* The shortest scenario: a good machine and nothing more. */
#define ANS2EMU_PLAIN_SCENARIO                                                                     \
    "{\"name\": \"plain\", \"description\": \"a machine without faults\", \"driver\": {\"kind\": " \
    "\"foreign\"}}"

/* One machine a process, once: SystemC cannot build a second (ANS2EMU_E_BUSY). A call that fails on its
 * scenario may be repeated. Steps of the scenario are the reference driver's and are not done. */
int ans2emu_open(const struct ans2emu_options* options, ans2emu_machine** machine);

/* A driver. What it returns is its own affair, but anything but 0 counts as a failed step. */
typedef int ans2emu_entry(ans2emu_machine* machine, void* context);

/* Runs `entry` as a simulated thread to its end. May be called again, for the next driver of the same machine
 * life: time, memory, registers and firmware are as the last one left them. Its threads and interrupt
 * handlers are not: those that it leaves behind are ended, and commands in flight are told
 * (ANS2EMU_E_LEFTOVER, the entry's value is there). `name` is the step's in results and traces; `returned`
 * may be NULL. */
int ans2emu_run(ans2emu_machine* machine, const char* name, ans2emu_entry* entry, void* context,
                int* returned);

/* Everything volatile is gone: registers, DRAM, unflushed writes. */
int ans2emu_power_cut(ans2emu_machine* machine);
/* After a cut: the machine is as its boot loader hands it over. */
int ans2emu_power_on(ans2emu_machine* machine);

/* Ends the run and judges it: expectations, broken rules, counters, log, as `ans2emu run --report json:`
 * writes them. Closes trace and image. `json` and `passed` may be NULL. Afterwards only ans2emu_close(). */
int ans2emu_finish(ans2emu_machine* machine, const char** json, int* passed);
int ans2emu_close(ans2emu_machine* machine);

/* --- The driver's world: called inside entry functions, their threads and interrupt handlers.
 * --------------------- */

/* Device registers by physical address, aligned to their width. A fault is what a CPU makes of it: the thread
 * ends and so does the run, unless ans2emu_catch_bus_faults() was told otherwise; then ANS2EMU_E_BUS_FAULT,
 * and a read gives all ones. */
int ans2emu_read8(ans2emu_machine* machine, uint64_t address, uint8_t* value);
int ans2emu_read16(ans2emu_machine* machine, uint64_t address, uint16_t* value);
int ans2emu_read32(ans2emu_machine* machine, uint64_t address, uint32_t* value);
int ans2emu_read64(ans2emu_machine* machine, uint64_t address, uint64_t* value);
int ans2emu_write8(ans2emu_machine* machine, uint64_t address, uint8_t value);
int ans2emu_write16(ans2emu_machine* machine, uint64_t address, uint16_t value);
int ans2emu_write32(ans2emu_machine* machine, uint64_t address, uint32_t value);
int ans2emu_write64(ans2emu_machine* machine, uint64_t address, uint64_t value);
/* 1: like a kernel with an exception handler for it. 0, the default: like one without. */
int ans2emu_catch_bus_faults(ans2emu_machine* machine, int catch_them);

/* Memory that CPU and device share, coherent, zeroed. */
struct ans2emu_dma {
    void* cpu;
    uint64_t device; /* address */
    size_t size;     /* bytes */
};
enum ans2emu_dma_flags {
    ANS2EMU_DMA_IDENTITY = 1 /* `cpu` and `device` are the same number, below 2 GiB */
};
/* `alignment` is a power of two. Memory outlives the entry function that took it, as firmware may use it
 * still. */
int ans2emu_dma_alloc(ans2emu_machine* machine, size_t size, size_t alignment, unsigned flags,
                      struct ans2emu_dma* memory);
int ans2emu_dma_free(ans2emu_machine* machine, const struct ans2emu_dma* memory);
/* The CPU's pointer to any DRAM by its address; NULL and ANS2EMU_E_ARGUMENT where there is none. */
int ans2emu_dma_pointer(ans2emu_machine* machine, uint64_t device, size_t size, void** cpu);
/* What dma_rmb() orders: memory is up to date afterwards. So it is after every other call that touches the
 * machine. */
int ans2emu_observe(ans2emu_machine* machine);

int ans2emu_now(ans2emu_machine* machine, uint64_t* nanoseconds);
/* Spins; allowed everywhere. */
int ans2emu_delay(ans2emu_machine* machine, uint64_t nanoseconds);
/* Lets others run on this CPU; not in an interrupt handler, not under a lock. */
int ans2emu_sleep(ans2emu_machine* machine, uint64_t nanoseconds);

#define ANS2EMU_FOREVER UINT64_MAX

/* Level interrupts by line number (properties "irq.nvme", "irq.mailbox.recv_not_empty"). Three ways to a
 * line: */
enum ans2emu_irq_result { ANS2EMU_IRQ_NONE = 0, ANS2EMU_IRQ_HANDLED = 1 };
/* Runs on the interrupt CPU while the level is high. It may use registers, memory, clock, locks, signals and
 * log, but not wait. */
typedef int ans2emu_irq_handler(ans2emu_machine* machine, unsigned line, void* context);
/* 1. A callback. */
int ans2emu_irq_request(ans2emu_machine* machine, unsigned line, ans2emu_irq_handler* handler, void* context);
int ans2emu_irq_free(ans2emu_machine* machine, unsigned line);
int ans2emu_irq_mask(ans2emu_machine* machine, unsigned line);
int ans2emu_irq_unmask(ans2emu_machine* machine, unsigned line);
/* 2. A wait until the level is high: ANS2EMU_OK, or ANS2EMU_E_TIMEOUT. */
int ans2emu_irq_wait(ans2emu_machine* machine, unsigned line, uint64_t timeout_ns);
/* 3. The level itself, 0 or 1. */
int ans2emu_irq_level(ans2emu_machine* machine, unsigned line, int* level);

/* A spinlock that is taken with interrupts off. Not recursive. */
int ans2emu_lock_create(ans2emu_machine* machine, const char* name, ans2emu_lock** lock);
int ans2emu_lock_destroy(ans2emu_machine* machine, ans2emu_lock* lock);
int ans2emu_lock_take(ans2emu_machine* machine, ans2emu_lock* lock);
int ans2emu_lock_release(ans2emu_machine* machine, ans2emu_lock* lock);

/* A flag that threads sleep on: notify sets it, the first that wakes clears it. Wait in a loop around the
 * condition. */
int ans2emu_signal_create(ans2emu_machine* machine, const char* name, ans2emu_signal** signal);
int ans2emu_signal_destroy(ans2emu_machine* machine, ans2emu_signal* signal);
int ans2emu_signal_notify(ans2emu_machine* machine, ans2emu_signal* signal);
int ans2emu_signal_wait(ans2emu_machine* machine, ans2emu_signal* signal, uint64_t timeout_ns);

/* Another thread on a CPU of its own. `thread` is freed by join. */
int ans2emu_thread_start(ans2emu_machine* machine, const char* name, ans2emu_entry* entry, void* context,
                         ans2emu_thread** thread);
int ans2emu_thread_join(ans2emu_machine* machine, ans2emu_thread* thread, int* returned);

/* Into the trace, the results' log and the story of the run. */
enum ans2emu_log_level { ANS2EMU_LOG_ERROR, ANS2EMU_LOG_WARNING, ANS2EMU_LOG_INFO, ANS2EMU_LOG_DEBUG };
int ans2emu_log(ans2emu_machine* machine, int level, const char* text);
/* Marks a stage of the driver's life: "rtkit ready". */
int ans2emu_stage(ans2emu_machine* machine, const char* name);

/* What a device tree would tell. The table of names is in docs/bring-your-own-driver.md and, for programs,
 * here: `index` counts from 0; ANS2EMU_E_ARGUMENT behind the last. Callable inside and outside of entry
 * functions. */
int ans2emu_property_name(ans2emu_machine* machine, size_t index, const char** name);
int ans2emu_property_u64(ans2emu_machine* machine, const char* name, uint64_t* value);
int ans2emu_property_text(ans2emu_machine* machine, const char* name, const char** value);

/* What a driver that is a shared object exports for `ans2emu run SCENARIO --driver FILE`. */
int ans2emu_driver_main(ans2emu_machine* machine);

#ifdef __cplusplus
}
#endif

#endif
