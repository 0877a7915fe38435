// SPDX-License-Identifier: MIT
// Just enough of an ANS2 behind a FakePort to see what the driver does, and to hurt it. No timing, no checks
// of its own beyond what a driver test wants to know; the real machine is models/.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <set>

#include "testbench/support/fake_port.h"

namespace ans::test {

class FakeAns : public FakeDevice {
public:
    static constexpr port::Address kAsc = 0x2'7740'0000, kMailbox = 0x2'7740'8000, kSart = 0x2'7bc5'0000,
                                   kNvme = 0x2'7bcc'0000, kPmgr = 0x2'3b70'0000;
    static constexpr unsigned kMailIrq = 583, kNvmeIrq = 590;
    static constexpr unsigned kBlock = 4096;

    FakeAns() : port_(nullptr) {}
    void attach(FakePort& port) { port_ = &port; }

    std::uint64_t read(port::Address address, unsigned width) override;
    void write(port::Address address, unsigned width, std::uint64_t value) override;

    /// A message of the firmware.
    void mail(std::uint8_t endpoint, std::uint64_t msg0);
    /// The same with the second word as given, which may be malformed.
    void mail_word(std::uint64_t msg1, std::uint64_t msg0);
    /// Ends the firmware with the announcement of a crashlog.
    void crash();
    /// Ends it without a word.
    void fall_silent() { firmware_alive = false, muted_ = true; }
    /// Posts an I/O completion as the device would.
    void complete_io(unsigned tag, std::uint16_t status = 0);
    /// Completes what was held back.
    void release_held();
    unsigned open_windows() const;  ///< SART entries in force beyond the boot loader's
    bool boot_loader_window() const { return sart_[0] == kBootLoaderEntry && sart_[16] == kBootLoaderPage; }
    /// Whether the driver has written `value`, or anything, to a register.
    bool written(port::Address address) const;
    bool written(port::Address address, std::uint64_t value) const;
    /// What the driver gave an endpoint to share; empty without it.
    std::pair<std::byte*, std::size_t> shared(std::uint8_t endpoint);
    bool reset_asserted() const { return (domain_.at(0) & 1u << 31) != 0; }

    // How it behaves.
    bool answer_hello = true;
    bool answer_power = true;
    bool wrong_ack = false;             ///< power acknowledgements name another state
    port::Nanoseconds ready_delay = 0;  ///< from CC.EN to CSTS.RDY
    bool fatal = false;                 ///< CSTS.CFS
    bool boots = true;                  ///< BOOT_STATUS
    bool mailbox_full = false;
    bool lose_mail_irq = false;  ///< the next message raises no interrupt
    std::uint64_t cap = 0x20'0b00'003f;
    bool endless = false;              ///< the message that waits last comes again and again
    std::set<port::Address> faulting;  ///< registers whose access is a bus fault
    std::uint8_t block_shift = 12;
    bool hold_io = false;      ///< I/O commands wait for release_held()
    std::set<unsigned> never;  ///< the n-th I/O commands, from 0, that are never answered
    bool lose_irq = false;     ///< the next completion raises no interrupt
    bool twice = false;        ///< every I/O completion is posted twice
    bool hold_admin = false;   ///< admin commands are never answered
    bool stuck_irq = false;
    bool csts_all_ones = false;
    bool off_the_bus = false;     ///< every NVMe register reads all ones and takes nothing
    bool power_stuck = false;     ///< power domains do not follow
    bool shutdown_hangs = false;  ///< SHST stays 01
    std::uint32_t tcb_stat = 0;
    std::uint16_t io_status = 0;  ///< status of I/O completions
    std::uint8_t mdts = 8;
    std::uint16_t oncs = 4;
    bool left_on = false;  ///< an earlier owner's session is alive; set RUN too
    std::function<void(unsigned tag)> on_io;
    std::function<void()> on_access;  ///< before each register access of the CPU

    // What it saw.
    std::vector<std::string> wrongs;    ///< accesses that would hang or harm real hardware
    std::vector<std::string> sequence;  ///< the life-cycle steps in order
    struct Access {
        port::Address address;
        std::uint64_t value;
        bool operator==(const Access& other) const {
            return address == other.address && value == other.value;
        }
    };
    struct Command {
        std::uint8_t opcode;
        std::uint32_t cdw10;
    };
    std::vector<Access> writes;     ///< to registers
    std::set<port::Address> reads;  ///< of registers
    std::vector<Access> sent;       ///< messages of the driver: endpoint and content
    std::vector<Command> admin_commands;
    std::vector<unsigned> io_tags;  ///< in the order of their doorbells
    unsigned io_commands = 0;
    std::array<std::uint8_t, 64> last_sqe{};
    std::array<std::uint8_t, 128> last_tcb{};
    std::map<std::uint64_t, std::vector<std::byte>> disk;  ///< by LBA
    std::uint32_t run = 0;
    std::uint32_t cc = 0;
    bool firmware_alive = false;

private:
    void step(const char* what) { sequence.emplace_back(what); }
    std::uint64_t read_mailbox(port::Address offset);
    void receive(std::uint8_t endpoint, std::uint64_t msg0);
    void management(std::uint64_t msg0);
    void hello();
    std::uint64_t read_nvme(port::Address offset);
    void write_nvme(port::Address offset, std::uint64_t value);
    void write_cc(std::uint32_t value);
    void admin_command(unsigned tag);
    void io_command(unsigned tag);
    void move_data(const std::uint8_t* sqe, bool to_device);
    void post(bool io, unsigned id, std::uint16_t status, std::uint32_t result);
    void drive_irq();
    void stop_firmware();

    static constexpr std::uint32_t kBootLoaderEntry = 0xff000010, kBootLoaderPage = 0x80000;
    FakePort* port_;
    std::array<std::uint32_t, 2> domain_{};
    std::array<std::uint32_t, 48> sart_ = [] {
        std::array<std::uint32_t, 48> entries{};
        entries[0] = kBootLoaderEntry;
        entries[16] = kBootLoaderPage;
        return entries;
    }();
    std::deque<std::pair<std::uint64_t, std::uint64_t>> outbox_;
    std::uint64_t send0_ = 0;
    bool session_ = false;
    std::map<port::Address, std::uint64_t> nvme_;
    bool ready_ = false, shutting_down_ = false;
    struct Ring {
        port::Address sq = 0, cq = 0;
        unsigned entries = 0, tail = 0, head = 0, phase = 1;
    };
    std::array<Ring, 2> ring_;
    std::vector<unsigned> held_;
    std::map<unsigned, unsigned> ids_;  ///< command ids of I/O commands, by tag
    std::map<std::uint8_t, std::pair<port::Address, std::size_t>> shared_;
    port::Nanoseconds ready_from_ = 0;
    unsigned started_ = 0;
    bool muted_ = false;
};

}  // namespace ans::test
