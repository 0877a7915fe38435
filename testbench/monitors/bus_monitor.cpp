// SPDX-License-Identifier: MIT
#include "testbench/monitors/bus_monitor.h"

namespace ans::monitor {

namespace {

// Order of the event table's response names.
enum class Response : std::uint8_t { Ok, Incomplete, Generic, Address, Command, Burst, ByteEnable };

constexpr unsigned kActive = 0xf;  // source: hardware.md 1.1

bool is_controller(Unit unit) {
    return unit == Unit::Nvme || unit == Unit::Nvmmu;
}
bool is_powered_block(Unit unit) {
    return is_controller(unit) || unit == Unit::Asc || unit == Unit::Mailbox;
}

}  // namespace

BusMonitor::BusMonitor(EventHub& events, Judge& judge, const RegMapLookup& registers,
                       std::uint64_t domains_off)
    : Monitor(events, judge, {EventKind::BusError, EventKind::PowerState}), registers_(registers) {
    set_domains_off(domains_off);
}

void BusMonitor::on_event(const Event& event) {
    if (event.kind == EventKind::PowerState)
        on_power(event);
    else
        on_refused(event);
}

void BusMonitor::on_power(const Event& event) {
    const unsigned domain = static_cast<unsigned>(event.slot[0] & 0xff) % 64;
    const unsigned actual = static_cast<unsigned>(event.slot[0] >> 12 & 0xf);
    const std::uint64_t bit = std::uint64_t{1} << domain;
    set_domains_off(actual == kActive ? domains_off_ & ~bit : domains_off_ | bit);
}

void BusMonitor::set_domains_off(std::uint64_t domains) {
    const bool was_on = domains_off_ == 0;
    domains_off_ = domains;
    if (was_on && domains != 0) events_.subscribe(watch_, {EventKind::RegRead, EventKind::RegWrite});
    if (!was_on && domains == 0) events_.unsubscribe(watch_);
}

void BusMonitor::Watch::on_event(const Event& event) {
    if (is_powered_block(event.unit)) owner_.report(RuleId::Pwr03, event, event.kind == EventKind::RegWrite);
}

void BusMonitor::on_refused(const Event& event) {
    const bool write = (event.slot[0] >> 52 & 1) != 0;
    const bool withheld = (event.slot[0] >> 53 & 1) != 0;
    if (withheld) return;  // the block answered: nothing that a driver could have known
    if (domains_off_ != 0 && is_powered_block(event.unit)) {
        report(RuleId::Pwr03, event, write);
        return;
    }
    switch (static_cast<Response>(event.slot[0] >> 48 & 0xf)) {
        case Response::Incomplete:
        case Response::Generic:
            report(is_controller(event.unit) ? RuleId::Nvm01 : RuleId::Bus01, event, write);
            break;
        case Response::Command:
            report(RuleId::Bus02, event, write);
            break;
        case Response::Address:
            report(event.unit == Unit::Bus ? RuleId::Bus01 : RuleId::Bus03, event, write);
            break;
        default:
            report(RuleId::Bus01, event, write);
            break;
    }
}

void BusMonitor::report(RuleId rule, const Event& event, bool write) {
    const auto offset = static_cast<std::uint32_t>(event.slot[0]);
    const auto width = static_cast<unsigned>(event.slot[0] >> 32 & 0xff);
    const RegMap* map = registers_ != nullptr ? registers_(event.unit) : nullptr;
    std::string place(unit_name(event.unit));
    if (map != nullptr) place += " " + register_name(*map, offset, width);
    judge_.violate(rule, event.time, "%s of %u bytes at 0x%llx, %s", write ? "write" : "read", width,
                   static_cast<unsigned long long>(event.slot[2]), place.c_str());
}

}  // namespace ans::monitor
