// SPDX-License-Identifier: MIT
#include "models/aic/aic.h"

#include <algorithm>

namespace ans {

namespace {
constexpr unsigned kMaxLine = 0xffff;  // what the event's field holds
}

Aic::Aic(sc_core::sc_module_name name, const AicConfig& config) : sc_module(name), events_(*config.events) {
    control.bind(*this);
    for (const unsigned number : config.lines) {
        if (number > kMaxLine || find(number) != nullptr)
            SC_REPORT_ERROR("ans/aic", ("bad or repeated line " + std::to_string(number)).c_str());
        lines_.push_back(std::make_unique<Line>(*this, number));
    }
}

Aic::Line* Aic::find(unsigned line) const {
    const auto found =
        std::find_if(lines_.begin(), lines_.end(), [&](const auto& l) { return l->number() == line; });
    return found == lines_.end() ? nullptr : found->get();
}

sc_core::sc_export<LevelIf>& Aic::input(unsigned line) {
    Line* found = find(line);
    if (found == nullptr) SC_REPORT_ERROR("ans/aic", ("no line " + std::to_string(line)).c_str());
    return found->in;  // NOLINT(clang-analyzer-core.uninitialized.UndefReturn): the report throws
}

void Aic::mask(unsigned line, SimTime at) {
    if (Line* found = find(line)) found->set_masked(true, at);
}
void Aic::unmask(unsigned line, SimTime at) {
    if (Line* found = find(line)) found->set_masked(false, at);
}
bool Aic::level(unsigned line) const {
    const Line* found = find(line);
    return found != nullptr && found->level();
}

Aic::Line::Line(Aic& owner, unsigned number)
    : in(("line_" + std::to_string(number)).c_str()), owner_(owner), number_(number) {
    in.bind(*this);
}

void Aic::Line::set_level(bool level, SimTime at) {
    if (level == level_) return;
    level_ = level;
    if (owner_.events_.wants(EventKind::IrqLevel)) {
        Event event;
        event.time = at;
        event.kind = EventKind::IrqLevel;
        event.unit = Unit::Aic;
        event.slot[0] = number_ | std::uint64_t{level} << 16;
        owner_.events_.emit(event);
    }
    if (!masked_) deliver(level, at);
}

void Aic::Line::set_masked(bool masked, SimTime at) {
    if (masked == masked_) return;
    masked_ = masked;
    if (level_) deliver(!masked, at);
}

void Aic::Line::deliver(bool level, SimTime at) {
    if (owner_.cpu.size() != 0) owner_.cpu->on_interrupt(number_, level, at);
}

}  // namespace ans
