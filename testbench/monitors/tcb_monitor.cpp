// SPDX-License-Identifier: MIT
#include "testbench/monitors/tcb_monitor.h"

#include <algorithm>
#include <utility>

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
constexpr std::uint64_t kPage = 4096;  // source: hardware.md 5, PRP page

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
           EventKind::CompletionPosted, EventKind::CqHead, EventKind::CqOverrun, EventKind::ControllerState,
           EventKind::ResetLine, EventKind::ProcessorRun, EventKind::FirmwareCrash, EventKind::PowerCut}) {
    for (auto& queue : posted_)
        queue.fill(kNoTag);
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
            on_completion(event);
            break;
        case EventKind::CqHead:
            on_head(event);
            break;
        case EventKind::CqOverrun:
            on_overrun(event);
            break;
        case EventKind::ControllerState:
            on_controller(event);
            break;
        case EventKind::ResetLine:
        case EventKind::PowerCut:
            forget_all();
            break;
        default:  // stopped, started or crashed: what was in flight will never complete
            abandon();
            if (event.kind == EventKind::FirmwareCrash) {
                queues_.die();
            } else {
                queues_.forget();
                set_ready(false);
            }
            break;
    }
}

void TcbMonitor::on_controller(const Event& event) {
    const bool enabled = (event.slot[0] & 1) != 0;
    const bool fatal = (event.slot[0] >> 2 & 1) != 0;
    if (!enabled) abandon();
    if (fatal) queues_.die();
    if (enabled_ && !enabled) queues_.on_disable(event.time);
    enabled_ = enabled;
    set_ready(enabled && (event.slot[0] & 2) != 0);
}

void TcbMonitor::forget_all() {
    tags_ = {};
    abandon();
    queues_.forget();
    limit_ = kTags;
    enabled_ = false;
    set_ready(false);
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
    for (auto& queue : posted_)
        queue.fill(kNoTag);
    overrun_ = {};
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
    if (queue != 0 && !queues_.can_submit()) {
        queues_.tell_lone_doorbell(tag, event.time);
        return;
    }
    TagState& state = tags_[tag];
    if (state.in_flight)
        judge_.violate(state.queue == queue ? RuleId::Tcb01 : RuleId::Tcb07, event.time, "%s queue, tag %u",
                       queue_name(queue), tag);
    else if (state.valid)
        judge_.violate(RuleId::Tcb02, event.time, "%s queue, tag %u", queue_name(queue), tag);
    state.in_flight = true;
    state.queue = static_cast<std::uint8_t>(queue);
    state.has_sqe = state.has_tcb = false;
}

void TcbMonitor::on_command(const Event& event) {
    const unsigned tag = tag_of(event);
    if (tag >= kTags) return;
    TagState& state = tags_[tag];
    if (const auto id = static_cast<unsigned>(event.slot[0] >> 32 & 0xffff); id >= kTags)
        judge_.violate(RuleId::Tcb08, event.time, "%s tag %u: id 0x%x", queue_name(queue_of(event)), tag, id);
    if (queue_of(event) == 0) {
        queues_.on_admin_command(event);
        if (event.slot[3] % kPage != 0)
            judge_.violate(RuleId::Prp04, event.time, "tag %u: PRP1 0x%llx", tag,
                           static_cast<Hex>(event.slot[3]));
    }
    state.has_sqe = true;
    state.id = static_cast<std::uint16_t>(event.slot[0] >> 32);
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
    state.tcb_opcode = static_cast<std::uint8_t>(event.slot[0] >> 8);
    state.directions = static_cast<std::uint8_t>(event.slot[0] >> 32);
    state.tcb_length = static_cast<std::uint16_t>(event.slot[0] >> 48);
    state.tcb_prp[0] = event.slot[1];
    state.tcb_prp[1] = event.slot[2];
    if (state.has_sqe) compare(state, queue_of(event), tag, event.time);
}

void TcbMonitor::on_completion(const Event& event) {
    const unsigned tag = tag_of(event);
    const unsigned queue = queue_of(event);
    if (tag >= kTags) return;
    const bool awaited = std::exchange(tags_[tag].in_flight, false);
    const auto index = static_cast<unsigned>(event.slot[1] >> 32 & 0xffff);
    // A completion of another command than the tag's, or a second one, is the firmware's invention: nothing
    // to invalidate.
    const auto id = static_cast<unsigned>(event.slot[0] >> 32 & 0xffff);
    const bool genuine = awaited && (id == tags_[tag].id || id == tag);
    if (index < kCqEntries) posted_[queue][index] = genuine ? static_cast<std::uint8_t>(tag) : kNoTag;
    if (queue == 0) queues_.on_admin_completion(event);
}

void TcbMonitor::on_head(const Event& event) {
    const unsigned queue = queue_of(event);
    const auto entries = static_cast<unsigned>(event.slot[0] >> 16 & 0xffff'ffff);
    const auto head = static_cast<unsigned>(event.slot[1]);
    auto index = static_cast<unsigned>(event.slot[2]);
    if (std::exchange(overrun_[queue], false)) {  // which entries the driver still found, nobody can tell
        posted_[queue].fill(kNoTag);
        return;
    }
    if (entries == 0 || entries > kCqEntries || head >= entries || index >= entries) return;
    for (; index != head; index = index + 1 == entries ? 0 : index + 1) {
        const unsigned tag = posted_[queue][index];
        if (tag == kNoTag) continue;
        posted_[queue][index] = kNoTag;
        if (tags_[tag].valid && !tags_[tag].in_flight)
            judge_.violate(RuleId::Tcb10, event.time, "%s queue, tag %u", queue_name(queue), tag);
    }
}

// The driver's mistake only if its own commands fill the queue: what the firmware posts twice it did not ask
// for.
void TcbMonitor::on_overrun(const Event& event) {
    const unsigned queue = queue_of(event);
    const auto tag = static_cast<unsigned>(event.slot[0] >> 48);
    const auto entries = static_cast<unsigned>(event.slot[0] >> 16);
    const auto unconsumed = static_cast<std::uint64_t>(
        std::count_if(posted_[queue].begin(), posted_[queue].end(), [](auto t) { return t != kNoTag; }));
    overrun_[queue] = overrun_[queue] || was_forced(event);
    if (tag >= kTags || !tags_[tag].in_flight || unconsumed + 1 < entries) return;
    judge_.violate(RuleId::Cq02, event.time, "%s queue of %u entries, head at %llu, tail at %llu",
                   queue_name(queue), entries, static_cast<Hex>(event.slot[1]),
                   static_cast<Hex>(event.slot[3]));
}

void TcbMonitor::compare(const TagState& s, unsigned queue, unsigned tag, SimTime at) {
    if (s.sqe_prp[0] != s.tcb_prp[0] || s.sqe_prp[1] != s.tcb_prp[1]) {
        judge_.violate(RuleId::Tcb03, at, "%s tag %u: SQE PRPs 0x%llx 0x%llx, TCB PRPs 0x%llx 0x%llx",
                       queue_name(queue), tag, static_cast<Hex>(s.sqe_prp[0]), static_cast<Hex>(s.sqe_prp[1]),
                       static_cast<Hex>(s.tcb_prp[0]), static_cast<Hex>(s.tcb_prp[1]));
        return;
    }
    if (s.tcb_opcode != 0 || (s.sqe_prp[0] == 0 && s.directions != 0))
        judge_.violate(RuleId::Tcb09, at, "%s tag %u: opcode 0x%02x, dma_flags 0x%x, PRP1 0x%llx",
                       queue_name(queue), tag, s.tcb_opcode, s.directions, static_cast<Hex>(s.sqe_prp[0]));
    // Without a page there is no data, whatever the opcode's bits say (Set Features); the page of a created
    // queue is where it lies, not data.
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
