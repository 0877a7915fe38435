// SPDX-License-Identifier: MIT
#include "platform/level_signal.h"

namespace ans {

LevelSignal::LevelSignal(sc_core::sc_module_name name) : sc_module(name) {
    in.bind(*this);
    SC_HAS_PROCESS(LevelSignal);
    SC_METHOD(drive);
    sensitive << due_;
    dont_initialize();
}

void LevelSignal::set_level(bool level, SimTime at) {
    changes_.add(at, level);
    notify_at(due_, changes_.next_due());
}

void LevelSignal::drive() {
    while (changes_.next_due() <= kernel_now())
        out.write(changes_.take());
    notify_at(due_, changes_.next_due());
}

}  // namespace ans
