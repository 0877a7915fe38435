// SPDX-License-Identifier: MIT
// The whole machine - hardware, firmware, disk - as one module for somebody else's SystemC platform. Loosely
// timed, base protocol, 32-bit sockets; its targets never wait and ask nothing of an initiator's extensions.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <array>
#include <memory>
#include <string>

#include "firmware_stub/ans/service.h"
#include "firmware_stub/rtkit/rtkit.h"
#include "models/media/media.h"
#include "models/soc/soc.h"
#include "platform/level_signal.h"

namespace ans {

struct Ans2Config {
    std::string soc = "t8103";             ///< t8103, t8112, t6000, t6020
    std::string firmware = "macos13";      ///< macos12, macos13
    bool left_running = false;             ///< a boot loader left the firmware up; else RUN is clear
    std::string image;                     ///< file with the disk; "": memory
    bool read_only = false;                ///< of the image
    std::uint64_t disk_bytes = 64u << 20;  ///< of a disk in memory
    bool own_dram = true;                  ///< false: all memory is the platform's, behind `memory`
    std::uint64_t dram_base = 0;           ///< of our own; 0: the SoC's
    std::uint64_t dram_size = 0;           ///< bytes, of our own; 0: the SoC's
    Policies policies;                     ///< what hardware does where nobody knows
    EventHub* events = &EventHub::none();  ///< every fact, for sinks of yours; outlives the module
    DecideHub* decide = &DecideHub::none();
};

class Ans2 : public sc_core::sc_module, private InterruptSinkIf {
public:
    /// The registers and our own DRAM at the SoC's physical addresses. Optional.
    tlm_utils::simple_target_socket_optional<Ans2> mmio{"mmio"};
    // Or each block's registers at 0. Optional.
    tlm_utils::simple_target_socket_tagged_optional<Ans2> asc{"asc"};
    tlm_utils::simple_target_socket_tagged_optional<Ans2> mailbox{"mailbox"};
    tlm_utils::simple_target_socket_tagged_optional<Ans2> sart{"sart"};
    tlm_utils::simple_target_socket_tagged_optional<Ans2> nvme{"nvme"};
    tlm_utils::simple_target_socket_tagged_optional<Ans2> pmgr{"pmgr"};

    /// The machine's way to memory that is not its own: absolute addresses. Its target must not wait, or
    /// grant DMI.
    tlm_utils::simple_initiator_socket_optional<Dram>& memory() { return soc_.dram().beyond; }

    sc_core::sc_out<bool> nvme_irq{"nvme_irq"};
    /// In the order of the device tree: send-empty, send-not-empty, recv-empty, recv-not-empty.
    std::array<sc_core::sc_out<bool>, 4> mailbox_irq{
        {sc_core::sc_out<bool>{"send_empty_irq"}, sc_core::sc_out<bool>{"send_not_empty_irq"},
         sc_core::sc_out<bool>{"recv_empty_irq"}, sc_core::sc_out<bool>{"recv_not_empty_irq"}}};

    /// Throws std::invalid_argument for an unknown SoC or firmware, MediaOpenError for an image that cannot
    /// be used.
    Ans2(sc_core::sc_module_name name, const Ans2Config& config);
    ~Ans2() override;

    const SocProfile& profile() const { return soc_.profile(); }
    Soc& soc() { return soc_; }
    Media& media() { return *media_; }
    fw::Rtkit& firmware() { return rtkit_; }

private:
    void transport(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay);
    unsigned transport_dbg(tlm::tlm_generic_payload& tx) { return to_soc_->transport_dbg(tx); }
    bool get_direct_mem_ptr(tlm::tlm_generic_payload& tx, tlm::tlm_dmi& dmi) {
        return to_soc_->get_direct_mem_ptr(tx, dmi);
    }
    void invalidate(sc_dt::uint64 first, sc_dt::uint64 last);
    void block_transport(int block, tlm::tlm_generic_payload& tx, sc_core::sc_time& delay);
    unsigned block_transport_dbg(int block, tlm::tlm_generic_payload& tx);
    void on_interrupt(unsigned line, bool level, SimTime at) override;
    void end_of_elaboration() override;

    std::unique_ptr<Media> media_;
    Soc soc_;
    fw::Rtkit rtkit_;
    fw::AnsService service_;
    std::array<Window, 5> windows_;  ///< of the blocks' own sockets, by their tags
    tlm_utils::simple_initiator_socket<Ans2> to_soc_{"to_soc"};
    sc_core::sc_export<InterruptSinkIf> interrupt_sink_{"interrupt_sink"};
    LevelSignal nvme_level_{"nvme_level"};
    std::array<std::unique_ptr<LevelSignal>, 4> mailbox_levels_;
};

}  // namespace ans
