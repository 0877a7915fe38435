// SPDX-License-Identifier: MIT
// I/O commands of the NVM command set. source: NVMe 1.1 section 6
#include <array>

#include "firmware_stub/ans/opcodes.h"
#include "firmware_stub/ans/service.h"

namespace ans::fw {

namespace {
constexpr std::uint32_t kNamespace = 1;
constexpr std::uint32_t kForceUnitAccess = 1u << 30;  // CDW12
constexpr std::uint32_t kDeallocate = 1u << 2;        // CDW11

constexpr std::uint64_t lba_of(const Sqe& sqe) {
    return sqe.cdw10[0] | std::uint64_t{sqe.cdw10[1]} << 32;
}
constexpr std::uint32_t blocks_of(const Sqe& sqe) {
    return (sqe.cdw10[2] & 0xffff) + 1;
}

/// One range of a Dataset Management command. source: NVMe 1.1 figure 119
struct TrimRange {
    std::uint32_t attributes;
    std::uint32_t blocks;
    std::uint64_t lba;
};
static_assert(sizeof(TrimRange) == 16);

bool offers(std::uint8_t code, const Policies& policies) {
    switch (code) {
        case opcode::kFlush:
        case opcode::kWrite:
        case opcode::kRead:
        case opcode::kDatasetManagement:
            return true;
        case opcode::kWriteZeroes:
            return policies.get<WriteZeroes>() == WriteZeroes::On;
        default:
            return false;
    }
}
}  // namespace

AnsService::Result AnsService::from_media(MediaResult result) {
    switch (result) {
        case MediaResult::Ok:
            return {};
        case MediaResult::OutOfRange:
            return {status::kLbaOutOfRange | kDoNotRetry, 0};
        case MediaResult::ReadFault:
            return {status::kUnrecoveredRead, 0};
        case MediaResult::WriteFault:
            return {status::kWriteFault, 0};
    }
    return {status::kInternalError, 0};
}

bool AnsService::holds(std::uint64_t lba, std::uint64_t blocks) const {
    return lba <= media_.blocks() && blocks <= media_.blocks() - lba;
}

AnsService::Result AnsService::check_range(const Sqe& sqe) const {
    if (blocks_of(sqe) > max_blocks_) return refuse(status::kInvalidField);
    if (!holds(lba_of(sqe), blocks_of(sqe))) return refuse(status::kLbaOutOfRange);
    return {};
}

// The host wants it on the medium, not in the cache.
bool AnsService::goes_through(const Sqe& sqe) const {
    return (sqe.cdw10[2] & kForceUnitAccess) != 0 || (features_[kWriteCacheFeature] & 1) == 0;
}

AnsService::Result AnsService::io(const Command& command, SimTime at) {
    const Sqe& sqe = *command.sqe;
    if (!offers(sqe.opcode, config_.policies)) return refuse(status::kInvalidOpcode);
    const bool all_namespaces = sqe.opcode == opcode::kFlush && sqe.nsid == 0xffff'ffff;
    if (sqe.nsid != kNamespace && !all_namespaces) {
        // source: NVMe 1.2 section 6.1.5; that this firmware tells them apart: guess
        const bool inactive = sqe.nsid != 0 && sqe.nsid <= config_.identity.namespaces;
        return refuse(inactive ? status::kInvalidField : status::kInvalidNamespace);
    }
    switch (sqe.opcode) {
        case opcode::kRead:
            return read(command, at);
        case opcode::kWrite:
            return write(command, at);
        case opcode::kFlush:
            return from_media(media_.flush(at));
        case opcode::kDatasetManagement:
            return manage_dataset(command, at);
        default:
            return write_zeroes(sqe, at);
    }
}

AnsService::Result AnsService::read(const Command& command, SimTime at) {
    const Sqe& sqe = *command.sqe;
    const Result range = check_range(sqe);
    if (range.status != status::kSuccess) return range;
    const std::size_t count = media_.read_runs(lba_of(sqe), blocks_of(sqe), runs_.data(), runs_.size());
    if (count == 0) return {status::kUnrecoveredRead, 0};
    const NvmeStatus moved = front_end->move(command, DataDirection::DeviceToMemory, runs_.data(), count, at);
    if (moved == status::kSuccess) media_.count_read(blocks_of(sqe));
    return {moved, 0};
}

AnsService::Result AnsService::write(const Command& command, SimTime at) {
    const Sqe& sqe = *command.sqe;
    const Result range = check_range(sqe);
    if (range.status != status::kSuccess) return range;
    const std::size_t bytes = std::size_t{blocks_of(sqe)} * 4096;
    if (staging_.size() < bytes) staging_.resize(bytes);
    const MemoryRun run{staging_.data(), bytes};
    const NvmeStatus moved = front_end->move(command, DataDirection::MemoryToDevice, &run, 1, at);
    if (moved != status::kSuccess) return {moved, 0};
    return from_media(media_.write(lba_of(sqe), blocks_of(sqe), staging_.data(), goes_through(sqe), at));
}

// No data moves, so MDTS does not bind it. source: NVMe 1.1 figure 82
AnsService::Result AnsService::write_zeroes(const Sqe& sqe, SimTime at) {
    const Result result = from_media(media_.trim(lba_of(sqe), blocks_of(sqe), at));
    if (result.status != status::kSuccess || !goes_through(sqe)) return result;
    return from_media(media_.flush(at));
}

AnsService::Result AnsService::manage_dataset(const Command& command, SimTime at) {
    const Sqe& sqe = *command.sqe;
    std::array<TrimRange, 256> ranges;
    const std::size_t count = (sqe.cdw10[0] & 0xff) + 1u;
    const MemoryRun run{reinterpret_cast<std::byte*>(ranges.data()), count * sizeof(TrimRange)};
    const NvmeStatus moved = front_end->move(command, DataDirection::MemoryToDevice, &run, 1, at);
    if (moved != status::kSuccess) return {moved, 0};
    // Nothing is done by half. source: guess
    for (std::size_t i = 0; i < count; ++i)
        if (!holds(ranges[i].lba, ranges[i].blocks)) return refuse(status::kLbaOutOfRange);
    if ((sqe.cdw10[1] & kDeallocate) == 0) return {};  // hints only
    for (std::size_t i = 0; i < count; ++i) {
        const Result result = from_media(media_.trim(ranges[i].lba, ranges[i].blocks, at));
        if (result.status != status::kSuccess) return result;
    }
    return {};
}

}  // namespace ans::fw
