// SPDX-License-Identifier: MIT
// What the driver's CPU does past the driver, so that a scenario can make any mistake: register accesses,
// messages, commands in the driver's own queues.
#pragma once

#include <vector>

#include "models/common/event.h"
#include "testbench/host/host.h"
#include "testbench/scenario/files/register_place.h"
#include "testbench/scenario/files/scenario.h"

namespace ans::scenario {

class RawAccess : public EventSink {
public:
    RawAccess(const Scenario& scenario, host::Host& host, EventHub& events);
    ~RawAccess() override;
    RawAccess(const RawAccess&) = delete;
    RawAccess& operator=(const RawAccess&) = delete;

    // On the calling driver thread. They throw what Host throws.
    /// Returns what was read last.
    std::uint64_t access(const Mmio& step);
    void send(const Mail& step);
    void submit(const RawCommand& step);

    /// DMA memory of the commands so far.
    std::uint64_t bytes_held() const;

    /// Finds the I/O submission queue: no register names it, only the command that creates it.
    void on_event(const Event& event) override;

private:
    struct Pages {
        std::uint64_t prp1 = 0, prp2 = 0;
    };
    std::uint64_t address_of(const char* place) const;
    void put(std::uint64_t address, const std::vector<std::uint64_t>& words);
    Pages make_pages(const RawCommand& step);

    const Scenario& scenario_;
    host::Host& host_;
    EventHub& events_;
    std::uint64_t io_queue_ = 0;
    std::vector<port::DmaBuffer> buffers_;  ///< of commands whose end nobody waited for: kept to the end
};

}  // namespace ans::scenario
