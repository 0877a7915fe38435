// SPDX-License-Identifier: MIT
#include "testbench/scenario/collector.h"

#include <algorithm>

namespace ans::scenario {

namespace {
// A run that logs without end must not eat the host's memory.
constexpr std::size_t kLongestLog = 20'000;   // lines
constexpr std::size_t kLongestLine = 1'000;   // bytes
constexpr std::size_t kMostViolations = 100;  // different rules

constexpr std::array kAlways{EventKind::DriverLog,     EventKind::DriverStage, EventKind::FirmwareLog,
                             EventKind::FirmwareCrash, EventKind::FaultFired,  EventKind::RuleViolated};
}  // namespace

Collector::Collector(const Scenario& scenario, EventHub& hub) : hub_(hub) {
    constexpr std::string_view kPrefix = "events.";
    for (const CounterBounds& c : scenario.expect.counters)
        if (std::string_view(c.name).substr(0, kPrefix.size()) == kPrefix)
            counted_.set(
                static_cast<std::size_t>(find_kind(std::string_view(c.name).substr(kPrefix.size()))));
    for (const fault::Rule& rule : scenario.faults)
        facts_.faults.push_back({rule.id, 0});
    EventHub::Kinds kinds = counted_;
    for (const EventKind kind : kAlways)
        kinds.set(static_cast<std::size_t>(kind));
    hub_.subscribe(*this, kinds);
}

Collector::~Collector() {
    hub_.unsubscribe(*this);
}

void Collector::on_event(const Event& event) {
    ++counts_[static_cast<std::size_t>(event.kind)];
    switch (event.kind) {
        case EventKind::DriverLog:
            add_log(event, "driver");
            break;
        case EventKind::FirmwareLog:
        case EventKind::FirmwareCrash:
            add_log(event, "firmware");
            break;
        case EventKind::DriverStage:
            facts_.stages.push_back({std::string(event.text()), event.time});
            break;
        case EventKind::RuleViolated:
            add_violation(event);
            break;
        case EventKind::FaultFired: {
            static const EventField* const rule = find_field(EventKind::FaultFired, "rule");
            const std::uint64_t index = rule->get(event);
            if (index < facts_.faults.size()) ++facts_.faults[index].fired;
            break;
        }
        default:
            break;
    }
}

void Collector::add_log(const Event& event, const char* source) {
    if (facts_.log.size() >= kLongestLog) {
        facts_.log_cut = true;
        return;
    }
    facts_.log.push_back({event.time, source, std::string(event.text().substr(0, kLongestLine))});
}

// The text of a violation begins with the rule's id.
void Collector::add_violation(const Event& event) {
    static const EventField* const severity = find_field(EventKind::RuleViolated, "severity");
    const std::string_view text = event.text();
    const std::size_t end = std::min(text.find_first_of(" :"), text.size());
    const std::string_view id = text.substr(0, end);
    const auto known = std::find_if(facts_.violations.begin(), facts_.violations.end(),
                                    [&](const Violation& v) { return v.rule == id; });
    if (known != facts_.violations.end()) {
        ++known->count;
        return;
    }
    if (facts_.violations.size() >= kMostViolations) return;
    const std::size_t word = std::min(text.find_first_not_of(" :", end), text.size());
    facts_.violations.push_back({std::string(id), format_field(*severity, event),
                                 std::string(text.substr(word, kLongestLine)), 1, event.time});
}

void Collector::fill(RunFacts& facts) const {
    facts.stages = facts_.stages;
    facts.faults = facts_.faults;
    facts.violations = facts_.violations;
    facts.log = facts_.log;
    facts.log_cut = facts_.log_cut;
    for (std::size_t k = 0; k < kEventKinds; ++k)
        if (counted_[k])
            facts.counters["events." + std::string(event_info(static_cast<EventKind>(k)).name)] = counts_[k];
}

}  // namespace ans::scenario
