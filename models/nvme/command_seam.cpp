// SPDX-License-Identifier: MIT
#include "models/nvme/command_seam.h"

#include <algorithm>

namespace ans {

namespace {

// The event as the front end would emit it after posting, as far as it is known before.
Event candidate(const Completion& completion, SimTime at) {
    Event event;
    event.time = at;
    event.kind = EventKind::CompletionPosted;
    event.unit = Unit::Nvme;
    event.slot[0] = static_cast<std::uint64_t>(completion.queue) |
                    std::uint64_t{index(completion.tag)} << 16 | std::uint64_t{completion.cid} << 32 |
                    std::uint64_t{completion.status} << 48;
    event.slot[1] = completion.result;
    return event;
}

// As the front end would report it when the completion waits.
Event candidate(const Completion& completion, const FullQueue& queue, SimTime at) {
    Event event;
    event.time = at;
    event.kind = EventKind::CqOverrun;
    event.unit = Unit::Nvme;
    event.slot[0] = static_cast<std::uint64_t>(completion.queue) | std::uint64_t{queue.entries} << 16 |
                    std::uint64_t{index(completion.tag)} << 48;
    event.slot[1] = queue.head;
    event.slot[3] = queue.tail;
    return event;
}

constexpr std::uint64_t kForced = 2;  // of cq_overrun's slot 0

Completion replaced(const Completion& completion, const Event& event) {
    Completion out = completion;
    out.cid = static_cast<std::uint16_t>(event.slot[0] >> 32);
    out.status = static_cast<NvmeStatus>(event.slot[0] >> 48);
    out.result = static_cast<std::uint32_t>(event.slot[1]);
    return out;
}

Event candidate(const Command& command, SimTime at) {
    const Sqe& sqe = *command.sqe;
    Event event;
    event.time = at;
    event.kind = EventKind::CommandFetched;
    event.unit = Unit::Nvme;
    event.slot[0] = static_cast<std::uint64_t>(command.queue) | std::uint64_t{sqe.opcode} << 8 |
                    std::uint64_t{index(command.tag)} << 16 | std::uint64_t{sqe.cid} << 32;
    event.slot[1] = sqe.nsid | std::uint64_t{sqe.cdw10[2]} << 32;
    event.slot[2] = sqe.cdw10[0] | std::uint64_t{sqe.cdw10[1]} << 32;
    event.slot[3] = sqe.prp1;
    event.slot[4] = sqe.prp2;
    return event;
}

// As the NVMMU would report it; how many segments and where the last one ends is not known before.
Event candidate(const Command& command, DataDirection direction, std::size_t bytes, SimTime at) {
    Event event;
    event.time = at;
    event.kind = EventKind::DmaData;
    event.unit = Unit::Nvmmu;
    event.slot[0] = static_cast<std::uint64_t>(command.queue) | static_cast<std::uint64_t>(direction) << 1 |
                    std::uint64_t{index(command.tag)} << 16;
    event.slot[1] = bytes;
    event.slot[2] = command.sqe->prp1;
    return event;
}

}  // namespace

SC_HAS_PROCESS(CommandSeam);

CommandSeam::CommandSeam(sc_core::sc_module_name name, const DecideHub& decide)
    : sc_module(name), decide_(decide) {
    to_hardware.bind(*this);
    to_firmware.bind(*this);
    SC_METHOD(release_due);
    sensitive << release_;
    dont_initialize();
}

void CommandSeam::command(const Command& command, SimTime at) {
    if (decide_.planned(DecidePoint::Command))
        judge_command(command, at);
    else
        firmware->command(command, at);
}

// A command has one life in the hardware, which no second copy could share: there is no repeating it.
void CommandSeam::judge_command(const Command& command, SimTime at) {
    const Verdict verdict = decide_.ask(DecidePoint::Command, candidate(command, at));
    switch (verdict.kind) {
        case Verdict::Kind::Drop:
            return;
        case Verdict::Kind::Delay:
            commands_.add(at + verdict.delay, command);
            break;
        case Verdict::Kind::Answer:
            held_.add(at + verdict.delay,
                      {command.queue, command.tag, command.life, command.sqe->cid, verdict.value, 0});
            break;
        default:
            firmware->command(command, at);
            return;
    }
    notify_at(release_, std::min(held_.next_due(), commands_.next_due()));
}

NvmeStatus CommandSeam::judge_data(const Command& command, DataDirection direction, const MemoryRun* runs,
                                   std::size_t run_count, SimTime at) {
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < run_count; ++i)
        bytes += runs[i].size;
    const Verdict verdict = decide_.ask(DecidePoint::CommandData, candidate(command, direction, bytes, at));
    if (verdict.kind == Verdict::Kind::Drop) return status::kSuccess;
    if (verdict.kind == Verdict::Kind::Flip && bytes != 0)
        return move_flipped(command, direction, runs, run_count, verdict, at);
    return hardware->move(command, direction, runs, run_count, at);
}

// What lies in `runs` for reading may be the medium itself, which nobody flips; what is written there is
// ours.
NvmeStatus CommandSeam::move_flipped(const Command& command, DataDirection direction, const MemoryRun* runs,
                                     std::size_t run_count, const Verdict& verdict, SimTime at) {
    scratch_.clear();
    for (std::size_t i = 0; i < run_count; ++i)
        scratch_.insert(scratch_.end(), runs[i].data, runs[i].data + runs[i].size);
    const std::size_t place = verdict.offset % scratch_.size();
    const auto flip = [&] { scratch_[place] ^= std::byte{verdict.flip}; };
    const MemoryRun whole{scratch_.data(), scratch_.size()};
    if (direction == DataDirection::DeviceToMemory) flip();
    const NvmeStatus moved = hardware->move(command, direction, &whole, 1, at);
    if (direction == DataDirection::DeviceToMemory || moved != status::kSuccess) return moved;
    flip();
    const std::byte* from = scratch_.data();
    for (std::size_t i = 0; i < run_count; from += runs[i++].size)
        std::copy_n(from, runs[i].size, runs[i].data);
    return moved;
}

void CommandSeam::complete(const Completion& completion, SimTime at) {
    if (decide_.planned(DecidePoint::Completion))
        judge(completion, at);
    else
        hardware->complete(completion, at);
}

void CommandSeam::judge(const Completion& completion, SimTime at) {
    const Verdict verdict = decide_.ask(DecidePoint::Completion, candidate(completion, at));
    switch (verdict.kind) {
        case Verdict::Kind::Drop:
            return;
        default:
            hardware->complete(completion, at);
            return;
        case Verdict::Kind::Replace:
            hardware->complete(replaced(completion, verdict.replacement), at);
            return;
        case Verdict::Kind::Delay:
            held_.add(at + verdict.delay, completion);
            break;
        case Verdict::Kind::Repeat:
            hardware->complete(completion, at);
            for (std::uint32_t i = 1; i <= verdict.count; ++i)
                held_.add(at + i * verdict.delay, completion);
            break;
    }
    notify_at(release_, std::min(held_.next_due(), commands_.next_due()));
}

bool CommandSeam::judge_room(const Completion& completion, const FullQueue& queue, SimTime at) {
    const Verdict verdict = decide_.ask(DecidePoint::CompletionRoom, candidate(completion, queue, at));
    const bool forced =
        verdict.kind == Verdict::Kind::Replace && (verdict.replacement.slot[0] & kForced) != 0;
    return !forced && firmware->waits_for_room(completion, queue, at);
}

void CommandSeam::release_due() {
    const SimTime now = kernel_now();
    while (held_.next_due() <= now)
        hardware->complete(held_.take(), now);
    while (commands_.next_due() <= now)
        firmware->command(commands_.take(), now);
    notify_at(release_, std::min(held_.next_due(), commands_.next_due()));
}

void CommandSeam::forget() {
    held_.clear();
    commands_.clear();
    release_.cancel();
}

}  // namespace ans
