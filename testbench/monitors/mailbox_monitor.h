// SPDX-License-Identifier: MIT
// MBX-*: the mailbox's FIFOs and the form of messages.
#pragma once

#include "testbench/monitors/monitor.h"

namespace ans::monitor {

class MailboxMonitor : public Monitor {
public:
    MailboxMonitor(EventHub& events, Judge& judge);
    void on_event(const Event& event) override;
};

}  // namespace ans::monitor
