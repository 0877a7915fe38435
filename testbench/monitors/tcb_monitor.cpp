// SPDX-License-Identifier: MIT
#include "testbench/monitors/tcb_monitor.h"

#include <algorithm>

namespace ans::monitor {

namespace {

using Hex = unsigned long long;

constexpr std::uint32_t kNumTcbs = 0x28100;  // source: hardware.md 6

// NVMe 1.1 figures 12 and 109: bits 1:0 of an opcode tell the direction.
constexpr unsigned kToController = 1;
constexpr unsigned kFromController = 2;
constexpr unsigned kCreateSq = 1;  // on the admin queue
constexpr unsigned kCreateCq = 5;
constexpr unsigned kBlockWrite = 1;
constexpr unsigned kBlockRead = 2;
// source: hardware.md 6.3, TCB +1
constexpr unsigned kMayWriteMemory = 1;
constexpr unsigned kMayReadMemory = 2;

unsigned needed_direction(unsigned opcode) {
    switch (opcode & 3) {
        case kToController:
            return kMayReadMemory;
        case kFromController:
            return kMayWriteMemory;
        default:
            return 0;
    }
}

}  // namespace

TcbMonitor::TcbMonitor(EventHub& events, Judge& judge)
    : Monitor(
          events, judge,
          {EventKind::Doorbell, EventKind::CommandFetched, EventKind::TcbFetched, EventKind::TcbInvalidated,
           EventKind::CompletionPosted, EventKind::ControllerState, EventKind::ResetLine,
           EventKind::ProcessorRun, EventKind::FirmwareCrash, EventKind::PowerCut}) {
    events.subscribe(setup_, {EventKind::RegWrite});
}

void TcbMonitor::on_event(const Event& event) {
    switch (event.kind) {
        case EventKind::Doorbell:
            on_doorbell(event);
            break;
        case EventKind::CommandFetched:
            on_command(event);
            break;
        case EventKind::TcbFetched:
            on_tcb(event);
            break;
        case EventKind::TcbInvalidated:
            on_invalidate(event);
            break;
        case EventKind::CompletionPosted:
            if (const unsigned tag = tag_of(event); tag < kTags) tags_[tag].in_flight = false;
            break;
        case EventKind::ControllerState: {
            const bool enabled = (event.slot[0] & 1) != 0;
            if (!enabled) abandon();
            set_ready(enabled && (event.slot[0] & 2) != 0);
            break;
        }
        case EventKind::ResetLine:
        case EventKind::PowerCut:
            for (TagState& state : tags_)
                state = {};
            limit_ = kTags;
            set_ready(false);
            break;
        default:  // stopped, started or crashed: what was in flight will never complete
            abandon();
            if (event.kind == EventKind::ProcessorRun) set_ready(false);
            break;
    }
}

void TcbMonitor::set_ready(bool ready) {
    if (ready == ready_) return;
    ready_ = ready;
    if (ready)
        events_.unsubscribe(setup_);
    else
        events_.subscribe(setup_, {EventKind::RegWrite});
}

void TcbMonitor::abandon() {
    for (TagState& state : tags_)
        state.in_flight = false;
}

void TcbMonitor::SetupListener::on_event(const Event& event) {
    const bool num_tcbs = event.unit == Unit::Nvmmu && static_cast<std::uint32_t>(event.slot[0]) == kNumTcbs;
    if (num_tcbs)
        owner_.limit_ = static_cast<unsigned>(std::min<std::uint64_t>(event.slot[1], kTags - 1)) + 1;
}

void TcbMonitor::on_doorbell(const Event& event) {
    const unsigned tag = tag_of(event);
    const unsigned queue = queue_of(event);
    if (!ready_) {
        judge_.violate(RuleId::Nvm03, event.time, "%s queue, tag %u", queue_name(queue), tag);
        return;
    }
    if (tag >= limit_) {
        judge_.violate(RuleId::Tcb06, event.time, "%s queue, tag %u, first without a TCB is %u",
                       queue_name(queue), tag, limit_);
        return;
    }
    TagState& state = tags_[tag];
    if (state.in_flight)
        judge_.violate(RuleId::Tcb01, event.time, "%s queue, tag %u", queue_name(queue), tag);
    else if (state.valid)
        judge_.violate(RuleId::Tcb02, event.time, "%s queue, tag %u", queue_name(queue), tag);
    state.in_flight = true;
    state.has_sqe = state.has_tcb = false;
}

void TcbMonitor::on_command(const Event& event) {
    const unsigned tag = tag_of(event);
    if (tag >= kTags) return;
    TagState& state = tags_[tag];
    state.has_sqe = true;
    state.opcode = static_cast<std::uint8_t>(event.slot[0] >> 8);
    state.sqe_blocks = static_cast<std::uint16_t>(event.slot[1] >> 32);
    state.sqe_prp[0] = event.slot[3];
    state.sqe_prp[1] = event.slot[4];
    if (state.has_tcb) compare(state, queue_of(event), tag, event.time);
}

void TcbMonitor::on_tcb(const Event& event) {
    const unsigned tag = tag_of(event);
    if (tag >= kTags) return;
    TagState& state = tags_[tag];
    state.valid = state.has_tcb = true;
    state.directions = static_cast<std::uint8_t>(event.slot[0] >> 32);
    state.tcb_length = static_cast<std::uint16_t>(event.slot[0] >> 48);
    state.tcb_prp[0] = event.slot[1];
    state.tcb_prp[1] = event.slot[2];
    if (state.has_sqe) compare(state, queue_of(event), tag, event.time);
}

void TcbMonitor::compare(const TagState& s, unsigned queue, unsigned tag, SimTime at) {
    if (s.sqe_prp[0] != s.tcb_prp[0] || s.sqe_prp[1] != s.tcb_prp[1]) {
        judge_.violate(RuleId::Tcb03, at, "%s tag %u: SQE PRPs 0x%llx 0x%llx, TCB PRPs 0x%llx 0x%llx",
                       queue_name(queue), tag, static_cast<Hex>(s.sqe_prp[0]), static_cast<Hex>(s.sqe_prp[1]),
                       static_cast<Hex>(s.tcb_prp[0]), static_cast<Hex>(s.tcb_prp[1]));
        return;
    }
    // Without a page there is no data, whatever the opcode's bits say (Set Features); the page of a created queue
    // is where it lies, not data.
    const bool creates_queue = queue == 0 && (s.opcode == kCreateSq || s.opcode == kCreateCq);
    const unsigned needed = s.sqe_prp[0] == 0 || creates_queue ? 0 : needed_direction(s.opcode);
    const bool counts_blocks = queue == 1 && (s.opcode == kBlockRead || s.opcode == kBlockWrite);
    if ((s.directions & needed) != needed)
        judge_.violate(RuleId::Tcb03, at, "%s tag %u: opcode 0x%02x, TCB dma_flags 0x%x", queue_name(queue),
                       tag, s.opcode, s.directions);
    else if (counts_blocks && s.sqe_blocks != s.tcb_length)
        judge_.violate(RuleId::Tcb03, at, "%s tag %u: SQE block count %u, TCB length %u (both less one)",
                       queue_name(queue), tag, s.sqe_blocks, s.tcb_length);
}

void TcbMonitor::on_invalidate(const Event& event) {
    const unsigned tag = tag_of(event);
    const auto stat = static_cast<std::uint32_t>(event.slot[1]);
    if (stat != 0) judge_.violate(RuleId::Tcb05, event.time, "tag %u, TCB_STAT 0x%x", tag, stat);
    if (tag >= kTags) return;
    TagState& state = tags_[tag];
    if (state.in_flight) judge_.violate(RuleId::Tcb04, event.time, "tag %u", tag);
    state.valid = false;
}

}  // namespace ans::monitor
