// SPDX-License-Identifier: MIT
// RTK-*, PWR-01 and PWR-02: the conversation with the firmware, as far as the driver can know it. What the
// firmware said counts from the moment the driver took it out of the mailbox.
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
    void on_send(const Mail& mail, SimTime at);
    void on_receive(const Mail& mail, SimTime at);
    void on_run(bool level, SimTime at);
    bool take_echo(const Mail& mail, SimTime at);
    void on_management(const Mail& mail, SimTime at);
    void start_session();

    std::bitset<256> started_;
    bool asleep_ = false;  ///< SLEEP or OFF was acknowledged
    bool crashed_ = false;
    unsigned crashlog_requests_ = 0;   ///< the second is a crash. source: hardware.md 7.6
    std::vector<std::uint64_t> logs_;  ///< LOG messages not yet echoed
    std::size_t owed_ = 0;             ///< of these, taken before power-down was asked for
    SimTime asked_at_ = kNever;        ///< when an unanswered power-down request was sent
};

}  // namespace ans::monitor
