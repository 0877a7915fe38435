// SPDX-License-Identifier: MIT
// TCB-*, CQ-02, NVM-03, PRP-04, and, by QueueLife, NVM-06 to -09: tags, doorbells, commands and TCBs. Several
// events a command: arrays by tag, no allocation.
#pragma once

#include <array>

#include "testbench/monitors/monitor.h"
#include "testbench/monitors/queue_life.h"

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
        std::uint8_t queue = 0;   ///< where it was rung
        std::uint8_t opcode = 0;  ///< the SQE's
        std::uint8_t tcb_opcode = 0;
        std::uint8_t directions = 0;  ///< the TCB's dma_flags
        std::uint16_t id = 0;         ///< the SQE's command id
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
    void on_completion(const Event& event);
    void on_head(const Event& event);
    void on_overrun(const Event& event);
    void on_controller(const Event& event);
    void compare(const TagState& state, unsigned queue, unsigned tag, SimTime at);
    void set_ready(bool ready);
    void abandon();
    void forget_all();

    static constexpr unsigned kCqEntries = 256;  ///< longer queues are judged up to here; OpenBSD's has 128
    static constexpr std::uint8_t kNoTag = 0xff;

    SetupListener setup_{*this};
    std::array<TagState, kTags> tags_{};
    std::array<std::array<std::uint8_t, kCqEntries>, 2>
        posted_;                     ///< tag of each entry not yet consumed, by queue
    std::array<bool, 2> overrun_{};  ///< by queue: entries were forced in since the head was written
    QueueLife queues_{judge_};
    unsigned limit_ = kTags;  ///< tags below it have a TCB
    bool enabled_ = false;
    bool ready_ = false;
};

}  // namespace ans::monitor
