// SPDX-License-Identifier: MIT
// BUS-*, NVM-01 and PWR-03: accesses that a block refused, or that reached one without power.
#pragma once

#include "models/common/reg_map.h"
#include "testbench/monitors/monitor.h"

namespace ans::monitor {

class BusMonitor : public Monitor {
public:
    /// `registers` names registers in the texts; nullptr: offsets only. `domains_off`: a bit for each power
    /// domain that is off at the start.
    BusMonitor(EventHub& events, Judge& judge, const RegMapLookup& registers, std::uint64_t domains_off);
    ~BusMonitor() override { events_.unsubscribe(watch_); }
    void on_event(const Event& event) override;

private:
    /// Hears every register access, but only while a power domain is off: a subscription costs an event each.
    class Watch : public EventSink {
    public:
        explicit Watch(BusMonitor& owner) : owner_(owner) {}
        void on_event(const Event& event) override;

    private:
        BusMonitor& owner_;
    };

    void set_domains_off(std::uint64_t domains);
    void on_power(const Event& event);
    void on_refused(const Event& event);
    void report(RuleId rule, const Event& event, bool write);

    const RegMapLookup registers_;
    Watch watch_{*this};
    std::uint64_t domains_off_ = 0;
};

}  // namespace ans::monitor
