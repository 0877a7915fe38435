// SPDX-License-Identifier: MIT
#include "testbench/capi/properties.h"

namespace ans::capi {

std::vector<Property> properties_of(const scenario::Scenario& scenario, scenario::Rig& rig) {
    const SocProfile& soc = rig.soc().profile();
    const BusRegion& dram = rig.soc().dram_region();
    std::vector<Property> all{
        {"soc.name", std::string(soc.name)},
        {"soc.title", std::string(soc.title)},
        {"soc.compatible", std::string(soc.compatible)},
        {"firmware.generation", std::string(scenario::generation_name(scenario.firmware.generation))},
        {"scenario.name", scenario.title()},
        {"scenario.seed", scenario.seed},
    };
    const auto window = [&](const std::string& name, std::uint64_t base, std::uint64_t size) {
        all.push_back({name + ".base", base});
        all.push_back({name + ".size", size});
    };
    window("asc", soc.asc.base, soc.asc.size);
    window("mailbox", soc.mailbox.base, soc.mailbox.size);
    window("sart", soc.sart.base, soc.sart.size);
    window("nvme", soc.nvme.base, soc.nvme.size);
    window("pmgr", soc.pmgr.base, soc.pmgr.size);
    window("dram", dram.base, dram.size);
    window("identity", rig.identity().base, rig.identity().size);
    all.push_back({"sart.version", static_cast<std::uint64_t>(soc.sart_version)});
    constexpr std::array kMailboxLines{"send_empty", "send_not_empty", "recv_empty", "recv_not_empty"};
    for (std::size_t i = 0; i < kMailboxLines.size(); ++i)
        all.push_back({std::string("irq.mailbox.") + kMailboxLines[i], std::uint64_t{soc.mailbox_irq[i]}});
    all.push_back({"irq.nvme", std::uint64_t{soc.nvme_irq}});
    all.push_back({"power.domains", std::uint64_t{soc.domain_count}});
    all.push_back({"power.reset_domain", std::uint64_t{soc.reset_domain}});
    for (std::size_t i = 0; i < soc.domain_count; ++i) {
        const std::string domain = "power." + std::to_string(i);
        all.push_back({domain + ".name", std::string(soc.domains[i].name)});
        all.push_back({domain + ".address", soc.pmgr.base + soc.domains[i].offset});
    }
    return all;
}

}  // namespace ans::capi
