// SPDX-License-Identifier: MIT
#include "testbench/monitors/rtkit_monitor.h"

#include <algorithm>

namespace ans::monitor {

namespace {

// Management message types. source: hardware.md 7.1
constexpr unsigned kHelloReply = 2;
constexpr unsigned kStartEndpoint = 5;
constexpr unsigned kIopPower = 6;
constexpr unsigned kIopPowerAck = 7;
constexpr unsigned kEndpointMap = 8;
constexpr unsigned kApPower = 0xb;
constexpr unsigned kOff = 0;
constexpr unsigned kQuiesced = 0x10;
constexpr unsigned kOn = 0x20;
constexpr unsigned kInit = 0x220;
constexpr unsigned kStartFlag = 2;
// source: hardware.md 7.5, 7.6
constexpr unsigned kCrashlogEndpoint = 1;
constexpr unsigned kSyslogEndpoint = 2;
constexpr unsigned kBufferRequest = 1;
constexpr unsigned kLog = 5;
constexpr unsigned kIoReportEndpoint = 4;
constexpr unsigned kReport = 0x8;  // source: hardware.md 7.7
constexpr unsigned kReportStart = 0xc;

// A syslog index has 8 bits: more cannot be outstanding. source: hardware.md 7.5
constexpr std::size_t kMaxEchoes = 256;
// Firmware that leaves a power request unanswered so long is dead, and clearing RUN is all that is left.
// source: hardware.md 7.2: drivers wait 1 s
constexpr SimTime kPatience = milliseconds(500);

bool wakes(const Mail& mail) {
    return mail.management(kIopPower) && (mail.state == kOn || mail.state == kInit);
}

// Versions of HELLO and its reply. source: hardware.md 7.1
unsigned version_min(std::uint64_t msg0) {
    return static_cast<unsigned>(msg0 & 0xffff);
}
unsigned version_max(std::uint64_t msg0) {
    return static_cast<unsigned>(msg0 >> 16 & 0xffff);
}

}  // namespace

RtkitMonitor::RtkitMonitor(EventHub& events, Judge& judge)
    : Monitor(events, judge,
              {EventKind::MailPush, EventKind::MailPop, EventKind::ProcessorRun, EventKind::PowerCut}) {
    logs_.open.reserve(kMaxEchoes);
    reports_.open.reserve(kMaxEchoes);
}

void RtkitMonitor::on_event(const Event& event) {
    if (event.kind == EventKind::PowerCut) {
        start_session();
        crashed_ = true;  // nobody is there to be asked before RUN falls
        return;
    }
    if (event.kind == EventKind::ProcessorRun) {
        on_run(level_of(event), event.time);
        return;
    }
    const Mail mail(event);
    if (event.kind == EventKind::MailPush && !mail.i2a) on_send(mail, event.time);
    if (event.kind == EventKind::MailPop && mail.i2a) on_receive(mail, event.time);
}

void RtkitMonitor::start_session() {
    started_.reset();
    asleep_ = crashed_ = false;
    crashlog_requests_ = 0;
    for (Echoes* echoes : {&logs_, &reports_}) {
        echoes->open.clear();
        echoes->owed = 0;
    }
    hello_ = 0;
    announced_.reset();
    asked_at_ = iop_asked_at_ = ap_asked_at_ = kNever;
}

RtkitMonitor::Echoes* RtkitMonitor::echoes_of(const Mail& mail) {
    if (mail.endpoint == kSyslogEndpoint && mail.type == kLog) return &logs_;
    const bool report = mail.type == kReport || mail.type == kReportStart;
    return mail.endpoint == kIoReportEndpoint && report ? &reports_ : nullptr;
}

void RtkitMonitor::on_send(const Mail& mail, SimTime at) {
    const auto msg0 = static_cast<unsigned long long>(mail.msg0);
    // An echo that was owed may still be on its way when the acknowledgement or the crash arrives.
    Echoes* echoes = echoes_of(mail);
    if (echoes != nullptr && started_[mail.endpoint] && take_echo(*echoes, mail, at)) return;
    if (asleep_ && !wakes(mail)) {
        judge_.violate(RuleId::Rtk02, at, "0x%llx to endpoint 0x%x", msg0, mail.endpoint);
        return;
    }
    if (crashed_ && !wakes(mail)) {
        judge_.violate(RuleId::Rtk04, at, "0x%llx to endpoint 0x%x", msg0, mail.endpoint);
        return;
    }
    if (mail.endpoint == 0)
        on_management(mail, at);
    else if (!started_[mail.endpoint])
        judge_.violate(RuleId::Rtk01, at, "0x%llx to endpoint 0x%x", msg0, mail.endpoint);
}

void RtkitMonitor::on_management(const Mail& mail, SimTime at) {
    const bool out_of_range =
        version_max(mail.msg0) > version_max(hello_) || version_min(mail.msg0) < version_min(hello_);
    if (mail.type == kHelloReply && hello_ != 0 && out_of_range)
        judge_.violate(RuleId::Rtk09, at, "versions %u to %u, the firmware speaks %u to %u",
                       version_min(mail.msg0), version_max(mail.msg0), version_min(hello_),
                       version_max(hello_));
    if (mail.type == kStartEndpoint) {
        const auto endpoint = static_cast<unsigned>(mail.msg0 >> 32 & 0xff);
        const bool start = (mail.msg0 & kStartFlag) != 0;
        started_.set(endpoint, start);
        if (start && hello_ != 0 && !announced_[endpoint])
            judge_.violate(RuleId::Rtk10, at, "endpoint 0x%x", endpoint);
    }
    if (mail.type == kIopPower || mail.type == kApPower) on_power_request(mail, at);
}

void RtkitMonitor::on_power_request(const Mail& mail, SimTime at) {
    if (wakes(mail) && asleep_) start_session();
    SimTime& asked_at = mail.type == kIopPower ? iop_asked_at_ : ap_asked_at_;
    if (asked_at != kNever && at - asked_at < kPatience)
        judge_.violate(RuleId::Rtk07, at, "%s state 0x%x", mail.type == kIopPower ? "IOP" : "AP", mail.state);
    asked_at = at;
    if (mail.state <= kQuiesced && asked_at_ == kNever) asked_at_ = at;
    if (!mail.asks_power_down()) return;
    for (Echoes* echoes : {&logs_, &reports_})
        echoes->owed = echoes->open.size();
    if (mail.state == kOff) judge_.violate(RuleId::Pwr02, at, "IOP power state 0 requested");
}

// True if it answers one. Another message of that type is an echo that was changed on its way.
bool RtkitMonitor::take_echo(Echoes& echoes, const Mail& mail, SimTime at) {
    std::vector<std::uint64_t>& open = echoes.open;
    const auto answered = std::find(open.begin(), open.end(), mail.msg0);
    if (answered == open.end()) {
        if (!asleep_ && !crashed_)
            judge_.violate(echoes.rule, at, "echo 0x%llx answers no %s",
                           static_cast<unsigned long long>(mail.msg0), echoes.what);
        return !asleep_ && !crashed_;
    }
    if (static_cast<std::size_t>(answered - open.begin()) < echoes.owed) --echoes.owed;
    open.erase(answered);
    return true;
}

void RtkitMonitor::on_receive(const Mail& mail, SimTime at) {
    if (mail.says_hello()) {
        crashed_ = false;
        crashlog_requests_ = 0;
        hello_ = mail.msg0;
    }
    if (mail.management(kEndpointMap)) {
        const std::size_t base = (mail.msg0 >> 32 & 7) * 32;  // source: hardware.md 7.1, EPMAP
        for (unsigned bit = 0; bit < 32; ++bit)
            if ((mail.msg0 >> bit & 1) != 0) announced_.set(base + bit);
    }
    if (mail.management(kIopPowerAck)) iop_asked_at_ = asked_at_ = kNever;
    if (mail.management(kApPower)) ap_asked_at_ = asked_at_ = kNever;
    if (mail.acknowledges_power_down()) {
        asleep_ = true;
        for (Echoes* echoes : {&logs_, &reports_}) {
            if (echoes->owed != 0)
                judge_.violate(echoes->rule, at, "%zu %s messages not echoed at power-down", echoes->owed,
                               echoes->what);
            echoes->owed = 0;
        }
    }
    if (mail.endpoint == kCrashlogEndpoint && mail.type == kBufferRequest && ++crashlog_requests_ > 1)
        crashed_ = true;
    Echoes* echoes = echoes_of(mail);
    if (echoes != nullptr && echoes->open.size() < kMaxEchoes) echoes->open.push_back(mail.msg0);
}

void RtkitMonitor::on_run(bool level, SimTime at) {
    const bool given_up = asked_at_ != kNever && at - asked_at_ >= kPatience;
    if (!level && !asleep_ && !crashed_ && !given_up)
        judge_.violate(RuleId::Pwr01, at, "no acknowledged power-down before");
    start_session();
}

}  // namespace ans::monitor
