// SPDX-License-Identifier: MIT
// TCB-* and NVM-03: tags, doorbells and TCBs. Several events a command: arrays by tag, no allocation.
#pragma once

#include <array>

#include "testbench/monitors/monitor.h"

namespace ans::monitor {

class TcbMonitor : public Monitor {
public:
    TcbMonitor(EventHub& events, Judge& judge);
    ~TcbMonitor() override { events_.unsubscribe(setup_); }
    void on_event(const Event& event) override;

private:
    static constexpr unsigned kTags = 64;  ///< source: hardware.md 6.2 "tags cannot be higher than 0x40"

    struct TagState {
        bool in_flight = false;  ///< rung and not completed
        bool valid = false;      ///< its TCB was fetched and not invalidated
        bool has_sqe = false;    ///< of the command in flight
        bool has_tcb = false;
        std::uint8_t opcode = 0;      ///< the SQE's
        std::uint8_t directions = 0;  ///< the TCB's dma_flags
        std::uint16_t sqe_blocks = 0;
        std::uint16_t tcb_length = 0;
        std::uint64_t sqe_prp[2] = {};
        std::uint64_t tcb_prp[2] = {};
    };
    /// Hears register writes only while the controller is not ready: NUM_TCBS is written then, and a
    /// subscription would cost an event for every doorbell later.
    class SetupListener : public EventSink {
    public:
        explicit SetupListener(TcbMonitor& owner) : owner_(owner) {}
        void on_event(const Event& event) override;

    private:
        TcbMonitor& owner_;
    };

    void on_doorbell(const Event& event);
    void on_command(const Event& event);
    void on_tcb(const Event& event);
    void on_invalidate(const Event& event);
    void compare(const TagState& state, unsigned queue, unsigned tag, SimTime at);
    void set_ready(bool ready);
    void abandon();

    SetupListener setup_{*this};
    std::array<TagState, kTags> tags_{};
    unsigned limit_ = kTags;  ///< tags below it have a TCB
    bool ready_ = false;
};

}  // namespace ans::monitor
