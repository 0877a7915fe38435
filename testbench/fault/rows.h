// SPDX-License-Identifier: MIT
// How the rows of the fault table are written.
#pragma once

#include "testbench/fault/table.h"

namespace ans::fault {

using S = std::string_view;
using K = EventKind;
using P = DecidePoint;

struct Rows {
    const ActionInfo* first;
    std::size_t count;
};
Rows mailbox_rows();
Rows rtkit_rows();
Rows firmware_rows();
Rows register_rows();
Rows nvme_rows();
Rows machine_rows();

inline constexpr SimTime kLongest = seconds(3600);

/// A row in the making; every word returns the row with one thing more.
struct Row : ActionInfo {
    constexpr Row(S owner_, S id_, S title_) {
        owner = owner_;
        id = id_;
        title = title_;
    }
    constexpr Row at(P where, K kind) const {
        Row row = *this;
        row.point = where;
        row.native = kind;
        return row;
    }
    constexpr Row and_at(P where) const {
        Row row = *this;
        row.second_point = where;
        return row;
    }
    constexpr Row does(Effect what) const {
        Row row = *this;
        row.effect = what;
        return row;
    }
    template <std::size_t N>
    constexpr Row with(const ParamInfo (&list)[N]) const {
        Row row = *this;
        row.params = list;
        row.param_count = N;
        return row;
    }
    template <std::size_t N>
    constexpr Row hits(const FieldUse (&list)[N]) const {
        Row row = *this;
        row.only = list;
        row.only_count = N;
        return row;
    }
    template <std::size_t N>
    constexpr Row sets(const FieldUse (&list)[N]) const {
        Row row = *this;
        row.effect = row.effect == Effect::Count ? Effect::Edit : row.effect;
        row.edits = list;
        row.edit_count = N;
        return row;
    }
    constexpr Row like(S real_thing, S where_from) const {
        Row row = *this;
        row.imitates = real_thing;
        row.source = where_from;
        return row;
    }
};

/// A field, or bits of it, with a value of the row's own.
constexpr FieldUse is(S field, std::uint64_t value, unsigned lsb = 0, unsigned bits = 64) {
    return {field, static_cast<std::uint8_t>(lsb), static_cast<std::uint8_t>(bits), value};
}
/// A field, or bits of it, with a parameter's value.
constexpr FieldUse from(S field, S param, unsigned lsb = 0, unsigned bits = 64) {
    return {field, static_cast<std::uint8_t>(lsb), static_cast<std::uint8_t>(bits), 0, param};
}
constexpr FieldUse flips(S field, S param) {
    return {field, 0, 64, 0, param, {}, true};
}

constexpr ParamInfo number(S name, std::uint64_t max, std::uint64_t by_default, S what, S unit = {}) {
    return {name, ParamType::Integer, unit, 0, max, by_default, false, what};
}
constexpr ParamInfo needed(S name, std::uint64_t max, S what, S unit = {}) {
    return {name, ParamType::Integer, unit, 0, max, 0, true, what};
}
/// May be left out, and then nothing takes its place.
constexpr ParamInfo open(S name, std::uint64_t max, S what) {
    return {name, ParamType::Integer, {}, 0, max, kUnset, false, what};
}
constexpr ParamInfo needed_time(S name, S what) {
    return {name, ParamType::Time, "us", 1, kLongest, 0, true, what};
}
constexpr ParamInfo time_of(S name, SimTime by_default, S what) {
    return {name, ParamType::Time, "us", 0, kLongest, by_default, false, what};
}
template <std::size_t N>
constexpr ParamInfo choice(S name, const S (&words)[N], std::uint64_t by_default, S what) {
    return {name, ParamType::Choice, {}, 0, N - 1, by_default, false, what, words, N};
}

inline constexpr S kFifos[] = {kAny, "a2i", "i2a"};

inline constexpr ParamInfo kBy = needed_time("by", "how long it is held back");
inline constexpr ParamInfo kSpread = time_of("spread", 0, "up to this much more, drawn from the seed");
inline constexpr ParamInfo kFor = time_of("for", microseconds(1000), "how long");
inline constexpr ParamInfo kTimes{"times", ParamType::Integer, "", 1, 64, 1, false, "how many extra times"};
inline constexpr ParamInfo kGap = time_of("gap", 0, "time between one and the next");
inline constexpr ParamInfo kFifo = choice("fifo", kFifos, 0, "only in this direction");
inline constexpr ParamInfo kTag = open("tag", 0xffff, "only this tag; left out: any");
inline constexpr ParamInfo kOpcode = open("opcode", 0xff, "only this opcode; left out: any");

inline constexpr ParamInfo kOnlyBy[] = {kBy};
inline constexpr ParamInfo kOnlyFor[] = {kFor};
inline constexpr ParamInfo kTimesGap[] = {kTimes, kGap};

}  // namespace ans::fault
