// SPDX-License-Identifier: MIT
// The verilated SART with its pins, clock and ports. What is above speaks TLM, or is a bench that sets both
// ports in one cycle.
#pragma once

#include <memory>
#include <vector>

#include "models/rtl/bus_port.h"
#include "models/rtl/gated_clock.h"
#include "models/sart/sart_block.h"

class Vsart;

namespace ans::rtl {

struct SartPins {
    SartPins(const SartConfig& sart, const TwinConfig& config, const char* name = "rtl");
    ~SartPins();
    /// Clears what a power-on clears, and does the boot loader's part. After elaboration.
    void power_on(const std::vector<SartConfig::BootEntry>& boot_entries);

    DirectWire<bool> reset, bus_reset;
    DirectWire<bool> cfg_v3, cfg_boot_locked, cfg_together;
    DirectWire<bool> note_config;
    struct Boot {
        DirectWire<bool> write;
        DirectWire<std::uint32_t> index, flags, page, pages;
    } boot;
    BusPort32 mmio;
    DebugPort32 debug;
    struct Device {
        DirectWire<bool> req_valid, req_ready;
        DirectWire<std::uint64_t> req_addr;
        DirectWire<std::uint32_t> req_length;
        DirectWire<bool> rsp_valid, rsp_ready, rsp_grant;
        DirectWire<std::uint32_t> rsp_reason;
        DirectWire<bool> peek_grant;
        DirectWire<std::uint32_t> peek_index;
    } device;
    struct Probe {
        DirectWire<std::uint32_t> index;
        DirectWire<bool> open;
        DirectWire<std::uint32_t> flags, page, pages, beyond;
    } probe;

    const std::unique_ptr<Vsart> model;
    GatedClock clock;
};

}  // namespace ans::rtl
