// SPDX-License-Identifier: MIT
#include "testbench/scenario/io_job.h"

#include <algorithm>

namespace ans::scenario {

namespace {
constexpr std::uint64_t kMiB = 1024 * 1024;
constexpr std::size_t kBlock = Shadow::kBlock;
constexpr port::Nanoseconds kPollInterval = 1000;

bool writes(driver::Op op) {
    return op == driver::Op::Write;
}
}  // namespace

/// A request with its own scattered buffer.
struct IoJob::Slot {
    driver::Request request;
    port::DmaBuffer buffer;
    std::vector<driver::Segment> segments;
    Worker* owner = nullptr;
    std::uint64_t place = 0;
};

/// One submitting thread: fills its slots, sleeps when all are in flight.
class IoJob::Worker {
public:
    Worker(IoJob& job, unsigned slots, std::uint64_t seed);
    ~Worker();
    void run();
    bool ok() const { return ok_; }

    IoJob& job;
    Random random;

private:
    static void on_done(driver::Request& request);
    void prepare(Slot& slot);
    bool submit(Slot& slot);
    void finish(Slot& slot);
    void judge_read(const Slot& slot);
    void settle(Slot& slot);
    void reap();
    void drain();
    void wait_for_completion();
    void flush_if_due();
    void smart_if_due();
    void think();

    void place_buffer(Slot& slot);

    std::unique_ptr<port::Signal> woken_;
    port::DmaBuffer area_;  ///< io.buffer_mib: where buffers are placed anew for every request
    std::vector<std::unique_ptr<Slot>> slots_;
    std::vector<Slot*> idle_;
    std::vector<Slot*> done_;  ///< filled by the completion path, emptied by the thread
    bool sleeping_ = false;
    bool ok_ = true;
    std::uint64_t writes_since_flush_ = 0;
    std::uint64_t since_smart_ = 0;
};

IoJob::Worker::Worker(IoJob& owner, unsigned slots, std::uint64_t seed)
    : job(owner), random(seed), woken_(owner.host_.make_signal("io worker")) {
    const std::size_t bytes = job.blocks_each_ * kBlock;
    done_.reserve(slots);
    if (job.io_.buffer_mib != 0) {
        area_ = job.host_.dma_alloc(job.io_.buffer_mib * kMiB, kBlock);
        ok_ = static_cast<bool>(area_) && area_.size >= bytes;
        if (!ok_) return;
    }
    for (unsigned i = 0; i < slots; ++i) {
        auto slot = std::make_unique<Slot>();
        slot->owner = this;
        if (area_) {
            slot->segments.push_back({area_.cpu, area_.device, bytes});
            idle_.push_back(slot.get());
            slots_.push_back(std::move(slot));
            continue;
        }
        slot->buffer = job.host_.dma_alloc(bytes, kBlock);
        if (!slot->buffer) {
            ok_ = false;
            return;
        }
        // Every other buffer hands its pages out back to front, so that PRP lists do not describe one run.
        for (std::size_t page = 0; page < job.blocks_each_; ++page) {
            const std::size_t at = (i % 2 == 0 ? page : job.blocks_each_ - 1 - page) * kBlock;
            slot->segments.push_back({slot->buffer.cpu + at, slot->buffer.device + at, kBlock});
        }
        idle_.push_back(slot.get());
        slots_.push_back(std::move(slot));
    }
}

IoJob::Worker::~Worker() {
    for (const auto& slot : slots_)
        job.host_.dma_free(slot->buffer);
    job.host_.dma_free(area_);
}

void IoJob::Worker::place_buffer(Slot& slot) {
    driver::Segment& segment = slot.segments.front();
    const std::size_t at = random.below(area_.size / segment.size) * segment.size;
    segment.cpu = area_.cpu + at;
    segment.device = area_.device + at;
}

void IoJob::Worker::on_done(driver::Request& request) {
    Slot& slot = *static_cast<Slot*>(request.context);
    Worker& worker = *slot.owner;
    worker.done_.push_back(&slot);
    if (worker.sleeping_) worker.woken_->notify();
}

void IoJob::Worker::prepare(Slot& slot) {
    const Io& io = job.io_;
    driver::Request& request = slot.request;
    const bool random_rw = io.pattern == Pattern::RandRw;
    const bool write = random_rw ? !random.percent(io.read_percent)
                                 : io.pattern == Pattern::Write || io.pattern == Pattern::RandWrite;
    if (area_) place_buffer(slot);
    request.op = write ? driver::Op::Write : driver::Op::Read;
    slot.place = job.pick_place(random);
    request.lba = job.first_lba_ + slot.place * job.blocks_each_;
    request.blocks = job.blocks_each_;
    request.segments = slot.segments.data();
    request.segment_count = static_cast<unsigned>(slot.segments.size());
    request.fua = write && io.fua_percent != 0 && random.percent(io.fua_percent);
    request.done = &Worker::on_done;
    request.context = &slot;
    if (!write) return;
    for (std::uint32_t block = 0; block < job.blocks_each_; ++block) {
        if (io.verify)
            job.shadow_.fill_next(request.lba + block, slot.segments[block].cpu);
        else
            job.shadow_.forget(request.lba + block, 1);
    }
}

bool IoJob::Worker::submit(Slot& slot) {
    for (;;) {
        if (job.driver_.submit(slot.request)) return true;
        if (job.driver_.state() != driver::State::Live && job.driver_.state() != driver::State::Resetting)
            return false;
        // No tag is free: other threads hold them all.
        if (!done_.empty()) reap();
        if (job.polled_)
            job.driver_.poll();
        else
            job.driver_.wait_for_tag();
    }
}

void IoJob::Worker::judge_read(const Slot& slot) {
    for (std::uint32_t block = 0; block < job.blocks_each_; ++block)
        if (!job.shadow_.check(slot.request.lba + block, slot.segments[block].cpu)) ++job.totals_.mismatches;
}

void IoJob::Worker::finish(Slot& slot) {
    const driver::Request& request = slot.request;
    IoTotals& totals = job.totals_;
    if (request.status != driver::Status::Ok) {
        ++totals.errors;
        if (totals.first_error == driver::Status::Ok) totals.first_error = request.status;
    } else if (writes(request.op)) {
        ++totals.writes;
        totals.bytes += job.blocks_each_ * kBlock;
        if (job.io_.verify)
            for (std::uint32_t block = 0; block < job.blocks_each_; ++block)
                job.shadow_.written(request.lba + block, request.fua);
    } else {
        ++totals.reads;
        totals.bytes += job.blocks_each_ * kBlock;
        if (job.io_.verify) judge_read(slot);
    }
    if (writes(request.op)) ++writes_since_flush_;
    ++since_smart_;
    job.release_place(slot.place);
    idle_.push_back(&slot);
}

void IoJob::Worker::reap() {
    while (!done_.empty()) {
        Slot* slot = done_.back();
        done_.pop_back();
        finish(*slot);
    }
}

void IoJob::Worker::wait_for_completion() {
    if (!done_.empty()) return;
    if (job.polled_) {
        if (job.driver_.poll() == 0) job.host_.sleep(kPollInterval);
        return;
    }
    sleeping_ = true;
    woken_->wait(port::kForever);
    sleeping_ = false;
}

void IoJob::Worker::drain() {
    while (idle_.size() != slots_.size()) {
        wait_for_completion();
        reap();
    }
}

void IoJob::Worker::flush_if_due() {
    if (job.io_.flush_every == 0 || writes_since_flush_ < job.io_.flush_every) return;
    // What is in flight may or may not be covered by a flush; waiting for it keeps the shadow exact.
    drain();
    writes_since_flush_ = 0;
    if (job.driver_.flush() != driver::Status::Ok) {
        ++job.totals_.errors;
        return;
    }
    ++job.totals_.flushes;
    if (job.io_.threads == 1) job.shadow_.flushed();
}

// One thread asks, as one tool would; it does not wait for what is in flight.
void IoJob::Worker::smart_if_due() {
    if (job.io_.smart_every == 0 || since_smart_ < job.io_.smart_every || this != job.first_) return;
    since_smart_ = 0;
    driver::SmartLog log;
    const driver::Status status = job.driver_.smart(log);
    if (status == driver::Status::Ok) return;
    ++job.totals_.errors;
    if (job.totals_.first_error == driver::Status::Ok) job.totals_.first_error = status;
}

// Without it every request follows a completion, and submitters never meet the interrupt handler at work.
void IoJob::Worker::think() {
    if (job.io_.think != 0) job.host_.sleep(random.below(2 * job.io_.think / nanoseconds(1) + 1));
}

void IoJob::Worker::run() {
    for (;;) {
        flush_if_due();
        smart_if_due();
        if (idle_.empty()) {
            wait_for_completion();
        } else if (job.take_ticket()) {
            think();
            Slot& slot = *idle_.back();
            idle_.pop_back();
            prepare(slot);
            if (!submit(slot)) {
                slot.request.status = driver::Status::DeviceGone;
                finish(slot);
                job.tickets_ = 0;
            }
        } else {
            break;
        }
        reap();
    }
    drain();
}

IoJob::IoJob(port::Port& host, driver::Driver& driver, const Io& io, std::uint64_t seed, std::uint64_t blocks,
             Shadow& shadow, bool polled)
    : host_(host), driver_(driver), io_(io), polled_(polled), shadow_(shadow), random_seed_(seed) {
    const std::uint64_t first = std::min(io.offset_mib * kMiB / kBlock, blocks);
    const std::uint64_t range =
        io.range_mib ? std::min(*io.range_mib * kMiB / kBlock, blocks - first) : blocks - first;
    first_lba_ = first;
    blocks_each_ = static_cast<std::uint32_t>(io.block_kib * 1024 / kBlock);
    places_ = range / blocks_each_;
    tickets_ = io.requests();
}

IoJob::~IoJob() = default;

bool IoJob::take_ticket() {
    if (tickets_ == 0) return false;
    --tickets_;
    return true;
}

std::uint64_t IoJob::pick_place(Random& random) {
    const bool sequential = io_.pattern == Pattern::Read || io_.pattern == Pattern::Write;
    std::uint64_t place = sequential ? next_place_++ % places_ : random.below(places_);
    if (!io_.verify) return place;
    // Two requests in flight on one place have no right answer: the next free one is taken instead.
    while (std::find(busy_.begin(), busy_.end(), place) != busy_.end())
        place = (place + 1) % places_;
    busy_.push_back(place);
    return place;
}

void IoJob::release_place(std::uint64_t place) {
    if (!io_.verify) return;
    const auto found = std::find(busy_.begin(), busy_.end(), place);
    if (found == busy_.end()) return;
    *found = busy_.back();
    busy_.pop_back();
}

IoTotals IoJob::run() {
    const unsigned threads = std::max(1u, io_.threads);
    if (places_ < io_.depth) {
        totals_.errors = 1;
        totals_.first_error = driver::Status::OutOfRange;
        return totals_;
    }
    std::vector<std::unique_ptr<Worker>> workers;
    std::vector<std::unique_ptr<port::Thread>> running;
    for (unsigned i = 0; i < threads; ++i) {
        const unsigned slots = io_.depth / threads + (i < io_.depth % threads ? 1 : 0);
        if (slots == 0) break;
        workers.push_back(std::make_unique<Worker>(*this, slots, mix64(random_seed_ + i)));
        if (!workers.back()->ok()) {
            totals_.errors = 1;
            totals_.first_error = driver::Status::NoMemory;
            return totals_;
        }
    }
    first_ = workers.front().get();
    for (std::size_t i = 1; i < workers.size(); ++i)
        running.push_back(host_.spawn("submitter", [worker = workers[i].get()] { worker->run(); }));
    workers.front()->run();
    for (const auto& thread : running)
        thread->join();
    return totals_;
}

}  // namespace ans::scenario
