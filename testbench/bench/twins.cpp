// SPDX-License-Identifier: MIT
#include "testbench/bench/twins.h"

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <vector>

#include "models/mailbox/mailbox_regs.h"
#include "models/sart/sart_regs.h"
#include "models/soc/twins.h"
#include "testbench/bench/measure.h"
#include "testbench/bench/turns.h"

namespace ans::bench {

using nlohmann::ordered_json;

namespace {

constexpr int kBoots = 5;
constexpr unsigned kTurns = 7;
constexpr unsigned kAccesses = 200'000;

/// Reads one register again and again; the rest of its sockets only have to be bound.
struct Around : sc_core::sc_module {
    explicit Around(sc_core::sc_module_name name) : sc_module(name) {}
    void read(std::uint64_t offset) {
        std::uint32_t value = 0;
        tlm::tlm_generic_payload tx;
        tx.set_command(tlm::TLM_READ_COMMAND);
        tx.set_address(offset);
        tx.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
        tx.set_data_length(sizeof value);
        tx.set_streaming_width(sizeof value);
        sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
        registers->b_transport(tx, delay);
    }
    tlm_utils::simple_initiator_socket<Around> registers{"registers"}, other{"other"};
};

/// Memory behind SART that nobody reaches.
struct NoMemory : sc_core::sc_module {
    explicit NoMemory(sc_core::sc_module_name name) : sc_module(name) {
        socket.register_b_transport(this, &NoMemory::b_transport);
    }
    void b_transport(tlm::tlm_generic_payload&, sc_core::sc_time&) {}
    tlm_utils::simple_target_socket<NoMemory> socket{"socket"};
};

template <typename AnyBlock>
ordered_json reads_of(const AnyBlock& block, Around& around, std::uint32_t offset) {
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    const std::uint64_t cycles = block.cycles();
    const double start = wall_seconds();
    for (unsigned i = 0; i < kAccesses; ++i)
        around.read(offset);
    const double seconds = wall_seconds() - start;
    return {{"ns", seconds / kAccesses * 1e9},
            {"cycles_per_second", static_cast<double>(block.cycles() - cycles) / seconds}};
}

template <Implementation which>
ordered_json mailbox_reads() {
    TwinChoice choice;
    choice.mailbox = which;
    const Twins twins(choice);
    const std::unique_ptr<MailboxBlock> mailbox = twins.mailbox("mailbox", {});
    Around around("around");
    around.registers.bind(mailbox->ap);
    around.other.bind(mailbox->iop);
    return reads_of(*mailbox, around, mailbox_regs::A2iControl.offset);
}

template <Implementation which>
ordered_json sart_reads() {
    TwinChoice choice;
    choice.sart = which;
    const Twins twins(choice);
    const std::unique_ptr<SartBlock> sart = twins.sart("sart", SartConfig());
    Around around("around");
    around.registers.bind(sart->mmio);
    around.other.bind(sart->device);
    NoMemory memory("memory");
    sart->memory.bind(memory.socket);
    return reads_of(*sart, around, sart_regs::v2::Config.offset);
}

ordered_json figures(Measure tlm, Measure rtl, Measure lockstep, double main_job_slowdown) {
    const ordered_json twin = in_child(rtl);
    return {{"tlm_ns_per_access", in_child(tlm).at("ns")},
            {"rtl_ns_per_access", twin.at("ns")},
            {"lockstep_ns_per_access", in_child(lockstep).at("ns")},
            {"cycles_per_second", twin.at("cycles_per_second")},
            {"main_job_slowdown", main_job_slowdown}};
}

}  // namespace

ordered_json twin_figures(const std::string& program) {
    using I = Implementation;
    if (!Twins::built()) return nullptr;
    const Turns main_job(
        {[] { return short_randread("{}"); }, [] { return short_randread(R"({"mailbox": "rtl"})"); },
         [] { return short_randread(R"({"sart": "rtl"})"); }},
        kTurns, "ns_per_command");
    ordered_json all;
    all["mailbox"] = figures(&mailbox_reads<I::Tlm>, &mailbox_reads<I::Rtl>, &mailbox_reads<I::Lockstep>,
                             main_job.median_ratio(1, 0));
    all["sart"] = figures(&sart_reads<I::Tlm>, &sart_reads<I::Rtl>, &sart_reads<I::Lockstep>,
                          main_job.median_ratio(2, 0));
    std::vector<double> boots;
    for (int i = 0; i < kBoots; ++i)
        boots.push_back(
            boot_to_exit(program, {"--set", "models.mailbox=rtl", "--set", "models.sart=rtl"}).wall_ms);
    all["boot_ms"] = median_of(std::move(boots));
    return all;
}

}  // namespace ans::bench
