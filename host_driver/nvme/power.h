// SPDX-License-Identifier: MIT
// Power domains, the coprocessor's reset and its RUN bit.
#pragma once

#include <cstdint>
#include <vector>

#include "host_driver/common/measures.h"
#include "host_driver/common/status.h"
#include "host_driver/port/port.h"

namespace ans::driver {

/// A power-state register of the PMGR, by its absolute address.
struct PowerDomain {
    port::Address reg;
};

namespace nvme {

class PowerControl {
public:
    /// `domains`: parents first. `reset_domain`: index of the one that resets the coprocessor. `asc`: CPU
    /// control's base.
    PowerControl(port::Port& port, const std::vector<PowerDomain>& domains, unsigned reset_domain,
                 port::Address asc, Measures omit = {});

    /// Parents first. Timeout: a domain did not follow within 100 us.
    Status power_on();
    /// Children first.
    Status power_off();

    void assert_reset();
    void deassert_reset();
    bool in_reset() const { return in_reset_; }

    bool cpu_running();
    void cpu_start();
    /// Only under firmware that has gone to sleep, or in reset. source: incidents.md run-cleared-live
    void cpu_stop();

private:
    Status set_state(const PowerDomain& domain, unsigned state);

    port::Port& port_;
    const std::vector<PowerDomain> domains_;
    const port::Address reset_;
    const port::Address cpu_control_;
    const Measures omit_;
    bool in_reset_ = false;
};

}  // namespace nvme
}  // namespace ans::driver
