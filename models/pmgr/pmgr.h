// SPDX-License-Identifier: MIT
// The part of the power manager that ANS needs: one power-state register a domain, and the reset line of the
// coprocessor.
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <string_view>
#include <vector>

#include "models/common/event.h"
#include "models/common/reg_bank.h"
#include "models/common/wire.h"

namespace ans {

struct PmgrDomain {
    std::string_view name;  ///< of static storage, as a profile's
    std::uint32_t offset;   ///< of its register, bytes
    int parent = -1;        ///< index of an earlier domain, or -1
};

struct PmgrConfig {
    EventHub* events = &EventHub::none();
    std::vector<PmgrDomain> domains;  ///< at most 256
    std::size_t reset_domain = 0;     ///< whose RESET bit resets the coprocessor
    bool powered = true;              ///< all domains active at start, as a boot loader leaves them
    std::uint32_t window = 0x14000;   ///< bytes
    /// From TARGET to ACTUAL. source: guess; Linux waits 100 us at most, hardware.md 1.1
    SimTime settle_time = microseconds(5);
};

class Pmgr : public sc_core::sc_module {
public:
    tlm_utils::simple_target_socket<Pmgr> mmio{"mmio"};
    LevelOut reset{"reset"};               ///< RESET of `reset_domain`; driven on change
    sc_core::sc_vector<LevelOut> powered;  ///< by domain: not power gated; driven at start and on change

    /// Reports an SC_ERROR for a bad index in the table; RegBank throws where registers overlap.
    Pmgr(sc_core::sc_module_name name, const PmgrConfig& config);

    /// Power comes back after it was gone: every domain as at start, RESET clear.
    void restart(SimTime at);
    /// This instance's registers by ascending offset, each called as its domain.
    const RegMap& map() const { return map_; }

private:
    struct Domain {
        const Reg* reg;
        std::uint64_t actual;
        std::uint64_t sticky = 0;
        std::uint64_t next = 0;  ///< what ACTUAL becomes at `due`
        SimTime due = kNever;
    };

    void b_transport(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay);
    unsigned transport_dbg(tlm::tlm_generic_payload& tx) { return bank_.debug(tx); }
    void start_of_simulation() override;
    void add_domain(std::size_t index);

    std::uint64_t read(std::size_t index) const;
    void write(std::size_t index, std::uint64_t value, SimTime at);
    void drive_reset(bool level, SimTime at);
    void follow_target(std::size_t index, SimTime at);
    void set_actual(std::size_t index, std::uint64_t state, SimTime at);
    void settle_until(SimTime at);
    void settle_due();

    std::uint64_t target(std::size_t index) const;
    std::uint64_t parent_state(std::size_t index) const;
    void report_power(std::size_t index, SimTime at) const;

    const PmgrConfig config_;
    const std::vector<Reg> regs_;
    const RegMap map_;
    RegBank bank_;
    std::vector<Domain> domains_;  ///< by index in the table
    bool reset_level_ = false;
    sc_core::sc_event settle_{"settle"};
};

}  // namespace ans
