// SPDX-License-Identifier: MIT
#include "testbench/fault/effects.h"

namespace ans::fault {

namespace {

constexpr SimTime kGlitch = microseconds(2);  // longer than an interrupt's entry, shorter than a handler

constexpr std::uint64_t low_bits(unsigned bits) {
    return bits >= 64 ? UINT64_MAX : (std::uint64_t{1} << bits) - 1;
}

std::uint64_t value_of(const ActionInfo& action, const Values& values, std::string_view name,
                       std::uint64_t otherwise = 0) {
    const int index = param_index(action, name);
    return index < 0 ? otherwise : values[static_cast<std::size_t>(index)];
}

// The value that a use asks for; false where it asks for none.
bool wanted(const ActionInfo& action, const Values& values, const FieldUse& use, std::uint64_t& out) {
    out = use.value;
    if (use.param.empty()) return true;
    const int index = param_index(action, use.param);
    const ParamInfo& param = action.params[index];
    out = values[static_cast<std::size_t>(index)];
    if (param.type == ParamType::Choice && param.choices[0] == kAny) return out-- != 0;
    return out != kUnset || param.by_default != kUnset || param.required;
}

std::uint64_t read_field(const Event& event, std::string_view name) {
    if (name == "block") return static_cast<std::uint64_t>(event.unit) - 1;
    const EventField* field = find_field(event.kind, name);
    return field == nullptr ? 0 : field->get(event);
}

bool holds(const Event& about, const FieldUse& use, std::uint64_t value) {
    return (read_field(about, use.field) >> use.lsb & low_bits(use.bits)) == value;
}

void edit(Event& event, const ActionInfo& action, const Values& values, const FieldUse& use) {
    const EventField* field = find_field(event.kind, use.field);
    std::uint64_t value = 0;
    if (field == nullptr || !wanted(action, values, use, value)) return;
    const std::uint64_t mask = value_of(action, values, use.mask, low_bits(use.bits) << use.lsb);
    const std::uint64_t old = field->get(event);
    const std::uint64_t bits = value << use.lsb & mask;
    field->set(event, use.flip ? old ^ bits : (old & ~mask) | bits);
}

Event edited(Event event, const ActionInfo& action, const Values& values) {
    for (std::size_t i = 0; i < action.edit_count; ++i)
        edit(event, action, values, action.edits[i]);
    return event;
}

Event composed(EventKind kind, const ActionInfo& action, const Values& values) {
    Event event;
    event.kind = kind;
    return edited(event, action, values);
}

// A command that touches one of the blocks from `lba` on. NLB counts from 0. source: NVMe 1.1 section 6
bool touches(const ActionInfo& action, const Values& values, const Event& about) {
    if (param_index(action, "lba") < 0) return true;
    const std::uint64_t lba = value_of(action, values, "lba");
    const std::uint64_t first = read_field(about, "lba");
    const std::uint64_t last = first + (read_field(about, "cdw12") & 0xffff);
    return last >= lba && (first <= lba || first - lba < value_of(action, values, "blocks"));
}

void send(const ActionInfo& action, const Values& values, MachineControl& machine) {
    const Event mail = composed(EventKind::MailPush, action, values);
    machine.send({read_field(mail, "fifo") != 0, read_field(mail, "msg0"), read_field(mail, "msg1"),
                  value_of(action, values, "times", 1), value_of(action, values, "gap")});
}

void write_memory(const ActionInfo& action, const Values& values, MachineControl& machine) {
    machine.write_memory({value_of(action, values, "address") + value_of(action, values, "offset"),
                          static_cast<std::size_t>(value_of(action, values, "size")),
                          static_cast<std::uint8_t>(value_of(action, values, "value")),
                          action.owner == "sart"});
}

void force_wire(const ActionInfo& action, const Values& values, MachineControl& machine) {
    const Event wire = composed(EventKind::IrqLevel, action, values);
    machine.force_wire(static_cast<Wire>(read_field(wire, "line")), read_field(wire, "level") != 0,
                       value_of(action, values, "for", kGlitch));
}

// A delay and, where the row has one, a share of its spread.
SimTime drawn_delay(const ActionInfo& action, const Values& values, std::uint64_t draw) {
    const std::uint64_t spread = value_of(action, values, "spread");
    return value_of(action, values, "by") + (spread == 0 ? 0 : draw % (spread + 1));
}

}  // namespace

bool admits(const ActionInfo& action, const Event& about) {
    for (std::size_t i = 0; i < action.only_count; ++i) {
        const FieldUse& use = action.only[i];
        if (use.param.empty() && !holds(about, use, use.value)) return false;
    }
    return true;
}

bool fits(const ActionInfo& action, const Values& values, DecidePoint point, const Event& about) {
    if (!action.at(point) || !admits(action, about) || !touches(action, values, about)) return false;
    for (std::size_t i = 0; i < action.only_count; ++i) {
        std::uint64_t value = 0;
        if (wanted(action, values, action.only[i], value) && !holds(about, action.only[i], value))
            return false;
    }
    return true;
}

Verdict verdict_of(const ActionInfo& action, const Values& values, const Event& about, std::uint64_t draw) {
    const auto value = [&](std::string_view name) { return value_of(action, values, name); };
    Verdict verdict;
    switch (action.effect) {
        case Effect::Drop:
            verdict.kind = Verdict::Kind::Drop;
            break;
        case Effect::Delay:
            verdict.kind = Verdict::Kind::Delay;
            verdict.delay = drawn_delay(action, values, draw);
            break;
        case Effect::Repeat:
            verdict.kind = Verdict::Kind::Repeat;
            verdict.count = static_cast<std::uint32_t>(value("times"));
            verdict.delay = value("gap");
            break;
        case Effect::Edit:
            verdict.kind = Verdict::Kind::Replace;
            verdict.replacement = edited(about, action, values);
            break;
        case Effect::Answer:
            verdict.kind = Verdict::Kind::Answer;
            verdict.value = static_cast<std::uint16_t>(value("status"));
            verdict.delay = value("by");
            break;
        case Effect::FlipData:
            verdict.kind = Verdict::Kind::Flip;
            verdict.offset = value("offset");
            verdict.flip = static_cast<std::uint8_t>(value("bits"));
            break;
        case Effect::Scope:
            verdict.kind = Verdict::Kind::Replace;
            verdict.replacement = about;
            verdict.value = static_cast<std::uint16_t>(value("reaches"));
            break;
        default:
            break;  // never at a decide point
    }
    return verdict;
}

bool possible(const ActionInfo& action, const MachineControl& machine) {
    const bool of_firmware =
        action.effect == Effect::Crash || action.effect == Effect::Sleep || action.effect == Effect::Hang;
    return !of_firmware || machine.firmware_runs();
}

void perform(const ActionInfo& action, const Values& values, MachineControl& machine, std::uint64_t draw) {
    switch (action.effect) {
        case Effect::Crash:
            machine.crash(static_cast<CrashKind>(value_of(action, values, "kind")),
                          static_cast<CrashlogChoice>(value_of(action, values, "log")));
            break;
        case Effect::Sleep:
            machine.sleep();
            break;
        case Effect::Hang:
            machine.hang();
            break;
        case Effect::PowerCut:
            machine.power_cut(static_cast<CutKeeps>(value_of(action, values, "keeps")),
                              static_cast<unsigned>(value_of(action, values, "percent")), draw);
            break;
        case Effect::Send:
            send(action, values, machine);
            break;
        case Effect::ForceWire:
            force_wire(action, values, machine);
            break;
        case Effect::WriteMemory:
            write_memory(action, values, machine);
            break;
        default:
            break;  // the others are carried out at their decide point
    }
}

}  // namespace ans::fault
