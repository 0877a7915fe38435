// SPDX-License-Identifier: MIT
// The steps between power-off and ready, both ways. control_ is held in all of them.
#include <mutex>

#include "host_driver/common/log.h"
#include "host_driver/nvme/driver.h"

namespace ans::driver {

namespace {
constexpr port::Nanoseconds kDrainMargin = ms(1000);
}  // namespace

Status Driver::power_up() {
    const Status status = power_.power_on();
    if (status == Status::Ok)
        powered_ = true;
    else
        power_.power_off();
    return status;
}

Status Driver::start_up() {
    Status status = power_up();
    if (status != Status::Ok) return status;
    port_.stage("powered");
    status = sart_.init();
    if (status == Status::Ok) status = admin_queue_.allocate();
    if (status == Status::Ok) status = io_queue_.allocate();
    if (status != Status::Ok) return status;
    trims_ = DmaMemory(port_, nvme::kTags * sizeof(nvme::TrimRange), kPageSize);
    admin_page_ = DmaMemory(port_, kPageSize, kPageSize);
    if (!trims_ || !admin_page_) return Status::NoMemory;
    return bring_up();
}

/// From powered domains to working queues. source: hardware.md 9 (Linux), boot-trace.txt
Status Driver::bring_up() {
    if (omits(Measure::RegsOnlyWhileRunning)) controller_.dead();  // as if its answer meant something
    Status status = start_firmware();
    if (status != Status::Ok) return status;
    port_.stage("rtkit booted");
    status = controller_.wait_until_booted();
    if (status != Status::Ok) return status;
    port_.stage("ans ready");
    // An earlier owner may have left the controller on.
    if (!omits(Measure::DisableFirst) && controller_.enabled())
        status = controller_.shutdown_and_disable(ms(options_.shutdown_timeout_ms));
    if (status != Status::Ok) return status;

    admin_queue_.reset();
    io_queue_.reset();
    controller_.program(admin_queue_, io_queue_);
    controller_on_ = true;
    status = controller_.enable();
    if (status != Status::Ok) return status;
    port_.stage("controller enabled");
    if (options_.use_interrupts)
        nvme_irq_ = IrqLine(port_, resources_.nvme_irq, [this] { return handle_interrupt(); });
    irq_broken_ = false;
    spurious_run_ = 0;
    queues_open_ = admin_usable_ = true;

    status = identify(true);
    if (status != Status::Ok) return status;
    status = prps_.prepare(port_, identity_.max_transfer, nvme::kTags);
    if (status != Status::Ok) return status;
    const auto block_shift = static_cast<unsigned>(__builtin_ctz(identity_.block_size));
    if (block_shift_ != 0 && block_shift != block_shift_) {  // requests to be started again count in the old
        log(port_, port::LogLevel::Error, "the block size changed to %u bytes", identity_.block_size);
        return Status::Protocol;
    }
    block_shift_ = block_shift;
    capacity_ = identity_.capacity;
    max_transfer_ = identity_.max_transfer;
    port_.stage("identified");
    status = create_queues();
    if (status == Status::Ok) port_.stage("queues created");
    return status;
}

/// RUN tells what an earlier owner left: stopped (the contract between boot loader and OS), or running.
Status Driver::start_firmware() {
    // A processor that runs is woken, never restarted under live firmware.
    // source: hardware.md 2, incidents.md run-cleared-live
    const bool look = !omits(Measure::LookAtRun);
    if (!look) power_.cpu_stop();
    if (look && !power_.in_reset() && power_.cpu_running()) {
        firmware_ours_ = true;
        log(port_, port::LogLevel::Info, "the coprocessor was left running");
        rtkit_.open();
        const Status woken = rtkit_.boot(rtkit::Rtkit::Start::Wake);
        if (woken == Status::Ok) return Status::Ok;
        // Awake in somebody's session, or deaf. Whoever acknowledges is alive, and its registers can be
        // reached.
        controller_on_ = woken == Status::NotReady && !omits(Measure::DisableFirst) && controller_.enabled();
        if (controller_on_) controller_.shutdown_and_disable(ms(options_.shutdown_timeout_ms));
        controller_on_ = false;
        stop_device(Stop::Orderly);
    }
    if (!power_.in_reset()) power_.assert_reset();
    power_.deassert_reset();
    firmware_ours_ = true;
    rtkit_.open();
    power_.cpu_start();
    return rtkit_.boot(rtkit::Rtkit::Start::Cold);
}

/// New requests and admin commands are refused from here on. With `abort_admin` a command that waits gives
/// up.
void Driver::close_gate(State next, bool abort_admin) {
    {
        const std::lock_guard<port::Lock> guard(*queue_lock_);
        state_ = next;
        ++life_;
    }
    admin_abort_ = abort_admin;
    wake_everyone();
    { const std::lock_guard<Mutex> no_admin_command(admin_); }
    admin_abort_ = false;
}

/// Waits for the requests in flight; bounded, as the device may never answer.
void Driver::drain() {
    const Deadline deadline(port_, io_timeout_ + kDrainMargin);
    draining_ = true;
    while (!tags_.all_free(lost_) && !rtkit_.crashed() && !deadline.passed())
        wait_event(*idle_signal_, deadline.left());
    draining_ = false;
}

/// Ends with the coprocessor held in reset, its windows closed. Nothing of ours is in the device's hands
/// afterwards. NVMe registers are touched only if the firmware gives a sign of life. source: incidents.md
/// regs-while-stopped
Status Driver::stop_device(Stop how) {
    if (!std::exchange(firmware_ours_, false)) return Status::Ok;
    Status status = how == Stop::Orderly ? Status::Ok : Status::DeviceGone;
    bool alive =
        how == Stop::Orderly && (rtkit_.phase() < rtkit::Rtkit::Phase::Running || registers_in_reach());
    if (controller_on_ && alive) {
        delete_queues();
        status = controller_.shutdown_and_disable(ms(options_.shutdown_timeout_ms));
        alive = status != Status::DeviceGone;
    } else if (controller_on_) {
        status = Status::DeviceGone;
    }
    {
        const std::lock_guard<port::Lock> guard(*queue_lock_);
        queues_open_ = false;
    }
    nvme_irq_.release();
    controller_on_ = io_queues_ = admin_usable_ = false;

    Status asleep = alive ? Status::Ok : Status::NotReady;
    if (omits(Measure::SleepBeforeStop))
        asleep = Status::Ok;
    else if (alive)
        asleep = rtkit_.shutdown();
    rtkit_.close();
    // RUN is cleared under sleeping firmware only; otherwise reset comes first.
    if (asleep == Status::Ok) power_.cpu_stop();
    power_.assert_reset();
    if (asleep != Status::Ok) power_.cpu_stop();
    rtkit_.release_buffers();
    return status != Status::Ok ? status : asleep;
}

Status Driver::power_down() {
    if (!std::exchange(powered_, false)) return Status::Ok;
    if (power_.in_reset()) power_.deassert_reset();
    return power_.power_off();
}

/// Gives everything back.
Status Driver::stop_for_good(Stop how) {
    Status status = Status::Ok;
    if (powered_) status = stop_device(how);
    fail_all(how == Stop::Orderly ? Status::Aborted : Status::DeviceGone);
    if (const Status down = power_down(); status == Status::Ok) status = down;
    prps_.release();
    admin_queue_.release();
    io_queue_.release();
    trims_.release();
    admin_page_.release();
    {
        const std::lock_guard<port::Lock> guard(*queue_lock_);
        state_ = State::Off;
        block_shift_ = 0;
        ++life_;
    }
    wake_everyone();
    return status;
}

/// Tells the watchdog to end; the caller waits for it without control_.
std::unique_ptr<port::Thread> Driver::retire_watchdog() {
    ++watch_number_;
    watchdog_signal_->notify();
    return std::move(watchdog_);
}

}  // namespace ans::driver
