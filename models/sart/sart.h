// SPDX-License-Identifier: MIT
// SART: lets the firmware's own DMA through to memory where an entry allows it, and nowhere else.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <array>
#include <vector>

#include "models/common/event.h"
#include "models/common/policy.h"
#include "models/common/reg_bank.h"
#include "models/common/wire.h"
#include "models/sart/sart_regs.h"

namespace ans {

/// source: hardware.md 4
enum class SartLayout : std::uint8_t {
    V2,  ///< t8103: size inside CONFIG, 36-bit addresses
    V3   ///< t8112, t600x, t602x: SIZE registers, 42-bit addresses
};

struct SartConfig {
    /// An entry that the boot loader left enabled; they take the indices from 0.
    struct BootEntry {
        std::uint64_t address;  ///< whole pages of 4 KiB
        std::uint64_t size;     ///< bytes, whole pages
        std::uint8_t flags;     ///< not 0
    };
    EventHub* events = &EventHub::none();
    Policies policies;
    SartLayout layout = SartLayout::V2;
    std::vector<BootEntry> boot_entries;
};

/// An access passes if one enabled entry covers all of it. A refused one gets TLM_ADDRESS_ERROR, or reads
/// zeros and vanishes by policy sart_violation; a malformed one TLM_BURST_ERROR. Adds no time.
class Sart : public sc_core::sc_module {
public:
    tlm_utils::simple_target_socket<Sart> mmio{"mmio"};         ///< registers, offsets from 0
    tlm_utils::simple_target_socket<Sart> device{"device"};     ///< firmware's accesses, physical addresses
    tlm_utils::simple_initiator_socket<Sart> memory{"memory"};  ///< what was let through
    /// Asserted: the boot loader's entries are back, all others are gone.
    LevelIn<Sart> reset{"reset", *this, &Sart::on_reset};

    /// Throws std::invalid_argument on a boot loader entry that the layout cannot hold.
    Sart(sc_core::sc_module_name name, const SartConfig& config);

    static const RegMap& register_map(SartLayout layout);

private:
    static constexpr unsigned kEntries = sart_regs::kEntries;

    /// An entry as its registers stand.
    struct Entry {
        std::uint64_t address = 0;
        std::uint64_t size = 0;  ///< bytes
        std::uint8_t flags = 0;
        bool operator==(const Entry& o) const {
            return address == o.address && size == o.size && flags == o.flags;
        }
    };
    /// What it opens, both ends included; first > last: nothing.
    struct Window {
        std::uint64_t first = 1;
        std::uint64_t last = 0;
        bool covers(std::uint64_t from, std::uint64_t to) const { return first <= from && to <= last; }
    };
    /// Order of the event table's reasons.
    enum class Denial : std::uint8_t { NoEntry, Partial, Wraps, BeyondReach, None };

    void end_of_elaboration() override { elaborated_ = true; }

    // Registers.
    void mmio_transport(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay);
    unsigned mmio_debug(tlm::tlm_generic_payload& tx);
    void on_register(const Reg& reg, const RegAccess& access);
    void on_reset(bool asserted, SimTime at);
    Entry decode(unsigned index) const;
    void store(unsigned index, const Entry& entry);
    void take_over(unsigned index);
    void announce(unsigned index, SimTime at);

    // Filter.
    void device_transport(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay);
    unsigned device_debug(tlm::tlm_generic_payload& tx);
    bool device_dmi(tlm::tlm_generic_payload& tx, tlm::tlm_dmi& dmi);
    void invalidate(sc_dt::uint64 first, sc_dt::uint64 last) {
        device->invalidate_direct_mem_ptr(first, last);
    }
    Denial judge(std::uint64_t address, std::uint64_t size) const;
    bool covered_together(std::uint64_t from, std::uint64_t to) const;
    void refuse(Denial denial, tlm::tlm_generic_payload& tx, SimTime at);
    void report(Denial denial, const tlm::tlm_generic_payload& tx, SimTime at);

    const SartConfig config_;
    const std::uint64_t reach_;  ///< first address that no entry can open
    RegBank regs_;
    std::array<Entry, kEntries> entries_{};    ///< in force
    std::array<Entry, kEntries> announced_{};  ///< as the last event told
    std::array<Window, kEntries> windows_{};
    bool elaborated_ = false;  ///< before, nobody can hold a pointer
};

}  // namespace ans
