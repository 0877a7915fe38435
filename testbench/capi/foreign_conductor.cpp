// SPDX-License-Identifier: MIT
#include "testbench/capi/foreign_conductor.h"

#include "testbench/capi/session.h"
#include "testbench/scenario/files/problem.h"

namespace ans::capi {

using scenario::StepResult;
using scenario::StepStatus;
using Kind = host::HostFailure::Kind;

namespace {

std::string joined(const std::vector<std::string>& parts) {
    std::string out;
    for (const std::string& part : parts)
        out += (out.empty() ? "" : ", ") + part;
    return out;
}

std::string seconds_text(double seconds) {
    char text[32];
    std::snprintf(text, sizeof text, "%g s", seconds);
    return text;
}

}  // namespace

ForeignConductor::ForeignConductor(const scenario::Scenario& scenario, scenario::Rig& rig, EventHub& events,
                                   scenario::RunObserver* observer)
    : scenario_(scenario),
      rig_(rig),
      events_(events),
      observer_(observer),
      world_(rig, [this](DriverCpu& cpu, DriverFrame::End end) { on_failed(cpu, end); }),
      properties_(properties_of(scenario, rig)),
      stop_request_(rig.engine()) {
    events_.subscribe(*this, {EventKind::Doorbell, EventKind::CompletionPosted});
}

ForeignConductor::~ForeignConductor() {
    Session::instance().forget(*this);
    events_.unsubscribe(*this);
}

void ForeignConductor::on_event(const Event& event) {
    (event.kind == EventKind::Doorbell ? doorbells_ : completions_) += 1;
}

void ForeignConductor::fill_counters(scenario::RunFacts& facts) const {
    facts.counters["submitted"] = doorbells_;
    facts.counters["completed"] = completions_;
    facts.counters["interrupts"] = rig_.host().interrupts_taken();
}

const host::HostFailure& ForeignConductor::failure() const {
    return failure_.kind != Kind::None ? failure_ : rig_.host().failure();
}

void ForeignConductor::log(port::LogLevel level, const std::string& text) {
    rig_.host().log(level, text);
}

void ForeignConductor::on_failed(DriverCpu& cpu, DriverFrame::End end) {
    if (failure_.kind != Kind::None) return;
    const bool late = end == DriverFrame::End::Late;
    failure_.kind = late ? Kind::Deadline : Kind::Crash;
    failure_.thread = cpu.name;
    failure_.at = rig_.host().local_time();
    failure_.text =
        late ? "no end within " + seconds_text(scenario_.limits.wall_s) + " of real time (limits.wall_s)"
             : "the driver's code ended by " + cpu.story();
    log(port::LogLevel::Error, cpu.name + ": " + failure_.text);
    if (end == DriverFrame::End::Threw) return;
    const std::vector<std::string> stack = cpu.stack();
    for (const std::string& frame : stack)
        log(port::LogLevel::Error, frame);
    if (!stack.empty()) failure_.text += "; at " + stack.front().substr(3);
}

Answer ForeignConductor::refuse_unless_ready() const {
    if (running_) return {ANS2EMU_E_CONTEXT, "a driver is at work: not from inside an entry function"};
    if (failure().kind != Kind::None || end_ != host::Engine::End::Stopped)
        return {ANS2EMU_E_OVER, "the run is over: " + failure().text};
    return {};
}

Answer ForeignConductor::run(const std::string& name, ans2emu_entry* entry, void* context, int& returned) {
    if (Answer no = refuse_unless_ready(); no.status != ANS2EMU_OK) return no;
    if (!powered_) return {ANS2EMU_E_POWER, "the machine has no power"};
    DriverCpu cpu(name);
    struct Call {
        ans2emu_entry* entry;
        ans2emu_machine* machine;
        void* context;
    } call{entry, world_.machine(), context};
    const auto body = [](void* argument) {
        const auto& what = *static_cast<const Call*>(argument);
        return what.entry(what.machine, what.context);
    };
    bool done = false;
    StepResult step;
    step.name = name;
    step.status = StepStatus::Unfinished;
    step.begin = kernel_now();
    results_.push_back(std::move(step));
    if (observer_ != nullptr) observer_->step_begun(results_.size() - 1, name, kernel_now());
    rig_.host().start([&] {
        returned = world_.call(cpu, body, &call);
        done = true;
    });
    bool late = false;
    running_ = true;
    {
        SignalWatch signals;
        const Watchdog watchdog(signals, scenario_.limits.wall_s, [this] { stop_request_.ask(); });
        end_ = run_engine();
        late = !done && watchdog.barked();
    }
    running_ = false;
    // The run is over while its thread stands in this function's frame: it must not outlive it.
    if (!done && powered_ && !broken_) abandon();
    if (done) results_.back().detail = "returned " + std::to_string(returned);
    if (done && returned != 0) results_.back().status = StepStatus::Error;
    return conclude(name, done, late);
}

// An exception out of the kernel is the emulator's own fault, and the kernel does not run again after it.
host::Engine::End ForeignConductor::run_engine() {
    try {
        return rig_.engine().run_until(scenario_.limits.sim_time);
    } catch (const std::exception& error) {
        broken_ = true;
        failure_ = {Kind::Exception, "machine", error.what(), kernel_now(), std::current_exception()};
        return host::Engine::End::Stopped;
    }
}

void ForeignConductor::end_step(StepStatus status, const std::string& detail) {
    StepResult& step = results_.back();
    if (step.status == StepStatus::Unfinished) step.status = status;
    if (!detail.empty()) step.detail += (step.detail.empty() ? "" : "; ") + detail;
    step.end = kernel_now();
    if (observer_ != nullptr) observer_->step_ended(results_.size() - 1, step);
}

// What became of the driver that was just at work.
Answer ForeignConductor::conclude(const std::string& name, bool returned, bool late) {
    if (late && failure().kind == Kind::None)
        failure_ = {Kind::Deadline, name,
                    "no end within " + seconds_text(scenario_.limits.wall_s) +
                        " of real time (limits.wall_s): its threads were waiting",
                    kernel_now(), nullptr};
    Answer answer;
    if (const host::HostFailure& failed = failure(); failed.kind != Kind::None) {
        constexpr int kStatus[] = {ANS2EMU_OK,         ANS2EMU_E_BUS_FAULT, ANS2EMU_E_BUS_HANG,
                                   ANS2EMU_E_INTERNAL, ANS2EMU_E_CRASH,     ANS2EMU_E_DEADLINE};
        answer = {kStatus[static_cast<std::size_t>(failed.kind)], failed.thread + ": " + failed.text};
    } else if (!powered_) {
        answer = {ANS2EMU_E_POWER,
                  "power was cut; " + std::to_string(lost_blocks_) + " blocks lost their newest data"};
        world_.forget_driver(true);
        end_ = host::Engine::End::Stopped;
    } else if (end_ != host::Engine::End::Stopped) {
        answer = {ANS2EMU_E_DEADLINE, end_ == host::Engine::End::Idle
                                          ? "every thread sleeps and nothing will wake one"
                                          : "the simulated deadline came first (limits.sim_ms)"};
    } else if (returned) {
        if (const std::vector<std::string> left = world_.leftovers(); !left.empty()) {
            answer = {ANS2EMU_E_LEFTOVER, name + " returned and left behind: " + joined(left)};
            rig_.host().abandon();
        }
        world_.forget_driver(false);
    }
    end_step(answer.status == ANS2EMU_OK ? StepStatus::Ok : StepStatus::Error, answer.why);
    return answer;
}

void ForeignConductor::on_power_lost(std::uint64_t lost_blocks, SimTime) {
    powered_ = false;
    lost_blocks_ = lost_blocks;
    rig_.engine().stop();
}

Answer ForeignConductor::power_cut() {
    if (Answer no = refuse_unless_ready(); no.status != ANS2EMU_OK) return no;
    if (!powered_) return {ANS2EMU_E_POWER, "the machine has no power already"};
    // From a process, as a fault's cut: threads can only be ended from inside.
    rig_.host().start([this] { lost_blocks_ = rig_.cut_power(); });
    end_ = rig_.engine().run_until(scenario_.limits.sim_time);
    world_.forget_driver(true);
    powered_ = false;
    return {};
}

Answer ForeignConductor::power_on() {
    if (Answer no = refuse_unless_ready(); no.status != ANS2EMU_OK) return no;
    if (powered_) return {ANS2EMU_E_POWER, "the machine has power already"};
    rig_.restore_power();
    powered_ = true;
    return {};
}

}  // namespace ans::capi
