// SPDX-License-Identifier: MIT
// Observe points: one typed, read-only event for every fact, sent after its effect. Console, trace,
// monitors, expectations and fault rules are sinks. A kind that nobody listens to costs one branch.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "models/common/sim_time.h"

namespace ans {

/// Who speaks. One entry a block; instances are told apart by the event's own fields.
enum class Unit : std::uint8_t {
    Bus,
    Mailbox,
    Asc,
    Sart,
    Nvme,
    Nvmmu,
    Pmgr,
    Aic,
    Dram,
    Media,
    Firmware,
    Host,
    Driver,
    Fault,
    Monitor,
    Run,
    Count
};

enum class EventKind : std::uint8_t {
    // bus
    RegRead,
    RegWrite,
    BusError,
    // mailbox
    MailPush,
    MailPop,
    MailOverflow,
    MailUnderflow,
    // sart
    SartEntry,
    SartDenied,
    // nvmmu and nvme
    Doorbell,
    CommandFetched,
    TcbFetched,
    TcbInvalidated,
    DmaData,
    DmaDenied,
    CompletionPosted,
    CqHead,
    CqOverrun,
    ControllerState,
    // wires, power, processor
    IrqLevel,
    PowerState,
    ResetLine,
    ProcessorRun,
    // firmware
    FirmwareState,
    FirmwareLog,
    FirmwareCrash,
    BootStatus,
    // media
    MediaFlush,
    MediaError,
    PowerCut,
    // host side
    DriverLog,
    DriverStage,
    IrqEntry,
    // judges and faults
    FaultFired,
    RuleViolated,
    RunNote,
    Count
};
inline constexpr std::size_t kEventKinds = static_cast<std::size_t>(EventKind::Count);

/// One fact. Five 64-bit slots; the kind's field table (event_table.cpp) says what lies in which bits.
struct Event {
    SimTime time = 0;
    EventKind kind = EventKind::Count;
    Unit unit = Unit::Count;
    std::uint16_t spare = 0;
    std::uint32_t text_size = 0;  ///< bytes at `slot[4]` taken as `const char*`; 0: no text
    std::array<std::uint64_t, 5> slot{};

    /// The text of a log-like event, valid only while the event is being delivered.
    std::string_view text() const {
        return {reinterpret_cast<const char*>(static_cast<std::uintptr_t>(slot[4])), text_size};
    }
    void set_text(std::string_view s) {
        slot[4] = reinterpret_cast<std::uintptr_t>(s.data());
        text_size = static_cast<std::uint32_t>(s.size());
    }
};
static_assert(sizeof(Event) == 56, "the hot path copies events; keep them within one cache line");

/// How a field is printed and written in a scenario's `when`.
enum class FieldFormat : std::uint8_t { Dec, Hex, Bool, Enum, Time };

/// A named bit range of an event's slot.
struct EventField {
    std::string_view name;
    std::uint8_t slot;
    std::uint8_t lsb;
    std::uint8_t bits;
    FieldFormat format = FieldFormat::Dec;
    const std::string_view* names = nullptr;  ///< for Enum: value -> name
    std::uint8_t name_count = 0;
    std::string_view what = {};

    std::uint64_t get(const Event& e) const {
        return bits == 64 ? e.slot[slot] : (e.slot[slot] >> lsb) & ((std::uint64_t{1} << bits) - 1);
    }
    void set(Event& e, std::uint64_t v) const {
        const std::uint64_t mask = (bits == 64 ? ~std::uint64_t{0} : ((std::uint64_t{1} << bits) - 1)) << lsb;
        e.slot[slot] = (e.slot[slot] & ~mask) | ((v << lsb) & mask);
    }
};

/// What a kind means: its name in traces and scenarios, one line of explanation and its fields.
struct EventInfo {
    std::string_view name;
    std::string_view what;
    const EventField* fields = nullptr;
    std::size_t field_count = 0;
    bool has_text = false;
};

const EventInfo& event_info(EventKind kind);
std::string_view unit_name(Unit unit);
/// The field of that name, or nullptr.
const EventField* find_field(EventKind kind, std::string_view name);
/// The kind of that name, or EventKind::Count.
EventKind find_kind(std::string_view name);

class EventSink {
public:
    virtual ~EventSink() = default;
    virtual void on_event(const Event& event) = 0;
};

/// Hands each event to the sinks that asked for its kind, in the order they subscribed.
class EventHub {
public:
    using Kinds = std::bitset<kEventKinds>;

    bool wants(EventKind kind) const { return !sinks_[index(kind)].empty(); }
    void emit(const Event& event) {
        for (EventSink* sink : sinks_[index(event.kind)])
            sink->on_event(event);
    }
    void subscribe(EventSink& sink, const Kinds& kinds);
    void subscribe(EventSink& sink, std::initializer_list<EventKind> kinds);
    void unsubscribe(EventSink& sink);
    /// Not while an event of these kinds is being delivered.
    void unsubscribe(EventSink& sink, const Kinds& kinds);

    static Kinds all() { return Kinds{}.set(); }
    /// A hub without sinks, for blocks used alone.
    static EventHub& none();

private:
    static std::size_t index(EventKind kind) { return static_cast<std::size_t>(kind); }
    std::array<std::vector<EventSink*>, kEventKinds> sinks_;
};

/// `unit time kind field=value ...` without colour, for messages and tests.
std::string to_string(const Event& event);
/// A field's value as text (`0x1f`, `12`, `true`, an enum's name).
std::string format_field(const EventField& field, const Event& event);

}  // namespace ans
