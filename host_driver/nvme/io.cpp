// SPDX-License-Identifier: MIT
// The path of an I/O command: submit, doorbell, interrupt, completion. Nothing here allocates or formats
// while all is well.
#include <mutex>

#include "host_driver/common/log.h"
#include "host_driver/nvme/driver.h"
#include "host_driver/nvme/regs.h"
#include "host_driver/nvme/sync_scope.h"

namespace ans::driver {

using nvme::Direction;
using nvme::kNoTag;

namespace {

constexpr std::uint32_t kMaxBlocks = 65536;   // NLB has 16 bits, 0-based. source: NVMe 1.1 section 6.9
constexpr std::uint16_t kStatusCode = 0x7ff;  // SCT and SC. source: NVMe 1.1 section 4.6.1
constexpr unsigned kSpuriousLimit = 10'000;   // in a row; then the line is taken for stuck
constexpr port::Nanoseconds kPollInterval = us(10);

/// Holds the lock, if there is one.
class MaybeGuard {
public:
    explicit MaybeGuard(port::Lock* lock) : lock_(lock) {
        if (lock_ != nullptr) lock_->lock();
    }
    ~MaybeGuard() {
        if (lock_ != nullptr) lock_->unlock();
    }
    MaybeGuard(const MaybeGuard&) = delete;
    MaybeGuard& operator=(const MaybeGuard&) = delete;

private:
    port::Lock* const lock_;
};

struct Count {
    explicit Count(unsigned& counter) : value(counter) { ++value; }
    ~Count() { --value; }
    unsigned& value;
};

}  // namespace

bool Driver::submit(Request& request) {
    if (state_ != State::Live) return refuse();
    const unsigned life = life_;
    const unsigned tag = tags_.allocate();
    if (tag == kNoTag) return false;
    const Status status = prepare(request, tag);
    if (status != Status::Ok) {
        tags_.release(bit(tag));
        request.status = status;
        request.nvme_status = 0;
        request.done(request);
        return true;
    }
    request.retries_ = 0;
    if (!start(request, tag, life)) return false;
    ++counters_.submitted;
    return true;
}

/// A request outside the device's life.
bool Driver::refuse() {
    if (state_ == State::Dead && omits(Measure::OutliveTheDevice))
        unprotected(port_, Measure::OutliveTheDevice,
                    "a kernel would now use the state that it freed with the device");
    return false;
}

/// Writes the command to the tag's place in the submission queue. The tag is ours and no doorbell was rung
/// for it.
Status Driver::prepare(const Request& request, unsigned tag) {
    nvme::Sqe sqe;
    sqe.nsid = nvme::kNamespace;
    std::uint16_t length = 0;
    Direction direction = Direction::None;
    switch (request.op) {
        case Op::Flush:
            sqe.opcode = nvme::kFlush;
            break;
        case Op::Read:
            sqe.opcode = nvme::kRead;
            direction = Direction::FromDevice;
            break;
        case Op::Write:
            sqe.opcode = nvme::kWrite;
            direction = Direction::ToDevice;
            break;
        case Op::Trim:
            if (!identity_.can_trim()) return Status::NotSupported;
            sqe.opcode = nvme::kDatasetManagement;
            direction = Direction::ToDevice;
            break;
        case Op::WriteZeroes:
            if (!identity_.can_write_zeroes()) return Status::NotSupported;
            sqe.opcode = nvme::kWriteZeroes;
            break;
    }
    if (request.op != Op::Flush)
        if (const Status status = prepare_blocks(request, tag, sqe, length); status != Status::Ok)
            return status;
    io_queue_.put(tag, sqe, direction, length);
    return Status::Ok;
}

Status Driver::prepare_blocks(const Request& request, unsigned tag, nvme::Sqe& sqe, std::uint16_t& length) {
    if (request.blocks == 0) return Status::InvalidArgument;
    if (request.lba >= capacity_ || request.blocks > capacity_ - request.lba) return Status::OutOfRange;
    if (request.op == Op::Trim) {
        const nvme::TrimRange range{0, request.blocks, request.lba};
        std::memcpy(trims_.cpu() + tag * sizeof range, &range, sizeof range);
        sqe.prp1 = trims_.device() + tag * sizeof range;
        sqe.cdw11 = nvme::kDeallocate;  // CDW10: one range, 0-based
        return Status::Ok;
    }
    if (request.blocks > kMaxBlocks) return Status::TooLarge;
    sqe.cdw10 = static_cast<std::uint32_t>(request.lba);
    sqe.cdw11 = static_cast<std::uint32_t>(request.lba >> 32);
    sqe.cdw12 = request.blocks - 1;
    if (request.op == Op::WriteZeroes) return Status::Ok;

    length = static_cast<std::uint16_t>(request.blocks - 1);
    if (request.fua && request.op == Op::Write) sqe.cdw12 |= nvme::kForceUnitAccess;
    const std::uint64_t bytes = std::uint64_t{request.blocks} << block_shift_;
    if (bytes > max_transfer_) return Status::TooLarge;
    nvme::Prps prps;
    const Status status = prps_.build(tag, request.segments, request.segment_count, bytes, prps);
    sqe.prp1 = prps.prp1;
    sqe.prp2 = prps.prp2;
    return status;
}

/// Puts the prepared request in flight. False: the device went through a stop since the tag was taken.
bool Driver::start(Request& request, unsigned tag, unsigned life) {
    const port::Nanoseconds deadline = port_.now() + io_timeout_;
    // A doorbell that faults leaves the request with its caller; the device may have got it all the same.
    struct Withdraw {
        Driver* driver;
        unsigned tag;
        ~Withdraw() {
            if (driver == nullptr) return;
            driver->slots_[tag].request = nullptr;
            driver->lost_ |= bit(tag);
        }
    };
    {
        // Measure SubmitLock: no doorbell while the interrupt handler is between TCB invalidation and CQ
        // head, or the device loses an interrupt. source: hardware.md 6.5, incidents.md missed-completion-irq
        const MaybeGuard guard(omits(Measure::SubmitLock) ? nullptr : queue_lock_.get());
        if (life != life_) {  // from here to the doorbell there is no port call, so nothing comes in between
            tags_.release(bit(tag));
            return false;
        }
        request.status = Status::Pending;
        slots_[tag] = {&request, deadline};
        Withdraw on_fault{this, tag};
        io_queue_.ring(tag);
        on_fault.driver = nullptr;
    }
    if (!watching_) {
        watching_ = true;
        watchdog_signal_->notify();
    }
    return true;
}

port::IrqResult Driver::handle_interrupt() {
    ++counters_.interrupts;
    if (poll() != 0) {
        spurious_run_ = 0;
        return port::IrqResult::Handled;
    }
    ++counters_.spurious_interrupts;
    // A line that stays high for nothing is masked, and the watchdog polls instead.
    if (++spurious_run_ == kSpuriousLimit && !omits(Measure::StormGuard)) {
        irq_broken_ = true;
        nvme_irq_.mask();
        call_for(kStormy);
    }
    return port::IrqResult::None;
}

unsigned Driver::poll() {
    RequestList batch;
    unsigned entries = 0;
    {
        const std::lock_guard<port::Lock> guard(*queue_lock_);
        if (queues_open_) {
            entries = reap(io_queue_, io_tags_, 0);
            entries += reap(admin_queue_, kAdminTags, first_admin_slot_);
        }
        batch.take(completed_);
    }
    deliver(batch);
    if (entries == 0 && !options_.use_interrupts) rtkit_.process();
    return entries;
}

/// Takes what the device has posted; never more than the queue holds, so that no device can keep us here.
unsigned Driver::reap(nvme::QueuePair& queue, std::uint64_t tags, unsigned first_slot) {
    nvme::Cqe cqe;
    unsigned entries = 0;
    for (; entries < queue.entries() && queue.peek(cqe); ++entries) {
        finish(cqe, tags, first_slot);
        queue.advance();
    }
    if (entries == 0) return 0;
    queue.publish_head();
    // Only now: with the tags free before the head is known, the device could overrun the queue.
    tags_.release(std::exchange(parked_, 0));
    return entries;
}

void Driver::finish(const nvme::Cqe& cqe, std::uint64_t tags, unsigned first_slot) {
    const unsigned tag = cqe.command_id & tag_mask_;
    const unsigned slot = tag + first_slot;
    // Entries of no command in flight, or on the other queue, complete nothing.
    if (tag >= nvme::kTags || (tags & bit(tag)) == 0 || slots_[slot].request == nullptr)
        return stray_completion(tag);
    invalidate(tag);
    Request* request = std::exchange(slots_[slot].request, nullptr);
    if (request == nullptr) return;
    request->result = cqe.result;
    request->nvme_status = static_cast<std::uint16_t>(cqe.status >> 1);
    request->status = (request->nvme_status & kStatusCode) == 0 ? Status::Ok : Status::DeviceError;
    completed_.push(*request);
    parked_ |= bit(slot);
}

void Driver::stray_completion(unsigned tag) {
    if (counters_.bad_completions++ == 0)
        log(port_, port::LogLevel::Warning, "completion of tag %u, which is not in flight", tag);
    if (!omits(Measure::CompletionCheck)) return;
    if (tag < nvme::kTags) invalidate(tag);
    unprotected(port_, Measure::CompletionCheck, "a kernel would now complete request %u again", tag);
}

/// source: hardware.md 6.3 (before the CQ head, status read each time)
void Driver::invalidate(unsigned tag) {
    if (!omits(Measure::TcbInvalidate)) port_.write32(invalidate_, tag);
    if (omits(Measure::TcbStatCheck)) return;
    const std::uint32_t stat = port_.read32(stat_);
    if (stat == 0) return;
    if (counters_.stat_errors++ == 0)
        log(port_, port::LogLevel::Warning, "NVMMU TCB invalidation of tag %u failed: 0x%x", tag, stat);
    if (stat == nvme::kAllOnes) call_for(kSuspicious);
}

/// Calls back, without any lock: from here the requests are their owners' again.
void Driver::deliver(RequestList& batch) {
    if (batch.empty()) return;
    while (Request* request = batch.pop()) {
        if (!request->admin_) {
            ++counters_.completed;
            if (request->status != Status::Ok) ++counters_.errors;
        }
        request->done(*request);
    }
    if (tag_waiters_ != 0) tag_signal_->notify();
    if (draining_) idle_signal_->notify();
}

/// Takes back a request that nobody is about to deliver; the device may still have it. queue_lock_ is held.
bool Driver::withdraw(Request& request) {
    for (unsigned slot = 0; slot < slots_.size(); ++slot) {
        if (slots_[slot].request != &request) continue;
        slots_[slot].request = nullptr;
        lost_ |= bit(slot);
        return true;
    }
    return false;
}

void Driver::wait_event(port::Signal& signal, port::Nanoseconds timeout) {
    if (!polling())
        signal.wait(timeout);
    else if (poll() == 0)
        port_.sleep(std::min(timeout, kPollInterval));
}

void Driver::wait_for_tag() {
    const auto wait = [this] {
        return state_ == State::Resetting || (state_ == State::Live && !tags_.any_free());
    };
    {
        const Count waiting(tag_waiters_);
        while (wait())
            wait_event(*tag_signal_, port::kForever);
    }
    if (tag_waiters_ != 0)
        tag_signal_->notify();  // there may be more than one free tag, and one wake-up only
}

Driver::Waiter* Driver::take_waiter() {
    if (idle_waiters_ == nullptr) {
        auto waiter = std::make_unique<Waiter>();
        waiter->signal = port_.make_signal("nvme-wait");
        waiters_.push_back(std::move(waiter));
        return waiters_.back().get();
    }
    return std::exchange(idle_waiters_, idle_waiters_->next);
}

/// The state changed: whoever waits looks again.
void Driver::wake_everyone() {
    tag_signal_->notify();
    idle_signal_->notify();
    if (admin_waiter_ != nullptr) admin_waiter_->signal->notify();
}

void Driver::wake(Request& request) {
    auto& waiter = *static_cast<Waiter*>(request.context);
    waiter.finished = true;
    waiter.signal->notify();
}

Status Driver::submit_and_wait(Request& request) {
    request.status = Status::NotReady;
    const SyncScope scope(*this, request);
    while (!submit(request)) {
        if (state_ == State::Dead) return request.status = Status::DeviceGone;
        if (state_ != State::Live && state_ != State::Resetting) return request.status = Status::NotReady;
        wait_for_tag();
    }
    while (!scope.waiter->finished)
        wait_event(*scope.waiter->signal, port::kForever);
    return request.status;
}

Status Driver::flush() {
    Request request;
    request.op = Op::Flush;
    return submit_and_wait(request);
}

Status Driver::trim(std::uint64_t lba, std::uint32_t blocks) {
    Request request;
    request.op = Op::Trim;
    request.lba = lba;
    request.blocks = blocks;
    return submit_and_wait(request);
}

}  // namespace ans::driver
