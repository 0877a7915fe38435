// SPDX-License-Identifier: MIT
// The RTKit protocol from the application processor's side: boot, system endpoints, shared buffers, power
// states.
#pragma once

#include <atomic>
#include <bitset>
#include <cstdint>
#include <memory>

#include "host_driver/common/status.h"
#include "host_driver/mailbox/mailbox.h"
#include "host_driver/rtkit/messages.h"
#include "host_driver/rtkit/shared_buffers.h"
#include "host_driver/rtkit/syslog.h"

namespace ans::driver::rtkit {

/// Told by the thread that handles messages; must not call back into Rtkit.
class RtkitClient {
public:
    virtual ~RtkitClient() = default;
    virtual void firmware_crashed() = 0;
    /// The coprocessor left the state ON without being asked.
    virtual void firmware_fell_asleep() = 0;
};

class Rtkit {
public:
    enum class Phase : std::uint8_t { Closed, Hello, Map, Starting, Running, Stopped, Crashed };
    enum class Start : std::uint8_t {
        Cold,  ///< the processor has just been started and says HELLO by itself
        Wake,  ///< the processor runs already: sleeping, idle, or in somebody's session
    };

    Rtkit(port::Port& port, Mailbox& mailbox, Sart& sart, RtkitClient& client, bool use_interrupts,
          Measures omit = {});
    /// close() came before, or no thread of the port runs any more.
    ~Rtkit();

    /// Opens the mailbox and starts handling messages. Forgets the session before.
    void open();
    /// No message is sent or handled any more when it returns.
    void close();

    /// From HELLO to both power states ON. Every step waits at most one second. source: hardware.md 7.2
    /// NotReady (Wake only): the firmware is awake in a session that is not ours.
    Status boot(Start how);
    /// AP quiesced, then IOP to sleep; after it RUN may be cleared. No message goes out after the last
    /// acknowledgement.
    Status shutdown() { return power_down(kPowerSleep); }
    /// AP quiesced, then IOP quiesced; boot(Wake) goes on from there.
    Status quiesce() { return power_down(kPowerQuiesced); }
    /// Asks the firmware for a sign of life (AP power ON again), for at most a second. Registers of a
    /// coprocessor that does not run must not be touched.
    bool alive();
    /// Handles what waits in the mailbox, some messages at a time; for users without interrupts. Returns at
    /// once while another thread does it. The number of messages.
    unsigned process();
    /// Closes the SART windows and frees the buffers. Only while the coprocessor cannot use them.
    void release_buffers() { buffers_.release(); }

    bool running() const { return phase_ == Phase::Running; }
    bool crashed() const { return phase_ == Phase::Crashed; }
    Phase phase() const { return phase_; }

private:
    static constexpr std::uint32_t kNoAnswer = ~0u;

    template <typename Condition>
    bool wait_until(port::Nanoseconds timeout, Condition condition);
    void work();
    Status send(std::uint8_t endpoint, std::uint64_t msg0);
    Status set_power(ManagementType type, std::uint16_t state, std::uint32_t& answer);
    Status power_down(std::uint16_t iop_state);

    void handle(const Message& message);
    void handle_management(std::uint64_t msg0);
    void handle_hello(std::uint64_t msg0);
    void handle_endpoint_map(std::uint64_t msg0);
    void start_endpoints();
    void handle_iop_power(std::uint16_t state);
    void handle_crashlog(std::uint64_t msg0);
    void handle_syslog(std::uint64_t msg0);
    void handle_ioreport(std::uint64_t msg0);
    void handle_oslog(std::uint64_t msg0);
    void handle_buffer_request(std::uint8_t endpoint, std::uint64_t msg0);
    void print_syslog(unsigned index);
    void crash();
    void unknown(const char* what, std::uint8_t endpoint, std::uint64_t msg0);
    void stranger(const char* what, const Message& message);

    port::Port& port_;
    Mailbox& mailbox_;
    RtkitClient& client_;
    const bool use_interrupts_;
    const Measures omit_;
    SharedBuffers buffers_;

    Phase phase_ = Phase::Closed;
    Status failure_ = Status::Ok;  ///< why the boot cannot go on
    std::bitset<256> endpoints_;
    SyslogShape syslog_;
    std::uint32_t iop_answer_ = kNoAnswer;  ///< state in the newest acknowledgement
    std::uint32_t ap_answer_ = kNoAnswer;
    bool asking_iop_ = false;      ///< a change of the IOP's state is ours
    bool crashlog_ready_ = false;  ///< the session's first crashlog request was answered
    unsigned complaints_ = 0;      ///< unknown messages logged in this session

    std::unique_ptr<port::Signal> arrived_;  ///< messages wait, or the worker shall end
    std::unique_ptr<port::Signal> changed_;  ///< the session's state changed
    std::unique_ptr<port::Thread> worker_;
    bool open_ = false;
    bool send_stuck_ = false;            ///< the newest message found no room
    std::atomic<bool> handling_{false};  ///< somebody is inside process()
};

}  // namespace ans::driver::rtkit
