// SPDX-License-Identifier: MIT
// The reference NVMe driver for ANS2: several submitting threads, one interrupt, one disk.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "host_driver/common/measures.h"
#include "host_driver/nvme/controller.h"
#include "host_driver/nvme/identity.h"
#include "host_driver/nvme/power.h"
#include "host_driver/nvme/prp.h"
#include "host_driver/nvme/queue.h"
#include "host_driver/nvme/request.h"
#include "host_driver/nvme/tags.h"
#include "host_driver/rtkit/rtkit.h"

namespace ans::driver {

/// Where the device is. source: hardware.md 1
struct Resources {
    port::Address asc = 0;
    port::Address mailbox = 0;
    port::Address sart = 0;
    port::Address nvme = 0;
    unsigned sart_version = 2;
    std::vector<PowerDomain> domains;       ///< parents first
    unsigned reset_domain = 0;              ///< index of the domain that resets the coprocessor
    std::array<unsigned, 4> mailbox_irq{};  ///< send-empty, send-not-empty, recv-empty, recv-not-empty
    unsigned nvme_irq = 0;
};

struct Options {
    Measures omit;               ///< protective measures left out, to show what they are for
    bool use_interrupts = true;  ///< false: callers complete their requests by poll()
    unsigned io_timeout_ms = 30'000;
    unsigned admin_timeout_ms = 60'000;
    unsigned shutdown_timeout_ms = 5'000;  ///< CC.SHN, and each admin command that tears down
    unsigned queue_depth = nvme::kMaxIoTags;
    unsigned max_retries = 1;             ///< how often a request that a reset interrupted is started again
    std::size_t max_transfer = 4u << 20;  ///< bytes; the device's MDTS may lower it
};

enum class State : std::uint8_t { Off, Starting, Live, Resetting, Stopping, Suspended, Dead };
const char* to_string(State state);

struct Counters {
    std::uint64_t submitted = 0;           ///< I/O requests that reached the device, each once
    std::uint64_t completed = 0;           ///< I/O requests that came back, in whatever way
    std::uint64_t errors = 0;              ///< of the completed
    std::uint64_t timeouts = 0;            ///< commands that did not complete in time
    std::uint64_t polled_completions = 0;  ///< found complete at their timeout: the interrupt was lost
    std::uint64_t retries = 0;
    std::uint64_t resets = 0;
    std::uint64_t interrupts = 0;
    std::uint64_t spurious_interrupts = 0;
    std::uint64_t stat_errors = 0;      ///< TCB invalidations with a status other than 0
    std::uint64_t bad_completions = 0;  ///< of no command in flight
};

/// Life-cycle calls (probe, suspend, resume, reset, shutdown, remove) may come from any thread and exclude
/// each other. None of them, and nothing else that waits, may be called from Request::done.
class Driver : private rtkit::RtkitClient {
public:
    /// Throws std::out_of_range if `reset_domain` names no domain.
    Driver(port::Port& port, const Resources& resources, const Options& options);
    /// remove() or shutdown() came before, or no thread of the port runs any more.
    ~Driver() override;

    /// Brings the device up, whatever state an earlier owner left it in. On failure everything is given back.
    Status probe();
    Status suspend();   ///< waits for what is in flight, then powers the device down
    Status resume();    ///< on failure the device stays suspended
    Status reset();     ///< requests in flight are retried or aborted
    Status shutdown();  ///< flushes, powers down, gives everything back
    /// As shutdown(), from any state, with a device that may not answer any more. Ends in State::Off.
    void remove();

    /// Never blocks. False: no tag is free now, or the device takes no requests (state() tells); the request
    /// is untouched. True: `done` is called exactly once, before the return if the request is invalid.
    bool submit(Request& request);
    /// Waits for the completion; `done` and `context` are not used.
    Status submit_and_wait(Request& request);
    /// Sleeps until a tag may be free, or none will ever be.
    void wait_for_tag();
    /// Completes what the device has posted; the number of completion entries.
    unsigned poll();
    Status flush();
    Status trim(std::uint64_t lba, std::uint32_t blocks);

    Status identify();  ///< asks again
    /// Valid as long as the driver object, also after the device is gone.
    const Identity& identity() const { return identity_; }
    Status get_log(std::uint8_t page, void* data, std::size_t size);  ///< size: a multiple of 4, at most 4096
    Status smart(SmartLog& log);
    Status get_feature(std::uint8_t feature, std::uint32_t& value);
    Status set_feature(std::uint8_t feature, std::uint32_t value);
    std::uint16_t last_admin_status() const { return admin_status_; }  ///< NVMe status behind a DeviceError

    State state() const { return state_; }
    const Counters& counters() const { return counters_; }

private:
    struct Slot {
        Request* request = nullptr;  ///< in flight
        port::Nanoseconds deadline = port::kForever;
    };
    struct Waiter {
        std::unique_ptr<port::Signal> signal;
        bool finished = false;
        Waiter* next = nullptr;
    };
    struct SyncScope;
    enum Attention : unsigned { kCrashed = 1, kAsleep = 2, kAdminStuck = 4, kSuspicious = 8, kStormy = 16 };
    enum class Stop : std::uint8_t { Orderly, Forced };
    static constexpr std::uint64_t kAdminTags = 0x3;
    /// A slot beyond the tags has no bit.
    static constexpr std::uint64_t bit(unsigned tag) {
        return tag < nvme::kTags ? std::uint64_t{1} << tag : 0;
    }

    // life.cpp: all with control_ held
    Status power_up();
    Status start_up();
    Status bring_up();
    Status start_firmware();
    Status create_queues();
    void delete_queues();
    void close_gate(State next, bool abort_admin);
    void drain();
    Status stop_device(Stop how);
    bool registers_in_reach() { return omits(Measure::RegsOnlyWhileRunning) || rtkit_.alive(); }
    bool omits(Measure measure) const { return options_.omit.has(measure); }
    Status power_down();
    Status stop_for_good(Stop how);
    std::unique_ptr<port::Thread> retire_watchdog();

    // recovery.cpp
    void watch(unsigned watch_number);
    port::Nanoseconds time_to_deadline();
    void handle_timeouts();
    void attend(unsigned reasons);
    Status restart(std::uint64_t expired);
    void requeue_or_fail(std::uint64_t expired);
    void give_up(std::uint64_t expired);
    void start_again();
    void die(const char* why);
    void fail_all(Status status);
    void call_for(unsigned reasons);
    void firmware_crashed() override;
    void firmware_fell_asleep() override;

    // io.cpp
    Status prepare(const Request& request, unsigned tag);
    Status prepare_blocks(const Request& request, unsigned tag, nvme::Sqe& sqe, std::uint16_t& length);
    bool start(Request& request, unsigned tag, unsigned life);
    bool refuse();
    port::IrqResult handle_interrupt();
    unsigned reap(nvme::QueuePair& queue, std::uint64_t tags, unsigned first_slot);
    void finish(const nvme::Cqe& cqe, std::uint64_t tags, unsigned first_slot);
    void stray_completion(unsigned tag);
    void invalidate(unsigned tag);
    void deliver(RequestList& batch);
    bool withdraw(Request& request);
    bool polling() const { return !options_.use_interrupts || irq_broken_; }
    void wait_event(port::Signal& signal, port::Nanoseconds timeout);
    Waiter* take_waiter();
    void wake_everyone();
    static void wake(Request& request);

    // admin.cpp
    Status admin(nvme::Sqe& sqe, nvme::Direction direction, std::uint32_t* result);
    Status run_admin(nvme::Sqe& sqe, nvme::Direction direction, unsigned timeout_ms, std::uint32_t* result);
    Status admin_read(nvme::Sqe& sqe, void* data, std::size_t size, bool internal);
    Status identify(bool internal);
    Status teardown_admin(std::uint8_t opcode);

    port::Port& port_;
    const Resources resources_;
    const Options options_;
    const port::Nanoseconds io_timeout_;
    const port::Address invalidate_;   ///< NVMMU_TCB_INVAL
    const port::Address stat_;         ///< NVMMU_TCB_STAT
    const unsigned tag_mask_;          ///< of a completion's command id
    const std::uint64_t io_tags_;      ///< those that completions on the I/O queue may have
    const unsigned first_admin_slot_;  ///< slot of tag 0 on the admin queue

    nvme::PowerControl power_;
    Mailbox mailbox_;
    Sart sart_;
    rtkit::Rtkit rtkit_;
    nvme::Controller controller_;
    nvme::QueuePair admin_queue_;
    nvme::QueuePair io_queue_;
    nvme::PrpBuilder prps_;
    nvme::TagPool tags_;
    DmaMemory trims_;       ///< one TrimRange a tag
    DmaMemory admin_page_;  ///< data of admin commands. source: hardware.md 5 ("page aligned")
    IrqLine nvme_irq_;

    // Read on the I/O path.
    State state_ = State::Off;
    unsigned life_ =
        0;  ///< counts how often the gate was closed; a tag is only good within the life it was taken in
    unsigned block_shift_ = 0;
    std::uint64_t capacity_ = 0;
    std::uint64_t max_transfer_ = 0;

    // Under queue_lock_.
    std::unique_ptr<port::Lock> queue_lock_;
    std::array<Slot, nvme::kTags + 2> slots_;  ///< by tag; the last two: of admin tags that are not reserved
    RequestList completed_;                    ///< taken from their slots, not delivered yet
    RequestList requeue_;                      ///< to be started again after a reset
    std::uint64_t parked_ = 0;                 ///< tags that are in no slot and not free yet
    /// Tags of commands that nobody waits for any more and the device may still have: out of use until the
    /// next reset.
    std::uint64_t lost_ = 0;
    bool queues_open_ = false;  ///< completion queues may be looked at
    Counters counters_;

    Identity identity_;
    bool powered_ = false;
    bool firmware_ours_ = false;  ///< started or woken by us, not stopped yet
    bool controller_on_ = false;
    bool io_queues_ = false;  ///< the device knows them
    bool irq_broken_ = false;
    unsigned spurious_run_ = 0;

    Mutex control_;  ///< life-cycle calls
    Mutex admin_;    ///< one admin command at a time
    bool admin_usable_ = false;
    bool admin_abort_ = false;
    std::uint16_t admin_status_ = 0;
    Waiter* admin_waiter_ = nullptr;  ///< of the admin command in progress
    std::unique_ptr<port::Signal> tag_signal_;
    std::unique_ptr<port::Signal> idle_signal_;
    unsigned tag_waiters_ = 0;
    bool draining_ = false;
    std::vector<std::unique_ptr<Waiter>> waiters_;
    Waiter* idle_waiters_ = nullptr;

    std::unique_ptr<port::Signal> watchdog_signal_;
    std::unique_ptr<port::Thread> watchdog_;
    unsigned attention_ = 0;
    bool watching_ = false;      ///< the watchdog will look at the deadlines by itself
    unsigned watch_number_ = 0;  ///< a watchdog with another number ends
};

}  // namespace ans::driver
