// SPDX-License-Identifier: MIT
// What a driver holds of the machine: it must be what it was before, once the driver is gone.
#pragma once

#include <bitset>
#include <cstdint>

#include "models/common/event.h"
#include "testbench/host/host.h"
#include "testbench/scenario/raw_access.h"

namespace ans::scenario {

class Belongings : public EventSink {
public:
    Belongings(const host::Host& host, const RawAccess& raw, EventHub& events);
    ~Belongings() override;
    Belongings(const Belongings&) = delete;
    Belongings& operator=(const Belongings&) = delete;

    /// A driver starts: what is held now is not its own.
    void begin() { before_ = now(); }
    /// It has given its device back: what it kept adds to what is left.
    void end();
    std::uint64_t bytes_left() const { return left_.bytes; }
    std::uint64_t entries_left() const { return left_.entries; }

    /// Follows the SART entries.
    void on_event(const Event& event) override;

private:
    struct Held {
        std::uint64_t bytes = 0;    ///< of DMA memory
        std::uint64_t entries = 0;  ///< SART windows, without the boot loader's
    };
    Held now() const;

    const host::Host& host_;
    const RawAccess& raw_;
    EventHub& events_;
    std::bitset<256> windows_;
    Held before_;
    Held left_;
};

}  // namespace ans::scenario
