// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <memory>

#include "models/common/event.h"
#include "testbench/monitors/rules.h"
#include "testbench/scenario/files/shapes.h"

namespace ans::scenario {

namespace {

struct OutcomeInfo {
    std::string_view name;
    std::string_view meaning;
};
// Order of Outcome.
constexpr std::array<OutcomeInfo, kOutcomeCount> kOutcomes{{
    {"pass", "every step ended as it was expected to"},
    {"step_failed", "a step ended otherwise than it was expected to"},
    {"driver_dead", "every step ended as expected, and the driver has given the controller up"},
    {"bus_hang", "a CPU access was never answered"},
    {"bus_fault", "a CPU access was answered with an error, and the driver's thread ended"},
    {"stuck", "the run did not end within its simulated time, or code that is not ours not within its real time"},
    {"crash", "a foreign driver's own code crashed"},
    {"guest_broken", "the guest's kernel panicked, or ended by itself"},
}};

constexpr CounterInfo kCounters[] = {
    {"submitted", "commands that the driver submitted"},
    {"completed", "commands whose completion the driver took"},
    {"errors", "commands that ended with an error"},
    {"timeouts", "commands whose time ran out, found complete afterwards or not"},
    {"completions_polled", "commands found complete only after their timeout: the interrupt was lost"},
    {"resets", "controller resets by the driver"},
    {"interrupts", "NVMe interrupts that the driver handled"},
    {"spurious_interrupts", "NVMe interrupts with nothing to do"},
    {"data_mismatches", "blocks that were read and were not what had been written"},
    {"dma_bytes_left", "memory for DMA that the driver kept after it gave its device back"},
    {"sart_entries_left", "SART entries that it left then"},
};

Type<Bounds> bounds_type() {
    Type<std::uint64_t> number = integer<std::uint64_t>(0, UINT64_MAX);
    number.show = {};
    const Type<Bounds> range = shape<Bounds>(
        {key<Bounds>("min", &Bounds::min, number, "at least"),
         key<Bounds>("max", &Bounds::max, number, "at most")},
        [](const Input& in, const Bounds& b) {
            if (b.min <= b.max) return true;
            return in.complain("min " + std::to_string(b.min) + " is above max " + std::to_string(b.max));
        });
    return {[range, number](const Input& in, Bounds& out) {
                if (in.value.is_object()) return range.read(in, out);
                if (!number.read(in, out.min)) return false;
                out.max = out.min;
                return true;
            },
            [=] {
                return Schema{{"anyOf", {number.schema(), range.schema()}}};
            },
            {}};
}

Key<std::vector<CounterBounds>> counter_key(std::string name, std::string_view what) {
    // Names of events are composed here and must live as long as the table that refers to them.
    static std::vector<std::unique_ptr<const std::string>> kept;
    const std::string& stable = *kept.emplace_back(std::make_unique<const std::string>(std::move(name)));
    const Type<Bounds> type = bounds_type();
    return {stable, what, false,
            [read = type.read, &stable](const Input& in, std::vector<CounterBounds>& out) {
                Bounds bounds;
                if (!read(in, bounds)) return false;
                out.push_back({stable, bounds});
                return true;
            },
            [what](const std::vector<CounterBounds>&) {
                return Schema{{"description", what}, {"$ref", "#/definitions/bounds"}};
            }};
}

Type<std::vector<CounterBounds>> counters_type() {
    std::vector<Key<std::vector<CounterBounds>>> keys;
    for (const CounterInfo& info : kCounters)
        keys.push_back(counter_key(std::string(info.name), info.what));
    for (std::size_t k = 0; k < kEventKinds; ++k) {
        const EventInfo& info = event_info(static_cast<EventKind>(k));
        keys.push_back(counter_key("events." + std::string(info.name), info.what));
    }
    return shape<std::vector<CounterBounds>>(std::move(keys));
}

Type<LogExpectation> log_type() {
    const auto lines = [] { return list(text(400, "a part of a log line"), 100); };
    return shape<LogExpectation>({
        key<LogExpectation>("contains", &LogExpectation::contains, lines(), "each is part of some line"),
        key<LogExpectation>("lacks", &LogExpectation::lacks, lines(), "none is part of any line"),
        key<LogExpectation>("in_order", &LogExpectation::in_order, lines(),
                            "parts of lines that follow one another"),
    });
}

Type<KernelLogExpectation> kernel_log_type() {
    using K = KernelLogExpectation;
    const auto lines = [] { return list(text(400, "a part of a line"), 100); };
    return shape<K>({
        key<K>("contains", &K::contains, lines(), "each is part of some line"),
        key<K>("lacks", &K::lacks, lines(), "none is part of any line"),
        key<K>("in_order", &K::in_order, lines(), "parts of lines that follow one another"),
        key<K>("reports", &K::reports, lines(),
               "parts of the warnings, oopses and KASAN reports that must appear; any other fails the run"),
    });
}

Type<TimeBounds> time_bounds_type() {
    Type<SimTime> ms = duration("ms", 86'400'000);
    ms.show = {};
    return shape<TimeBounds>({key<TimeBounds>("min", &TimeBounds::min, ms, "at least"),
                              key<TimeBounds>("max", &TimeBounds::max, ms, "at most")},
                             [](const Input& in, const TimeBounds& b) {
                                 return b.min <= b.max || in.complain("min is above max");
                             });
}

}  // namespace

Type<std::string> rule_id_type() {
    std::vector<std::string_view> ids;
    std::size_t count = 0;
    const monitor::RuleInfo* rules = monitor::rules(count);
    for (std::size_t i = 0; i < count; ++i)
        ids.push_back(rules[i].id);
    return word(std::move(ids));
}

std::string_view outcome_name(Outcome outcome) {
    return kOutcomes[static_cast<std::size_t>(outcome)].name;
}
std::string_view outcome_meaning(Outcome outcome) {
    return kOutcomes[static_cast<std::size_t>(outcome)].meaning;
}

const CounterInfo* counters(std::size_t& count) {
    count = std::size(kCounters);
    return kCounters;
}

Schema bounds_definition() {
    return bounds_type().schema();
}

Type<Expect> expect_type() {
    std::vector<std::string_view> outcomes;
    std::string meaning = "how the run ends.";
    for (const OutcomeInfo& info : kOutcomes) {
        outcomes.push_back(info.name);
        meaning.append(" ").append(info.name).append(": ").append(info.meaning).append(".");
    }
    Key<Expect> outcome = key<Expect>("outcome", &Expect::outcome, choice<Outcome>(outcomes), "");
    outcome.schema = [schema = outcome.schema, meaning](const Expect& defaults) {
        Schema out = schema(defaults);
        out["description"] = meaning;
        return out;
    };
    return shape<Expect>(
        {
            outcome,
            key<Expect>("counters", &Expect::counters, counters_type(), "name: exact number, or {min, max}"),
            key<Expect>("log", &Expect::log, log_type(), "lines of the driver's and the firmware's log"),
            key<Expect>("dmesg", &Expect::dmesg, kernel_log_type(), "lines of the guest kernel's log"),
            key<Expect>("sim_time_ms", &Expect::sim_time, time_bounds_type(),
                        "simulated time of the whole run"),
            key<Expect>("allow_rules", &Expect::allow_rules, list(rule_id_type(), 100),
                        "monitor rules that may be broken without failing the run"),
            key<Expect>("violations", &Expect::violations, list(rule_id_type(), 100),
                        "monitor rules that must be broken, and thereby may be"),
            key<Expect>("unbroken", &Expect::unbroken, list(rule_id_type(), 100),
                        "monitor rules that must not be broken, warnings and advices too"),
        },
        [](const Input& in, const Expect& e) {
            for (const std::string& id : e.unbroken)
                for (const auto* other : {&e.allow_rules, &e.violations})
                    if (std::find(other->begin(), other->end(), id) != other->end())
                        return in.complain(id + " is in unbroken and in " +
                                           (other == &e.violations ? "violations" : "allow_rules"));
            return true;
        });
}

}  // namespace ans::scenario
