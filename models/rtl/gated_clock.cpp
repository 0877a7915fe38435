// SPDX-License-Identifier: MIT
#include "models/rtl/gated_clock.h"

#include <algorithm>

namespace ans::rtl {

SimTime GatedClock::open(SimTime at) {
    const SimTime period = config_.period;
    instant_ = (at + period - 1) / period * period;
    if (busy_ && last_ + period < instant_) edge(last_ + period);
    busy_ = false;
    return instant_;
}

void GatedClock::tick() {
    edge(ran_ ? std::max(instant_, last_ + config_.period) : instant_);
    busy_ = true;
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
