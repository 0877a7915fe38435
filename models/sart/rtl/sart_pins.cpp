// SPDX-License-Identifier: MIT
#include "models/sart/rtl/sart_pins.h"

#include <Vsart.h>
#include <verilated_vcd_c.h>

#include "models/rtl/evaluate.h"
#include "models/sart/sart_regs.h"

ANS_EVALUATE(Vsart)

namespace ans::rtl {

SartPins::SartPins(const SartConfig& sart, const TwinConfig& config, const char* name)
    : model(std::make_unique<Vsart>(name)), clock(config, [this] { evaluate(*model); }) {
    Vsart& m = *model;
    m.clk(clock.wire);
    m.reset(reset);
    m.bus_reset(bus_reset);
    m.cfg_v3(cfg_v3);
    m.cfg_boot_locked(cfg_boot_locked);
    m.cfg_together(cfg_together);
    m.note_config(note_config);
    m.boot_write(boot.write);
    m.boot_index(boot.index);
    m.boot_flags(boot.flags);
    m.boot_page(boot.page);
    m.boot_pages(boot.pages);
    ANS_BIND_BUS_PORT(m, mmio, mmio);
    ANS_BIND_DEBUG_PORT(m, debug);
    m.dev_req_valid(device.req_valid);
    m.dev_req_ready(device.req_ready);
    m.dev_req_addr(device.req_addr);
    m.dev_req_length(device.req_length);
    m.dev_rsp_valid(device.rsp_valid);
    m.dev_rsp_ready(device.rsp_ready);
    m.dev_rsp_grant(device.rsp_grant);
    m.dev_rsp_reason(device.rsp_reason);
    m.dev_peek_grant(device.peek_grant);
    m.dev_peek_index(device.peek_index);
    m.probe_index(probe.index);
    m.probe_open(probe.open);
    m.probe_flags(probe.flags);
    m.probe_page(probe.page);
    m.probe_pages(probe.pages);
    m.probe_beyond(probe.beyond);
    cfg_v3 = sart.layout == SartLayout::V3;
    cfg_boot_locked = sart.policies.get<SartBootEntry>() == SartBootEntry::Ignore;
    cfg_together = sart.policies.get<SartStraddle>() == SartStraddle::Allow;
    device.rsp_ready = true;
    device.req_length = 1;
    if (config.waves != nullptr)
        config.waves->add([this](VerilatedVcdC& file) { model->trace(&file, kAllLevels); });
}

SartPins::~SartPins() = default;

void SartPins::power_on(const std::vector<SartConfig::BootEntry>& boot_entries) {
    bus_reset = true;
    clock.power_on_edge();
    bus_reset = false;
    boot.write = true;
    for (std::size_t i = 0; i < boot_entries.size(); ++i) {
        boot.index = static_cast<std::uint32_t>(i);
        boot.flags = boot_entries[i].flags;
        boot.page = static_cast<std::uint32_t>(boot_entries[i].address >> sart_regs::kPageShift);
        boot.pages = static_cast<std::uint32_t>(boot_entries[i].size >> sart_regs::kPageShift);
        clock.power_on_edge();
    }
    boot.write = false;
    reset = true;
    clock.power_on_edge();
    reset = false;
    clock.settle();
}

}  // namespace ans::rtl
