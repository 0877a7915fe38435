// SPDX-License-Identifier: MIT
#include "testbench/scenario/session.h"

#include <algorithm>
#include <cinttypes>
#include <cstdarg>
#include <cstdio>

#include "testbench/scenario/files/judge.h"
#include "testbench/scenario/image_transfer.h"
#include "testbench/scenario/io_job.h"

namespace ans::scenario {

namespace {

[[gnu::format(printf, 1, 2)]] std::string text(const char* format, ...) {
    char buffer[240];
    std::va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(buffer, sizeof buffer, format, arguments);
    va_end(arguments);
    return buffer;
}

double mebibytes(std::uint64_t bytes) {
    return static_cast<double>(bytes) / (1 << 20);
}

driver::Options driver_options(const Driver& file) {
    driver::Options options;
    for (const driver::Measure measure : file.omit)
        options.omit.add(measure);
    options.use_interrupts = file.use_interrupts;
    options.queue_depth = file.queue_depth;
    options.io_timeout_ms = static_cast<unsigned>(file.io_timeout / milliseconds(1));
    options.admin_timeout_ms = static_cast<unsigned>(file.admin_timeout / milliseconds(1));
    options.shutdown_timeout_ms = static_cast<unsigned>(file.shutdown_timeout / milliseconds(1));
    return options;
}

void add(driver::Counters& sum, const driver::Counters& more) {
    sum.submitted += more.submitted;
    sum.completed += more.completed;
    sum.errors += more.errors;
    sum.timeouts += more.timeouts;
    sum.polled_completions += more.polled_completions;
    sum.resets += more.resets;
    sum.interrupts += more.interrupts;
    sum.spurious_interrupts += more.spurious_interrupts;
}

void describe_failure(driver::Status status, StepResult& result) {
    result.detail = result.detail.empty() ? driver::to_string(status)
                                          : std::string(driver::to_string(status)) + "; " + result.detail;
}

}  // namespace

Session::Session(const Scenario& scenario, Rig& rig, EventHub& events, RunObserver* observer)
    : scenario_(scenario),
      rig_(rig),
      observer_(observer),
      raw_(scenario, rig.host(), events),
      belongings_(rig.host(), raw_, events),
      shadow_(scenario.seed) {
    for (const Step& step : scenario.steps) {
        StepResult result;
        result.name = step_name(step);
        results_.push_back(std::move(result));
    }
}

Session::~Session() = default;

host::Engine::End Session::drive(SimTime limit) {
    start();
    return rig_.engine().run_until(limit);
}

void Session::start() {
    rig_.host().start([this] { run_from(next_step_); });
}

void Session::run_from(std::size_t index) {
    // Where power was cut under a step, the driver's object outlived its threads.
    if (power_lost_) retire_driver();
    power_lost_ = false;
    for (std::size_t i = index; i < scenario_.steps.size(); ++i) {
        next_step_ = i + 1;
        if (!run_step(i)) return;
    }
    // One that gave its device up must still give back what it holds.
    if (!driver_dead()) return;
    died_ = true;
    driver_->remove();
    belongings_.end();
}

// A fault took the power while a step was going on: its thread is gone, the next step gets a new one.
void Session::on_power_lost(std::uint64_t lost_blocks, SimTime at) {
    power_lost_ = true;
    shadow_.power_cut();
    const std::size_t index = next_step_ - 1;
    StepResult& result = results_[index];
    result.status = StepStatus::Error;
    result.detail = text("power was cut; %" PRIu64 " blocks lost their newest data", lost_blocks);
    result.end = at;
    if (observer_ != nullptr) observer_->step_ended(index, result);
    if (as_expected(scenario_.steps[index], result)) start();
}

bool Session::run_step(std::size_t index) {
    const Step& step = scenario_.steps[index];
    StepResult& result = results_[index];
    result.begin = rig_.host().local_time();
    result.status = StepStatus::Unfinished;
    if (observer_ != nullptr) observer_->step_begun(index, "", result.begin);
    const driver::Status status = std::visit([&](const auto& what) { return perform(what, result); }, step);
    result.status = status == driver::Status::Ok ? StepStatus::Ok : StepStatus::Error;
    if (status != driver::Status::Ok) describe_failure(status, result);
    result.end = rig_.host().local_time();
    if (observer_ != nullptr) observer_->step_ended(index, result);
    return as_expected(step, result);
}

bool Session::driver_dead() const {
    return died_ || (driver_ != nullptr && driver_->state() == driver::State::Dead);
}

void Session::fill_counters(RunFacts& facts) const {
    driver::Counters sum = retired_;
    if (driver_ != nullptr) add(sum, driver_->counters());
    facts.counters["submitted"] = sum.submitted;
    facts.counters["completed"] = sum.completed;
    facts.counters["errors"] = sum.errors;
    facts.counters["timeouts"] = sum.timeouts;
    facts.counters["completions_polled"] = sum.polled_completions;
    facts.counters["resets"] = sum.resets;
    facts.counters["interrupts"] = sum.interrupts;
    facts.counters["spurious_interrupts"] = sum.spurious_interrupts;
    facts.counters["data_mismatches"] = mismatches_;
    facts.counters["dma_bytes_left"] = belongings_.bytes_left();
    facts.counters["sart_entries_left"] = belongings_.entries_left();
}

// The driver's object goes with its life; what it counted stays.
void Session::retire_driver() {
    if (driver_ == nullptr) return;
    add(retired_, driver_->counters());
    driver_.reset();
}

driver::Status Session::perform(const Boot&, StepResult& result) {
    if (driver_ != nullptr) {
        driver_->remove();
        belongings_.end();
        retire_driver();
    }
    driver_ =
        std::make_unique<driver::Driver>(rig_.host(), rig_.resources(), driver_options(scenario_.driver));
    const SimTime begin = rig_.host().local_time();
    belongings_.begin();
    const driver::Status status = driver_->probe();
    if (driver_->state() == driver::State::Off) belongings_.end();
    if (status == driver::Status::Ok)
        result.detail =
            text("ready after %.3f ms", static_cast<double>(rig_.host().local_time() - begin) / 1e9);
    return status;
}

driver::Status Session::perform(const Identify&, StepResult& result) {
    const driver::Status status = driver_->identify();
    if (status != driver::Status::Ok) return status;
    const driver::Identity& id = driver_->identity();
    result.detail = text("%s, serial %s, firmware %s, %.0f MiB, at most %.0f KiB a transfer",
                         id.model.c_str(), id.serial.c_str(), id.firmware.c_str(),
                         mebibytes(id.capacity * id.block_size), static_cast<double>(id.max_transfer) / 1024);
    return status;
}

driver::Status Session::perform(const Smart&, StepResult& result) {
    driver::SmartLog log;
    const driver::Status status = driver_->smart(log);
    if (status == driver::Status::Ok)
        result.detail = text("%" PRIu64 " reads, %" PRIu64 " writes, %" PRIu64 " power cycles, %" PRIu64
                             " unsafe shutdowns",
                             log.host_reads, log.host_writes, log.power_cycles, log.unsafe_shutdowns);
    return status;
}

driver::Status Session::perform(const Io& io, StepResult& result) {
    IoJob job(rig_.host(), *driver_, io, io.seed.value_or(scenario_.seed), driver_->identity().capacity,
              shadow_, !scenario_.driver.use_interrupts);
    const SimTime begin = rig_.host().local_time();
    const IoTotals totals = job.run();
    const double span = static_cast<double>(std::max<SimTime>(rig_.host().local_time() - begin, 1)) / 1e12;
    mismatches_ += totals.mismatches;
    result.bytes = totals.bytes;
    result.commands = totals.reads + totals.writes;
    result.detail =
        text("%" PRIu64 " reads, %" PRIu64 " writes, %.1f MiB, %.0f commands and %.1f MiB a simulated second",
             totals.reads, totals.writes, mebibytes(totals.bytes),
             static_cast<double>(result.commands) / span, mebibytes(totals.bytes) / span);
    if (io.verify) result.detail += text(", %" PRIu64 " wrong blocks", totals.mismatches);
    if (totals.errors != 0) result.detail += text(", %" PRIu64 " failed", totals.errors);
    if (totals.first_error != driver::Status::Ok) return totals.first_error;
    return totals.mismatches == 0 ? driver::Status::Ok : driver::Status::DeviceError;
}

driver::Status Session::perform(const ReadImage& step, StepResult& result) {
    ImageTransfer transfer(rig_.host(), *driver_, !scenario_.driver.use_interrupts);
    const std::string& file = step.compare_with.empty() ? scenario_.media.image : step.compare_with;
    const std::string expected = sha256_of_file(file);
    std::string found;
    const driver::Status status = transfer.read_all(found);
    result.bytes = transfer.bytes();
    result.commands = transfer.commands();
    if (status != driver::Status::Ok) return status;
    const bool same = found == expected;
    result.detail = text("%.0f MiB in %" PRIu64 " commands, sha256 %s %s", mebibytes(result.bytes),
                         result.commands, found.c_str(), same ? "is the host's" : "differs from the host's");
    if (!same) ++mismatches_;
    return same ? driver::Status::Ok : driver::Status::DeviceError;
}

driver::Status Session::perform(const WriteImage& step, StepResult& result) {
    ImageTransfer transfer(rig_.host(), *driver_, !scenario_.driver.use_interrupts);
    const driver::Status status = transfer.write_file(step.from, step.at_lba);
    shadow_.forget(step.at_lba, transfer.bytes() / Shadow::kBlock);
    result.bytes = transfer.bytes();
    result.commands = transfer.commands();
    result.detail = text("%.0f MiB in %" PRIu64 " commands", mebibytes(result.bytes), result.commands);
    return status;
}

driver::Status Session::perform(const Flush&, StepResult&) {
    const driver::Status status = driver_->flush();
    if (status == driver::Status::Ok) shadow_.flushed();
    return status;
}

driver::Status Session::perform(const Trim& step, StepResult& result) {
    constexpr std::uint64_t kMost = UINT32_MAX;
    std::uint64_t left = step.blocks;
    for (std::uint64_t lba = step.lba; left != 0;) {
        const std::uint64_t now = std::min(left, kMost);
        const driver::Status status = driver_->trim(lba, static_cast<std::uint32_t>(now));
        if (status != driver::Status::Ok) return status;
        lba += now;
        left -= now;
    }
    shadow_.forget(step.lba, step.blocks);
    result.detail = text("%" PRIu64 " blocks", step.blocks);
    return driver::Status::Ok;
}

driver::Status Session::perform(const Suspend&, StepResult&) {
    const driver::Status status = driver_->suspend();
    if (status == driver::Status::Ok) shadow_.flushed();
    return status;
}
driver::Status Session::perform(const Resume&, StepResult&) {
    return driver_->resume();
}
driver::Status Session::perform(const Reset&, StepResult&) {
    return driver_->reset();
}

driver::Status Session::perform(const Shutdown&, StepResult&) {
    const driver::Status status = driver_->shutdown();
    belongings_.end();
    if (status == driver::Status::Ok) {
        shadow_.flushed();
        retire_driver();
    }
    return status;
}

driver::Status Session::perform(const PowerCut&, StepResult& result) {
    const std::uint64_t lost = rig_.cut_power();
    shadow_.power_cut();
    retire_driver();
    result.detail = text("%" PRIu64 " blocks lost their newest data", lost);
    return driver::Status::Ok;
}

driver::Status Session::perform(const PowerOn&, StepResult&) {
    rig_.restore_power();
    return driver::Status::Ok;
}

driver::Status Session::perform(const Abandon&, StepResult&) {
    rig_.abandon_driver();
    retire_driver();
    return driver::Status::Ok;
}

// check_order() lets no such step come here.
driver::Status Session::perform(const Shell&, StepResult&) {
    throw std::logic_error("a step of a guest");
}

driver::Status Session::perform(const Wait& step, StepResult&) {
    rig_.host().sleep(step.time / nanoseconds(1));
    return driver::Status::Ok;
}

driver::Status Session::perform(const Mmio& step, StepResult& result) {
    const std::uint64_t value = raw_.access(step);
    if (!step.read.empty()) result.detail = text("0x%" PRIx64, value);
    return driver::Status::Ok;
}
driver::Status Session::perform(const Mail& step, StepResult&) {
    raw_.send(step);
    return driver::Status::Ok;
}
driver::Status Session::perform(const RawCommand& step, StepResult&) {
    raw_.submit(step);
    return driver::Status::Ok;
}

}  // namespace ans::scenario
