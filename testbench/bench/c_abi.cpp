// SPDX-License-Identifier: MIT
// The reference job by the reference driver, which reaches the machine by the C ABI alone.
#include <stdexcept>

#include "host_driver/nvme/driver.h"
#include "testbench/bench/measure.h"
#include "testbench/capi/port/abi_port.h"
#include "testbench/scenario/io_job.h"

namespace ans::bench {

using nlohmann::ordered_json;

namespace {

void must(bool good, const char* what) {
    if (!good) throw std::runtime_error(std::string("bench: ") + what + ": " + ans2emu_error());
}

std::uint64_t number(ans2emu_machine* machine, const std::string& name) {
    std::uint64_t value = 0;
    must(ans2emu_property_u64(machine, name.c_str(), &value) == ANS2EMU_OK, name.c_str());
    return value;
}

driver::Resources resources_of(ans2emu_machine* machine) {
    driver::Resources resources;
    resources.asc = number(machine, "asc.base");
    resources.mailbox = number(machine, "mailbox.base");
    resources.sart = number(machine, "sart.base");
    resources.nvme = number(machine, "nvme.base");
    resources.sart_version = static_cast<unsigned>(number(machine, "sart.version"));
    for (std::uint64_t i = 0; i < number(machine, "power.domains"); ++i)
        resources.domains.push_back({number(machine, "power." + std::to_string(i) + ".address")});
    resources.reset_domain = static_cast<unsigned>(number(machine, "power.reset_domain"));
    constexpr const char* kLines[] = {"send_empty", "send_not_empty", "recv_empty", "recv_not_empty"};
    for (std::size_t i = 0; i < std::size(kLines); ++i)
        resources.mailbox_irq[i] =
            static_cast<unsigned>(number(machine, std::string("irq.mailbox.") + kLines[i]));
    resources.nvme_irq = static_cast<unsigned>(number(machine, "irq.nvme"));
    return resources;
}

scenario::Io job(scenario::Pattern pattern, std::uint64_t block_kib, unsigned depth, std::uint64_t count,
                 std::uint64_t buffer_mib) {
    scenario::Io io;
    io.pattern = pattern;
    io.block_kib = block_kib;
    io.depth = depth;
    io.count = count;
    io.buffer_mib = buffer_mib;
    return io;
}

// The steps of randread_4k_qd61(); returns the seconds of the measured one.
double work(ans2emu_machine* machine) {
    constexpr std::uint64_t kSeed = 1;
    capi::AbiPort port(machine);
    driver::Driver driver(port, resources_of(machine), {});
    must(driver.probe() == driver::Status::Ok, "probe");
    scenario::Shadow shadow(kSeed);
    const auto run = [&](const scenario::Io& io) {
        const double begin = wall_seconds();
        scenario::IoJob one(port, driver, io, kSeed, driver.identity().capacity, shadow, false);
        must(one.run().errors == 0, "the job");
        return wall_seconds() - begin;
    };
    run(job(scenario::Pattern::Write, 128, 8, 512, 0));
    must(driver.flush() == driver::Status::Ok, "flush");
    run(job(scenario::Pattern::RandRead, 4, 61, 100'000, 64));
    const double seconds = run(job(scenario::Pattern::RandRead, 4, 61, 1'000'000, 64));
    must(driver.shutdown() == driver::Status::Ok, "shutdown");
    return seconds;
}

}  // namespace

ordered_json randread_on_c_abi() {
    ans2emu_options options{};
    options.size = sizeof options;
    options.scenario_text = ANS2EMU_PLAIN_SCENARIO;
    ans2emu_machine* machine = nullptr;
    must(ans2emu_open(&options, &machine) == ANS2EMU_OK, "open");
    double seconds = 0;
    const auto entry = [](ans2emu_machine* inside, void* context) {
        *static_cast<double*>(context) = work(inside);
        return 0;
    };
    must(ans2emu_run(machine, "randread", entry, &seconds, nullptr) == ANS2EMU_OK, "run");
    int passed = 0;
    must(ans2emu_finish(machine, nullptr, &passed) == ANS2EMU_OK && passed == 1, "finish");
    return {{"ns_per_command", seconds / 1'000'000 * 1e9}};
}

}  // namespace ans::bench
