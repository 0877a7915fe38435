// SPDX-License-Identifier: MIT
// The controller's registers outside the command path: boot status, set-up, enable, shutdown.
#pragma once

#include <cstdint>

#include "host_driver/common/status.h"
#include "host_driver/nvme/queue.h"

namespace ans::driver::nvme {

/// Touch it only while the coprocessor runs: on hardware the bus hangs otherwise. source: hardware.md 2
class Controller {
public:
    Controller(port::Port& port, port::Address base, Measures omit = {})
        : port_(port), base_(base), omit_(omit) {}

    /// Waits for the firmware's NVMe part. source: hardware.md 6 (BOOT_STATUS)
    Status wait_until_booted();
    bool enabled();
    /// Linear queues, NVMMU, admin queue; in the order of the Linux driver.
    void program(const QueuePair& admin, const QueuePair& io);
    /// CC.EN and CSTS.RDY. DeviceGone: CSTS says so. NotSupported: CAP does not fit.
    Status enable();
    /// CC.SHN, then EN off: the only way out of a running controller, also before a reset.
    /// source: hardware.md 5, incidents.md disable-instead-of-shutdown, shutdown-without-disable
    Status shutdown_and_disable(port::Nanoseconds shutdown_timeout);
    /// Fatal status, or a bus that answers nothing.
    bool dead();

private:
    Status check_capabilities();
    /// Waits until `done(CSTS)`.
    template <typename Condition>
    Status wait_for_status(port::Nanoseconds timeout, Condition done);
    std::uint32_t read(port::Address offset) { return port_.read32(base_ + offset); }
    void write(port::Address offset, std::uint32_t value) { port_.write32(base_ + offset, value); }
    void write64(port::Address offset, std::uint64_t value) { port_.write64(base_ + offset, value); }

    port::Port& port_;
    const port::Address base_;
    const Measures omit_;
    port::Nanoseconds ready_timeout_ = 0;
};

}  // namespace ans::driver::nvme
