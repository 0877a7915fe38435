// SPDX-License-Identifier: MIT
#include "testbench/support/fake_ans.h"

#include <algorithm>
#include <cstring>

namespace ans::test {

namespace {
template <typename T>
T get(const std::uint8_t* from) {
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
}
constexpr std::uint64_t type(std::uint64_t t) {
    return t << 52;
}
}  // namespace

std::uint64_t FakeAns::read(port::Address address, unsigned) {
    if (on_access) on_access();
    if (faulting.count(address) != 0) throw port::BusFault(address, 4, false);
    reads.insert(address);
    if (address >= kPmgr && address < kPmgr + 8) {
        std::uint32_t& domain = domain_[(address - kPmgr) / 4];
        if (power_stuck) return domain & ~0xf0u;
        return domain = (domain & ~0xf0u) | (domain & 0xf) << 4;
    }
    if (address == kAsc + 0x44) return run;
    if (address >= kMailbox && address < kMailbox + 0x4000) return read_mailbox(address - kMailbox);
    if (address >= kSart && address < kSart + 0xc0) return sart_[(address - kSart) / 4];
    if (address >= kNvme) return read_nvme(address - kNvme);
    wrongs.push_back("read of nothing");
    return ~0ull;
}

void FakeAns::write(port::Address address, unsigned, std::uint64_t value) {
    if (on_access) on_access();
    if (faulting.count(address) != 0) throw port::BusFault(address, 4, true);
    writes.push_back({address, value});
    const auto word = static_cast<std::uint32_t>(value);
    if (address >= kPmgr && address < kPmgr + 8) {
        const bool was = reset_asserted();
        domain_[(address - kPmgr) / 4] = word;
        if (!was && reset_asserted()) {
            step("reset");
            stop_firmware();
            cc = 0;
        }
        if (was && !reset_asserted()) step("release");
        if (address == kPmgr && (word & 0xf) == 0) step("power off");
    } else if (address == kAsc + 0x44) {
        const bool start = (word & 0x10) != 0 && run == 0;
        if ((word & 0x10) == 0 && firmware_alive) wrongs.push_back("RUN cleared under live firmware");
        if ((word & 0x10) == 0 && run != 0) step("stop");
        run = word & 0x10;
        if (start) {
            step("start");
            firmware_alive = true;
            if (answer_hello) hello();
        }
    } else if (address == kMailbox + 0x800) {
        send0_ = value;
    } else if (address == kMailbox + 0x808) {
        if (mailbox_full) wrongs.push_back("mailbox written when full");
        receive(static_cast<std::uint8_t>(value), send0_);
    } else if (address >= kSart && address < kSart + 0xc0) {
        sart_[(address - kSart) / 4] = word;
    } else if (address >= kNvme) {
        write_nvme(address - kNvme, value);
    } else {
        wrongs.push_back("write to nothing");
    }
}

unsigned FakeAns::open_windows() const {
    unsigned open = 0;
    for (unsigned i = 1; i < 16; ++i)
        open += sart_[i] >> 24 != 0;
    return open;
}

bool FakeAns::written(port::Address address) const {
    return std::any_of(writes.begin(), writes.end(),
                       [&](const Access& write) { return write.address == address; });
}
bool FakeAns::written(port::Address address, std::uint64_t value) const {
    return std::find(writes.begin(), writes.end(), Access{address, value}) != writes.end();
}

std::pair<std::byte*, std::size_t> FakeAns::shared(std::uint8_t endpoint) {
    const auto found = shared_.find(endpoint);
    if (found == shared_.end()) return {nullptr, 0};
    const auto [address, size] = found->second;
    return {port_->memory(address, size), size};
}

void FakeAns::stop_firmware() {
    firmware_alive = session_ = ready_ = shutting_down_ = false;
    outbox_.clear();
    held_.clear();
    shared_.clear();
    ring_ = {};
    port_->set_irq(kMailIrq + 3, false);
    drive_irq();
}

// --- RTKit ------------------------------------------------------------------------------------------------

std::uint64_t FakeAns::read_mailbox(port::Address offset) {
    if (offset == 0x110) return mailbox_full ? 1u << 16 : 1u << 17;
    if (offset == 0x114) return outbox_.empty() ? 1u << 17 : 0;
    if (outbox_.empty()) return 0;
    if (offset == 0x830) return outbox_.front().first;
    const std::uint64_t msg1 = outbox_.front().second;
    if (!endless || outbox_.size() > 1) outbox_.pop_front();
    port_->set_irq(kMailIrq + 3, !outbox_.empty());
    return msg1;
}

void FakeAns::mail(std::uint8_t endpoint, std::uint64_t msg0) {
    mail_word(endpoint, msg0);
}

void FakeAns::mail_word(std::uint64_t msg1, std::uint64_t msg0) {
    outbox_.emplace_back(msg0, 0x10'0000'0000'0000u | msg1);
    if (!std::exchange(lose_mail_irq, false)) port_->set_irq(kMailIrq + 3, true);
}

void FakeAns::hello() {
    session_ = true;
    mail(0, type(1) | 11 | 12 << 16);
}

void FakeAns::receive(std::uint8_t endpoint, std::uint64_t msg0) {
    sent.push_back({endpoint, msg0});
    if (!firmware_alive) return;
    if (endpoint == 0) management(msg0);
    if ((endpoint == 1 || endpoint == 2 || endpoint == 4) && msg0 >> 52 == 1)
        shared_[endpoint] = {msg0 & ((1ull << 44) - 1), (msg0 >> 44 & 0xff) * 4096};
}

void FakeAns::management(std::uint64_t msg0) {
    const std::uint64_t state = msg0 & 0xffff;
    switch (msg0 >> 52 & 0xff) {
        case 2:
            mail(0, type(8) | 1ull << 51 | 0x51f);
            return;  // 0 to 4, 8, 0x0a
        case 8:
            mail(1, type(1) | 4ull << 44);
            mail(2, type(1) | 1ull << 44);
            mail(8, 1ull << 56 | 0x1800ull << 36);
            mail(0, type(7) | 0x20);
            return;
        case 0xb:
            if (answer_power) mail(0, type(0xb) | (wrong_ack ? 0x201 : state));
            return;
        case 6:
            if (!answer_power) return;
            if ((state & 0xff) == 0x20 && !left_on) return hello();
            if (state == 0x01) {
                if ((cc & 1) != 0) wrongs.push_back("firmware sent to sleep with CC.EN set");
                step("sleep");
                firmware_alive = left_on = false;
            }
            mail(0, type(7) | (state & 0xff));
            return;
        default:
            return;
    }
}

void FakeAns::crash() {
    mail(1, type(1) | 4ull << 44);
    fall_silent();
}

// --- NVMe -------------------------------------------------------------------------------------------------

std::uint64_t FakeAns::read_nvme(port::Address offset) {
    if (!firmware_alive && !csts_all_ones && !muted_) wrongs.push_back("NVMe register read while stopped");
    if (off_the_bus) return ~0ull;
    switch (offset) {
        case 0x00:
            return cap;
        case 0x14:
            return cc;
        case 0x1c:
            if (csts_all_ones) return 0xffff'ffff;
            return (ready_ && port_->now() >= ready_from_ ? 1u : 0u) | (fatal ? 2u : 0u) |
                   (shutting_down_ ? (shutdown_hangs ? 4u : 8u) : 0u);
        case 0x1300:
            return boots && firmware_alive ? 0xde71ce55 : 0;
        case 0x24008:
            return 0x800;
        case 0x28120:
            return tcb_stat;
        default:
            return nvme_[offset];
    }
}

void FakeAns::write_nvme(port::Address offset, std::uint64_t value) {
    if (!firmware_alive && !muted_) wrongs.push_back("NVMe register written while stopped");
    if (off_the_bus) return;
    nvme_[offset] = value;
    const auto tag = static_cast<unsigned>(value);
    switch (offset) {
        case 0x14:
            return write_cc(tag);
        case 0x2490c:
            return admin_command(tag);
        case 0x24910:
            return io_command(tag);
        case 0x1004:
        case 0x100c:
            ring_[offset == 0x100c].head = tag;
            return drive_irq();
        default:
            return;
    }
}

void FakeAns::write_cc(std::uint32_t value) {
    if ((value >> 14 & 3) == 1 && !shutting_down_) {
        step("shutdown");
        shutting_down_ = true;
    }
    if ((value & 1) != 0 && (cc & 1) == 0) {
        step("enable");
        ready_ = true;
        ready_from_ = port_->now() + ready_delay;
        shutting_down_ = false;
        ring_[0] = {nvme_[0x28], nvme_[0x30], static_cast<unsigned>(nvme_[0x24] >> 16) + 1};
    }
    if ((value & 1) == 0 && (cc & 1) != 0) {
        step("disable");
        if (!shutting_down_) wrongs.push_back("CC.EN cleared without SHN");
        if (ring_[1].cq != 0) wrongs.push_back("CC.EN cleared with I/O queues");
        ready_ = false;
        ring_ = {};
        drive_irq();
    }
    cc = value;
}

void FakeAns::post(bool io, unsigned id, std::uint16_t status, std::uint32_t result) {
    Ring& ring = ring_[io];
    if (ring.cq == 0) return;
    if ((ring.tail + 1) % ring.entries == ring.head) wrongs.push_back("completion queue overrun");
    std::byte* at = port_->memory(ring.cq + 16 * ring.tail, 16);
    if (at == nullptr) return wrongs.push_back("completion to freed memory");
    const std::uint32_t entry[4] = {result, 0, 0,
                                    id | (static_cast<std::uint32_t>(status) << 1 | ring.phase) << 16};
    std::memcpy(at, entry, sizeof entry);
    if (++ring.tail == ring.entries) {
        ring.tail = 0;
        ring.phase ^= 1;
    }
    if (!std::exchange(lose_irq, false)) drive_irq();
}

void FakeAns::drive_irq() {
    const auto waiting = [](const Ring& ring) { return ring.cq != 0 && ring.head != ring.tail; };
    port_->set_irq(kNvmeIrq, stuck_irq || waiting(ring_[0]) || waiting(ring_[1]));
}

void FakeAns::admin_command(unsigned tag) {
    const std::byte* at = port_->memory(ring_[0].sq + 64 * tag, 64);
    if (at == nullptr) return wrongs.push_back("admin doorbell without a queue");
    std::array<std::uint8_t, 64> sqe;
    std::memcpy(sqe.data(), at, 64);
    const auto cdw10 = get<std::uint32_t>(&sqe[40]);
    const auto prp1 = get<std::uint64_t>(&sqe[24]);
    admin_commands.push_back({sqe[0], cdw10});
    if (hold_admin || muted_) return;
    std::uint16_t status = 0;
    switch (sqe[0]) {
        case 0x06: {
            auto* page = reinterpret_cast<std::uint8_t*>(port_->memory(prp1, 4096));
            if (page == nullptr) return wrongs.push_back("identify to nowhere");
            if (cdw10 == 1) {
                std::memcpy(page + 24, "APPLE SSD AP0512Z   ", 20);
                std::memcpy(page + 64, "499.0.9 ", 8);
                page[77] = mdts;
                page[516] = 3;
                std::memcpy(page + 520, &oncs, 2);
            } else {
                const std::uint64_t blocks = 1 << 20;
                std::memcpy(page, &blocks, 8);
                page[130] = block_shift;
            }
            break;
        }
        case 0x05:
            ring_[1].cq = prp1, ring_[1].entries = (cdw10 >> 16) + 1;
            break;
        case 0x01:
            ring_[1].sq = prp1;
            break;
        case 0x00:
            ring_[1].sq = 0;
            break;
        case 0x04:
            ring_[1] = {};
            break;
        case 0x02:
            status = (cdw10 & 0xff) == 1 ? 0x109 : 0;
            break;
        default:
            break;
    }
    post(false, get<std::uint16_t>(&sqe[2]), status, 0x1234);
}

void FakeAns::io_command(unsigned tag) {
    const unsigned number = io_commands++;
    const std::byte* sqe = port_->memory(ring_[1].sq + 64 * tag, 64);
    const std::byte* tcb = port_->memory(nvme_[0x28110] + 128 * tag, 128);
    if (ring_[1].sq == 0 || sqe == nullptr || tcb == nullptr)
        return wrongs.push_back("I/O doorbell without a queue");
    std::memcpy(last_sqe.data(), sqe, 64);
    std::memcpy(last_tcb.data(), tcb, 128);
    ids_[tag] = get<std::uint16_t>(&last_sqe[2]);
    io_tags.push_back(tag);
    if (on_io) on_io(tag);
    if (never.count(number) != 0 || muted_) return;
    if (last_sqe[0] == 1 || last_sqe[0] == 2) move_data(last_sqe.data(), last_sqe[0] == 1);
    if (hold_io)
        held_.push_back(tag);
    else
        complete_io(tag, io_status);
    if (twice) complete_io(tag);
}

void FakeAns::release_held() {
    for (const unsigned tag : std::exchange(held_, {}))
        complete_io(tag, io_status);
}

void FakeAns::complete_io(unsigned tag, std::uint16_t status) {
    post(true, ids_.count(tag) != 0 ? ids_[tag] : tag, status, 0);
}

/// Transfers of one or two pages.
void FakeAns::move_data(const std::uint8_t* sqe, bool to_device) {
    const auto lba = get<std::uint64_t>(sqe + 40);
    const unsigned blocks = get<std::uint16_t>(sqe + 48) + 1u;
    for (unsigned i = 0; i < blocks && i < 2; ++i) {
        std::byte* page = port_->memory(get<std::uint64_t>(sqe + 24 + 8 * i), kBlock);
        if (page == nullptr) return wrongs.push_back("data to nowhere");
        auto& block = disk[lba + i];
        block.resize(kBlock);
        if (to_device)
            std::memcpy(block.data(), page, kBlock);
        else
            std::memcpy(page, block.data(), kBlock);
    }
}

}  // namespace ans::test
