// SPDX-License-Identifier: MIT
// Admin commands. source: NVMe 1.1 section 5, with the limits of hardware.md 5
#include "firmware_stub/ans/opcodes.h"
#include "firmware_stub/ans/service.h"

namespace ans::fw {

namespace {
constexpr unsigned kIoQueue = 1;  // the only I/O queue pair. source: hardware.md 5 "Capacity"
constexpr unsigned kMaxEntries = 64;
constexpr std::uint32_t kPhysicallyContiguous = 1;
constexpr std::uint32_t kInterruptEnabled = 2;
constexpr unsigned kFeaturePower = 2;
constexpr unsigned kFeatureQueues = 7;
constexpr std::uint32_t kSave = 1u << 31;    // CDW10
constexpr std::uint32_t kPowerState = 0x1f;  // CDW11; Identify shows one state, 0
constexpr std::uint32_t kAllNamespaces = 0xffff'ffff;

// Features that this controller knows. source: NVMe 1.1 figure 73; which of them real firmware accepts: guess
constexpr bool known_feature(unsigned id) {
    return (id >= 0x01 && id <= 0x02) || (id >= 0x04 && id <= 0x0b);
}
}  // namespace

AnsService::Result AnsService::admin(const Command& command, SimTime at) {
    const Sqe& sqe = *command.sqe;
    switch (sqe.opcode) {
        case opcode::kIdentify:
            return identify(command, at);
        case opcode::kCreateCompletionQueue:
            return create_completion_queue(sqe);
        case opcode::kCreateSubmissionQueue:
            return create_submission_queue(sqe);
        case opcode::kDeleteCompletionQueue:
            return delete_completion_queue(sqe);
        case opcode::kDeleteSubmissionQueue:
            return delete_submission_queue(sqe, at);
        case opcode::kSetFeatures:
            return set_feature(sqe, at);
        case opcode::kGetFeatures:
            return get_feature(sqe);
        case opcode::kGetLogPage:
            return get_log(command, at);
        case opcode::kAbort:
            return {status::kSuccess, 1};  // "command was not aborted". source: hardware.md 5 "No Abort"
        case opcode::kTunnel:
            return tunnel(command);
        default:
            return refuse(status::kInvalidOpcode);
    }
}

AnsService::Result AnsService::send_page(const Command& command, std::size_t bytes, SimTime at) {
    const MemoryRun run{page_.data(), bytes};
    return {front_end->move(command, DataDirection::DeviceToMemory, &run, 1, at), 0};
}

AnsService::Result AnsService::identify(const Command& command, SimTime at) {
    const Sqe& sqe = *command.sqe;
    // CNS is one bit, whatever is written. source: NVMe 1.0 figure 65; hardware.md 5, VS; incidents.md
    // cns-beyond-binary
    if ((sqe.cdw10[0] & 1) != 0) {
        identify_controller(page_, config_.identity, config_.policies.get<WriteZeroes>() == WriteZeroes::On);
    } else {
        if (sqe.nsid == 0 || sqe.nsid > config_.identity.namespaces) return refuse(status::kInvalidNamespace);
        identify_namespace(page_, sqe.nsid == 1 ? media_.blocks() : 0);
    }
    return send_page(command, page_.size(), at);
}

AnsService::Result AnsService::get_log(const Command& command, SimTime at) {
    const Sqe& sqe = *command.sqe;
    switch (sqe.cdw10[0] & 0xff) {
        case 0x02:
            if (sqe.nsid != 0 && sqe.nsid != kAllNamespaces) return refuse(status::kInvalidField);
            smart_log(page_, media_.counters(at));
            break;
        case 0x03:
            firmware_slot_log(page_, config_.identity);
            break;
        default:
            return {status::kInvalidLogPage, 0};  // 0x01 too. source: real-machines.md: status 0x109
    }
    // Zeros follow a page; how far: guess. source: NVMe 1.1 section 5.10: undefined
    const std::size_t bytes = (std::size_t{sqe.cdw10[0] >> 16 & 0xfff} + 1) * 4;
    if (bytes > page_.size()) return refuse(status::kInvalidField);
    return send_page(command, bytes, at);
}

AnsService::Result AnsService::create_completion_queue(const Sqe& sqe) {
    const unsigned id = sqe.cdw10[0] & 0xffff;
    const unsigned entries = (sqe.cdw10[0] >> 16) + 1;
    if (id != kIoQueue || io_cq_) return refuse(status::kInvalidQueueId);
    if (entries < 2 || entries > kMaxEntries) return refuse(status::kInvalidQueueSize);
    if ((sqe.cdw10[1] & kPhysicallyContiguous) == 0) return refuse(status::kInvalidField);
    if (sqe.cdw10[1] >> 16 != 0) return refuse(status::kInvalidInterruptVector);
    if (sqe.prp1 % 4096 != 0) return refuse(status::kPrpOffsetInvalid);
    front_end->set_io_completion_queue(sqe.prp1, entries, (sqe.cdw10[1] & kInterruptEnabled) != 0);
    io_cq_ = true;
    return {};
}

AnsService::Result AnsService::create_submission_queue(const Sqe& sqe) {
    const unsigned id = sqe.cdw10[0] & 0xffff;
    const unsigned entries = (sqe.cdw10[0] >> 16) + 1;
    if (id != kIoQueue || io_sq_) return refuse(status::kInvalidQueueId);
    if (entries < 2 || entries > kMaxEntries) return refuse(status::kInvalidQueueSize);
    if (!io_cq_ || sqe.cdw10[1] >> 16 != kIoQueue) return refuse(status::kInvalidCompletionQueue);
    if ((sqe.cdw10[1] & kPhysicallyContiguous) == 0) return refuse(status::kInvalidField);
    if (sqe.prp1 % 4096 != 0) return refuse(status::kPrpOffsetInvalid);
    front_end->set_io_submission_queue(sqe.prp1, entries);
    io_sq_ = true;
    return {};
}

AnsService::Result AnsService::delete_submission_queue(const Sqe& sqe, SimTime at) {
    if ((sqe.cdw10[0] & 0xffff) != kIoQueue || !io_sq_) return refuse(status::kInvalidQueueId);
    // Its commands end before this one does. source: NVMe 1.1 section 5.6; that they are told so: guess
    agenda_.remove_if([&](const Work& work) {
        const bool gone = work.kind == Kind::Command && work.command.queue == Queue::Io;
        if (gone) answer(work.command, {status::kAbortedBySqDeletion, 0}, at);
        return gone;
    });
    front_end->set_io_submission_queue(0, 0);
    io_sq_ = false;
    return {};
}

AnsService::Result AnsService::delete_completion_queue(const Sqe& sqe) {
    if ((sqe.cdw10[0] & 0xffff) != kIoQueue || !io_cq_) return refuse(status::kInvalidQueueId);
    if (io_sq_) return refuse(status::kInvalidQueueDeletion);
    front_end->set_io_completion_queue(0, 0, false);
    io_cq_ = false;
    return {};
}

AnsService::Result AnsService::set_feature(const Sqe& sqe, SimTime at) {
    const unsigned id = sqe.cdw10[0] & 0xff;
    const std::uint32_t value = sqe.cdw10[1];
    if (!known_feature(id)) return refuse(status::kInvalidField);
    if ((sqe.cdw10[0] & kSave) != 0) return refuse(status::kFeatureNotSaveable);
    // One queue of each kind, counted from zero, whatever was asked for.
    if (id == kFeatureQueues) return {};
    if (id == kFeaturePower && (value & kPowerState) != 0) return refuse(status::kInvalidField);
    features_[id] = value;
    return id == kWriteCacheFeature && (value & 1) == 0 ? from_media(media_.flush(at)) : Result{};
}

AnsService::Result AnsService::get_feature(const Sqe& sqe) const {
    const unsigned id = sqe.cdw10[0] & 0xff;
    if (!known_feature(id)) return refuse(status::kInvalidField);
    return {status::kSuccess, features_[id]};
}

}  // namespace ans::fw
