// SPDX-License-Identifier: MIT
// The part of the ASC block that starts and stops the coprocessor: CPU_CONTROL.RUN and CPU_STATUS.
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include "models/common/event.h"
#include "models/common/policy.h"
#include "models/common/reg_bank.h"
#include "models/common/wire.h"

namespace ans {

struct AscConfig {
    EventHub* events = &EventHub::none();
    Policies policies;
    bool running = false;  ///< RUN at start: a boot loader left the firmware running
};

class Asc : public sc_core::sc_module {
public:
    tlm_utils::simple_target_socket<Asc> mmio{"mmio"};
    /// CPU_CONTROL.RUN. Driven on change, and at the start of simulation where it starts high.
    LevelOut run{"run"};
    /// While asserted RUN is 0 and cannot be set. source: hardware.md 1.1: drivers assume RUN=0 afterwards
    LevelIn<Asc> reset{"reset", *this, &Asc::on_reset};
    /// From the processor: high while it waits for work. Only CPU_STATUS shows it.
    LevelIn<Asc> idle{"idle", *this, &Asc::on_idle};

    Asc(sc_core::sc_module_name name, const AscConfig& config);

private:
    void b_transport(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay);
    unsigned transport_dbg(tlm::tlm_generic_payload& tx) { return regs_.debug(tx); }
    void start_of_simulation() override;

    void on_reset(bool asserted, SimTime at);
    void on_idle(bool level, SimTime at);
    void set_run(bool level, SimTime at);
    std::uint64_t status() const;

    EventHub& events_;
    const Policies policies_;
    RegBank regs_;
    bool run_level_;
    bool idle_level_ = false;
    bool in_reset_ = false;
};

}  // namespace ans
