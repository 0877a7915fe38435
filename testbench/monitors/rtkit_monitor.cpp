// SPDX-License-Identifier: MIT
#include "testbench/monitors/rtkit_monitor.h"

#include <algorithm>

namespace ans::monitor {

namespace {

// Management message types. source: hardware.md 7.1
constexpr unsigned kHello = 1;
constexpr unsigned kStartEndpoint = 5;
constexpr unsigned kIopPower = 6;
constexpr unsigned kIopPowerAck = 7;
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

// A syslog index has 8 bits: more cannot be outstanding. source: hardware.md 7.5
constexpr std::size_t kMaxLogs = 256;
// Firmware that leaves a power request unanswered so long is dead, and clearing RUN is all that is left.
// source: hardware.md 7.2: drivers wait 1 s
constexpr SimTime kPatience = milliseconds(500);

bool wakes(const Mail& mail) {
    return mail.management(kIopPower) && (mail.state == kOn || mail.state == kInit);
}
bool is_log(const Mail& mail) {
    return mail.endpoint == kSyslogEndpoint && mail.type == kLog;
}

}  // namespace

RtkitMonitor::RtkitMonitor(EventHub& events, Judge& judge)
    : Monitor(events, judge,
              {EventKind::MailPush, EventKind::MailPop, EventKind::ProcessorRun, EventKind::PowerCut}) {
    logs_.reserve(kMaxLogs);
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
    logs_.clear();
    owed_ = 0;
    asked_at_ = kNever;
}

void RtkitMonitor::on_send(const Mail& mail, SimTime at) {
    const auto msg0 = static_cast<unsigned long long>(mail.msg0);
    // An echo that was owed may still be on its way when the acknowledgement or the crash arrives.
    if (is_log(mail) && started_[mail.endpoint] && take_echo(mail, at)) return;
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
    if (mail.type == kStartEndpoint) started_.set(mail.msg0 >> 32 & 0xff, (mail.msg0 & kStartFlag) != 0);
    if (wakes(mail) && asleep_) start_session();
    const bool power = mail.type == kIopPower || mail.type == kApPower;
    if (power && mail.state <= kQuiesced && asked_at_ == kNever) asked_at_ = at;
    if (!mail.asks_power_down()) return;
    owed_ = logs_.size();
    if (mail.state == kOff) judge_.violate(RuleId::Pwr02, at, "IOP power state 0 requested");
}

// True if it answers a LOG. Another message of that type is an echo that was changed on its way.
bool RtkitMonitor::take_echo(const Mail& mail, SimTime at) {
    const auto log = std::find(logs_.begin(), logs_.end(), mail.msg0);
    if (log == logs_.end()) {
        if (!asleep_ && !crashed_)
            judge_.violate(RuleId::Rtk03, at, "echo 0x%llx answers no LOG",
                           static_cast<unsigned long long>(mail.msg0));
        return !asleep_ && !crashed_;
    }
    if (static_cast<std::size_t>(log - logs_.begin()) < owed_) --owed_;
    logs_.erase(log);
    return true;
}

void RtkitMonitor::on_receive(const Mail& mail, SimTime at) {
    if (mail.management(kHello)) {
        crashed_ = false;
        crashlog_requests_ = 0;
    }
    if (mail.management(kIopPowerAck) || mail.management(kApPower)) asked_at_ = kNever;
    if (mail.acknowledges_power_down()) {
        asleep_ = true;
        if (owed_ != 0) judge_.violate(RuleId::Rtk03, at, "%zu LOG messages not echoed at power-down", owed_);
        owed_ = 0;
    }
    if (mail.endpoint == kCrashlogEndpoint && mail.type == kBufferRequest && ++crashlog_requests_ > 1)
        crashed_ = true;
    if (is_log(mail) && logs_.size() < kMaxLogs) logs_.push_back(mail.msg0);
}

void RtkitMonitor::on_run(bool level, SimTime at) {
    const bool given_up = asked_at_ != kNever && at - asked_at_ >= kPatience;
    if (!level && !asleep_ && !crashed_ && !given_up)
        judge_.violate(RuleId::Pwr01, at, "no acknowledged power-down before");
    start_session();
}

}  // namespace ans::monitor
