// SPDX-License-Identifier: MIT
// Gathers from the event stream what expectations and reports need: log, stages, faults, violations, counts.
#pragma once

#include <array>

#include "models/common/event.h"
#include "testbench/scenario/files/result.h"
#include "testbench/scenario/files/scenario.h"

namespace ans::scenario {

/// Subscribes to the kinds that the scenario's expectations name and to the rare ones that every report
/// shows, so that a kind nobody asked for keeps costing one branch.
class Collector : public EventSink {
public:
    Collector(const Scenario& scenario, EventHub& hub);
    ~Collector() override;
    Collector(const Collector&) = delete;
    Collector& operator=(const Collector&) = delete;

    void on_event(const Event& event) override;
    /// Writes stages, faults, violations, log and `events.*` counters into `facts`; leaves the rest as it is.
    void fill(RunFacts& facts) const;

private:
    void add_log(const Event& event, const char* source);
    void add_violation(const Event& event);

    EventHub& hub_;
    EventHub::Kinds counted_;
    std::array<std::uint64_t, kEventKinds> counts_{};
    RunFacts facts_;
};

}  // namespace ans::scenario
