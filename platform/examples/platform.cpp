// SPDX-License-Identifier: MIT
// A platform of somebody's: a bus, memory, one initiator with a quantum keeper, and the machine. The initiator takes over
// from a boot loader that left the firmware running, enables the controller and reads a block of the disk.
#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>
#include <tlm_utils/tlm_quantumkeeper.h>

#include <cstdio>
#include <cstring>
#include <vector>

#include "platform/ans2.h"

using sc_core::sc_time;

constexpr std::uint64_t kRam = 0x8000'0000, kRamSize = 1 << 20, kPage = 4096;

// Decodes: RAM, and the machine for all the rest. The machine's DMA comes in by the same way.
struct SmallBus : sc_core::sc_module {
    tlm_utils::simple_target_socket_tagged<SmallBus> cpu{"cpu"}, dma{"dma"};
    tlm_utils::simple_initiator_socket<SmallBus> machine{"machine"};
    std::vector<unsigned char> ram = std::vector<unsigned char>(kRamSize);

    explicit SmallBus(sc_core::sc_module_name name) : sc_module(name) {
        cpu.register_b_transport(this, &SmallBus::b_transport, 0);
        dma.register_b_transport(this, &SmallBus::b_transport, 1);
    }
    void b_transport(int, tlm::tlm_generic_payload& tx, sc_time& delay) {
        const std::uint64_t offset = tx.get_address() - kRam, size = tx.get_data_length();
        if (offset >= kRamSize) return machine->b_transport(tx, delay);
        if (size > kRamSize - offset) return tx.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        unsigned char* const place = ram.data() + offset;
        if (tx.is_read()) std::memcpy(tx.get_data_ptr(), place, size);
        if (tx.is_write()) std::memcpy(place, tx.get_data_ptr(), size);
        delay += sc_time(100, sc_core::SC_NS);
        tx.set_response_status(tlm::TLM_OK_RESPONSE);
    }
};

struct Initiator : sc_core::sc_module {
    tlm_utils::simple_initiator_socket<Initiator> bus{"bus"};
    sc_core::sc_in<bool> irq{"irq"};
    std::uint64_t nvme = 0;
    bool passed = false;

    SC_HAS_PROCESS(Initiator);
    explicit Initiator(sc_core::sc_module_name name) : sc_module(name) {
        keeper_.set_global_quantum(sc_time(1, sc_core::SC_US));
        SC_THREAD(run);
    }

private:
    template <typename T>
    T access(tlm::tlm_command command, std::uint64_t address, T value = 0) {
        tlm::tlm_generic_payload tx;
        tx.set_command(command);
        tx.set_address(address);
        tx.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
        tx.set_data_length(sizeof value);
        tx.set_streaming_width(sizeof value);
        sc_time delay = keeper_.get_local_time();
        bus->b_transport(tx, delay);
        if (tx.is_response_error()) SC_REPORT_ERROR("platform", tx.get_response_string().c_str());
        keeper_.set(delay);
        if (keeper_.need_sync()) keeper_.sync();
        return value;
    }
    std::uint32_t read32(std::uint64_t a) { return access<std::uint32_t>(tlm::TLM_READ_COMMAND, a); }
    void write32(std::uint64_t a, std::uint32_t v) { access(tlm::TLM_WRITE_COMMAND, a, v); }
    void write64(std::uint64_t a, std::uint64_t v) { access(tlm::TLM_WRITE_COMMAND, a, v); }
    void wait_for(std::uint64_t address, std::uint32_t mask, std::uint32_t value) {
        while ((read32(address) & mask) != value) {
        }
    }

    // Queues in RAM, a page each: 0 admin, 1 I/O. Tag 0 is the admin queue's, tag 1 the I/O queue's.
    static std::uint64_t sq(unsigned q) { return kRam + q * 3 * kPage; }
    static std::uint64_t cq(unsigned q) { return sq(q) + kPage; }
    static std::uint64_t tcbs(unsigned q) { return sq(q) + 2 * kPage; }

    // One command from its doorbell to its completion; returns the status.
    unsigned command(unsigned q, std::uint64_t cdw0, std::uint64_t prp1, std::uint64_t cdw10, std::uint64_t cdw12) {
        const std::uint64_t tag = q, sqe = sq(q) + tag * 64, tcb = tcbs(q) + tag * 128, cqe = cq(q) + 16 * done_[q];
        write64(sqe, (cdw0 & 0xff) | tag << 16 | (cdw0 >> 32) << 32);
        write64(sqe + 24, prp1);
        write64(sqe + 40, cdw10);
        write64(sqe + 48, cdw12);
        write64(tcb, 3 << 8 | tag << 16 | cdw12 << 32);  // data may go either way
        write64(tcb + 24, prp1);
        write32(nvme + (q == 0 ? 0x2490c : 0x24910), static_cast<std::uint32_t>(tag));
        if (q == 1) {  // the admin commands poll, this one has its interrupt
            keeper_.sync();
            if (!irq.read()) wait(irq.posedge_event());
        }
        while ((read32(cqe + 12) >> 16 & 1) == 0) {
        }
        const unsigned status = read32(cqe + 12) >> 17;
        write32(nvme + 0x28118, static_cast<std::uint32_t>(tag));  // TCB_INVAL
        done_[q] = done_[q] + 1;
        write32(nvme + (q == 0 ? 0x1004 : 0x100c), done_[q]);
        return status;
    }

    void run() {
        wait_for(nvme + 0x1300, ~0u, 0xde71ce55);  // BOOT_STATUS
        write32(nvme + 0x24908, 1);                // linear submission queues
        write32(nvme + 0x28100, 63);
        write32(nvme + 0x24008, read32(nvme + 0x24008) & ~(1u << 11));
        write32(nvme + 0x24, 7 | 7 << 16);
        write64(nvme + 0x28, sq(0));
        write64(nvme + 0x30, cq(0));
        write64(nvme + 0x28108, tcbs(0));
        write64(nvme + 0x28110, tcbs(1));
        write32(nvme + 0x14, 0x00460001);
        wait_for(nvme + 0x1c, 1, 1);
        const std::uint64_t block = kRam + 16 * kPage;
        const unsigned bad = command(0, 0x05, cq(1), 7 << 16 | 1 | 3ull << 32, 0)       // Create CQ, with interrupt
                             | command(0, 0x01, sq(1), 7 << 16 | 1 | 0x10001ull << 32, 0)  // Create SQ
                             | command(1, 0x02 | 1ull << 32, block, 5, 0);                 // read block 5
        passed = bad == 0 && access<std::uint64_t>(tlm::TLM_READ_COMMAND, block) == 0x5aa5;
        sc_core::sc_stop();
    }

    tlm_utils::tlm_quantumkeeper keeper_;
    unsigned done_[2] = {0, 0};
};

int sc_main(int, char**) {
    ans::Ans2Config config;
    config.left_running = true;
    config.own_dram = false;
    ans::Ans2 machine("machine", config);
    SmallBus bus("bus");
    Initiator cpu("cpu");
    sc_core::sc_signal<bool> nvme_irq("nvme_irq"), mailbox_irq[4];
    cpu.nvme = machine.profile().nvme.base;
    cpu.bus.bind(bus.cpu);
    cpu.irq.bind(nvme_irq);
    bus.machine.bind(machine.mmio);
    machine.memory().bind(bus.dma);
    machine.nvme_irq.bind(nvme_irq);
    for (unsigned i = 0; i < 4; ++i)
        machine.mailbox_irq[i].bind(mailbox_irq[i]);
    std::vector<std::byte> content(kPage);
    content[0] = std::byte{0xa5};
    content[1] = std::byte{0x5a};
    machine.media().write(5, 1, content.data(), true, 0);

    sc_core::sc_start(sc_time(1, sc_core::SC_SEC));
    std::printf("%s\n", cpu.passed ? "passed" : "failed");
    return cpu.passed ? 0 : 1;
}
