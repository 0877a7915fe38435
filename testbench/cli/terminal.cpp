// SPDX-License-Identifier: MIT
#include "testbench/cli/terminal.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>

namespace ans::cli {

Style Style::of(int fd) {
    const char* no_colour = std::getenv("NO_COLOR");
    return Style(isatty(fd) != 0 && (no_colour == nullptr || *no_colour == '\0'));
}

std::string Style::operator()(Colour colour, std::string_view text) const {
    static constexpr std::array<const char*, 6> kCodes{"",         "\033[32m", "\033[31m",
                                                       "\033[33m", "\033[2m",  "\033[1m"};
    if (!colour_ || colour == Colour::Plain) return std::string(text);
    return kCodes[static_cast<std::size_t>(colour)] + std::string(text) + "\033[0m";
}

namespace {

// Bytes of the UTF-8 character at the front of `s`; 0: broken, or a control character.
std::size_t character(std::string_view s) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
    if (byte(0) < 0x80) return byte(0) >= 0x20 && byte(0) != 0x7f ? 1 : 0;
    const std::size_t size = byte(0) >= 0xf0 ? 4 : byte(0) >= 0xe0 ? 3 : byte(0) >= 0xc2 ? 2 : 0;
    if (size == 0 || byte(0) > 0xf4 || s.size() < size) return 0;
    for (std::size_t i = 1; i < size; ++i)
        if ((byte(i) & 0xc0) != 0x80) return 0;
    const bool control = byte(0) == 0xc2 && byte(1) < 0xa0;  // C1: terminals obey some of them
    return control ? 0 : size;
}

}  // namespace

std::string printable(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t size = character(text);
        out += size == 0 ? std::string_view("?") : text.substr(0, size);
        text.remove_prefix(std::max<std::size_t>(size, 1));
    }
    return out;
}

std::string printable_lines(std::string_view text, std::size_t indent) {
    std::string out;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (!out.empty()) out += "\n" + std::string(indent, ' ');
        out += printable(line);
    }
    return out;
}

std::string ms_text(SimTime time) {
    char text[40];
    std::snprintf(text, sizeof text, "%" PRIu64 ".%03" PRIu64 " ms", time / milliseconds(1),
                  time % milliseconds(1) / microseconds(1));
    return text;
}

std::string wall_text(double ms) {
    char text[40];
    std::snprintf(text, sizeof text, "%.2f s", ms / 1000);
    return text;
}

std::string size_text(std::uint64_t bytes) {
    static constexpr std::array<const char*, 4> kUnits{"KiB", "MiB", "GiB", "TiB"};
    if (bytes < 1024) return std::to_string(bytes) + " bytes";
    std::size_t unit = 0;
    double value = static_cast<double>(bytes) / 1024;
    for (; value >= 1024 && unit + 1 < kUnits.size(); ++unit)
        value /= 1024;
    char text[40];
    const bool whole = value == static_cast<double>(static_cast<std::uint64_t>(value));
    std::snprintf(text, sizeof text, whole ? "%.0f %s" : "%.1f %s", value, kUnits[unit]);
    return text;
}

std::string counted(std::size_t count, std::string_view noun) {
    return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
    std::vector<std::string> lines;
    std::string line;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        const std::string_view word = text.substr(0, end);
        if (!line.empty() && line.size() + 1 + word.size() > width) {
            lines.push_back(line);
            line.clear();
        }
        if (!line.empty()) line += ' ';
        line += word;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    if (!line.empty()) lines.push_back(line);
    return lines;
}

namespace {
// Characters, not bytes: everything that is printed is valid UTF-8.
std::size_t shown_width(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}
}  // namespace

std::string Table::text(std::size_t indent, const std::vector<std::size_t>& right) const {
    std::vector<std::size_t> widths;
    for (const auto& row : rows_)
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (widths.size() <= i) widths.push_back(0);
            widths[i] = std::max(widths[i], shown_width(row[i]));
        }
    std::string out;
    for (const auto& row : rows_) {
        std::string line(indent, ' ');
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string pad(widths[i] - shown_width(row[i]), ' ');
            const bool to_right = std::find(right.begin(), right.end(), i) != right.end();
            line += to_right ? pad + row[i] : row[i];
            if (i + 1 == row.size()) break;
            line += (to_right ? "" : pad) + std::string("  ");
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + "\n";
    }
    return out;
}

}  // namespace ans::cli
