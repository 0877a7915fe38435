// SPDX-License-Identifier: MIT
#include "models/nvme/command_seam.h"

namespace ans {

namespace {

// The event as the front end would emit it after posting, as far as it is known before.
Event candidate(const Completion& completion, SimTime at) {
    Event event;
    event.time = at;
    event.kind = EventKind::CompletionPosted;
    event.unit = Unit::Nvme;
    event.slot[0] = static_cast<std::uint64_t>(completion.queue) | std::uint64_t{index(completion.tag)} << 16 |
                    std::uint64_t{completion.cid} << 32 | std::uint64_t{completion.status} << 48;
    event.slot[1] = completion.result;
    return event;
}

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

}  // namespace

SC_HAS_PROCESS(CommandSeam);

CommandSeam::CommandSeam(sc_core::sc_module_name name, const DecideHub& decide) : sc_module(name), decide_(decide) {
    to_hardware.bind(*this);
    to_firmware.bind(*this);
    SC_METHOD(release_due);
    sensitive << release_;
    dont_initialize();
}

void CommandSeam::command(const Command& command, SimTime at) {
    // A command is dropped or passed: it has one life in the hardware, which no second copy could share.
    if (decide_.planned(DecidePoint::Command) &&
        decide_.ask(DecidePoint::Command, candidate(command, at)).kind == Verdict::Kind::Drop)
        return;
    firmware->command(command, at);
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
        case Verdict::Kind::Drop: return;
        case Verdict::Kind::Pass: hardware->complete(completion, at); return;
        case Verdict::Kind::Replace: hardware->complete(replaced(completion, verdict.replacement), at); return;
        case Verdict::Kind::Delay: held_.add(at + verdict.delay, completion); break;
        case Verdict::Kind::Repeat:
            hardware->complete(completion, at);
            for (std::uint32_t i = 1; i <= verdict.count; ++i) held_.add(at + i * verdict.delay, completion);
            break;
    }
    notify_at(release_, held_.next_due());
}

void CommandSeam::release_due() {
    const SimTime now = kernel_now();
    while (held_.next_due() <= now) hardware->complete(held_.take(), now);
    notify_at(release_, held_.next_due());
}

}  // namespace ans
