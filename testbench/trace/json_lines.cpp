// SPDX-License-Identifier: MIT
#include "testbench/trace/json_lines.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "testbench/trace/event_row.h"
#include "testbench/trace/mail_text.h"

namespace ans::trace {

namespace {

constexpr std::size_t kBufferSize = std::size_t{64} * 1024;

void append_number(std::string& out, std::uint64_t value, int base) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, value, base).ptr;
    out.append(digits, end);
}

/// Length of the well-formed UTF-8 sequence at the start of `s`; 0: there is none. source: RFC 3629 section 4
std::size_t utf8_length(std::string_view s) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return 1;
    const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || s.size() < size) return 0;
    for (std::size_t i = 1; i < size; ++i)
        if ((byte(i) & 0xc0) != 0x80) return 0;
    const bool overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
    const bool surrogate = first == 0xed && byte(1) >= 0xa0;
    const bool beyond = first == 0xf4 && byte(1) >= 0x90;
    return overlong || surrogate || beyond ? 0 : size;
}

void append_escaped(std::string& out, unsigned char c) {
    constexpr char kDigits[] = "0123456789abcdef";
    out.append("\\u00").append(1, kDigits[c >> 4]).append(1, kDigits[c & 15]);
}

/// Firmware and drivers may log any bytes: what is not UTF-8 is written as if it were Latin-1.
void append_string(std::string& out, std::string_view s) {
    out += '"';
    while (!s.empty()) {
        const auto c = static_cast<unsigned char>(s.front());
        std::size_t size = utf8_length(s);
        if (c < 0x20 || c == 0x7f || size == 0) {
            append_escaped(out, c);
            size = 1;
        } else {
            if (c == '"' || c == '\\') out += '\\';
            out.append(s.substr(0, size));
        }
        s.remove_prefix(size);
    }
    out += '"';
}

void append_text(std::string& out, std::string_view key, std::string_view value) {
    out.append(",\"").append(key).append("\":");
    append_string(out, value);
}

void append_field(std::string& out, const EventField& field, const Event& event) {
    const std::uint64_t value = field.get(event);
    out.append(",\"").append(field.name).append("\":");
    switch (field.format) {
        case FieldFormat::Bool:
            out += value != 0 ? "true" : "false";
            return;
        case FieldFormat::Hex:
            out += "\"0x";
            append_number(out, value, 16);
            out += '"';
            return;
        case FieldFormat::Enum:
            if (value < field.name_count) {
                append_string(out, field.names[value]);
                return;
            }
            break;
        case FieldFormat::Dec:
        case FieldFormat::Time:
            break;
    }
    append_number(out, value, 10);
}

void append_line(std::string& out, const Event& event, const RegMapLookup& registers) {
    const EventInfo& info = event_info(event.kind);
    out.append("{\"t_us\":").append(time_text(event.time));
    append_text(out, "unit", unit_name(event.unit));
    append_text(out, "event", info.name);
    for (std::size_t i = 0; i < info.field_count; ++i)
        append_field(out, info.fields[i], event);
    if (const std::string name = register_of(event, registers); !name.empty())
        append_text(out, "register", name);
    if (event.kind == EventKind::MailPush || event.kind == EventKind::MailPop)
        append_text(
            out, "message",
            mail_text((event.slot[0] & 1) != 0, static_cast<std::uint8_t>(event.slot[1]), event.slot[2]));
    if (event.text_size != 0) append_text(out, "text", event.text());
    out += '}';
}

}  // namespace

std::string json_line(const Event& event, const RegMapLookup& registers) {
    std::string out;
    append_line(out, event, registers);
    return out;
}

JsonLines::JsonLines(EventHub& events, const std::string& path, const RegMapLookup& registers,
                     const EventHub::Kinds& kinds)
    : events_(events), path_(path), registers_(registers) {
    file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file_ < 0) fail();
    buffer_.reserve(kBufferSize + 4096);
    events.subscribe(*this, kinds);
}

JsonLines::~JsonLines() {
    events_.unsubscribe(*this);
    close();
}

void JsonLines::fail() {
    if (error_.empty()) error_ = path_ + ": " + std::strerror(errno);
}

void JsonLines::on_event(const Event& event) {
    if (file_ < 0 || !error_.empty()) return;
    append_line(buffer_, event, registers_);
    buffer_ += '\n';
    if (buffer_.size() >= kBufferSize) flush();
}

void JsonLines::flush() {
    std::string_view rest = buffer_;
    while (!rest.empty() && file_ >= 0 && error_.empty()) {
        const ssize_t written = ::write(file_, rest.data(), rest.size());
        if (written >= 0)
            rest.remove_prefix(static_cast<std::size_t>(written));
        else if (errno != EINTR)
            fail();
    }
    buffer_.clear();
}

std::string JsonLines::close() {
    if (file_ < 0) return error_;
    flush();
    // Some file systems tell only here that the last bytes found no place.
    if (::close(file_) != 0) fail();
    file_ = -1;
    return error_;
}

}  // namespace ans::trace
