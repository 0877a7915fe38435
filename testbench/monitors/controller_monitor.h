// SPDX-License-Identifier: MIT
// NVM-02, -04, -05, -10, PRP-01 to -03: how the controller is switched off, and what its data path refused.
#pragma once

#include "testbench/monitors/monitor.h"

namespace ans::monitor {

class ControllerMonitor : public Monitor {
public:
    ControllerMonitor(EventHub& events, Judge& judge);
    void on_event(const Event& event) override;

private:
    void on_state(const Event& event);
    void on_denied(const Event& event);

    bool enabled_ = false;
    bool ready_ = false;
    SimTime enabled_at_ = 0;
    bool notified_ = false;  ///< CC.SHN was set since the controller was enabled
};

}  // namespace ans::monitor
