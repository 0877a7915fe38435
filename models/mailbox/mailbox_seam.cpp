// SPDX-License-Identifier: MIT
#include "models/mailbox/mailbox_seam.h"

#include <cstring>

#include "models/mailbox/mailbox_regs.h"

namespace ans {

using namespace mailbox_regs;

namespace {
constexpr std::uint32_t kWord = 8;
static_assert(A2iSend1.offset == A2iSend0.offset + kWord && I2aSend1.offset == I2aSend0.offset + kWord);
}  // namespace

SC_HAS_PROCESS(MailboxSeam);

MailboxSeam::MailboxSeam(sc_core::sc_module_name name, DecidePoint point, const DecideHub& decide)
    : sc_module(name),
      point_(point),
      decide_(decide),
      send0_(point == DecidePoint::MailboxA2i ? A2iSend0.offset : I2aSend0.offset) {
    in.register_b_transport(this, &MailboxSeam::b_transport);
    in.register_transport_dbg(this, &MailboxSeam::transport_dbg);
    SC_METHOD(release_due);
    sensitive << release_;
    dont_initialize();
}

void MailboxSeam::b_transport(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) {
    if (decide_.planned(point_) && is_send(tx) && note(tx))
        judge(tx, delay);
    else
        out->b_transport(tx, delay);
}

void MailboxSeam::on_reset(bool asserted, SimTime) {
    if (asserted == in_reset_) return;
    in_reset_ = asserted;
    sent_ = {};
    held_.clear();
    release_.cancel();
}

// A write that the mailbox will accept; what it refuses is none of the seam's business.
bool MailboxSeam::is_send(const tlm::tlm_generic_payload& tx) const {
    const unsigned length = tx.get_data_length();
    return tx.is_write() && tx.get_address() >= send0_ && tx.get_address() < send0_ + 2 * kWord &&
           (length == 4 || length == 8) && tx.get_address() % length == 0 &&
           tx.get_streaming_width() >= length && tx.get_byte_enable_ptr() == nullptr;
}

/// Remembers the word or half; true where it commits a message.
bool MailboxSeam::note(const tlm::tlm_generic_payload& tx) {
    const auto place = static_cast<std::uint32_t>(tx.get_address()) - send0_;
    const bool low = place % kWord == 0;
    std::uint64_t& word = place < kWord ? sent_.msg0 : sent_.msg1;
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, tx.get_data_ptr(), tx.get_data_length());
    if (tx.get_data_length() == kWord)
        word = bytes;
    else if (low)
        word = (word & ~std::uint64_t{0xffff'ffff}) | bytes;
    else
        word = (word & 0xffff'ffff) | bytes << 32;
    return place >= kWord && low;
}

void MailboxSeam::judge(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) {
    const SimTime at = kernel_now() + from_sc(delay);
    const Verdict verdict = decide_.ask(point_, candidate(sent_, at));
    tx.set_response_status(tlm::TLM_OK_RESPONSE);
    switch (verdict.kind) {
        default:
            out->b_transport(tx, delay);
            break;
        case Verdict::Kind::Drop:
            restore_registers(delay);
            break;
        case Verdict::Kind::Replace: {
            const MailMessage other{verdict.replacement.slot[2], verdict.replacement.slot[1]};
            tx.set_response_status(push(other, delay));
            break;
        }
        case Verdict::Kind::Delay:
            restore_registers(delay);
            held_.add(at + verdict.delay, sent_);
            break;
        case Verdict::Kind::Repeat:
            out->b_transport(tx, delay);
            for (std::uint64_t i = 1; i <= verdict.count; ++i)
                held_.add(at + i * verdict.delay, sent_);
            break;
    }
    notify_at(release_, held_.next_due());
}

void MailboxSeam::inject(const MailMessage& message, std::uint64_t times, SimTime gap) {
    if (in_reset_) return;
    for (std::uint64_t i = 0; i < times; ++i)
        held_.add(kernel_now() + i * gap, message);
    notify_at(release_, held_.next_due());
}

void MailboxSeam::release_due() {
    while (held_.next_due() <= kernel_now())
        push(held_.take(), sc_core::SC_ZERO_TIME);
    notify_at(release_, held_.next_due());
}

/// Commits a message of the seam's own behind the sender's back.
tlm::tlm_response_status MailboxSeam::push(const MailMessage& message, const sc_core::sc_time& delay) {
    write(send0_, message.msg0, kWord, delay);
    const tlm::tlm_response_status response = write(send0_ + kWord, message.msg1, kWord, delay);
    restore_registers(delay);
    return response;
}

// The sender may be between SEND0 and SEND1, or may write only the halves that change. The low half of SEND1
// is left out: it would commit, and is always written by whoever commits.
void MailboxSeam::restore_registers(const sc_core::sc_time& delay) {
    write(send0_, sent_.msg0, kWord, delay);
    write(send0_ + kWord + 4, sent_.msg1 >> 32, 4, delay);
}

tlm::tlm_response_status MailboxSeam::write(std::uint32_t offset, std::uint64_t value, unsigned size,
                                            sc_core::sc_time delay) {
    unsigned char bytes[kWord];
    std::memcpy(bytes, &value, sizeof bytes);
    tlm::tlm_generic_payload tx;
    tx.set_command(tlm::TLM_WRITE_COMMAND);
    tx.set_address(offset);
    tx.set_data_ptr(bytes);
    tx.set_data_length(size);
    tx.set_streaming_width(size);
    tx.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    out->b_transport(tx, delay);
    return tx.get_response_status();
}

// As the mailbox would report it; how many wait afterwards is not known yet.
Event MailboxSeam::candidate(const MailMessage& message, SimTime at) const {
    Event event;
    event.time = at;
    event.kind = EventKind::MailPush;
    event.unit = Unit::Mailbox;
    event.slot[0] = point_ == DecidePoint::MailboxI2a;
    event.slot[1] = message.msg1;
    event.slot[2] = message.msg0;
    return event;
}

}  // namespace ans
