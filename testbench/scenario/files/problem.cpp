// SPDX-License-Identifier: MIT
#include "testbench/scenario/files/problem.h"

#include <algorithm>
#include <numeric>

namespace ans::scenario {

std::string escape_key(std::string_view key) {
    std::string out;
    for (const char c : key) {
        if (c == '~')
            out += "~0";
        else if (c == '/')
            out += "~1";
        else
            out += c;
    }
    return out;
}

std::string Path::pointer() const {
    if (up_ == nullptr) return {};
    return up_->pointer() + "/" + (is_index_ ? std::to_string(index_) : escape_key(key_));
}

std::string in_quotes(std::string_view text) {
    constexpr std::size_t kLongest = 60;
    std::string out = "\"";
    for (const char c : text.substr(0, kLongest))
        out += c >= 0x20 && c < 0x7f ? c : '?';
    return out + (text.size() > kLongest ? "...\"" : "\"");
}

namespace {

// Edit distance where a swap of neighbours counts once (optimal string alignment).
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    std::iota(last.begin(), last.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0u : 1u)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before.swap(last);
        last.swap(row);
    }
    return last[b.size()];
}

}  // namespace

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
    if (word.empty() || word.size() > 64) return {};
    std::string_view best;
    std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
    for (const std::string_view candidate : candidates) {
        // "retries" for "retries_ms": a forgotten unit is the commonest slip of all.
        const bool unit_left_out = candidate.size() > word.size() + 1 && word.size() > 1 &&
                                   candidate.substr(0, word.size()) == word && candidate[word.size()] == '_';
        const std::size_t d = unit_left_out ? 1 : distance(word, candidate);
        if (d < best_distance) {
            best = candidate;
            best_distance = d;
        }
    }
    return best;
}

std::string suggestion(std::string_view word, const std::vector<std::string_view>& candidates) {
    const std::string_view near = nearest(word, candidates);
    return near.empty() ? std::string() : "; did you mean " + in_quotes(near) + "?";
}

std::string one_of(const std::vector<std::string_view>& choices) {
    std::string out;
    for (std::size_t i = 0; i < choices.size(); ++i) {
        if (i != 0) out += i + 1 == choices.size() ? " or " : ", ";
        out.append(choices[i]);
    }
    return out;
}

void Problems::add(std::string pointer, std::string text) {
    const std::string set = override_of(pointer);
    if (!set.empty()) text += " (from --set " + in_quotes(set) + ")";
    const std::size_t line = set.empty() ? line_of(pointer) : 0;
    all_.push_back({line, 0, std::move(pointer), std::move(text)});
}

void Problems::add_at(std::size_t line, std::size_t column, std::string text) {
    all_.push_back({line, column, {}, std::move(text)});
}

bool Problems::any_inside(std::string_view pointer) const {
    return std::any_of(all_.begin(), all_.end(), [&](const Problem& problem) {
        const std::string_view at = problem.pointer;
        return at.substr(0, pointer.size()) == pointer &&
               (at.size() == pointer.size() || at[pointer.size()] == '/');
    });
}

namespace {
// Looks `pointer` up, then the places around it, outwards; the end iterator where none is known.
template <typename Map>
typename Map::const_iterator innermost(const Map& map, std::string pointer) {
    for (;;) {
        const auto found = map.find(pointer);
        if (found != map.end() || pointer.empty()) return found;
        pointer.erase(pointer.rfind('/'));
    }
}
}  // namespace

std::size_t Problems::line_of(std::string pointer) const {
    const auto found = innermost(lines, std::move(pointer));
    return found == lines.end() ? 0 : found->second;
}

std::string Problems::override_of(std::string pointer) const {
    const auto found = innermost(overrides, std::move(pointer));
    return found == overrides.end() ? std::string() : found->second;
}

std::vector<std::string> Problems::texts() const {
    std::vector<Problem> sorted = all_;
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const Problem& a, const Problem& b) { return a.line < b.line; });
    std::vector<std::string> out;
    for (const Problem& problem : sorted) {
        std::string text = file_;
        if (problem.line != 0) text += ":" + std::to_string(problem.line);
        if (problem.column != 0) text += ":" + std::to_string(problem.column);
        text += ": ";
        if (!problem.pointer.empty()) text += problem.pointer + ": ";
        out.push_back(text + problem.text);
    }
    return out;
}

}  // namespace ans::scenario
