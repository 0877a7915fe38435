// SPDX-License-Identifier: MIT
// Life of the service and the path of a command through it. Commands themselves: io.cpp, admin.cpp.
#include "firmware_stub/ans/service.h"

#include <algorithm>
#include <cstdio>

#include "firmware_stub/ans/opcodes.h"

namespace ans::fw {

namespace {
// CC and CSTS as the firmware sees them. source: NVMe 1.1 sections 3.1.5 and 3.1.6
constexpr std::uint32_t kCcEnable = 1;
constexpr unsigned shutdown_request(std::uint32_t cc) {
    return cc >> 14 & 3;
}
constexpr unsigned kShutdownRunning = 1;
constexpr unsigned kShutdownComplete = 2;
constexpr unsigned kTagSpace = 64;  // source: hardware.md 6.2
// Fused operations and scatter-gather lists: Identify offers neither. source: NVMe 1.1 figure 11
constexpr std::uint8_t kUnsupportedFlags = 0xc3;

constexpr std::uint64_t blocks_of(const Sqe& sqe) {
    return (sqe.cdw10[2] & 0xffff) + 1;
}
// The count of blocks has 16 bits. source: NVMe 1.1 figure 82: MDTS 0 is no limit
constexpr std::uint64_t largest_transfer(unsigned mdts) {
    return std::uint64_t{1} << (mdts == 0 ? 16 : std::min(mdts, 16u));
}
}  // namespace

SC_HAS_PROCESS(AnsService);

AnsService::AnsService(sc_core::sc_module_name name, const ServiceConfig& config, Media& media,
                       System& system)
    : sc_module(name),
      config_(config),
      media_(media),
      system_(system),
      clean_(media.state().clean()),
      max_blocks_(largest_transfer(config.identity.mdts)),
      runs_(max_blocks_) {
    commands.bind(*this);
    SC_METHOD(serve);
    sensitive << serve_event_;
    dont_initialize();
}

void AnsService::start(SimTime at) {
    running_ = true;
    if (paused_)
        go_on(at);
    else
        publish(at);  // an earlier life may have left another state
    paused_ = false;
    notify_at(serve_event_, std::max(at, agenda_.next_due()));
}

void AnsService::stop(bool warm, SimTime) {
    running_ = false;
    paused_ = warm;
    unread_cc_ = cc_;
    missed_disable_ = false;
    if (warm) return;
    agenda_.clear();
    serve_event_.cancel();
    enabled_ = ready_ = false;
    cc_ = 0;
    shutdown_status_ = 0;
    io_cq_ = io_sq_ = false;
    features_ = kFeatureDefaults;
    processor_free_ = link_free_ = 0;
}

void AnsService::plan(SimTime due, const Work& work) {
    agenda_.add(due, work);
    if (running_) notify_at(serve_event_, agenda_.next_due());
}

void AnsService::serve() {
    const SimTime now = kernel_now();
    while (running_ && agenda_.next_due() <= now) {
        const Work work = agenda_.take();
        switch (work.kind) {
            case Kind::Command:
                finish(work.command, now);
                break;
            case Kind::Ready:
                ready_ = true;
                publish(now);
                break;
            case Kind::NotReady:
                ready_ = false;
                shutdown_status_ = 0;
                publish(now);
                break;
            case Kind::ShutDown:
                shutdown_due(now);
                break;
        }
    }
    if (running_) notify_at(serve_event_, agenda_.next_due());
}

void AnsService::command(const Command& command, SimTime at) {
    // A processor that does not run answers nothing, nor does a controller that is not ready: the driver's
    // timeout is its only way to know. source: NVMe 1.1 section 3.1.6, RDY
    if (!running_ || !ready_) return;
    if (command.sqe->cid >= kTagSpace && config_.policies.get<CidBeyondTags>() == CidBeyondTags::Crash) {
        fatal("command id beyond the tag space", command.tag, at);
        return;
    }
    plan(due_time(command, at), {Kind::Command, command});
}

SimTime AnsService::due_time(const Command& command, SimTime at) {
    const ServiceTimes& times = config_.times;
    processor_free_ = std::max(processor_free_, at) + times.command;
    if (command.refused != status::kSuccess) return processor_free_;
    if (command.queue == Queue::Admin) return processor_free_ + times.admin;
    const Sqe& sqe = *command.sqe;
    switch (sqe.opcode) {
        case opcode::kRead:
            if (check_range(sqe).status != status::kSuccess) return processor_free_;
            link_free_ =
                std::max(link_free_, processor_free_ + times.read) + blocks_of(sqe) * times.page_transfer;
            return link_free_;
        case opcode::kWrite:
            if (check_range(sqe).status != status::kSuccess) return processor_free_;
            link_free_ = std::max(link_free_, processor_free_) + blocks_of(sqe) * times.page_transfer;
            return link_free_ + times.write;
        case opcode::kFlush:
            return processor_free_ + times.flush;
        default:
            return processor_free_ + times.trim;
    }
}

void AnsService::finish(const Command& command, SimTime at) {
    const Result result = execute(command, at);
    if (!result.dead) answer(command, result, at);
}

AnsService::Result AnsService::execute(const Command& command, SimTime at) {
    if (command.refused != status::kSuccess) {
        log_refusal(command.tag, command.why);
        return {command.refused, 0};
    }
    if ((command.sqe->flags & kUnsupportedFlags) != 0) return refuse(status::kInvalidField);
    return command.queue == Queue::Io ? io(command, at) : admin(command, at);
}

void AnsService::answer(const Command& command, const Result& result, SimTime at) {
    front_end->complete(
        {command.queue, command.tag, command.life, command.sqe->cid, result.status, result.value}, at);
}

void AnsService::log_refusal(Tag tag, const char* why) {
    // source: hardware.md 6, 0x24008: the words that real firmware logs
    char line[96];
    std::snprintf(line, sizeof line, " tag %u completed with err BAD_CMD- %s", index(tag), why);
    system_.log("cmd.c:1371", line);
}

void AnsService::fatal(const char* why, Tag tag, SimTime) {
    // source: T2 crash logs: "assert failed: [7446]:duplicate tag error for tag 0, host_id 0x0. status_reg:
    // 0x8000000"
    char line[120];
    std::snprintf(line, sizeof line,
                  "assert failed: [7446]:%s for tag %u, host_id 0x0. status_reg: 0x8000000", why, index(tag));
    system_.crash(line);
}

void AnsService::publish(SimTime at) {
    front_end->set_status(ready_, false, shutdown_status_, at);
}

void AnsService::controller_config(std::uint32_t cc, std::uint32_t before, SimTime at) {
    if (running_) return obey(cc, at);
    unread_cc_ = cc;
    missed_disable_ = missed_disable_ || ((before & kCcEnable) != 0 && (cc & kCcEnable) == 0);
}

// The registers took what was written in the pause, and dropped the queues with EN.
void AnsService::go_on(SimTime at) {
    if (missed_disable_) obey(cc_ & ~kCcEnable, at);
    obey(unread_cc_, at);
}

void AnsService::obey(std::uint32_t cc, SimTime at) {
    const std::uint32_t before = cc_;
    cc_ = cc;
    const bool enable_now = (cc & kCcEnable) != 0;
    if (enable_now && !enabled_) enable(at);
    if (!enable_now && enabled_) disable(before, at);
    if (shutdown_request(cc) != 0 && shutdown_request(before) == 0 && enabled_) shut_down(at);
}

void AnsService::enable(SimTime at) {
    enabled_ = true;
    media_.controller_enabled(at);
    shutdown_status_ = 0;
    io_cq_ = io_sq_ = false;
    features_ = kFeatureDefaults;
    plan(at + (clean_ ? config_.times.ready : config_.times.ready_unclean), {Kind::Ready, {}});
    // Until a shutdown notification says otherwise, this life counts as unclean.
    clean_ = false;
}

void AnsService::disable(std::uint32_t before, SimTime at) {
    const bool announced = shutdown_request(before) != 0 || shutdown_status_ != 0;
    enabled_ = false;
    agenda_.clear();
    if (!ready_ && !announced &&
        config_.policies.get<DisableWhileEnabling>() == DisableWhileEnabling::Crash) {
        system_.crash("assert failed: controller disabled while it was being enabled");
        return;
    }
    if (io_sq_ || io_cq_) {
        const DisableWithQueues reaction = config_.policies.get<DisableWithQueues>();
        if (reaction == DisableWithQueues::Log)
            system_.log("cmd.c:8112", " NVMe disabled with I/O queues alive");
        if (reaction == DisableWithQueues::Crash) {
            system_.crash("assert failed: controller disabled with I/O queues alive");
            return;
        }
    }
    io_cq_ = io_sq_ = false;
    plan(at + config_.times.disable, {Kind::NotReady, {}});
}

void AnsService::shut_down(SimTime at) {
    if (shutdown_status_ != 0) return;
    shutdown_status_ = kShutdownRunning;
    publish(at);
    plan(at + config_.times.shutdown, {Kind::ShutDown, {}});
}

// At the end, so that what was answered in the meantime is safe too.
void AnsService::shutdown_due(SimTime at) {
    if (media_.flush(at) == MediaResult::Ok) {
        media_.clean_shutdown(at);
        clean_ = true;
    }
    shutdown_status_ = kShutdownComplete;
    publish(at);
}

}  // namespace ans::fw
