// SPDX-License-Identifier: MIT
// I/O jobs in the manner of fio, on the reference driver's request interface.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "host_driver/nvme/driver.h"
#include "host_driver/port/port.h"
#include "testbench/scenario/files/steps.h"
#include "testbench/scenario/random.h"
#include "testbench/scenario/shadow.h"

namespace ans::scenario {

struct IoTotals {
    std::uint64_t reads = 0;  ///< commands that succeeded
    std::uint64_t writes = 0;
    std::uint64_t flushes = 0;
    std::uint64_t bytes = 0;
    std::uint64_t errors = 0;      ///< commands that failed
    std::uint64_t mismatches = 0;  ///< blocks that held what they must not hold
    driver::Status first_error = driver::Status::Ok;
};

/// One job: `run` returns when every request was answered, or when the driver takes no more.
class IoJob {
public:
    /// `blocks`: size of the namespace. `shadow`: what verifying jobs know of it.
    IoJob(port::Port& host, driver::Driver& driver, const Io& io, std::uint64_t seed, std::uint64_t blocks,
          Shadow& shadow, bool polled);
    ~IoJob();
    IoTotals run();

private:
    class Worker;
    struct Slot;

    bool take_ticket();
    std::uint64_t pick_place(Random& random);
    void release_place(std::uint64_t place);

    port::Port& host_;
    driver::Driver& driver_;
    const Io io_;
    const bool polled_;
    Shadow& shadow_;
    const std::uint64_t random_seed_;
    const Worker* first_ = nullptr;
    std::uint64_t first_lba_;
    std::uint64_t places_;  ///< requests that fit into the range
    std::uint32_t blocks_each_;
    std::uint64_t tickets_;  ///< requests not handed out yet
    std::uint64_t next_place_ = 0;
    std::vector<std::uint64_t> busy_;  ///< places in flight, where a verifying job must not overtake itself
    IoTotals totals_;
};

}  // namespace ans::scenario
