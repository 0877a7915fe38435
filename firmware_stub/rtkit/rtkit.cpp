// SPDX-License-Identifier: MIT
// The processor's thread. States and power are in lifecycle.cpp.
#include "firmware_stub/rtkit/rtkit.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>

namespace ans::fw {

using namespace rtkit;

namespace {
const RtkitConfig& checked(const RtkitConfig& config) {
    if (config.generation == nullptr) SC_REPORT_FATAL("rtkit", "no firmware generation configured");
    return config;
}
}  // namespace

SC_HAS_PROCESS(Rtkit);

Rtkit::Rtkit(sc_core::sc_module_name name, const RtkitConfig& config)
    : Processor(name, config.mailbox_base, config.start != StartState::Off), config_(checked(config)) {
    SC_THREAD(execute);
}

void Rtkit::execute() {
    adopt_earlier_life();
    for (;;) {
        attend();
        if (!work_once()) doze(next_due(), listens());
    }
}

void Rtkit::adopt_earlier_life() {
    if (config_.start == StartState::Asleep) {
        iop_power_ = power::kSleep;
        enter(State::Sleeping, "left asleep");
    } else if (config_.start == StartState::LeftRunning) {
        iop_power_ = ap_power_ = power::kOn;
        management_.skip();
        enter(State::Running, "left running");
        serve(Serving::Started);
        boot_status_shown_ = write_register(config_.nvme_base + kBootStatusOffset, kBootStatusReady);
    }
}

// One piece of work, the most urgent first. False: there is none.
bool Rtkit::work_once() {
    if (state_ == State::Crashed && crashlog_owed_) {
        write_crashlog();
    } else if (!listens()) {
        return false;
    } else if (boot_status_stale_) {
        withdraw_boot_status();
    } else if (management_.due() <= now()) {
        management_.on_due();
    } else if (next_due() <= now()) {
        judge_boot_status();
    } else if (mail_waiting()) {
        take_mail();
    } else if (started_[kSyslogEndpoint] && ap_power_ == power::kOn && syslog_.can_write()) {
        syslog_.write_next();
    } else {
        return false;
    }
    return true;
}

SimTime Rtkit::next_due() const {
    return std::min(management_.due(), state_ == State::Running ? boot_status_due_ : kNever);
}

void Rtkit::take_mail() {
    Mail mail{};
    std::uint64_t target = 0;
    if (config_.decide->planned(DecidePoint::FirmwareMail) && busy_before_mail()) return;
    if (!receive(mail, target)) return;
    spend(generation().times.message);
    if (interrupted()) return;
    if (target != mail.endpoint)
        note("message to 0x%llx, which is no endpoint, ignored", static_cast<unsigned long long>(target));
    else if (state_ == State::Sleeping)
        hear_in_sleep(mail);
    else
        deliver(mail);
}

// A processor that has something else to do first. True: and was interrupted in it.
bool Rtkit::busy_before_mail() {
    Event event;
    event.time = now();
    event.kind = EventKind::MailPop;
    event.unit = Unit::Firmware;
    const Verdict verdict = config_.decide->ask(DecidePoint::FirmwareMail, event);
    if (verdict.kind == Verdict::Kind::Delay) spend(verdict.delay);
    return interrupted();
}

void Rtkit::deliver(const Mail& mail) {
    if (mail.endpoint == kManagementEndpoint) {
        management_.handle(mail.msg0);
    } else {
        EndpointHandler* endpoint = handler(mail.endpoint);
        if (endpoint == nullptr || !started_[mail.endpoint])
            note("message 0x%016llx to endpoint 0x%02x ignored", static_cast<unsigned long long>(mail.msg0),
                 mail.endpoint);
        else
            endpoint->handle(mail.msg0);
    }
    management_.progress();
}

void Rtkit::hear_in_sleep(const Mail& mail) {
    const std::uint64_t state = management::PowerState::get(mail.msg0);
    if (mail.endpoint == kManagementEndpoint && MessageType::get(mail.msg0) == management::kSetIopPower &&
        (state == power::kOn || state == power::kInit))
        boot("woken by a message");
    else
        note("message 0x%016llx to endpoint 0x%02x does not wake", static_cast<unsigned long long>(mail.msg0),
             mail.endpoint);
}

void Rtkit::judge_boot_status() {
    boot_status_due_ = kNever;
    if (!boot_status_judged_ && config_.decide->planned(DecidePoint::FirmwareBootStatus)) {
        boot_status_judged_ = true;
        Event event;
        event.time = now();
        event.kind = EventKind::BootStatus;
        event.unit = Unit::Firmware;
        event.slot[0] = boot_status_;
        const Verdict verdict = config_.decide->ask(DecidePoint::FirmwareBootStatus, event);
        if (verdict.kind == Verdict::Kind::Drop) return;
        if (verdict.kind == Verdict::Kind::Replace)
            boot_status_ = static_cast<std::uint32_t>(verdict.replacement.slot[0]);
        if (verdict.kind == Verdict::Kind::Delay) {
            boot_status_due_ = now() + verdict.delay;
            return;
        }
    }
    publish_boot_status(boot_status_);
}

void Rtkit::publish_boot_status(std::uint32_t value) {
    // Any other value tells of a boot that failed: the service is not up.
    if (value == kBootStatusReady) serve(Serving::Started);
    if (!write_register(config_.nvme_base + kBootStatusOffset, value)) return;
    boot_status_shown_ = true;
    if (!config_.events->wants(EventKind::BootStatus)) return;
    Event event;
    event.time = now();
    event.kind = EventKind::BootStatus;
    event.unit = Unit::Firmware;
    event.slot[0] = value;
    config_.events->emit(event);
}

// source: guess. Were it left, the next session's driver would find it ready before it is.
void Rtkit::withdraw_boot_status() {
    boot_status_stale_ = false;
    if (boot_status_shown_) write_register(config_.nvme_base + kBootStatusOffset, kBootStatusNone);
    boot_status_shown_ = false;
}

void Rtkit::write_crashlog() {
    crashlog_owed_ = false;
    const std::string reason = std::move(*crash_reason_);
    const SimTime at = now();
    crash_reason_.reset();
    spend(generation().times.crashlog);
    if (!started_[kCrashlogEndpoint] || !crashlog_.buffer().granted()) {
        // A type-1 message without a buffer granted would be taken for a buffer request.
        note("no crashlog buffer: the crash cannot be announced");
        return;
    }
    const CrashReport report{generation().version, generation().uuid, reason, at, &history()};
    crashlog_.announce(compose_crashlog(report, crashlog_.buffer().size(), crash_kind_));
}

EndpointHandler* Rtkit::handler(std::uint8_t endpoint) {
    switch (endpoint) {
        case kCrashlogEndpoint:
            return &crashlog_;
        case kSyslogEndpoint:
            return &syslog_;
        case kIoReportEndpoint:
            return &ioreport_;
        case kOsLogEndpoint:
            return &oslog_;
        default:
            return nullptr;  // debug, tracekit and application endpoints have nothing to say
    }
}

void Rtkit::log(std::string_view context, std::string_view text) {
    if (!alive()) return;
    syslog_.add(context, text);
    prod();
}

void Rtkit::crash(std::string_view reason, CrashlogKind kind) {
    if (!alive() || crash_reason_) return;
    crash_reason_ = std::string(reason);
    crash_kind_ = kind;
    // Not at once: who crashes us may be a CPU that is ahead of the kernel, and effects follow causes.
    post(Cause::Crash, now() + generation().times.panic);
}

void Rtkit::send(std::uint8_t endpoint, std::uint64_t msg0) {
    Processor::send({endpoint, msg0}, generation().times.full_retry, generation().times.full_retry_max);
}

bool Rtkit::unterminated(std::string_view line) {
    if (!config_.decide->planned(DecidePoint::FirmwareLog)) return false;
    Event event;
    event.time = now();
    event.kind = EventKind::FirmwareLog;
    event.unit = Unit::Firmware;
    event.set_text(line);
    return config_.decide->ask(DecidePoint::FirmwareLog, event).kind != Verdict::Kind::Pass;
}

bool Rtkit::write_shared(std::uint64_t address, const void* data, std::size_t size) {
    return !interrupted() && survive(write_memory(address, data, size));
}

bool Rtkit::read_shared(std::uint64_t address, void* data, std::size_t size) {
    return !interrupted() && survive(read_memory(address, data, size));
}

bool Rtkit::survive(bool shared_access) {
    if (!shared_access && config_.policies.get<SartViolation>() == SartViolation::Crash)
        crash("SART violation");
    return shared_access;
}

void Rtkit::bus_refused(const char* what, std::uint64_t address, std::size_t size) {
    note("%s of %zu bytes at 0x%llx refused", what, size, static_cast<unsigned long long>(address));
}

void Rtkit::note(const char* format, ...) {
    if (!config_.events->wants(EventKind::RunNote)) return;
    char text[200];
    va_list arguments;
    va_start(arguments, format);
    const int length = std::vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length > 0)
        report(EventKind::RunNote,
               {text, std::min<std::size_t>(static_cast<std::size_t>(length), sizeof text - 1)});
}

void Rtkit::report(EventKind kind, std::string_view text) {
    if (!config_.events->wants(kind)) return;
    Event event;
    event.time = now();
    event.kind = kind;
    event.unit = Unit::Firmware;
    event.set_text(text);
    config_.events->emit(event);
}

}  // namespace ans::fw
