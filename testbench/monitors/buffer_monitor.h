// SPDX-License-Identifier: MIT
// RTK-05, -06, -11, SART-05, -06: the firmware's shared buffers, from the request to the end of its life.
#pragma once

#include <array>

#include "testbench/monitors/monitor.h"
#include "testbench/monitors/sart_window.h"

namespace ans::monitor {

class BufferMonitor : public Monitor {
public:
    /// `boot`: the boot loader's SART entries, from index 0.
    BufferMonitor(EventHub& events, Judge& judge, const SartWindows& boot);
    void on_event(const Event& event) override;

private:
    /// What one endpoint asked for and got. Crashlog, syslog, ioreport and oslog are the ones that ask.
    struct Buffer {
        unsigned requests = 0;      ///< not yet answered
        bool offered = false;       ///< the firmware named a buffer of its own: whatever is answered is right
        std::uint64_t wanted = 0;   ///< bytes
        std::uint64_t address = 0;  ///< 0: nothing granted
        std::uint64_t size = 0;
    };
    static constexpr unsigned kEndpoints = 16;

    void on_request(const BufferMail& mail);
    void on_grant(const BufferMail& mail, SimTime at);
    void on_entry(const Event& event);
    void end_session(bool alive);
    bool covered(const Buffer& buffer) const;

    SartWindows entries_;
    std::array<Buffer, kEndpoints> buffers_{};
    bool alive_ = true;  ///< as far as the driver knows; a machine may start with firmware that runs
};

}  // namespace ans::monitor
