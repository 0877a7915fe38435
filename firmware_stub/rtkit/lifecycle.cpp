// SPDX-License-Identifier: MIT
// States of the firmware: what RUN, reset, power requests and mishaps make of it.
//
// source: hardware.md 2, 7.2, 7.3
#include "firmware_stub/rtkit/rtkit.h"

namespace ans::fw {

using namespace rtkit;

void Rtkit::on(Cause cause) {
    switch (cause) {
        case Cause::RunRose:
            if (in_reset()) return;
            if (needs_reset_) return enter(State::Hung, "started after it was stopped while alive");
            return boot("RUN set");
        case Cause::RunFell:
            return run_fell();
        case Cause::ResetRose:
            forget_session();
            needs_reset_ = false;
            iop_power_ = power::kOff;
            return enter(State::Off, "reset");
        case Cause::ResetFell:
            if (running()) boot("reset released with RUN set");
            return;
        case Cause::Crash:
            if (alive() && crash_reason_) break_down();
            return;
        case Cause::Hang:
            if (!alive()) return;
            forget_session();
            return enter(State::Hung, "hung");
        case Cause::Sleep:
            if (!alive()) return;
            forget_session();
            boot_status_stale_ = true;
            iop_power_ = power::kSleep;
            return enter(State::Sleeping, "asleep uninvited");
    }
}

void Rtkit::run_fell() {
    if (state_ == State::Off) return;
    // Sleeping firmware may be stopped; what becomes of any other is a policy. source: hardware.md 2
    if (state_ != State::Sleeping && config_.policies.get<RunCleared>() == RunCleared::HangNextStart)
        needs_reset_ = true;
    forget_session();
    iop_power_ = power::kOff;
    enter(State::Off, needs_reset_ ? "RUN cleared while alive" : "RUN cleared");
}

// An interposer's word on what the firmware is about to become.
bool Rtkit::refuses(DecidePoint point, State next) {
    if (!config_.decide->planned(point)) return false;
    Event event;
    event.time = now();
    event.kind = EventKind::FirmwareState;
    event.unit = Unit::Firmware;
    event.slot[0] =
        static_cast<std::uint64_t>(next) | std::uint64_t{iop_power_} << 16 | std::uint64_t{ap_power_} << 32;
    return config_.decide->ask(point, event).kind == Verdict::Kind::Drop;
}

void Rtkit::boot(const char* why) {
    if (refuses(DecidePoint::FirmwareBoot, State::Booting)) return note("does not boot: %s", why);
    forget_session();
    boot_status_stale_ = boot_status_shown_;
    iop_power_ = power::kInit;
    enter(State::Booting, why);
    management_.begin(now() + config_.hello.value_or(generation().times.hello));
}

void Rtkit::break_down() {
    // Endpoints keep their buffers: the crashlog goes into one.
    management_.forget();
    boot_status_due_ = kNever;
    crashlog_owed_ = true;
    report(EventKind::FirmwareCrash, *crash_reason_);
    enter(State::Crashed, "crashed");
    serve(Serving::Stopped);
}

void Rtkit::forget_session() {
    serve(Serving::Stopped);
    management_.forget();
    crashlog_.forget();
    syslog_.forget();
    ioreport_.forget();
    oslog_.forget();
    started_.reset();
    known_.reset();
    boot_status_due_ = kNever;
    boot_status_judged_ = boot_end_judged_ = boot_stalled_ = false;
    boot_status_ = kBootStatusReady;
    crash_reason_.reset();
    crashlog_owed_ = false;
    ap_power_ = power::kQuiesced;
}

void Rtkit::enter(State state, const char* why) {
    const bool slept = state_ == State::Sleeping || state_ == State::Idle;
    const bool sleeps = state == State::Sleeping || state == State::Idle;
    state_ = state;
    report_state(why);
    if (slept != sleeps && idle.size() > 0) idle->set_level(sleeps, now());
}

void Rtkit::report_state(std::string_view why) {
    const std::uint64_t state =
        static_cast<std::uint64_t>(state_) | std::uint64_t{iop_power_} << 16 | std::uint64_t{ap_power_} << 32;
    if (state == reported_) return;
    reported_ = state;
    if (!config_.events->wants(EventKind::FirmwareState)) return;
    Event event;
    event.time = now();
    event.kind = EventKind::FirmwareState;
    event.unit = Unit::Firmware;
    event.slot[0] = state;
    event.set_text(why);
    config_.events->emit(event);
}

void Rtkit::serve(Serving serving) {
    if (serving == serving_) return;
    serving_ = serving;
    if (application_ == nullptr) return;
    if (serving == Serving::Started)
        application_->start(now());
    else
        application_->stop(serving == Serving::Paused, now());
}

void Rtkit::start_endpoint(std::uint8_t endpoint) {
    if (started_[endpoint]) return note("endpoint 0x%02x is started already", endpoint);
    started_.set(endpoint);
    EndpointHandler* starting = handler(endpoint);
    if (starting != nullptr && !known_[endpoint]) starting->start();
    known_.set(endpoint);
}

void Rtkit::stop_endpoint(std::uint8_t endpoint) {
    started_.reset(endpoint);
}

bool Rtkit::may_finish_boot() {
    if (ioreport_.owed_an_echo()) return false;
    if (generation().insists_on_buffers && !(crashlog_.buffer().granted() && ioreport_.granted()))
        return false;
    if (!boot_end_judged_) boot_stalled_ = refuses(DecidePoint::FirmwareBootEnd, State::Running);
    boot_end_judged_ = true;
    return !boot_stalled_;
}

void Rtkit::boot_finished() {
    iop_power_ = power::kOn;
    boot_status_due_ = now() + generation().times.ready;
    for (std::size_t i = 0; i < generation().line_count; ++i)
        syslog_.add(generation().lines[i].context, generation().lines[i].text);
    enter(State::Running, "booted");
}

void Rtkit::set_iop_power(std::uint16_t power) {
    switch (power) {
        case power::kOn:
        case power::kInit:
            return resume();
        case power::kQuiesced:
            return suspend(State::Quiesced, power);
        case power::kIdle:
            return suspend(State::Idle, power);
        case power::kSleep:
        case power::kOff:
            return power_down(power);
        default:
            return note("unknown IOP power state 0x%x ignored", power);
    }
}

void Rtkit::resume() {
    iop_power_ = power::kOn;
    if (state_ != State::Running) enter(State::Running, "resumed");
    if (serving_ == Serving::Paused) serve(Serving::Started);
    send(kManagementEndpoint, message(management::kIopPowerAck, management::PowerState::put(power::kOn)));
}

void Rtkit::suspend(State state, std::uint16_t power) {
    if (serving_ == Serving::Started) serve(Serving::Paused);
    send(kManagementEndpoint, message(management::kIopPowerAck, management::PowerState::put(power)));
    iop_power_ = power;
    enter(state, state == State::Idle ? "idle" : "quiesced");
}

void Rtkit::power_down(std::uint16_t power) {
    forget_session();  // nobody has anything more to say
    withdraw_boot_status();
    send(kManagementEndpoint, message(management::kIopPowerAck, management::PowerState::put(power)));
    iop_power_ = power;
    // source: hardware.md 7.1: "OFF cannot be woken again"; that RUN does not help either is a guess
    needs_reset_ = power == power::kOff;
    enter(power == power::kOff ? State::Off : State::Sleeping,
          power == power::kOff ? "powered off" : "asleep");
}

void Rtkit::set_ap_power(std::uint16_t power) {
    switch (power) {
        case power::kOn:
        case power::kInit:
        case power::kQuiesced:
        case power::kIdle:
        case power::kSleep:
        case power::kOff:
            break;
        default:
            return note("unknown AP power state 0x%x ignored", power);
    }
    ap_power_ = power;
    report_state("AP power");
    send(kManagementEndpoint, message(management::kSetApPower, management::PowerState::put(power)));
}

}  // namespace ans::fw
