// SPDX-License-Identifier: MIT
#include "models/rtl/gated_clock.h"

#include <algorithm>

namespace ans::rtl {

SimTime GatedClock::open(SimTime at) {
    const SimTime period = config_.period;
    const SimTime instant = (at + period - 1) / period * period;
    const bool behind = ran_ && instant < instant_;
    instant_ = instant;
    next_ = behind || !ran_ ? instant : std::max(instant, last_ + period);
    if (busy_ && last_ + period < next_) edge(last_ + period);
    busy_ = false;
    return next_;
}

SimTime GatedClock::tick() {
    const SimTime at = next_;
    edge(at);
    next_ = at + config_.period;
    busy_ = true;
    return at;
}

void GatedClock::edge(SimTime at) {
    wire = false;
    eval_();
    if (config_.waves != nullptr) config_.waves->dump(at - std::min(at, config_.period / 4));
    wire = true;
    eval_();
    if (config_.waves != nullptr) config_.waves->dump(at);
    last_ = at;
    ran_ = true;
    ++cycles_;
}

void GatedClock::fall() {
    if (config_.waves == nullptr) return;  // the next edge begins with it
    wire = false;
    eval_();
    config_.waves->dump(last_ + config_.period / 2);
}

void GatedClock::power_on_edge() {
    wire = false;
    eval_();
    wire = true;
    eval_();
    wire = false;
    eval_();
    ++cycles_;
}

}  // namespace ans::rtl
