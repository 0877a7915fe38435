// SPDX-License-Identifier: MIT
// A fault rule, typed: when an event matches, do an action at a decide point. Scenario files are parsed
// into this (testbench/scenario), the plan (plan.h) executes it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/common/decide.h"
#include "models/common/event.h"

namespace ans::fault {

enum class ParamType : std::uint8_t { Integer, Time, Choice };

/// `by_default` of a parameter that may be left out without a value taking its place ("any tag").
inline constexpr std::uint64_t kUnset = UINT64_MAX;

/// The first choice of a parameter that may leave a field open; the others are the field's values from 0.
inline constexpr std::string_view kAny = "any";

/// No action has more parameters; the plan resolves them without allocating.
inline constexpr std::size_t kMaxParams = 6;

/// What an action does to the thing at its decide point, or on its own.
enum class Effect : std::uint8_t {
    // at a decide point
    Drop,
    Delay,
    Repeat,
    Edit,      ///< the thing happens otherwise: ActionInfo::edits
    Answer,    ///< a command is answered in the firmware's place
    FlipData,  ///< bits of a command's data
    Scope,     ///< how far a reset reaches
    // events of their own
    Crash,
    Sleep,
    Hang,
    PowerCut,
    Send,       ///< a message; ActionInfo::edits compose it
    ForceWire,  ///< an interrupt wire; ActionInfo::edits choose wire and level
    WriteMemory,
    Count
};

/// A parameter of an action, as the fault table publishes it.
struct ParamInfo {
    std::string_view name;
    ParamType type;
    std::string_view unit;  ///< "us", "bits", "" ...; a Time is given in microseconds and kept as SimTime
    std::uint64_t min;
    std::uint64_t max;
    std::uint64_t by_default;
    bool required;
    std::string_view what;
    const std::string_view* choices = nullptr;  ///< Choice: value -> name
    std::size_t choice_count = 0;
};

/// Bits of an event's field and the value that they must have, or get.
struct FieldUse {
    std::string_view field;  ///< of the event; "block": the unit that speaks, from the mailbox on
    std::uint8_t lsb = 0;    ///< inside the field
    std::uint8_t bits = 64;
    std::uint64_t value = 0;
    /// The parameter that holds the value, if it has a name; unset, or the choice "any": the use does not
    /// count.
    std::string_view param = {};
    std::string_view mask = {};  ///< an edit's parameter with the bits that it changes
    bool flip = false;           ///< an edit flips these bits instead of setting them
};

/// Something that can be done to the machine; one row of the fault table (table.h).
struct ActionInfo {
    std::string_view id;  ///< "mailbox.drop"
    std::string_view title;
    std::string_view owner;  ///< which part carries it out
    /// Where it is decided; Count: an event of its own (crash, sleep, power cut).
    DecidePoint point = DecidePoint::Count;
    /// The same action at a sister point (the other FIFO); of an event of its own, the point whose interposer
    /// carries it out. Count: none.
    DecidePoint second_point = DecidePoint::Count;
    EventKind native = EventKind::Count;  ///< kind it hits directly when `when` names it; Count: none
    Effect effect = Effect::Count;
    const ParamInfo* params = nullptr;
    std::size_t param_count = 0;
    std::string_view imitates;  ///< the real thing
    std::string_view source;
    const FieldUse* only = nullptr;  ///< which things it can hit
    std::size_t only_count = 0;
    const FieldUse* edits = nullptr;
    std::size_t edit_count = 0;

    bool own() const { return point == DecidePoint::Count; }
    bool at(DecidePoint p) const { return !own() && (p == point || p == second_point); }
};

/// Is that the event of the very thing that is judged? Some things are observed before they are judged: a
/// command is fetched before it is on its way to the firmware, a reset leaves the PMGR before it reaches the
/// coprocessor.
inline bool same_thing(const Event& observed, const Event& judged) {
    return judged.text_size == 0 && observed.kind == judged.kind && observed.unit == judged.unit &&
           observed.time == judged.time && observed.slot == judged.slot;
}

struct FieldMatch {
    enum class Op : std::uint8_t { Equal, Masked, Range, OneOf };
    const EventField* field = nullptr;
    Op op = Op::Equal;
    std::vector<std::uint64_t> values;  ///< Equal {v}; Masked {mask, v}; Range {low, high}; OneOf {v...}
    bool matches(const Event& event) const;
};

/// Which events, whatever came before them.
struct Pattern {
    EventKind kind = EventKind::Count;
    std::vector<FieldMatch> fields;
    std::string text;  ///< for kinds with text: a substring; empty: any
    bool matches(const Event& event) const;
};

/// An event that must have happened not long before.
struct Following : Pattern {
    SimTime within = 0;             ///< so long ago at most
    std::vector<std::string> same;  ///< fields, of both events, that must be equal
};
/// No rule compares more fields; the plan keeps them without allocating.
inline constexpr std::size_t kMaxSame = 4;

struct StateInfo;

/// A named state (states.h) that must hold, or must not.
struct While {
    const StateInfo* state = nullptr;
    bool is = true;
    std::uint64_t which = 0;  ///< which queue (0: any) or line
    std::uint64_t min = 1;    ///< of a count; a plain state is 0 or 1
    std::uint64_t max = UINT64_MAX;
};

/// `kind` Count: no event but the clock; matches once, at `after`.
struct When : Pattern {
    std::uint64_t nth = 0;      ///< only the n-th match inside the time window, from 1; 0: any
    std::uint64_t every = 0;    ///< only each n-th match; 0: any
    std::uint64_t at_most = 0;  ///< fire so often at most; 0: no bound
    double probability = 1.0;   ///< drawn from the scenario's seed
    SimTime after = 0;          ///< only at or after this simulated time
    SimTime before = kNever;    ///< only before this simulated time
    std::vector<While> states;  ///< all must hold just before the event
    std::optional<Following> following;
};

/// A parameter's value: given in the file, or taken from a field of the matched event (`$event.tag`).
struct ParamValue {
    std::uint64_t value = 0;
    const EventField* from_event = nullptr;
};

/// What suffers: the very thing that matched or nothing, or not that but the next one that fits.
enum class Hit : std::uint8_t { Match, Next };

struct Do {
    const ActionInfo* action = nullptr;
    std::vector<ParamValue> params;  ///< in the order of action->params, defaults filled in
    /// For an action of its own: how long after the match it runs. For one that waits at a decide point: how
    /// long after the match it starts to wait. None for an action that hits the matched thing itself.
    SimTime delay = 0;
    std::optional<Hit> hit;    ///< none: the match if that can be hit, else the next
    SimTime span = 0;          ///< every fitting thing for so long; 0: see `things`
    std::uint32_t things = 0;  ///< so many things in a row, the first included; 0: one, or all of the span
};

struct Rule {
    std::string id;  ///< unique in its scenario
    When when;
    std::vector<Do> actions;
    bool must_fire = true;  ///< a rule that never fired fails the run
};

/// Can `action` of a rule on `kind` hit the very thing that matched? Otherwise it is armed or runs by itself.
inline bool can_hit_match(const ActionInfo& action, EventKind kind) {
    return !action.own() && kind != EventKind::Count && action.native == kind;
}
inline bool hits_match(const Do& todo, EventKind kind) {
    return can_hit_match(*todo.action, kind) && todo.hit != Hit::Next;
}

/// Why the rule cannot be carried out ("its time window is empty"); empty if it can. FaultPlan refuses such
/// rules.
std::string defect(const Rule& rule);
/// The same for its parts.
std::string defect(const When& when);
std::string defect(const Do& todo, const When& when);

}  // namespace ans::fault
