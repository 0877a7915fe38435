// SPDX-License-Identifier: MIT
#include "testbench/fault/effects.h"

namespace ans::fault {

namespace {

std::uint64_t value_of(const ActionInfo& action, const Values& values, std::string_view name,
                       std::uint64_t otherwise) {
    const int index = param_index(action, name);
    return index < 0 ? otherwise : values[static_cast<std::size_t>(index)];
}

void replace_field(Event& event, std::string_view name, std::uint64_t value) {
    if (const EventField* field = find_field(event.kind, name)) field->set(event, value);
}

void flip_field(Event& event, std::string_view name, std::uint64_t bits) {
    if (const EventField* field = find_field(event.kind, name)) field->set(event, field->get(event) ^ bits);
}

}  // namespace

bool fits(const ActionInfo& action, const Values& values, DecidePoint point, const Event& about) {
    if (!action.at(point)) return false;
    const auto fifo = static_cast<FifoChoice>(value_of(action, values, "fifo", 0));
    if (fifo == FifoChoice::A2i && point != DecidePoint::MailboxA2i) return false;
    if (fifo == FifoChoice::I2a && point != DecidePoint::MailboxI2a) return false;
    const std::uint64_t tag = value_of(action, values, "tag", kUnset);
    const EventField* field = tag == kUnset ? nullptr : find_field(about.kind, "tag");
    return field == nullptr || field->get(about) == tag;
}

Verdict verdict_of(const ActionInfo& action, const Values& values, const Event& about) {
    const auto value = [&](std::string_view name) { return value_of(action, values, name, 0); };
    Verdict verdict;
    verdict.replacement = about;
    switch (action.effect) {
        case Effect::Drop:
            verdict.kind = Verdict::Kind::Drop;
            break;
        case Effect::Delay:
            verdict.kind = Verdict::Kind::Delay;
            verdict.delay = value("by");
            break;
        case Effect::Repeat:
            verdict.kind = Verdict::Kind::Repeat;
            verdict.count = static_cast<std::uint32_t>(value("times"));
            verdict.delay = value("gap");
            break;
        case Effect::XorMessage:
            verdict.kind = Verdict::Kind::Replace;
            flip_field(verdict.replacement, "msg0", value("xor0"));
            flip_field(verdict.replacement, "msg1", value("xor1"));
            break;
        case Effect::SetStatus:
            verdict.kind = Verdict::Kind::Replace;
            replace_field(verdict.replacement, "status", value("status"));
            break;
        case Effect::SetBootStatus:
            verdict.kind = Verdict::Kind::Replace;
            replace_field(verdict.replacement, "value", value("value"));
            break;
        case Effect::Crash:
        case Effect::Sleep:
        case Effect::Hang:
        case Effect::PowerCut:
        case Effect::Count:
            break;  // never at a decide point
    }
    return verdict;
}

bool possible(const ActionInfo& action, const MachineControl& machine) {
    return action.effect == Effect::PowerCut || machine.firmware_runs();
}

void perform(const ActionInfo& action, const Values& values, MachineControl& machine) {
    switch (action.effect) {
        case Effect::Crash:
            machine.crash(static_cast<CrashKind>(values[0]));
            break;
        case Effect::Sleep:
            machine.sleep();
            break;
        case Effect::Hang:
            machine.hang();
            break;
        case Effect::PowerCut:
            machine.power_cut();
            break;
        default:
            break;  // the others are carried out at their decide point
    }
}

}  // namespace ans::fault
