// SPDX-License-Identifier: MIT
#include "host_driver/mailbox/mailbox.h"

#include <mutex>

#include "host_driver/common/bits.h"
#include "host_driver/common/log.h"

namespace ans::driver {

namespace {

// source: hardware.md 3 (register table)
constexpr port::Address kA2iControl = 0x110;
constexpr port::Address kI2aControl = 0x114;
constexpr port::Address kA2iSend0 = 0x800;
constexpr port::Address kA2iSend1 = 0x808;
constexpr port::Address kI2aRecv0 = 0x830;
constexpr port::Address kI2aRecv1 = 0x838;
using ControlFull = Bits<16, 1>;   // source: hardware.md 3, m1n1 hw/asc.py
using ControlEmpty = Bits<17, 1>;  // source: hardware.md 3, m1n1 hw/asc.py

using EndpointWord = Bits<0, 32>;  // bits 31:8 must be zero. source: hardware.md 3
constexpr std::uint64_t kEndpoints = 0x100;

enum Irq { kSendEmpty = 0, kRecvNotEmpty = 3 };  // source: hardware.md 1, 3

constexpr unsigned kMostDropped = 64;    // malformed messages in one look
constexpr unsigned kMaxComplaints = 16;  // about them

constexpr port::Nanoseconds kFullTimeout = ms(500);  // source: linux-6.12 mailbox.c, by hardware.md 3
constexpr port::Nanoseconds kFullPoll = us(10);
// Also with the interrupt FULL is tested again now and then: send-empty may never rise although FULL falls.
constexpr port::Nanoseconds kFullRecheck = ms(10);

}  // namespace

Mailbox::Mailbox(port::Port& port, port::Address base, const std::array<unsigned, 4>& irqs,
                 bool use_interrupts, Measures omit)
    : port_(port),
      base_(base),
      irqs_(irqs),
      use_interrupts_(use_interrupts),
      omit_(omit),
      sending_(port, "mailbox-send"),
      drained_(port.make_signal("mailbox-drained")) {}

void Mailbox::start(port::Signal& arrived) {
    open_ = true;
    if (!use_interrupts_) return;
    const unsigned line = irqs_[kRecvNotEmpty];
    receive_irq_ = IrqLine(port_, line, [this, line, &arrived] {
        port_.irq_mask(line);  // a level: it stays high until the worker has emptied the FIFO
        arrived.notify();
        return port::IrqResult::Handled;
    });
}

void Mailbox::stop() {
    open_ = false;
    receive_irq_.release();
    drained_->notify();
    const std::lock_guard<Mutex> wait_for_sender(sending_);
}

Status Mailbox::send(const Message& message) {
    const std::lock_guard<Mutex> guard(sending_);
    if (!open_) return Status::NotReady;
    if (!omit_.has(Measure::MailboxFullTest) && full() && !wait_until_not_full()) {
        if (!open_) return Status::NotReady;
        log(port_, port::LogLevel::Error, "mailbox: no room for a message to endpoint 0x%02x",
            message.endpoint);
        return Status::Timeout;
    }
    port_.write64(base_ + kA2iSend0, message.msg0);
    port_.write64(base_ + kA2iSend1, message.endpoint);  // this one commits the entry
    return Status::Ok;
}

bool Mailbox::full() {
    return ControlFull::get(port_.read32(base_ + kA2iControl)) != 0;
}

bool Mailbox::wait_until_not_full() {
    if (!use_interrupts_)
        return poll_until(port_, kFullTimeout, kFullPoll, [this] { return !open_ || !full(); }) && open_;
    // Send-empty is high whenever the FIFO is empty, so the line is only asked for while somebody waits.
    const unsigned line = irqs_[kSendEmpty];
    IrqLine irq(port_, line, [this, line] {
        port_.irq_mask(line);
        drained_->notify();
        return port::IrqResult::Handled;
    });
    const Deadline deadline(port_, kFullTimeout);
    while (open_) {
        drained_->wait(std::min(deadline.left(), kFullRecheck));
        if (!full()) return true;
        if (deadline.passed()) return false;
        port_.sleep(
            kFullPoll);  // empty says the line, full says the register: ask again, but not without end
        irq.unmask();
    }
    return false;
}

bool Mailbox::receive(Message& message) {
    // Bounded, so that endless rubbish keeps nobody here; what is left raises the interrupt again.
    for (unsigned looked = 0; looked < kMostDropped && open_; ++looked) {
        if (ControlEmpty::get(port_.read32(base_ + kI2aControl)) != 0) return false;
        const std::uint64_t msg0 = port_.read64(base_ + kI2aRecv0);
        const std::uint64_t msg1 = port_.read64(base_ + kI2aRecv1);  // pops the entry
        const std::uint64_t endpoint = EndpointWord::get(msg1);
        if (endpoint < kEndpoints) {
            message = {msg0, static_cast<std::uint8_t>(endpoint)};
            return true;
        }
        if (++dropped_ <= kMaxComplaints)
            log(port_, port::LogLevel::Warning,
                "mailbox: dropped a message with malformed endpoint word 0x%016llx",
                static_cast<unsigned long long>(msg1));
    }
    return false;
}

}  // namespace ans::driver
