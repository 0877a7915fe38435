// SPDX-License-Identifier: MIT
// One block alone: a mailbox, and two initiators that talk through it.
#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>

#include <cstdio>

#include "models/mailbox/mailbox.h"
#include "platform/level_signal.h"

// Offsets: `ans2emu regs mailbox`.
constexpr std::uint64_t kA2iSend0 = 0x800, kA2iSend1 = 0x808, kA2iRecv0 = 0x810, kA2iRecv1 = 0x818;

struct Talk : sc_core::sc_module {
    tlm_utils::simple_initiator_socket<Talk> ap{"ap"}, iop{"iop"};
    sc_core::sc_in<bool> a2i_waits{"a2i_waits"};
    bool passed = false;

    SC_HAS_PROCESS(Talk);
    explicit Talk(sc_core::sc_module_name name) : sc_module(name) {
        SC_THREAD(send);
        SC_THREAD(receive);
    }

private:
    std::uint64_t access(tlm_utils::simple_initiator_socket<Talk>& socket, tlm::tlm_command command,
                                std::uint64_t address, std::uint64_t value = 0) {
        tlm::tlm_generic_payload tx;
        sc_core::sc_time delay;
        tx.set_command(command);
        tx.set_address(address);
        tx.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
        tx.set_data_length(sizeof value);
        tx.set_streaming_width(sizeof value);
        socket->b_transport(tx, delay);
        if (tx.is_response_error()) SC_REPORT_ERROR("mailbox", tx.get_response_string().c_str());
        wait(delay);
        return value;
    }
    void send() {
        wait(sc_core::sc_time(1, sc_core::SC_US));
        access(ap, tlm::TLM_WRITE_COMMAND, kA2iSend0, 0x1234);
        access(ap, tlm::TLM_WRITE_COMMAND, kA2iSend1, 0x20);  // the endpoint; this write commits
    }
    void receive() {
        wait(a2i_waits.posedge_event());
        const std::uint64_t message = access(iop, tlm::TLM_READ_COMMAND, kA2iRecv0);
        const std::uint64_t endpoint = access(iop, tlm::TLM_READ_COMMAND, kA2iRecv1) & 0xff;
        passed = message == 0x1234 && endpoint == 0x20;
    }
};

int sc_main(int, char**) {
    ans::Mailbox mailbox("mailbox", {});
    ans::LevelSignal waits("waits");
    sc_core::sc_signal<bool> wire("wire");
    Talk talk("talk");
    talk.ap.bind(mailbox.ap);
    talk.iop.bind(mailbox.iop);
    mailbox.iop_doorbell.bind(waits.in);
    waits.out.bind(wire);
    talk.a2i_waits.bind(wire);
    sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_MS));
    std::printf("%s\n", talk.passed ? "passed" : "failed");
    return talk.passed ? 0 : 1;
}
