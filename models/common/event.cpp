// SPDX-License-Identifier: MIT
#include "models/common/event.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>

#include "models/common/decide.h"

namespace ans {

void EventHub::subscribe(EventSink& sink, const Kinds& kinds) {
    for (std::size_t k = 0; k < kEventKinds; ++k)
        if (kinds[k]) sinks_[k].push_back(&sink);
}

void EventHub::subscribe(EventSink& sink, std::initializer_list<EventKind> kinds) {
    Kinds set;
    for (EventKind kind : kinds)
        set.set(index(kind));
    subscribe(sink, set);
}

void EventHub::unsubscribe(EventSink& sink) {
    unsubscribe(sink, all());
}

void EventHub::unsubscribe(EventSink& sink, const Kinds& kinds) {
    for (std::size_t k = 0; k < kEventKinds; ++k) {
        if (!kinds[k]) continue;
        auto& list = sinks_[k];
        list.erase(std::remove(list.begin(), list.end(), &sink), list.end());
    }
}

EventHub& EventHub::none() {
    static EventHub hub;
    return hub;
}

std::string format_field(const EventField& field, const Event& event) {
    const std::uint64_t value = field.get(event);
    char text[32];
    switch (field.format) {
        case FieldFormat::Bool:
            return value != 0 ? "true" : "false";
        case FieldFormat::Enum:
            if (value < field.name_count) return std::string(field.names[value]);
            [[fallthrough]];
        case FieldFormat::Dec:
        case FieldFormat::Time:
            std::snprintf(text, sizeof text, "%" PRIu64, value);
            return text;
        case FieldFormat::Hex:
            std::snprintf(text, sizeof text, "0x%" PRIx64, value);
            return text;
    }
    return {};
}

std::string to_string(const Event& event) {
    const EventInfo& info = event_info(event.kind);
    char time[40];
    std::snprintf(time, sizeof time, "%" PRIu64 ".%06" PRIu64 " us ", event.time / 1000'000u,
                  event.time % 1000'000u);
    std::string out = time;
    out.append(unit_name(event.unit)).append(" ").append(info.name);
    for (std::size_t i = 0; i < info.field_count; ++i)
        out.append(" ").append(info.fields[i].name).append("=").append(format_field(info.fields[i], event));
    if (event.text_size != 0) out.append(" \"").append(event.text()).append("\"");
    return out;
}

DecideHub& DecideHub::none() {
    static DecideHub hub;
    return hub;
}

namespace {

struct PointInfo {
    std::string_view name;
    std::string_view what;
};

// Order of DecidePoint.
constexpr std::array<PointInfo, kDecidePoints> kPoints{{
    {"mailbox.a2i", "a message of the driver, before it enters its FIFO"},
    {"mailbox.i2a", "a message of the firmware, before it enters its FIFO"},
    {"nvme.irq", "the NVMe interrupt wire is about to rise"},
    {"mailbox.irq", "one of the mailbox's four wires is about to rise"},
    {"register.read", "a block's answer to a CPU's read, before the CPU has it"},
    {"register.write", "a CPU's write, before the block has it"},
    {"reset", "the coprocessor's reset is about to be asserted"},
    {"nvme.command", "a fetched command on its way to the firmware"},
    {"nvme.data", "the data of a command, before it moves"},
    {"nvme.completion", "a completion on its way to the completion queue"},
    {"nvme.completion_entry", "its 16 bytes on their way to memory"},
    {"nvme.completion_room", "a completion found its queue full and is about to wait for room"},
    {"firmware.boot_status", "the firmware is about to publish BOOT_STATUS"},
    {"firmware.boot", "the firmware is about to start or to wake"},
    {"firmware.boot_end", "the firmware is about to end its boot with the power acknowledgement"},
    {"firmware.mail", "the firmware is about to take a message"},
    {"firmware.log", "the firmware is about to write a syslog entry"},
}};

}  // namespace

std::string_view decide_point_name(DecidePoint point) {
    return kPoints[static_cast<std::size_t>(point)].name;
}

std::string_view decide_point_what(DecidePoint point) {
    return kPoints[static_cast<std::size_t>(point)].what;
}

}  // namespace ans
