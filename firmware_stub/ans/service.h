// SPDX-License-Identifier: MIT
// The NVMe service of the firmware: what commands mean, how long they take, when the controller is ready.
// One method serves every deadline; a command costs one activation here and one in the front end.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "firmware_stub/ans/identify.h"
#include "firmware_stub/ans/profile.h"
#include "firmware_stub/application.h"
#include "models/common/agenda.h"
#include "models/common/nvme_command.h"
#include "models/common/policy.h"
#include "models/media/media.h"

namespace ans::fw {

struct ServiceConfig {
    Identity identity;
    ServiceTimes times;
    Policies policies;
};

class AnsService : public sc_core::sc_module, public CommandSinkIf, public Application {
public:
    sc_core::sc_export<CommandSinkIf> commands{"commands"};
    sc_core::sc_port<CommandPortIf> front_end{"front_end"};

    AnsService(sc_core::sc_module_name name, const ServiceConfig& config, Media& media, System& system);

    void start(SimTime at) override;
    void stop(bool warm, SimTime at) override;

    void command(const Command& command, SimTime at) override;
    void controller_config(std::uint32_t cc, std::uint32_t before, SimTime at) override;
    /// source: NVMe 1.1 section 4.1: a controller posts nothing to a full queue
    bool waits_for_room(const Completion&, const FullQueue&, SimTime) override { return true; }
    void fatal(const char* why, Tag tag, SimTime at) override;

private:
    enum class Kind : std::uint8_t { Command, Ready, NotReady, ShutDown };
    struct Work {
        Kind kind;
        Command command;
    };
    struct Result {
        NvmeStatus status = status::kSuccess;
        std::uint32_t value = 0;
        bool dead = false;  ///< the firmware dies of it: no answer
    };
    static Result refuse(NvmeStatus status) { return {static_cast<NvmeStatus>(status | kDoNotRetry), 0}; }

    void serve();
    void plan(SimTime due, const Work& work);
    SimTime due_time(const Command& command, SimTime at);
    void finish(const Command& command, SimTime at);
    Result execute(const Command& command, SimTime at);
    void answer(const Command& command, const Result& result, SimTime at);
    void log_refusal(Tag tag, const char* why);

    // Configuration.
    void obey(std::uint32_t cc, SimTime at);
    void go_on(SimTime at);
    void enable(SimTime at);
    void disable(std::uint32_t before, SimTime at);
    void shut_down(SimTime at);
    void shutdown_due(SimTime at);
    void publish(SimTime at);

    // I/O queue.
    Result io(const Command& command, SimTime at);
    Result read(const Command& command, SimTime at);
    Result write(const Command& command, SimTime at);
    Result write_zeroes(const Sqe& sqe, SimTime at);
    Result manage_dataset(const Command& command, SimTime at);
    bool holds(std::uint64_t lba, std::uint64_t blocks) const;
    Result check_range(const Sqe& sqe) const;
    bool goes_through(const Sqe& sqe) const;
    static Result from_media(MediaResult result);

    // Admin queue.
    Result admin(const Command& command, SimTime at);
    Result identify(const Command& command, SimTime at);
    Result get_log(const Command& command, SimTime at);
    Result create_completion_queue(const Sqe& sqe);
    Result create_submission_queue(const Sqe& sqe);
    Result delete_submission_queue(const Sqe& sqe, SimTime at);
    Result delete_completion_queue(const Sqe& sqe);
    Result set_feature(const Sqe& sqe, SimTime at);
    Result get_feature(const Sqe& sqe) const;
    Result tunnel(const Command& command);
    Result tunnel_denied(const Command& command);
    Result send_page(const Command& command, std::size_t bytes, SimTime at);

    const ServiceConfig config_;
    Media& media_;
    System& system_;
    Agenda<Work> agenda_{256};
    sc_core::sc_event serve_event_{"serve_event"};
    SimTime processor_free_ = 0;  ///< when the firmware's processor has taken the last command
    SimTime link_free_ = 0;       ///< when the link has moved the last page

    bool running_ = false;
    bool paused_ = false;          ///< stopped warm
    std::uint32_t cc_ = 0;         ///< as last obeyed
    std::uint32_t unread_cc_ = 0;  ///< as written since the pause
    bool missed_disable_ = false;  ///< EN was cleared in the pause
    bool enabled_ = false;
    bool ready_ = false;
    bool clean_;  ///< the last life ended with a shutdown notification
    unsigned shutdown_status_ = 0;
    bool io_cq_ = false;
    bool io_sq_ = false;
    static constexpr std::uint8_t kWriteCacheFeature = 6;
    using Features = std::array<std::uint32_t, 16>;
    static constexpr Features kFeatureDefaults{0, 0, 0, 0,
                                               0, 0, 1};  ///< the write cache is on; source: guess
    Features features_ = kFeatureDefaults;
    Page page_{};
    std::vector<std::byte> staging_;  ///< a write's data on its way to the cache; grows to MDTS once
    const std::uint64_t max_blocks_;  ///< of a transfer, by MDTS
    std::vector<MemoryRun> runs_;     ///< a read's data, in the worst case block by block
};

}  // namespace ans::fw
