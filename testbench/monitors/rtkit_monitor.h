// SPDX-License-Identifier: MIT
// RTK-* but those of buffers, PWR-01 and PWR-02: the conversation with the firmware, as far as the driver can
// know it. What the firmware said counts from the moment the driver took it out of the mailbox.
#pragma once

#include <bitset>
#include <vector>

#include "testbench/monitors/monitor.h"

namespace ans::monitor {

class RtkitMonitor : public Monitor {
public:
    RtkitMonitor(EventHub& events, Judge& judge);
    void on_event(const Event& event) override;

private:
    /// Messages that the driver must send back as they came.
    struct Echoes {
        RuleId rule;
        const char* what;
        std::vector<std::uint64_t> open{};  ///< not yet echoed
        std::size_t owed = 0;               ///< of these, taken before power-down was asked for
    };

    void on_send(const Mail& mail, SimTime at);
    void on_receive(const Mail& mail, SimTime at);
    void on_run(bool level, SimTime at);
    Echoes* echoes_of(const Mail& mail);
    bool take_echo(Echoes& echoes, const Mail& mail, SimTime at);
    void on_management(const Mail& mail, SimTime at);
    void on_power_request(const Mail& mail, SimTime at);
    void start_session();

    std::bitset<256> started_;
    bool asleep_ = false;  ///< SLEEP or OFF was acknowledged
    bool crashed_ = false;
    unsigned crashlog_requests_ = 0;  ///< the second is a crash. source: hardware.md 7.6
    Echoes logs_{RuleId::Rtk03, "LOG"};
    Echoes reports_{RuleId::Rtk08, "I/O report"};
    std::uint64_t hello_ = 0;        ///< the firmware's, or 0: the session's beginning was not seen
    std::bitset<256> announced_;     ///< endpoints of the endpoint map
    SimTime iop_asked_at_ = kNever;  ///< when an unanswered power request was sent
    SimTime ap_asked_at_ = kNever;
    SimTime asked_at_ = kNever;  ///< when an unanswered power-down request was sent
};

}  // namespace ans::monitor
