// SPDX-License-Identifier: MIT
// What is wrong with a file that the user gave: where it is, what was found and what was expected. All
// problems of a file are collected before anything is said.
#pragma once

#include <cstddef>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace ans::scenario {

/// A place inside a document, as a chain on the reader's stack; spelled out only when something is wrong.
class Path {
public:
    Path() = default;
    Path(const Path& up, std::string_view key) : up_(&up), key_(key) {}
    Path(const Path& up, std::size_t index) : up_(&up), index_(index), is_index_(true) {}
    /// JSON pointer (RFC 6901); "" is the whole document.
    std::string pointer() const;

private:
    const Path* up_ = nullptr;
    std::string_view key_;
    std::size_t index_ = 0;
    bool is_index_ = false;
};

/// One key of a JSON pointer, escaped ("~0", "~1").
std::string escape_key(std::string_view key);
/// "key" in quotes and shortened, its control and non-ASCII bytes as '?': safe on a terminal, whatever the
/// file holds.
std::string in_quotes(std::string_view text);
/// The candidate nearest to `word`, or "" where none is near enough to be a slip of the keyboard.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates);
/// `; did you mean "x"?`, or "" without a near candidate.
std::string suggestion(std::string_view word, const std::vector<std::string_view>& candidates);
/// "a, b or c".
std::string one_of(const std::vector<std::string_view>& choices);

struct Problem {
    std::size_t line = 0;    ///< from 1; 0: unknown
    std::size_t column = 0;  ///< from 1; 0: unknown
    std::string pointer;
    std::string text;
};

class Problems {
public:
    explicit Problems(std::string file) : file_(std::move(file)) {}

    void add(const Path& path, std::string text) { add(path.pointer(), std::move(text)); }
    void add(std::string pointer, std::string text);
    void add_at(std::size_t line, std::size_t column, std::string text);

    /// Line of each value of the document, by pointer.
    std::map<std::string, std::size_t> lines;
    /// The `--set` arguments that made values of the document, by pointer.
    std::map<std::string, std::string> overrides;

    bool empty() const { return all_.empty(); }
    /// Is something wrong at `pointer` or inside it?
    bool any_inside(std::string_view pointer) const;
    /// The `--set` argument that made the value at `pointer`, or "".
    std::string override_of(std::string pointer) const;
    const std::string& file() const { return file_; }
    /// In the order of the file: `file:line: /pointer: text`.
    std::vector<std::string> texts() const;

private:
    std::size_t line_of(std::string pointer) const;
    std::string file_;
    std::vector<Problem> all_;
};

/// What the user gave cannot be used: bad scenario, missing or locked image, full disk. Thrown before
/// elaboration or by the media layer; the program ends with code 2.
class UserError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace ans::scenario
