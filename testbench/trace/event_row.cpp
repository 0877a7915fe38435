// SPDX-License-Identifier: MIT
#include "testbench/trace/event_row.h"

#include <cinttypes>
#include <cstdio>

#include "testbench/trace/mail_text.h"

namespace ans::trace {

namespace {

struct Access {
    std::uint32_t offset;
    unsigned width;
    std::uint64_t value;
    explicit Access(const Event& e)
        : offset(static_cast<std::uint32_t>(e.slot[0])),
          width(static_cast<unsigned>(e.slot[0] >> 32 & 0xff)),
          value(e.slot[1]) {}
};

bool is_access(EventKind kind) {
    return kind == EventKind::RegRead || kind == EventKind::RegWrite || kind == EventKind::BusError;
}

bool is_mail(EventKind kind) {
    return kind == EventKind::MailPush || kind == EventKind::MailPop || kind == EventKind::MailOverflow;
}

const RegMap* map_of(const Event& event, const RegMapLookup& registers) {
    return registers != nullptr ? registers(event.unit) : nullptr;
}

std::string hex(std::uint64_t value) {
    char text[24];
    std::snprintf(text, sizeof text, "0x%" PRIx64, value);
    return text;
}

/// " EN=1 IOSQES=6": the fields of the register that are not zero.
std::string register_fields(const RegMap& map, const Access& access) {
    const RegPlace place = find_register(map, access.offset);
    if (place.reg == nullptr) return {};
    const std::uint64_t value = place.high_half ? access.value << 32 : access.value;
    std::string out;
    for (std::size_t i = 0; i < place.reg->field_count; ++i) {
        const FieldInfo& field = place.reg->fields[i];
        const unsigned bits = field.msb - field.lsb + 1u;
        const std::uint64_t mask = bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
        const std::uint64_t part = value >> field.lsb & mask;
        if (part != 0)
            out.append(" ")
                .append(field.name)
                .append("=")
                .append(bits > 8 ? hex(part) : std::to_string(part));
    }
    return out;
}

std::string access_details(const Event& event, const RegMapLookup& registers) {
    const Access access(event);
    const std::string name = register_of(event, registers);
    const RegMap* map = map_of(event, registers);
    std::string out = name.empty() ? "+" + hex(access.offset) : name;
    out += event.kind == EventKind::RegRead ? " -> " : " <- ";
    out += hex(access.value);
    return map != nullptr ? out + register_fields(*map, access) : out;
}

std::string mail_details(const Event& event) {
    const bool to_driver = (event.slot[0] & 1) != 0;
    std::string out = to_driver ? "i2a " : "a2i ";
    out += mail_text(to_driver, static_cast<std::uint8_t>(event.slot[1]), event.slot[2]);
    if (event.kind != EventKind::MailOverflow) out += " waiting=" + std::to_string(event.slot[0] >> 8 & 0xff);
    return out;
}

std::string plain_details(const Event& event) {
    const EventInfo& info = event_info(event.kind);
    std::string out;
    for (std::size_t i = 0; i < info.field_count; ++i) {
        if (i != 0) out += " ";
        out.append(info.fields[i].name).append("=").append(format_field(info.fields[i], event));
    }
    return out;
}

}  // namespace

std::string time_text(SimTime time) {
    char text[40];
    std::snprintf(text, sizeof text, "%" PRIu64 ".%06" PRIu64, time / microseconds(1),
                  time % microseconds(1));
    return text;
}

std::string register_of(const Event& event, const RegMapLookup& registers) {
    const RegMap* map = is_access(event.kind) ? map_of(event, registers) : nullptr;
    if (map == nullptr) return {};
    const Access access(event);
    return register_name(*map, access.offset, access.width);
}

std::string details(const Event& event, std::string_view text, const RegMapLookup& registers) {
    std::string out;
    if (event.kind == EventKind::RegRead || event.kind == EventKind::RegWrite)
        out = access_details(event, registers);
    else if (is_mail(event.kind))
        out = mail_details(event);
    else
        out = plain_details(event);
    if (event.kind == EventKind::BusError)
        if (const std::string name = register_of(event, registers); !name.empty()) out += " register=" + name;
    if (!text.empty()) out += (out.empty() ? "" : "  ") + printable(text);
    return out;
}

std::string event_row(const Event& event, std::string_view text, const RegMapLookup& registers) {
    char head[80];
    const std::string_view unit = unit_name(event.unit);
    const std::string_view kind = event_info(event.kind).name;
    std::snprintf(head, sizeof head, "%16s  %-8.*s  %-14.*s  ", time_text(event.time).c_str(),
                  static_cast<int>(unit.size()), unit.data(), static_cast<int>(kind.size()), kind.data());
    return head + details(event, text, registers);
}

std::string event_row_header() {
    char head[80];
    std::snprintf(head, sizeof head, "%16s  %-8s  %-14s  details", "time/us", "source", "event");
    return head;
}

std::string printable(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c >= 0x20 && c < 0x7f) {
            out += c;
            continue;
        }
        char escaped[8];
        std::snprintf(escaped, sizeof escaped, "\\x%02x", static_cast<unsigned char>(c));
        out += escaped;
    }
    return out;
}

}  // namespace ans::trace
