// SPDX-License-Identifier: MIT
#include "firmware_stub/rtkit/processor.h"

#include <algorithm>

#include "firmware_stub/rtkit/messages.h"

namespace ans::fw::rtkit {

Processor::Processor(sc_core::sc_module_name name, std::uint64_t mailbox_base, bool runs)
    : sc_module(name), mailbox_base_(mailbox_base), run_wire_(runs), run_(runs) {}

void Processor::post(Cause cause, SimTime at) {
    causes_.add(at, cause);
    notify_at(wake_, at);
}

void Processor::set_run(bool level, SimTime at) {
    if (level == run_wire_) return;
    run_wire_ = level;
    post(level ? Cause::RunRose : Cause::RunFell, at);
}

void Processor::set_reset(bool level, SimTime at) {
    if (level == reset_wire_) return;
    reset_wire_ = level;
    post(level ? Cause::ResetRose : Cause::ResetFell, at);
}

void Processor::set_mailbox_irq(bool level, SimTime at) {
    if (level == irq_) return;
    irq_ = level;
    irq_since_ = at;
    if (level) notify_at(wake_, at);
}

void Processor::attend() {
    while (interrupted()) {
        const Cause cause = causes_.take();
        if (cause == Cause::RunRose || cause == Cause::RunFell) run_ = cause == Cause::RunRose;
        if (cause == Cause::ResetRose || cause == Cause::ResetFell) reset_ = cause == Cause::ResetRose;
        on(cause);
    }
}

void Processor::spend(SimTime time) {
    const SimTime end = kernel_now() + time + owed_;
    owed_ = 0;
    while (kernel_now() < end && !interrupted())
        wait(to_sc(std::min(end, causes_.next_due()) - kernel_now()), wake_);
}

void Processor::doze(SimTime until, bool listens) {
    spend(0);
    const SimTime due = std::min({until, causes_.next_due(), listens && irq_ ? irq_since_ : kNever});
    if (due == kNever)
        wait(wake_);
    else if (due > kernel_now())
        wait(to_sc(due - kernel_now()), wake_);
}

bool Processor::receive(Mail& mail, std::uint64_t& target) {
    if (interrupted()) return false;
    std::uint32_t control = 0;
    std::uint64_t words[2] = {};
    bool ok = transfer(tlm::TLM_READ_COMMAND, mailbox_base_ + mailbox::kA2iControl, &control, sizeof control);
    if (!ok || mailbox::Empty::get(control) != 0) {
        irq_ = false;  // a wire that says otherwise rises again with the next message
        return false;
    }
    ok = transfer(tlm::TLM_READ_COMMAND, mailbox_base_ + mailbox::kA2iRecv0, &words[0], sizeof words[0]) &&
         transfer(tlm::TLM_READ_COMMAND, mailbox_base_ + mailbox::kA2iRecv1, &words[1], sizeof words[1]);
    if (!ok) {
        irq_ = false;
        return false;
    }
    target = mailbox::Target::get(words[1]);
    mail = {static_cast<std::uint8_t>(target), words[0]};
    history_.add(mail, kernel_now());
    return true;
}

bool Processor::i2a_full() {
    std::uint32_t control = 0;
    return transfer(tlm::TLM_READ_COMMAND, mailbox_base_ + mailbox::kI2aControl, &control, sizeof control) &&
           mailbox::Full::get(control) != 0;
}

void Processor::send(const Mail& mail, SimTime retry, SimTime retry_max) {
    // No wire tells the coprocessor that the FIFO has room again, so it looks.
    while (!interrupted() && i2a_full()) {
        spend(retry);
        retry = std::min(2 * retry, retry_max);
    }
    if (interrupted()) return;
    std::uint64_t words[2] = {mail.msg0, mail.endpoint};
    if (!transfer(tlm::TLM_WRITE_COMMAND, mailbox_base_ + mailbox::kI2aSend0, &words[0], sizeof words[0]) ||
        !transfer(tlm::TLM_WRITE_COMMAND, mailbox_base_ + mailbox::kI2aSend1, &words[1], sizeof words[1]))
        return;
    history_.add(mail, kernel_now());
}

bool Processor::write_register(std::uint64_t address, std::uint32_t value) {
    return !interrupted() && transfer(tlm::TLM_WRITE_COMMAND, address, &value, sizeof value);
}

bool Processor::read_memory(std::uint64_t address, void* data, std::size_t size) {
    return !interrupted() && transfer(tlm::TLM_READ_COMMAND, address, data, size);
}

bool Processor::write_memory(std::uint64_t address, const void* data, std::size_t size) {
    // The payload's pointer is not const in TLM-2.0; a write target only reads it (IEEE 1666, 14.11).
    return !interrupted() && transfer(tlm::TLM_WRITE_COMMAND, address, const_cast<void*>(data), size);
}

bool Processor::transfer(tlm::tlm_command command, std::uint64_t address, void* data, std::size_t size) {
    tlm::tlm_generic_payload tx;
    tx.set_command(command);
    tx.set_address(address);
    tx.set_data_ptr(static_cast<unsigned char*>(data));
    tx.set_data_length(static_cast<unsigned>(size));
    tx.set_streaming_width(static_cast<unsigned>(size));
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    bus->b_transport(tx, delay);
    owed_ += from_sc(delay);
    if (tx.get_response_status() == tlm::TLM_OK_RESPONSE) return true;
    bus_refused(command == tlm::TLM_READ_COMMAND ? "read" : "write", address, size);
    return false;
}

}  // namespace ans::fw::rtkit
