// SPDX-License-Identifier: MIT
// Session control: opening, boot, power states. Message handlers are in handlers.cpp.
#include "host_driver/rtkit/rtkit.h"

#include <algorithm>

#include "host_driver/common/log.h"

namespace ans::driver::rtkit {

namespace {
constexpr port::Nanoseconds kStepTimeout = ms(1000);  // source: hardware.md 7.2 (Linux 1 s each)
constexpr port::Nanoseconds kPollInterval = us(10);
// The message may be there and only its interrupt be lost. source: guess
constexpr port::Nanoseconds kLostIrqPoll = ms(100);
constexpr unsigned kBatch = 256;        // messages at a time
constexpr unsigned kQueueOf2022 = 64;   // what did not fit was lost. source: incidents.md message-burst
constexpr unsigned kIdleLimit = 1'000;  // wake-ups in a row for no message; then the line is taken for stuck
constexpr port::Nanoseconds kIdlePause = ms(1);
}  // namespace

Rtkit::Rtkit(port::Port& port, Mailbox& mailbox, Sart& sart, RtkitClient& client, bool use_interrupts,
             Measures omit)
    : port_(port),
      mailbox_(mailbox),
      client_(client),
      use_interrupts_(use_interrupts),
      omit_(omit),
      buffers_(port, sart, omit),
      arrived_(port.make_signal("rtkit-arrived")),
      changed_(port.make_signal("rtkit-changed")) {}

Rtkit::~Rtkit() = default;

void Rtkit::open() {
    close();
    phase_ = Phase::Hello;
    failure_ = Status::Ok;
    endpoints_.reset();
    syslog_ = {};
    iop_answer_ = ap_answer_ = kNoAnswer;
    asking_iop_ = crashlog_ready_ = false;
    complaints_ = 0;
    open_ = true;
    if (use_interrupts_) worker_ = port_.spawn("nvme-rtkit", [this] { work(); });
    mailbox_.start(*arrived_);
}

void Rtkit::close() {
    if (!open_) return;
    open_ = false;
    mailbox_.stop();
    arrived_->notify();
    if (worker_) worker_->join();
    worker_.reset();
    if (phase_ != Phase::Crashed) phase_ = Phase::Closed;
}

// Messages are handled in a thread, not in the interrupt: they allocate memory and may wait for a full FIFO.
void Rtkit::work() {
    unsigned idle_wakeups = 0;
    while (open_) {
        arrived_->wait(port::kForever);
        idle_wakeups = process() != 0 ? 0 : idle_wakeups + 1;
        // A line that stays high for nothing must not keep a CPU busy.
        if (idle_wakeups > kIdleLimit && open_) port_.sleep(kIdlePause);
        if (open_) mailbox_.rearm();
    }
}

unsigned Rtkit::process() {
    if (handling_.exchange(true)) return 0;
    struct Leave {
        std::atomic<bool>& handling;
        ~Leave() { handling = false; }
    } leave{handling_};
    // Bounded, so that a flood keeps nobody here; what is left raises the interrupt again, or waits for the
    // next call.
    unsigned handled = 0;
    send_stuck_ = false;
    const unsigned room = omit_.has(Measure::MailboxBackpressure) ? kQueueOf2022 : kBatch;
    for (Message message; handled < kBatch && open_ && !send_stuck_ && mailbox_.receive(message); ++handled)
        if (handled < room) handle(message);
    return handled;
}

template <typename Condition>
bool Rtkit::wait_until(port::Nanoseconds timeout, Condition condition) {
    const Deadline deadline(port_, timeout);
    const bool look = !omit_.has(Measure::PollWhileWaiting);
    for (;;) {
        if (!use_interrupts_) process();
        if (condition() || crashed() || failure_ != Status::Ok) break;
        if (deadline.passed()) return false;
        if (!use_interrupts_)
            port_.sleep(kPollInterval);
        else if (const port::Nanoseconds left = deadline.left();
                 !changed_->wait(look ? std::min(left, kLostIrqPoll) : left) && look && process() != 0)
            log(port_, port::LogLevel::Warning, "RTKit: messages waited without an interrupt");
    }
    return condition() && !crashed() && failure_ == Status::Ok;
}

Status Rtkit::send(std::uint8_t endpoint, std::uint64_t msg0) {
    const Status status = mailbox_.send({msg0, endpoint});
    send_stuck_ = status == Status::Timeout;
    return status;
}

Status Rtkit::boot(Start how) {
    const auto outcome = [this](const char* missing) {
        if (crashed()) return Status::DeviceGone;
        if (failure_ != Status::Ok) return failure_;
        log(port_, port::LogLevel::Error, "RTKit: no %s within a second", missing);
        return Status::Timeout;
    };
    if (how == Start::Wake) {
        asking_iop_ = true;
        if (const Status status = send(kManagement, message(kSetIopPower, PowerState::put(kPowerInit)));
            status != Status::Ok)
            return status;
    }
    const auto awake_already = [&] { return phase_ == Phase::Hello && iop_answer_ == kPowerOn; };
    if (!wait_until(kStepTimeout, [&] { return phase_ > Phase::Hello || awake_already(); }))
        return outcome("HELLO");
    if (awake_already()) return Status::NotReady;
    if (!wait_until(kStepTimeout, [&] { return phase_ > Phase::Map; }))
        return outcome("complete endpoint map");
    if (!wait_until(kStepTimeout, [&] { return iop_answer_ == kPowerOn; }))
        return outcome("IOP power state ON");
    const Status status = set_power(kApPower, kPowerOn, ap_answer_);
    if (status != Status::Ok) return crashed() ? Status::DeviceGone : status;
    asking_iop_ = false;
    phase_ = Phase::Running;
    return Status::Ok;
}

/// Sends a power state and waits for the acknowledgement, which must name exactly that state.
Status Rtkit::set_power(ManagementType type, std::uint16_t state, std::uint32_t& answer) {
    answer = kNoAnswer;
    const Status status = send(kManagement, message(type, PowerState::put(state)));
    if (status != Status::Ok) return status;
    const char* side = type == kApPower ? "AP" : "IOP";
    if (!wait_until(kStepTimeout, [&] { return answer != kNoAnswer; })) {
        if (crashed()) return Status::DeviceGone;
        log(port_, port::LogLevel::Error, "RTKit: %s power state 0x%x was not acknowledged", side, state);
        return Status::Timeout;
    }
    if (answer == state || omit_.has(Measure::PowerAckCheck)) return Status::Ok;
    log(port_, port::LogLevel::Error, "RTKit: %s power state 0x%x was acknowledged as 0x%x", side, state,
        answer);
    return Status::Protocol;
}

Status Rtkit::power_down(std::uint16_t iop_state) {
    if (!open_ || crashed()) return Status::NotReady;
    asking_iop_ = true;
    failure_ = Status::Ok;
    Status status = set_power(kApPower, kPowerQuiesced, ap_answer_);
    if (status == Status::Ok) status = set_power(kSetIopPower, iop_state, iop_answer_);
    if (status == Status::Ok) phase_ = iop_state == kPowerSleep ? Phase::Stopped : Phase::Hello;
    return status;
}

bool Rtkit::alive() {
    return running() && set_power(kApPower, kPowerOn, ap_answer_) == Status::Ok && running();
}

}  // namespace ans::driver::rtkit
