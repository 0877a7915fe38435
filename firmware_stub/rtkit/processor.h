// SPDX-License-Identifier: MIT
// The coprocessor's processor: time, inputs, its port to the machine and its face of the mailbox. What it
// executes is written in a derived class as one SC_THREAD.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "models/common/agenda.h"
#include "models/common/sim_time.h"
#include "models/common/wire.h"

namespace ans::fw::rtkit {

struct Mail {
    std::uint8_t endpoint;
    std::uint64_t msg0;
};

/// The last messages in both directions, oldest overwritten; the crashlog shows them.
struct MailHistory {
    static constexpr std::size_t kSize = 32;  // source: guess; real logs show more than 100
    struct Entry {
        Mail mail;
        SimTime at;
    };
    void add(const Mail& mail, SimTime at) { entries[count++ % kSize] = {mail, at}; }
    std::size_t size() const { return count < kSize ? static_cast<std::size_t>(count) : kSize; }
    /// The i-th of size() entries, oldest first.
    const Entry& operator[](std::size_t i) const { return entries[(count - size() + i) % kSize]; }

    std::array<Entry, kSize> entries{};
    std::uint64_t count = 0;
};

/// Something that happens to the processor from outside. It stops whatever the processor is doing: until it
/// has been attended to, every primitive below returns at once and without effect.
enum class Cause : std::uint8_t { RunRose, RunFell, ResetRose, ResetFell, Crash, Hang, Sleep };

class Processor : public sc_core::sc_module {
public:
    /// Physical addresses as on the application processor's side: mailbox, NVMe registers, and memory behind
    /// SART for everything else.
    tlm_utils::simple_initiator_socket<Processor> bus{"bus"};
    LevelIn<Processor> run{"run", *this, &Processor::set_run};        ///< CPU_CONTROL.RUN
    LevelIn<Processor> reset{"reset", *this, &Processor::set_reset};  ///< high: held in reset
    LevelIn<Processor> mailbox_irq{"mailbox_irq", *this, &Processor::set_mailbox_irq};  ///< A2I is not empty

protected:
    Processor(sc_core::sc_module_name name, std::uint64_t mailbox_base, bool runs);

    /// Called from attend(): state changes only, no time may pass.
    virtual void on(Cause cause) = 0;
    /// A bus access of this half of the firmware went wrong. `what` names it.
    virtual void bus_refused(const char* what, std::uint64_t address, std::size_t size) = 0;

    /// May be called from any process; `at` is not before kernel time.
    void post(Cause cause, SimTime at);
    /// May be called from any process: whoever waits in doze() looks again.
    void prod() { wake_.notify(sc_core::SC_ZERO_TIME); }

    bool running() const { return run_; }  ///< RUN, as far as it was attended to
    bool in_reset() const { return reset_; }

    // For the thread only.
    void attend();
    bool interrupted() const { return causes_.next_due() <= kernel_now(); }
    /// The processor works for `time`, and for what its last bus accesses took.
    void spend(SimTime time);
    /// Sleeps until `until`, a prod, a cause, or, if it `listens`, mail.
    void doze(SimTime until, bool listens);
    bool mail_waiting() const { return irq_ && irq_since_ <= kernel_now(); }
    /// Takes one message; false if there is none after all.
    bool receive(Mail& mail, std::uint64_t& target);
    /// Waits while the FIFO is full.
    void send(const Mail& mail, SimTime retry, SimTime retry_max);
    bool write_register(std::uint64_t address, std::uint32_t value);
    /// Memory, in one transaction. False where it was refused.
    bool read_memory(std::uint64_t address, void* data, std::size_t size);
    bool write_memory(std::uint64_t address, const void* data, std::size_t size);
    const MailHistory& history() const { return history_; }

private:
    void set_run(bool level, SimTime at);
    void set_reset(bool level, SimTime at);
    void set_mailbox_irq(bool level, SimTime at);
    bool transfer(tlm::tlm_command command, std::uint64_t address, void* data, std::size_t size);
    bool i2a_full();

    const std::uint64_t mailbox_base_;
    Agenda<Cause> causes_{8};
    sc_core::sc_event wake_{"wake"};
    SimTime owed_ = 0;  ///< time of bus accesses not spent yet
    MailHistory history_;
    bool run_wire_;  ///< the wires; causes follow them when their time has come
    bool reset_wire_ = false;
    bool run_;
    bool reset_ = false;
    bool irq_ = false;
    SimTime irq_since_ = 0;
};

}  // namespace ans::fw::rtkit
