// SPDX-License-Identifier: MIT
#include "testbench/scenario/files/document.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>

namespace ans::scenario {

using nlohmann::json;

bool read_file(const std::string& path, std::string& text, Problems& problems) {
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (!std::filesystem::exists(status)) {
        problems.add("", "no such file");
        return false;
    }
    if (!std::filesystem::is_regular_file(status)) {
        problems.add("", "not a regular file");
        return false;
    }
    std::ifstream in(path, std::ios::binary);
    if (!in) {
        problems.add("", std::string("cannot be read: ") + std::strerror(errno));
        return false;
    }
    text.resize(kLargestFile + 1);
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    if (text.size() <= kLargestFile) return true;
    problems.add("", "larger than 1 MiB, which no scenario needs");
    return false;
}

namespace {

// An input iterator that tells how far the parser has read.
struct Cursor {
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    const char* at;
    const char** furthest;
    const char& operator*() const { return *at; }
    Cursor& operator++() {
        *furthest = ++at;
        return *this;
    }
    Cursor operator++(int) {
        const Cursor old = *this;
        ++*this;
        return old;
    }
    bool operator==(const Cursor& other) const { return at == other.at; }
    bool operator!=(const Cursor& other) const { return at != other.at; }
};

// First pass over the text: line of every value, duplicate keys, depth, syntax.
class Surveyor : public nlohmann::json_sax<json> {
public:
    Surveyor(std::string_view text, Problems& problems) : text_(text), problems_(problems) {}
    const char* furthest = nullptr;

    bool null() override { return value(); }
    bool boolean(bool) override { return value(); }
    bool number_integer(number_integer_t) override { return value(); }
    bool number_unsigned(number_unsigned_t) override { return value(); }
    bool number_float(number_float_t, const string_t&) override { return value(); }
    bool string(string_t&) override { return value(); }
    bool binary(binary_t&) override { return value(); }
    bool start_object(std::size_t) override { return open(false); }
    bool start_array(std::size_t) override { return open(true); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }

    bool key(string_t& name) override {
        Level& level = levels_.back();
        level.pointer.resize(level.base);
        level.pointer += "/" + escape_key(name);
        if (!level.keys.insert(name).second) {
            problems_.add_at(line(), 0, level.pointer + ": key " + in_quotes(name) + " is given twice");
            return false;
        }
        problems_.lines[level.pointer] = line();
        return true;
    }

    bool parse_error(std::size_t position, const std::string&,
                     const nlohmann::detail::exception& error) override {
        // "[json.exception...] parse error at line 1, column 2: syntax error while parsing value - unexpected
        // ..."
        std::string text = error.what();
        const std::size_t dash = text.find(" - ");
        if (dash != std::string::npos) text.erase(0, dash + 3);
        for (char& c : text)
            if (c < 0x20 || c == 0x7f) c = ' ';
        const std::string_view before = text_.substr(0, position == 0 ? 0 : position - 1);
        const std::size_t newline = before.rfind('\n');
        const std::size_t column =
            newline == std::string_view::npos ? before.size() + 1 : before.size() - newline;
        problems_.add_at(count_lines(before), column, "not JSON: " + text);
        return false;
    }

private:
    struct Level {
        std::string pointer;  ///< of the member or element being read
        std::size_t base;     ///< length of the container's own pointer
        bool array;
        std::size_t next = 0;
        std::set<std::string> keys;
    };

    static std::size_t count_lines(std::string_view s) {
        return 1 + static_cast<std::size_t>(std::count(s.begin(), s.end(), '\n'));
    }
    // The parser may have looked one byte ahead (after a number): that byte does not count.
    std::size_t line() {
        const auto read = static_cast<std::size_t>(furthest - text_.data());
        const std::size_t end = read == 0 ? 0 : read - 1;
        line_ += static_cast<std::size_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(counted_),
                                                     text_.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
        counted_ = end;
        return line_;
    }
    void enter_element() {
        if (levels_.empty() || !levels_.back().array) return;
        Level& level = levels_.back();
        level.pointer.resize(level.base);
        level.pointer += "/" + std::to_string(level.next++);
        problems_.lines[level.pointer] = line();
    }
    bool value() {
        enter_element();
        return true;
    }
    bool open(bool array) {
        enter_element();
        if (levels_.size() >= kDeepestNesting) {
            problems_.add_at(line(), 0, "nested deeper than " + std::to_string(kDeepestNesting) + " levels");
            return false;
        }
        const std::string pointer = levels_.empty() ? std::string() : levels_.back().pointer;
        levels_.push_back({pointer, pointer.size(), array, 0, {}});
        return true;
    }
    bool close() {
        levels_.pop_back();
        return true;
    }

    std::string_view text_;
    Problems& problems_;
    std::vector<Level> levels_;
    std::size_t line_ = 1;
    std::size_t counted_ = 0;
};

}  // namespace

json parse_document(std::string_view text, Problems& problems) {
    Surveyor surveyor(text, problems);
    surveyor.furthest = text.data();
    const Cursor first{text.data(), &surveyor.furthest};
    const Cursor last{text.data() + text.size(), &surveyor.furthest};
    if (!json::sax_parse(first, last, &surveyor)) return nullptr;
    return json::parse(text);
}

namespace {

std::vector<std::string> split_path(std::string_view path) {
    const bool is_pointer = path.substr(0, 1) == "/";
    if (is_pointer) path.remove_prefix(1);
    std::vector<std::string> keys{""};
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (path[i] == (is_pointer ? '/' : '.'))
            keys.emplace_back();
        else if (is_pointer && path[i] == '~' && i + 1 < path.size() &&
                 (path[i + 1] == '0' || path[i + 1] == '1'))
            keys.back() += path[++i] == '0' ? '~' : '/';
        else
            keys.back() += path[i];
    }
    return keys;
}

// The member or element `key` of `at`, made where it is missing; nullptr with a reason where that is
// impossible.
json* descend(json& at, const std::string& key, std::string& reason) {
    if (at.is_null()) at = json::object();
    if (at.is_object()) return &at[key];
    if (!at.is_array()) {
        reason = "has no members, it is " + std::string(at.type_name());
        return nullptr;
    }
    const bool digits =
        !key.empty() && key.size() < 6 && key.find_first_not_of("0123456789") == std::string::npos;
    const std::size_t index = digits ? std::stoul(key) : 0;
    if (!digits || index > at.size()) {
        reason =
            "is a list of " + std::to_string(at.size()) + ", and " + in_quotes(key) + " is no index of it";
        return nullptr;
    }
    if (index == at.size()) at.push_back(nullptr);
    return &at[index];
}

}  // namespace

void apply_override(json& document, const std::string& argument, Problems& problems) {
    const std::size_t equals = argument.find('=');
    if (equals == std::string::npos || equals == 0) {
        problems.add("", "--set " + in_quotes(argument) + ": expected PATH=VALUE, like driver.queue_depth=8");
        return;
    }
    const std::vector<std::string> keys = split_path(std::string_view(argument).substr(0, equals));
    if (keys.size() > kDeepestNesting) {
        problems.add("", "--set " + in_quotes(argument) + ": nested too deep");
        return;
    }
    json* at = &document;
    std::string pointer;
    for (const std::string& key : keys) {
        std::string reason;
        at = key.empty() ? nullptr : descend(*at, key, reason);
        if (at == nullptr) {
            if (reason.empty()) reason = "is followed by an empty key";
            problems.add("", "--set " + in_quotes(argument) + ": " +
                                 in_quotes(pointer.empty() ? "/" : pointer) + " " + reason);
            return;
        }
        pointer += "/" + escape_key(key);
    }
    const std::string value = argument.substr(equals + 1);
    *at = json::parse(value, nullptr, false);
    if (at->is_discarded()) *at = value;
    problems.overrides[pointer] = argument;
}

}  // namespace ans::scenario
