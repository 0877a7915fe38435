// SPDX-License-Identifier: MIT
#include "models/aic/irq_seam.h"

#include "models/common/agenda.h"

namespace ans {

SC_HAS_PROCESS(IrqSeam);

IrqSeam::IrqSeam(sc_core::sc_module_name name, DecidePoint point, unsigned line, const DecideHub& decide)
    : sc_module(name), point_(point), decide_(decide), line_(line) {
    in.bind(*this);
    SC_METHOD(raise_due);
    sensitive << raise_;
    dont_initialize();
    SC_METHOD(release_due);
    sensitive << release_;
    dont_initialize();
}

void IrqSeam::drive(bool level, SimTime at) {
    driven_ = level;
    if (at >= forced_until_) put(level, at);
}

void IrqSeam::force(bool level, SimTime how_long) {
    forced_until_ = kernel_now() + how_long;
    put(level, kernel_now());
    notify_at(release_, forced_until_);
}

void IrqSeam::release_due() {
    if (forced_until_ > kernel_now())
        notify_at(release_, forced_until_);  // it was prolonged meanwhile
    else
        put(driven_, kernel_now());
}

void IrqSeam::judge(bool level, SimTime at) {
    if (level == in_level_) return;
    in_level_ = level;
    if (level)
        rise(at);
    else
        fall(at);
}

void IrqSeam::rise(SimTime at) {
    Event about;
    about.time = at;
    about.kind = EventKind::IrqLevel;
    about.unit = Unit::Aic;
    about.slot[0] = line_ | std::uint64_t{1} << 16;
    const Verdict verdict = decide_.ask(point_, about);
    if (verdict.kind == Verdict::Kind::Drop) return;
    if (verdict.kind == Verdict::Kind::Delay) {
        rise_due_ = at + verdict.delay;
        notify_at(raise_, rise_due_);
        return;
    }
    drive(true, at);
}

void IrqSeam::fall(SimTime at) {
    // Its process may be behind the caller: a rise that was due before the fall happened before it.
    if (rise_due_ < at) drive(true, rise_due_);
    rise_due_ = kNever;
    raise_.cancel();
    drive(false, at);
}

void IrqSeam::raise_due() {
    if (rise_due_ > kernel_now()) return;
    rise_due_ = kNever;
    drive(true, kernel_now());
}

}  // namespace ans
