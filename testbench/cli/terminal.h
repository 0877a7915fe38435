// SPDX-License-Identifier: MIT
// How output looks: colour where a person looks, aligned columns, times, and nothing that a log line could
// smuggle into a terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "models/common/sim_time.h"

namespace ans::cli {

enum class Colour : std::uint8_t { Plain, Good, Bad, Warn, Dim, Bold };

/// Colours text, or leaves it alone where nobody could see them.
class Style {
public:
    explicit Style(bool colour) : colour_(colour) {}
    /// Colour if `fd` is a terminal and NO_COLOR is not set.
    static Style of(int fd);
    std::string operator()(Colour colour, std::string_view text) const;
    bool on() const { return colour_; }

private:
    bool colour_;
};

/// Control characters and broken UTF-8 as '?': what firmware or a driver logged may hold anything.
std::string printable(std::string_view text);
/// The same of text of several lines; those after the first are indented.
std::string printable_lines(std::string_view text, std::size_t indent);
/// "12.345 ms"
std::string ms_text(SimTime time);
/// "0.53 s"
std::string wall_text(double ms);
/// "64 MiB", "4 KiB", "123 bytes"
std::string size_text(std::uint64_t bytes);
/// "1 scenario", "3 scenarios"
std::string counted(std::size_t count, std::string_view noun);
/// Lines of at most `width` characters, broken at spaces.
std::vector<std::string> wrapped(std::string_view text, std::size_t width);

/// Rows of cells, printed with aligned columns; the last column is not padded.
class Table {
public:
    void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
    /// `indent`: spaces before each row. `right`: columns that are aligned right.
    std::string text(std::size_t indent = 0, const std::vector<std::size_t>& right = {}) const;

private:
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace ans::cli
