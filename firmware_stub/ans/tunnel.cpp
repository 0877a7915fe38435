// SPDX-License-Identifier: MIT
// Vendor admin command 0xD8, "apple tunnel". Its two buffers are shared memory behind SART, not data behind
// PRPs and NVMMU; the TCB that it needs nevertheless is looked at before it comes here.
//
// source: hardware.md 8; every refusal, and what of the buffers is touched: guess
#include <array>

#include "firmware_stub/ans/opcodes.h"
#include "firmware_stub/ans/service.h"

namespace ans::fw {

namespace {

enum SubCommand : std::uint8_t { kSetTime = 0x06, kGetNandId = 0x38, kGetNandGeometry = 0xba };

/// The first buffer, as far as its layout is known.
struct Request {
    std::array<std::uint8_t, 12> unknown0;
    std::uint8_t sub_command;
    std::array<std::uint8_t, 11> unknown13;
    std::uint32_t unknown24;
    std::uint32_t unix_time;  ///< of set_time
    std::array<std::uint64_t, 2> unknown32;
};
static_assert(sizeof(Request) == 0x30);

/// The answer's layout is unknown, so it is all zero.
constexpr std::array<std::uint8_t, 64> kGeometry{};

constexpr std::uint64_t pointer(const Sqe& sqe, std::size_t low_dword) {
    return sqe.cdw10[low_dword - 10] | std::uint64_t{sqe.cdw10[low_dword - 9]} << 32;
}

}  // namespace

AnsService::Result AnsService::tunnel(const Command& command) {
    Request request{};
    if (!system_.read_shared(pointer(*command.sqe, 11), &request, sizeof request))
        return tunnel_denied(command);
    const std::uint64_t answer = pointer(*command.sqe, 13);
    switch (request.sub_command) {
        case kSetTime:
            system_.note("0xD8 set_time: %u", request.unix_time);
            return {};
        case kGetNandId: {
            system_.note("0xD8 get_nand_id");
            const auto& id = config_.identity.nand_id;
            return system_.write_shared(answer, id.data(), id.size()) ? Result{} : tunnel_denied(command);
        }
        case kGetNandGeometry:
            system_.note("0xD8 get_nand_geometry");
            return system_.write_shared(answer, kGeometry.data(), kGeometry.size()) ? Result{}
                                                                                    : tunnel_denied(command);
        default:
            system_.note("0xD8 sub-command 0x%02x is unknown and refused", request.sub_command);
            return refuse(status::kInvalidField);
    }
}

AnsService::Result AnsService::tunnel_denied(const Command& command) {
    if (config_.policies.get<SartViolation>() == SartViolation::Crash) return {0, 0, true};
    log_refusal(command.tag, "SART_VIOLATION");
    return {status::kDataTransferError, 0};
}

}  // namespace ans::fw
