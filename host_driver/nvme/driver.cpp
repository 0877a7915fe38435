// SPDX-License-Identifier: MIT
// Construction and the public life-cycle calls; their steps are in life.cpp, what goes wrong in recovery.cpp.
#include "host_driver/nvme/driver.h"

#include <mutex>

#include "host_driver/common/log.h"
#include "host_driver/nvme/regs.h"

namespace ans::driver {

namespace {
// The rest of a command id are generation bits. source: incidents.md cid-beyond-tag-space
constexpr unsigned kTagOfGenerationId = 0xfff;
}  // namespace

const char* to_string(State state) {
    switch (state) {
        case State::Off:
            return "off";
        case State::Starting:
            return "starting";
        case State::Live:
            return "live";
        case State::Resetting:
            return "resetting";
        case State::Stopping:
            return "stopping";
        case State::Suspended:
            return "suspended";
        case State::Dead:
            return "dead";
    }
    return "unknown";
}

Driver::Driver(port::Port& port, const Resources& resources, const Options& options)
    : port_(port),
      resources_(resources),
      options_(options),
      io_timeout_(ms(options.io_timeout_ms)),
      invalidate_(resources.nvme + nvme::kTcbInvalidate),
      stat_(resources.nvme + nvme::kTcbStat),
      tag_mask_(omits(Measure::CidInTagSpace) ? kTagOfGenerationId : 0xffff),
      io_tags_(omits(Measure::ReserveAdminTags) ? ~std::uint64_t{0} : ~kAdminTags),
      first_admin_slot_(omits(Measure::ReserveAdminTags) ? nvme::kTags : 0),
      power_(port, resources.domains, resources.reset_domain, resources.asc, options.omit),
      mailbox_(port, resources.mailbox, resources.mailbox_irq, options.use_interrupts, options.omit),
      sart_(port, resources.sart, resources.sart_version, options.omit),
      rtkit_(port, mailbox_, sart_, *this, options.use_interrupts, options.omit),
      controller_(port, resources.nvme, options.omit),
      // Completion queues: two entries for admin as AQA says, one for every tag for I/O, so that none can
      // overrun.
      admin_queue_(port, resources.nvme + nvme::kLinearAsqDoorbell, resources.nvme + nvme::kAcqHead, 2,
                   options.omit),
      io_queue_(port, resources.nvme + nvme::kLinearIosqDoorbell, resources.nvme + nvme::kIocqHead,
                nvme::kTags, options.omit),
      tags_(options.queue_depth, options.omit),
      queue_lock_(port.make_lock("nvme-queue")),
      control_(port, "nvme-control"),
      admin_(port, "nvme-admin"),
      tag_signal_(port.make_signal("nvme-tag")),
      idle_signal_(port.make_signal("nvme-idle")),
      watchdog_signal_(port.make_signal("nvme-watchdog")) {}

Driver::~Driver() = default;

Status Driver::probe() {
    const std::lock_guard<Mutex> guard(control_);
    if (state_ != State::Off) return Status::NotReady;
    state_ = State::Starting;
    attention_ = 0;
    const Status status = start_up();
    if (status != Status::Ok) {
        log(port_, port::LogLevel::Error, "probe failed: %s", to_string(status));
        stop_for_good(Stop::Orderly);
        return status;
    }
    watchdog_ = port_.spawn("nvme-watchdog", [this, number = watch_number_] { watch(number); });
    state_ = State::Live;
    port_.stage("ready");
    return Status::Ok;
}

Status Driver::suspend() {
    const std::lock_guard<Mutex> guard(control_);
    if (state_ != State::Live) return Status::NotReady;
    close_gate(State::Stopping, false);
    drain();
    const Status stopped = stop_device(Stop::Orderly);
    if (rtkit_.crashed()) {
        die("RTKit has crashed");
        return Status::DeviceGone;
    }
    fail_all(Status::Aborted);
    const Status down = power_down();
    state_ = State::Suspended;
    wake_everyone();
    port_.stage("suspended");
    return stopped != Status::Ok ? stopped : down;
}

Status Driver::resume() {
    const std::lock_guard<Mutex> guard(control_);
    if (state_ != State::Suspended) return Status::NotReady;
    state_ = State::Starting;
    Status status = power_up();
    if (status == Status::Ok) status = bring_up();
    if (status != Status::Ok) {
        log(port_, port::LogLevel::Error, "resume failed: %s", to_string(status));
        stop_device(Stop::Orderly);
        power_down();
        state_ = State::Suspended;
        return status;
    }
    state_ = State::Live;
    port_.stage("resumed");
    return Status::Ok;
}

Status Driver::reset() {
    const std::lock_guard<Mutex> guard(control_);
    if (state_ != State::Live) return state_ == State::Dead ? Status::DeviceGone : Status::NotReady;
    return restart(0);
}

Status Driver::shutdown() {
    Status status = Status::Ok;
    std::unique_ptr<port::Thread> watchdog;
    {
        const std::lock_guard<Mutex> guard(control_);
        if (state_ == State::Off) return Status::Ok;
        const bool gone = state_ == State::Dead;
        if (state_ == State::Live) {
            close_gate(State::Stopping, false);
            drain();
        }
        status = stop_for_good(gone ? Stop::Forced : Stop::Orderly);
        if (gone) status = Status::DeviceGone;
        watchdog = retire_watchdog();
    }
    if (watchdog) watchdog->join();  // without control_, which it may be waiting for
    port_.stage("shut down");
    return status;
}

void Driver::remove() {
    shutdown();
}

}  // namespace ans::driver
