// SPDX-License-Identifier: MIT
#include "testbench/fault/states.h"

#include <algorithm>
#include <initializer_list>

namespace ans::fault {

namespace {

using S = std::string_view;
using K = EventKind;

// Fields by place, as event_table.cpp lays them: some of these events lie on the hot path.
constexpr unsigned queue_of(const Event& e) {
    return static_cast<unsigned>(e.slot[0] & 1);
}
constexpr unsigned tag_of(const Event& e) {
    return static_cast<unsigned>(e.slot[0] >> 16 & 0xffff);
}
constexpr bool level_of(const Event& e) {
    return (e.slot[0] & 1) != 0;
}

constexpr unsigned kIo = 1;
// NVMe 1.1 figure 109
constexpr unsigned kWrite = 1;
constexpr unsigned kWriteZeroes = 8;
constexpr unsigned kForceUnitAccess = 30;  ///< of CDW12. source: NVMe 1.1 section 6.13
// CSTS.SHST. source: NVMe 1.1 section 3.1.6
constexpr unsigned kShutdownOccurring = 1;

constexpr S kQueues[] = {"any", "admin", "io"};
constexpr ParamInfo kQueue{"queue", ParamType::Choice, "", 0, 2, 0, false, "of this queue", kQueues, 3};
constexpr ParamInfo kLine{"line", ParamType::Integer, "", 0, 0xffff, 0, true, "AIC line"};

constexpr std::uint32_t bits(std::initializer_list<unsigned> states) {
    std::uint32_t out = 0;
    for (const unsigned state : states)
        out |= 1u << state;
    return out;
}

EventHub::Kinds kinds(std::initializer_list<EventKind> list) {
    EventHub::Kinds out;
    for (const EventKind kind : list)
        out.set(static_cast<std::size_t>(kind));
    return out;
}

// What ends the life of queues and FIFOs.
const std::initializer_list<EventKind> kEnds = {K::ControllerState, K::ResetLine, K::ProcessorRun,
                                                K::FirmwareCrash, K::PowerCut};

StateInfo plain(StateId id, S name, S what, std::initializer_list<EventKind> heard, S source,
                const ParamInfo* which = nullptr) {
    return {id, name, what, which, 0, 0, kinds(heard), source};
}
StateInfo counted(StateId id, S name, S what, std::uint64_t most, std::initializer_list<EventKind> heard,
                  S source, const ParamInfo* which = nullptr) {
    return {id, name, what, which, most, 0, kinds(heard), source};
}
StateInfo firmware(S name, S what, std::uint32_t values, S source) {
    return {StateId::Firmware, name, what, nullptr, 0, values, kinds({K::FirmwareState}), source};
}
StateInfo with_ends(StateInfo info) {
    info.kinds |= kinds(kEnds);
    return info;
}

std::vector<StateInfo> table() {
    return {
        with_ends(plain(StateId::Completing, "completing",
                        "a handler wrote TCB_INVAL and not yet the completion queue head",
                        {K::Doorbell, K::TcbInvalidated, K::CqHead}, "hardware.md 6.3, 6.5", &kQueue)),
        with_ends(counted(StateId::InFlight, "in_flight", "commands rung and not completed", 128,
                          {K::Doorbell, K::CompletionPosted}, "hardware.md 6.1, 6.2", &kQueue)),
        counted(StateId::UnflushedWrites, "unflushed_writes",
                "writes completed since the last flush, without those that forced unit access", UINT32_MAX,
                {K::CommandFetched, K::CompletionPosted, K::MediaFlush, K::PowerCut}, "NVMe 1.1 section 6.7"),
        plain(StateId::ControllerReady, "controller_ready", "CC.EN and CSTS.RDY are set",
              {K::ControllerState, K::ResetLine, K::ProcessorRun, K::PowerCut}, "hardware.md 5"),
        plain(StateId::ControllerShuttingDown, "controller_shutting_down",
              "CSTS.SHST says that a shutdown is under way",
              {K::ControllerState, K::ResetLine, K::ProcessorRun, K::PowerCut}, "hardware.md 5"),
        firmware("iop_off", "the firmware does not run", bits({0}), "hardware.md 2"),
        firmware("iop_booting", "between RUN and the end of the RTKit boot", bits({1}), "hardware.md 7.2"),
        firmware("iop_running", "the firmware is up and awake", bits({2}), "hardware.md 7.2"),
        firmware("iop_quiesced", "the firmware is quiesced", bits({3}), "hardware.md 7.3"),
        firmware("iop_asleep", "the firmware idles or sleeps", bits({4, 5}), "hardware.md 7.3"),
        firmware("iop_crashed", "the firmware crashed", bits({6}), "hardware.md 7.6"),
        firmware("iop_hung", "the firmware answers nothing", bits({7}), "guess: no report of one"),
        counted(StateId::A2iWaiting, "a2i_waiting", "messages to the firmware that wait in the mailbox", 64,
                {K::MailPush, K::MailPop, K::ResetLine, K::PowerCut}, "hardware.md 3"),
        counted(StateId::I2aWaiting, "i2a_waiting", "messages to the driver that wait in the mailbox", 64,
                {K::MailPush, K::MailPop, K::ResetLine, K::PowerCut}, "hardware.md 3"),
        counted(StateId::SartEntries, "sart_entries", "SART entries in use, without the boot loader's", 16,
                {K::SartEntry, K::PowerCut}, "hardware.md 4"),
        plain(StateId::IrqHigh, "irq_high", "the interrupt wire is high", {K::IrqLevel}, "hardware.md 3, 6.5",
              &kLine),
        plain(StateId::InReset, "in_reset", "the coprocessor's reset is asserted",
              {K::ResetLine, K::PowerCut}, "hardware.md 2"),
        plain(StateId::PowerOff, "power_off", "power was cut and nobody has touched the coprocessor since",
              {K::PowerCut, K::PowerState, K::ResetLine, K::ProcessorRun}, "policy: the machine's own"),
    };
}

// "Not so many or more" is "fewer": then only positive intervals need comparing.
While normal(While wanted) {
    if (!wanted.is && wanted.max == UINT64_MAX) return {wanted.state, true, wanted.which, 0, wanted.min - 1};
    return wanted;
}

std::uint32_t firmware_bits(const While& wanted) {
    return wanted.is ? wanted.state->firmware : ~wanted.state->firmware;
}

}  // namespace

const std::vector<StateInfo>& states() {
    static const std::vector<StateInfo> all = table();
    return all;
}

const StateInfo* find_state(std::string_view name) {
    for (const StateInfo& state : states())
        if (state.name == name) return &state;
    return nullptr;
}

std::string contradiction(const While& first, const While& second) {
    const auto excludes = [&] {
        if (first.state->id != second.state->id) return false;
        if (first.state->id == StateId::Firmware) {
            const bool all = !first.is && !second.is;
            return !all && (firmware_bits(first) & firmware_bits(second)) == 0;
        }
        const While a = normal(first), b = normal(second);
        // One queue never has more than both together.
        const bool part =
            a.state->id != StateId::IrqHigh && a.which != b.which && (a.which == 0 || b.which == 0);
        if (part) {
            const While& whole = a.which == 0 ? a : b;
            const While& one = a.which == 0 ? b : a;
            return whole.is && one.is && one.min > whole.max;
        }
        if (a.which != b.which) return false;
        if (a.is && b.is) return std::max(a.min, b.min) > std::min(a.max, b.max);
        if (a.is == b.is) return false;
        const While& inside = a.is ? a : b;
        const While& outside = a.is ? b : a;
        return inside.min >= outside.min && inside.max <= outside.max;
    };
    if (!excludes()) return {};
    if (first.state == second.state)
        return "state \"" + std::string(first.state->name) + "\" contradicts itself";
    return "state \"" + std::string(second.state->name) + "\" and \"" + std::string(first.state->name) +
           "\" exclude each other";
}

void StateTracker::update(const Event& event) {
    if (!kinds_[static_cast<std::size_t>(event.kind)]) return;
    switch (event.kind) {
        case EventKind::Doorbell:
            on_doorbell(event);
            break;
        case EventKind::CommandFetched:
            if (const unsigned tag = tag_of(event); tag < kTags) {
                const auto opcode = static_cast<unsigned>(event.slot[0] >> 8 & 0xff);
                const bool forced = (event.slot[1] >> (32 + kForceUnitAccess) & 1) != 0;
                const bool write = opcode == kWrite || opcode == kWriteZeroes;
                writes_.set(tag, queue_of(event) == kIo && write && !forced);
            }
            break;
        case EventKind::CompletionPosted:
            on_completion(event);
            break;
        case EventKind::TcbInvalidated:
            if (const unsigned tag = tag_of(event); tag < kTags) ++invalidated_[io_tags_[tag] ? kIo : 0];
            break;
        case EventKind::CqHead:
            invalidated_[queue_of(event)] = 0;
            break;
        case EventKind::MediaFlush:
            unflushed_ = 0;
            break;
        case EventKind::ControllerState:
            on_controller(event);
            break;
        case EventKind::FirmwareState:
            firmware_ = 1u << (event.slot[0] & 0x1f);
            break;
        case EventKind::FirmwareCrash:
            abandon();
            break;
        case EventKind::MailPush:
        case EventKind::MailPop:
            waiting_[event.slot[0] & 1] = event.slot[0] >> 8 & 0xff;
            break;
        case EventKind::SartEntry:
            on_sart(event);
            break;
        case EventKind::IrqLevel:
            lines_.set(event.slot[0] & 0xffff, (event.slot[0] >> 16 & 1) != 0);
            break;
        case EventKind::PowerState:
            power_off_ = false;
            break;
        case EventKind::ProcessorRun:
            if (level_of(event)) power_off_ = false;
            restart();
            break;
        case EventKind::ResetLine:
            in_reset_ = level_of(event);
            power_off_ = false;
            waiting_ = {};
            restart();
            break;
        case EventKind::PowerCut:
            power_off_ = true;
            in_reset_ = false;
            waiting_ = {};
            sart_.reset();
            unflushed_ = 0;
            restart();
            break;
        default:
            break;
    }
}

void StateTracker::on_doorbell(const Event& event) {
    const unsigned tag = tag_of(event);
    if (tag >= kTags) return;
    io_tags_.set(tag, queue_of(event) == kIo);
    if (enabled_) in_flight_[queue_of(event)].set(tag);
}

void StateTracker::on_completion(const Event& event) {
    const unsigned tag = tag_of(event);
    if (tag >= kTags) return;
    in_flight_[queue_of(event)].reset(tag);
    const bool good = event.slot[0] >> 48 == 0;
    if (writes_[tag] && good && queue_of(event) == kIo) ++unflushed_;
    writes_.reset(tag);
}

void StateTracker::on_controller(const Event& event) {
    enabled_ = (event.slot[0] & 1) != 0;
    ready_ = enabled_ && (event.slot[0] & 2) != 0;
    shutting_down_ = (event.slot[0] >> 3 & 3) == kShutdownOccurring;
    if (!enabled_) abandon();
}

void StateTracker::on_sart(const Event& event) {
    const bool boot_entry = (event.slot[0] >> 16 & 1) != 0;
    const bool used = (event.slot[0] >> 8 & 0xff) != 0;
    sart_.set(event.slot[0] & 0xff, used && !boot_entry);
}

// What is in flight will never complete.
void StateTracker::abandon() {
    for (Tags& tags : in_flight_)
        tags.reset();
    invalidated_ = {};
}

void StateTracker::restart() {
    abandon();
    enabled_ = ready_ = shutting_down_ = false;
}

std::uint64_t StateTracker::count(const StateInfo& state, std::uint64_t which) const {
    const auto of_queue = [which](std::uint64_t admin, std::uint64_t io) {
        return which == 0 ? admin + io : which == 1 ? admin : io;
    };
    switch (state.id) {
        case StateId::Completing:
            return of_queue(invalidated_[0], invalidated_[kIo]) != 0;
        case StateId::InFlight:
            return of_queue(in_flight_[0].count(), in_flight_[kIo].count());
        case StateId::UnflushedWrites:
            return unflushed_;
        case StateId::ControllerReady:
            return ready_;
        case StateId::ControllerShuttingDown:
            return shutting_down_;
        case StateId::Firmware:
            return (firmware_ & state.firmware) != 0;
        case StateId::A2iWaiting:
            return waiting_[0];
        case StateId::I2aWaiting:
            return waiting_[1];
        case StateId::SartEntries:
            return sart_.count();
        case StateId::IrqHigh:
            return lines_[which & 0xffff];
        case StateId::InReset:
            return in_reset_;
        case StateId::PowerOff:
            return power_off_;
        case StateId::Count:
            break;
    }
    return 0;
}

}  // namespace ans::fault
