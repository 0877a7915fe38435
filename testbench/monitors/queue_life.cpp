// SPDX-License-Identifier: MIT
#include "testbench/monitors/queue_life.h"

namespace ans::monitor {

namespace {
// Admin opcodes. source: NVMe 1.1 figure 40
constexpr std::uint8_t kDeleteSq = 0, kCreateSq = 1, kDeleteCq = 4, kCreateCq = 5;
constexpr unsigned kIoQueue = 1;  // the only one. source: hardware.md 5, capacity

bool changes_queues(std::uint8_t opcode) {
    return opcode == kDeleteSq || opcode == kCreateSq || opcode == kDeleteCq || opcode == kCreateCq;
}
}  // namespace

void QueueLife::forget() {
    submission_ = completion_ = dead_ = false;
    pending_ = none();
}

void QueueLife::tell_lone_doorbell(unsigned tag, SimTime at) const {
    judge_.violate(RuleId::Nvm06, at, "tag %u", tag);
}

void QueueLife::on_admin_command(const Event& event) {
    const auto opcode = static_cast<std::uint8_t>(event.slot[0] >> 8);
    const unsigned tag = tag_of(event);
    if (tag >= kTags || dead_) return;
    pending_[tag] = changes_queues(opcode) ? opcode : kNothing;
    const auto id =
        static_cast<unsigned>(event.slot[2] & 0xffff);  // CDW10. source: NVMe 1.1 figures 56 and 58
    if (opcode == kDeleteSq && (id != kIoQueue || !submission_))
        judge_.violate(RuleId::Nvm07, event.time, "submission queue %u", id);
    if (opcode != kDeleteCq) return;
    if (id != kIoQueue || !completion_)
        judge_.violate(RuleId::Nvm07, event.time, "completion queue %u", id);
    else if (submission_)
        judge_.violate(RuleId::Nvm08, event.time, "queue %u", id);
}

void QueueLife::on_admin_completion(const Event& event) {
    const unsigned tag = tag_of(event);
    if (tag >= kTags || pending_[tag] == kNothing) return;
    const std::uint8_t opcode = pending_[tag];
    pending_[tag] = kNothing;
    if (event.slot[0] >> 48 != 0) return;  // refused
    if (opcode == kCreateSq || opcode == kDeleteSq) submission_ = opcode == kCreateSq;
    if (opcode == kCreateCq || opcode == kDeleteCq) completion_ = opcode == kCreateCq;
}

void QueueLife::on_disable(SimTime at) {
    if (!dead_ && (submission_ || completion_))
        judge_.violate(RuleId::Nvm09, at, "%s",
                       submission_ && completion_ ? "submission and completion queue"
                       : submission_              ? "submission queue"
                                                  : "completion queue");
    forget();
}

}  // namespace ans::monitor
