// SPDX-License-Identifier: MIT
// RTKit: the firmware's kernel with its endpoints, as one simulated processor.
#pragma once

#include <bitset>
#include <optional>
#include <string>

#include "firmware_stub/application.h"
#include "firmware_stub/rtkit/crashlog.h"
#include "firmware_stub/rtkit/endpoints/crashlog.h"
#include "firmware_stub/rtkit/endpoints/ioreport.h"
#include "firmware_stub/rtkit/endpoints/management.h"
#include "firmware_stub/rtkit/endpoints/oslog.h"
#include "firmware_stub/rtkit/endpoints/syslog.h"
#include "firmware_stub/rtkit/messages.h"
#include "firmware_stub/rtkit/processor.h"
#include "models/common/decide.h"
#include "models/common/event.h"
#include "models/common/policy.h"

namespace ans::fw {

namespace rtkit {
/// Order of the names of the `state` field in event_table.cpp.
enum class State : std::uint8_t { Off, Booting, Running, Quiesced, Idle, Sleeping, Crashed, Hung };
}  // namespace rtkit

/// What the processor finds at time 0.
enum class StartState : std::uint8_t {
    Off,          ///< RUN clear
    LeftRunning,  ///< booted by someone before us, serving, RUN set; that one's buffers are gone
    Asleep        ///< put to sleep by someone before us, RUN still set
};

struct RtkitConfig {
    std::uint64_t mailbox_base = 0;  ///< physical address
    std::uint64_t nvme_base = 0;     ///< physical address
    const rtkit::Generation* generation = nullptr;
    StartState start = StartState::Off;
    std::optional<SimTime> hello;  ///< RUN to HELLO; default: the generation's
    EventHub* events = &EventHub::none();
    DecideHub* decide = &DecideHub::none();
    Policies policies;
};

class Rtkit : public rtkit::Processor, public System, private rtkit::Kernel, private rtkit::Lifecycle {
public:
    LevelOut idle{"idle"};  ///< high while the processor sleeps (for CPU_STATUS)

    Rtkit(sc_core::sc_module_name name, const RtkitConfig& config);

    /// Optional; before the simulation starts.
    void set_application(Application& application) { application_ = &application; }

    // System.
    void log(std::string_view context, std::string_view text) override;
    void crash(std::string_view reason) override { crash(reason, rtkit::CrashlogKind::WellFormed); }
    bool read_shared(std::uint64_t address, void* data, std::size_t size) override;

    // What scripts and faults do to it. Callable from every process; they act in the processor's own, at the
    // present time (a crash after Times::panic). Without live firmware they do nothing.
    void crash(std::string_view reason, rtkit::CrashlogKind kind);
    /// It stops serving and sends nothing; a wake message boots it again.
    void sleep_uninvited() { post(rtkit::Cause::Sleep, kernel_now()); }
    /// It stops serving and hears nothing until it is reset.
    void hang() { post(rtkit::Cause::Hang, kernel_now()); }

    rtkit::State state() const { return state_; }
    /// Booting, running, quiesced or idle.
    bool alive() const { return state_ >= rtkit::State::Booting && state_ <= rtkit::State::Idle; }

private:
    using State = rtkit::State;
    enum class Serving : std::uint8_t { Stopped, Paused, Started };

    // rtkit.cpp: the thread and what it does.
    void execute();
    void adopt_earlier_life();
    bool work_once();
    SimTime next_due() const;
    bool listens() const { return alive() || state_ == State::Sleeping; }
    void take_mail();
    void deliver(const rtkit::Mail& mail);
    void hear_in_sleep(const rtkit::Mail& mail);
    bool busy_before_mail();
    void judge_boot_status();
    void publish_boot_status(std::uint32_t value);
    void withdraw_boot_status();
    void write_crashlog();
    rtkit::EndpointHandler* handler(std::uint8_t endpoint);

    // lifecycle.cpp: states.
    void on(rtkit::Cause cause) override;
    bool refuses(DecidePoint point, State next);
    void run_fell();
    void boot(const char* why);
    void break_down();
    void forget_session();
    void enter(State state, const char* why);
    void serve(Serving serving);
    void suspend(State state, std::uint16_t power);
    void resume();
    void power_down(std::uint16_t power);

    // Lifecycle.
    void start_endpoint(std::uint8_t endpoint) override;
    void stop_endpoint(std::uint8_t endpoint) override;
    bool may_finish_boot() override;
    void boot_finished() override;
    void set_iop_power(std::uint16_t power) override;
    void set_ap_power(std::uint16_t power) override;

    // Kernel, and what System has in common with it.
    const rtkit::Generation& generation() const override { return *config_.generation; }
    SimTime now() const override { return kernel_now(); }
    void send(std::uint8_t endpoint, std::uint64_t msg0) override;
    void work(SimTime time) override { spend(time); }
    bool write_shared(std::uint64_t address, const void* data, std::size_t size) override;
    void log_written(std::string_view line) override { report(EventKind::FirmwareLog, line); }
    bool unterminated(std::string_view line) override;
    void panic(std::string_view reason) override { crash(reason); }
    void note(const char* format, ...) override __attribute__((format(printf, 2, 3)));

    bool survive(bool shared_access);
    void bus_refused(const char* what, std::uint64_t address, std::size_t size) override;
    void report(EventKind kind, std::string_view text);
    void report_state(std::string_view why);

    const RtkitConfig config_;
    Application* application_ = nullptr;
    rtkit::Management management_{*this, *this};
    rtkit::CrashlogEndpoint crashlog_{*this};
    rtkit::SyslogEndpoint syslog_{*this};
    rtkit::IoReportEndpoint ioreport_{*this};
    rtkit::OsLogEndpoint oslog_{*this};

    State state_ = State::Off;
    Serving serving_ = Serving::Stopped;
    std::uint64_t reported_ = std::uint64_t{rtkit::power::kQuiesced} << 32;  ///< state as last told: off
    std::uint16_t iop_power_ = rtkit::power::kOff;
    std::uint16_t ap_power_ = rtkit::power::kQuiesced;  // source: U-Boot takes it for granted after a boot
    std::bitset<256> started_;                          ///< endpoints that take part now
    std::bitset<256> known_;                            ///< endpoints that were started once in this session
    bool needs_reset_ = false;                          ///< only a PMGR reset brings it back
    SimTime boot_status_due_ = kNever;
    bool boot_end_judged_ = false;                         ///< the decide point was asked in this session
    bool boot_stalled_ = false;                            ///< and it never ends
    bool boot_status_judged_ = false;                      ///< the decide point was asked in this session
    std::uint32_t boot_status_ = rtkit::kBootStatusReady;  ///< what will be published
    bool boot_status_shown_ = false;                       ///< the register holds what a session published
    bool boot_status_stale_ = false;                       ///< and that session is over
    std::optional<std::string> crash_reason_;              ///< between crash() and its effect
    rtkit::CrashlogKind crash_kind_ = rtkit::CrashlogKind::WellFormed;
    bool crashlog_owed_ = false;  ///< Crashed: the log is not written yet
};

}  // namespace ans::fw
