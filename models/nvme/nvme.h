// SPDX-License-Identifier: MIT
// NVMe front end: registers, submission by doorbell, completion posting and the interrupt line. It knows no
// opcode; what a command means is the firmware's business.
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <array>

#include "models/common/agenda.h"
#include "models/common/dma_port.h"
#include "models/common/event.h"
#include "models/common/nvmmu_if.h"
#include "models/common/policy.h"
#include "models/common/reg_bank.h"
#include "models/common/wire.h"
#include "models/nvme/completion_queue.h"

namespace ans {

struct NvmeConfig {
    EventHub* events = &EventHub::none();
    Policies policies;
    SimTime fetch_time = nanoseconds(400);  ///< doorbell to command at the firmware; guess
};

class Nvme : public sc_core::sc_module, public CommandPortIf {
public:
    static constexpr unsigned kTags = 64;  ///< source: hardware.md 6.2

    tlm_utils::simple_target_socket<Nvme> mmio{"mmio"};  ///< the application processor's face
    tlm_utils::simple_target_socket<Nvme> iop{"iop"};    ///< the coprocessor's face: publishes BOOT_STATUS
    DmaPort memory{"memory"};                            ///< SQEs and CQEs
    sc_core::sc_port<NvmmuIf> nvmmu{"nvmmu"};
    sc_core::sc_port<CommandSinkIf> firmware{"firmware"};
    sc_core::sc_export<CommandPortIf> command_port{"command_port"};
    LevelOut irq{"irq"};  ///< one level line for both queues
    LevelIn<Nvme> reset{"reset", *this, &Nvme::on_reset};

    Nvme(sc_core::sc_module_name name, const NvmeConfig& config);

    NvmeStatus move(const Command& command, DataDirection direction, const MemoryRun* runs,
                    std::size_t run_count, SimTime at) override;
    void complete(const Completion& completion, SimTime at) override;
    void set_status(bool ready, bool fatal, unsigned shutdown_status, SimTime at) override;
    void set_io_completion_queue(std::uint64_t base, unsigned entries, bool interrupt) override;
    void set_io_submission_queue(std::uint64_t base, unsigned entries) override;

    /// Commands rung and not completed.
    unsigned pending() const;

private:
    struct SubmissionQueue {
        std::uint64_t base = 0;
        unsigned entries = 0;  ///< 0: the queue does not exist
        unsigned head = 0;     ///< ring mode only
    };
    struct Fetch {
        Queue queue;
        Tag tag;
        std::uint32_t life;
    };
    struct Slot {
        Sqe sqe{};
        bool pending = false;  ///< rung and not completed
        bool silent = false;   ///< its completion's interrupt is lost
    };
    struct Refusal {
        NvmeStatus status;
        const char* why;
    };

    void b_transport(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay);
    void iop_transport(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay);
    unsigned transport_dbg(tlm::tlm_generic_payload& tx) { return regs_.debug(tx); }
    void wire_registers();

    void on_reset(bool asserted, SimTime at);
    void on_boot_status(std::uint64_t value, SimTime at);
    void on_config(std::uint64_t value, SimTime at);
    void on_linear_doorbell(Queue queue, std::uint64_t value, SimTime at);
    void on_ring_doorbell(Queue queue, std::uint64_t value, SimTime at);
    void on_head(Queue queue, std::uint64_t value, SimTime at);
    void on_mask(SimTime at);

    void ring(Queue queue, unsigned tag, SimTime at);
    void on_pending_tag(Queue queue, Tag tag, SimTime at);
    bool swallows_interrupt(SimTime at) const;
    void fetch_due();
    void fetch(const Fetch& what, SimTime at);
    Refusal inspect(const Sqe& sqe, const Tcb* tcb) const;
    void deliver(const Completion& completion, SimTime at);
    bool waits(const Completion& completion, SimTime at);
    bool post(const Completion& completion, SimTime at);
    void post_held(Queue queue, SimTime at);
    void drop_queues(SimTime at);
    void report_controller(SimTime at);
    void report_head(EventKind kind, Queue queue, std::uint64_t head, unsigned before, SimTime at);
    void drive_irq(SimTime at);
    bool null_prp(const Command& command, std::size_t bytes) const;

    SubmissionQueue& sq(Queue queue) { return sqs_[static_cast<std::size_t>(queue)]; }
    CompletionQueue& cq(Queue queue) { return cqs_[static_cast<std::size_t>(queue)]; }

    EventHub& events_;
    const Policies policies_;
    const SimTime fetch_time_;
    RegBank regs_;
    std::uint64_t& cc_;
    std::uint64_t& csts_;
    const std::uint64_t& linear_;
    const std::uint64_t& unknown_ctrl_;
    std::uint64_t last_cc_ = 0;
    std::uint32_t int_mask_ = 0;

    std::array<SubmissionQueue, 2> sqs_;
    std::array<CompletionQueue, 2> cqs_;
    std::array<Slot, kTags> slots_;
    std::vector<Completion> held_;  ///< found their queue full
    std::uint32_t life_ = 1;
    bool irq_level_ = false;
    std::uint64_t invalidations_at_head_ = 0;
    SimTime head_written_at_ = 0;
    bool head_written_ = false;

    Agenda<Fetch> fetches_{2 * kTags};
    sc_core::sc_event fetch_event_{"fetch_event"};
};

}  // namespace ans
