// SPDX-License-Identifier: MIT
// I/O commands of the NVM command set. source: NVMe 1.1 section 6
#include <cstring>

#include "firmware_stub/ans/opcodes.h"
#include "firmware_stub/ans/service.h"

namespace ans::fw {

namespace {
constexpr std::uint32_t kNamespace = 1;
constexpr std::uint32_t kForceUnitAccess = 1u << 30;  // CDW12
constexpr std::uint32_t kDeallocate = 1u << 2;        // CDW11

constexpr std::uint64_t lba_of(const Sqe& sqe) { return sqe.cdw10[0] | std::uint64_t{sqe.cdw10[1]} << 32; }
constexpr std::uint32_t blocks_of(const Sqe& sqe) { return (sqe.cdw10[2] & 0xffff) + 1; }

/// One range of a Dataset Management command. source: NVMe 1.1 figure 119
struct TrimRange {
    std::uint32_t attributes;
    std::uint32_t blocks;
    std::uint64_t lba;
};
static_assert(sizeof(TrimRange) == 16);
}  // namespace

AnsService::Result AnsService::from_media(MediaResult result) {
    switch (result) {
        case MediaResult::Ok: return {};
        case MediaResult::OutOfRange: return {status::kLbaOutOfRange | kDoNotRetry, 0};
        case MediaResult::ReadFault: return {status::kUnrecoveredRead, 0};
        case MediaResult::WriteFault: return {status::kWriteFault, 0};
    }
    return {status::kInternalError, 0};
}

AnsService::Result AnsService::check_range(const Sqe& sqe) const {
    const std::uint64_t lba = lba_of(sqe);
    const std::uint64_t blocks = blocks_of(sqe);
    if (blocks > std::uint64_t{1} << config_.identity.mdts) return {status::kInvalidField | kDoNotRetry, 0};
    if (lba > media_.blocks() || blocks > media_.blocks() - lba) return {status::kLbaOutOfRange | kDoNotRetry, 0};
    return {};
}

AnsService::Result AnsService::io(const Command& command, SimTime at) {
    const Sqe& sqe = *command.sqe;
    const bool all_namespaces = sqe.opcode == opcode::kFlush && sqe.nsid == 0xffff'ffff;
    if (sqe.nsid != kNamespace && !all_namespaces) return {status::kInvalidNamespace | kDoNotRetry, 0};
    switch (sqe.opcode) {
        case opcode::kRead: return read(command, at);
        case opcode::kWrite: return write(command, at);
        case opcode::kFlush: return from_media(media_.flush(at));
        case opcode::kDatasetManagement: return trim(command, at);
        case opcode::kWriteZeroes: {
            if (config_.policies.get<WriteZeroes>() == WriteZeroes::Off) break;
            const std::uint64_t lba = lba_of(sqe);
            return from_media(media_.trim(lba, blocks_of(sqe), at));
        }
        default: break;
    }
    return {status::kInvalidOpcode | kDoNotRetry, 0};
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
    const bool fua = (sqe.cdw10[2] & kForceUnitAccess) != 0;
    return from_media(media_.write(lba_of(sqe), blocks_of(sqe), staging_.data(), fua, at));
}

AnsService::Result AnsService::trim(const Command& command, SimTime at) {
    const Sqe& sqe = *command.sqe;
    if ((sqe.cdw10[1] & kDeallocate) == 0) return {};  // hints only
    const std::size_t ranges = (sqe.cdw10[0] & 0xff) + 1u;
    const MemoryRun run{page_.data(), ranges * sizeof(TrimRange)};
    const NvmeStatus moved = front_end->move(command, DataDirection::MemoryToDevice, &run, 1, at);
    if (moved != status::kSuccess) return {moved, 0};
    for (std::size_t i = 0; i < ranges; ++i) {
        TrimRange range;
        std::memcpy(&range, page_.data() + i * sizeof range, sizeof range);
        const Result result = from_media(media_.trim(range.lba, range.blocks, at));
        if (result.status != status::kSuccess) return result;
    }
    return {};
}

}  // namespace ans::fw
