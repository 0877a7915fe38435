// SPDX-License-Identifier: MIT
// Admin commands: one at a time, each waited for with a deadline of its own.
#include <mutex>

#include "host_driver/common/log.h"
#include "host_driver/nvme/sync_scope.h"

namespace ans::driver {

using nvme::Direction;
using nvme::kAdminTag;
using nvme::Sqe;

/// Admin command of a caller, allowed while the device is live. admin_ is held.
Status Driver::admin(Sqe& sqe, Direction direction, std::uint32_t* result) {
    if (state_ == State::Dead) return Status::DeviceGone;
    if (state_ != State::Live) return Status::NotReady;
    return run_admin(sqe, direction, options_.admin_timeout_ms, result);
}

Status Driver::run_admin(Sqe& sqe, Direction direction, unsigned timeout_ms, std::uint32_t* result) {
    if (!admin_usable_ || !queues_open_) return Status::NotReady;
    Request request;
    request.admin_ = true;
    SyncScope scope(*this, request);
    request.status = Status::Pending;
    admin_queue_.put(kAdminTag, sqe, direction, 0);
    const Deadline deadline(port_, ms(timeout_ms));
    admin_waiter_ = scope.waiter;
    struct Forget {
        Waiter*& waiter;
        ~Forget() { waiter = nullptr; }
    } forget{admin_waiter_};
    {
        const std::lock_guard<port::Lock> guard(*queue_lock_);
        if (!queues_open_) return request.status = Status::NotReady;
        slots_[kAdminTag + first_admin_slot_] = {
            &request, port::kForever};  // the wait below watches over it, not the watchdog
        admin_queue_.ring(kAdminTag);
    }
    bool overdue = false;
    while (!scope.waiter->finished && !overdue) {
        wait_event(*scope.waiter->signal, deadline.left());
        overdue = deadline.passed() || admin_abort_ || rtkit_.crashed();
    }
    if (!scope.waiter->finished && poll() != 0 && scope.waiter->finished && !polling()) {
        ++counters_.polled_completions;
        log(port_, port::LogLevel::Warning, "I/O tag %u (%04x) QID 0 timeout, completion polled", kAdminTag,
            kAdminTag);
    }
    if (!scope.waiter->finished) {
        queue_lock_->lock();
        const bool ours = withdraw(request);
        queue_lock_->unlock();
        if (ours) {
            // The device may still answer: the tag stays out of use until the next reset.
            admin_usable_ = false;
            request.status = rtkit_.crashed() ? Status::DeviceGone
                             : admin_abort_   ? Status::Aborted
                                              : Status::Timeout;
            if (request.status != Status::Timeout) return request.status;
            ++counters_.timeouts;
            log(port_, port::LogLevel::Warning, "I/O tag %u (%04x) QID 0 timeout, reset controller",
                kAdminTag, kAdminTag);
            if (state_ == State::Live) call_for(kAdminStuck);
            return request.status;
        }
        while (!scope.waiter->finished)
            scope.waiter->signal->wait(port::kForever);  // somebody is delivering it
    }
    admin_status_ = request.nvme_status;
    if (result != nullptr) *result = request.result;
    return request.status;
}

/// A command that fills the admin page, of which `size` bytes are copied to `data`. admin_ is held.
Status Driver::admin_read(Sqe& sqe, void* data, std::size_t size, bool internal) {
    admin_page_.clear();
    sqe.prp1 = admin_page_.device();
    const Status status = internal ? run_admin(sqe, Direction::FromDevice, options_.admin_timeout_ms, nullptr)
                                   : admin(sqe, Direction::FromDevice, nullptr);
    if (status != Status::Ok) return status;
    port_.observe_memory();
    std::memcpy(data, admin_page_.cpu(), size);
    return status;
}

Status Driver::identify() {
    return identify(false);
}

Status Driver::identify(bool internal) {
    const std::lock_guard<Mutex> guard(admin_);
    std::array<std::byte, nvme::kIdentifySize> page;
    Identity identity;
    Sqe sqe;
    sqe.opcode = nvme::kIdentify;
    sqe.cdw10 = nvme::kIdentifyController;
    Status status = admin_read(sqe, page.data(), page.size(), internal);
    if (status == Status::Ok) status = nvme::parse_controller(page.data(), options_.max_transfer, identity);
    if (status != Status::Ok) return status;
    sqe.nsid = nvme::kNamespace;
    if (omits(Measure::IdentifyCnsBinary)) {
        sqe.nsid = 0;
        sqe.cdw10 = nvme::kIdentifyActiveList;
        status = admin_read(sqe, page.data(), page.size(), internal);
        if (status != Status::Ok) return status;
        sqe.nsid = load<std::uint32_t>(page.data());
    }
    sqe.cdw10 = nvme::kIdentifyNamespace;
    status = admin_read(sqe, page.data(), page.size(), internal);
    if (status == Status::Ok) status = nvme::parse_namespace(page.data(), identity);
    if (status == Status::Ok) identity_ = std::move(identity);
    return status;
}

Status Driver::get_log(std::uint8_t page, void* data, std::size_t size) {
    if (size == 0 || size % 4 != 0 || size > kPageSize) return Status::InvalidArgument;
    const std::lock_guard<Mutex> guard(admin_);
    Sqe sqe;
    sqe.opcode = nvme::kGetLogPage;
    sqe.nsid = nvme::kAllNamespaces;
    sqe.cdw10 = page | static_cast<std::uint32_t>(size / 4 - 1) << 16;
    return admin_read(sqe, data, size, false);
}

Status Driver::smart(SmartLog& log) {
    std::array<std::byte, nvme::kSmartSize> page;
    const Status status = get_log(nvme::kLogSmart, page.data(), page.size());
    if (status == Status::Ok) log = nvme::parse_smart(page.data());
    return status;
}

Status Driver::get_feature(std::uint8_t feature, std::uint32_t& value) {
    const std::lock_guard<Mutex> guard(admin_);
    Sqe sqe;
    sqe.opcode = nvme::kGetFeatures;
    sqe.cdw10 = feature;
    return admin(sqe, Direction::None, &value);
}

Status Driver::set_feature(std::uint8_t feature, std::uint32_t value) {
    const std::lock_guard<Mutex> guard(admin_);
    Sqe sqe;
    sqe.opcode = nvme::kSetFeatures;
    sqe.cdw10 = feature;
    sqe.cdw11 = value;
    return admin(sqe, Direction::None, nullptr);
}

Status Driver::create_queues() {
    const std::lock_guard<Mutex> guard(admin_);
    Sqe sqe;
    sqe.opcode = nvme::kCreateCq;
    sqe.prp1 = io_queue_.completion();
    sqe.cdw10 = nvme::kIoQueueId | (io_queue_.entries() - 1) << 16;
    sqe.cdw11 = nvme::kPhysicallyContiguous | nvme::kInterruptsEnabled;
    Status status = run_admin(sqe, Direction::None, options_.admin_timeout_ms, nullptr);
    if (status != Status::Ok) return status;
    io_queues_ = true;
    sqe = {};
    sqe.opcode = nvme::kCreateSq;
    sqe.prp1 = io_queue_.submission();
    sqe.cdw10 = nvme::kIoQueueId | (nvme::kTags - 1) << 16;
    sqe.cdw11 = nvme::kPhysicallyContiguous | nvme::kIoQueueId << 16;
    status = run_admin(sqe, Direction::None, options_.admin_timeout_ms, nullptr);
    if (status != Status::Ok) return status;
    sqe = {};
    sqe.opcode =
        nvme::kSetFeatures;  // one pair, 0-based; Linux asks after it created them. source: hardware.md 5
    sqe.cdw10 = nvme::kFeatureQueues;
    return run_admin(sqe, Direction::None, options_.admin_timeout_ms, nullptr);
}

/// Submission queue first, as its completions need the other. A device that refuses is disabled all the same.
void Driver::delete_queues() {
    const std::lock_guard<Mutex> guard(admin_);
    if (!std::exchange(io_queues_, false) || omits(Measure::DeleteQueues)) return;
    if (teardown_admin(nvme::kDeleteSq) == Status::Ok) teardown_admin(nvme::kDeleteCq);
}

Status Driver::teardown_admin(std::uint8_t opcode) {
    Sqe sqe;
    sqe.opcode = opcode;
    sqe.cdw10 = nvme::kIoQueueId;
    return run_admin(sqe, Direction::None, options_.shutdown_timeout_ms, nullptr);
}

}  // namespace ans::driver
