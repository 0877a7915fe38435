// SPDX-License-Identifier: MIT
// The interposer between front end and firmware: commands on their way in, data and completions on their way
// out.
#pragma once

#include "models/common/agenda.h"
#include "models/common/decide.h"
#include "models/common/nvme_command.h"
#include "models/common/wire.h"

namespace ans {

/// A command is dropped, held back, or answered in the firmware's place. Its data is dropped (it does not
/// move, and that counts as success) or flipped in one byte. A completion is dropped, replaced, held back or
/// repeated; one that would wait for room is written all the same. What is held back is forgotten when the
/// queues are: by reset and by CC.EN.
class CommandSeam : public sc_core::sc_module, public CommandPortIf, public CommandSinkIf {
public:
    sc_core::sc_export<CommandPortIf> to_hardware{"to_hardware"};  ///< the firmware binds its port here
    sc_core::sc_export<CommandSinkIf> to_firmware{"to_firmware"};  ///< the front end binds its port here
    sc_core::sc_port<CommandPortIf> hardware{"hardware"};
    sc_core::sc_port<CommandSinkIf> firmware{"firmware"};
    LevelIn<CommandSeam> reset{"reset", *this, &CommandSeam::on_reset};

    CommandSeam(sc_core::sc_module_name name, const DecideHub& decide);

    void complete(const Completion& completion, SimTime at) override;
    void command(const Command& command, SimTime at) override;

    NvmeStatus move(const Command& command, DataDirection direction, const MemoryRun* runs,
                    std::size_t run_count, SimTime at) override {
        if (decide_.planned(DecidePoint::CommandData))
            return judge_data(command, direction, runs, run_count, at);
        return hardware->move(command, direction, runs, run_count, at);
    }
    // The rest passes through.
    void set_status(bool ready, bool fatal, unsigned shutdown_status, SimTime at) override {
        hardware->set_status(ready, fatal, shutdown_status, at);
    }
    void set_io_completion_queue(std::uint64_t base, unsigned entries, bool interrupt) override {
        hardware->set_io_completion_queue(base, entries, interrupt);
    }
    void set_io_submission_queue(std::uint64_t base, unsigned entries) override {
        hardware->set_io_submission_queue(base, entries);
    }
    void controller_config(std::uint32_t cc, std::uint32_t before, SimTime at) override {
        if ((before & ~cc & 1) != 0) forget();
        firmware->controller_config(cc, before, at);
    }
    bool waits_for_room(const Completion& completion, const FullQueue& queue, SimTime at) override {
        if (decide_.planned(DecidePoint::CompletionRoom)) return judge_room(completion, queue, at);
        return firmware->waits_for_room(completion, queue, at);
    }
    void fatal(const char* why, Tag tag, SimTime at) override { firmware->fatal(why, tag, at); }

private:
    void judge(const Completion& completion, SimTime at);
    bool judge_room(const Completion& completion, const FullQueue& queue, SimTime at);
    void judge_command(const Command& command, SimTime at);
    NvmeStatus judge_data(const Command& command, DataDirection direction, const MemoryRun* runs,
                          std::size_t run_count, SimTime at);
    NvmeStatus move_flipped(const Command& command, DataDirection direction, const MemoryRun* runs,
                            std::size_t run_count, const Verdict& verdict, SimTime at);
    void release_due();
    void forget();
    void on_reset(bool asserted, SimTime) {
        if (asserted) forget();
    }

    const DecideHub& decide_;
    Agenda<Completion> held_{64};
    Agenda<Command> commands_{64};
    std::vector<std::byte> scratch_;  ///< a command's data with the flipped bits
    sc_core::sc_event release_{"release"};
};

}  // namespace ans
