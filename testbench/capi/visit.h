// SPDX-License-Identifier: MIT
// How a driver's call gets into the machine and out again.
#pragma once

#include "testbench/capi/error.h"
#include "testbench/capi/session.h"

namespace ans::capi {

/// What a call may do where it is made.
enum class Where : std::uint8_t {
    Anywhere,  ///< on any simulated thread
    MayWait,   ///< not in an interrupt handler, not under a lock
    Aside      ///< anywhere, and it does not bring memory up to date
};

int refuse_handle(int status);
/// `frame`: whose call it is; nullptr: of no simulated thread.
int refuse_place(const DriverCpu* cpu, const char* what);

/// Runs `f` with the driver's code at rest. What ends a simulated thread (power, a bus fault, the end of the
/// run) is kept for DriverFrame::resume(): it must not pass through the driver's frames.
template <typename F>
[[gnu::noinline]] int guarded(DriverCpu& cpu, F& f) {
    try {
        return say(f(Session::instance().conductor().world(), cpu));
    } catch (const port::BusFault&) {
        cpu.leave_with(std::current_exception());
    } catch (const sc_core::sc_unwind_exception&) {
        cpu.leave_with(std::current_exception());
    } catch (...) {
        return say(answer_of_exception());
    }
    return ANS2EMU_OK;
}

/// A function of the driver's world. `f(World&, DriverCpu&)` returns an Answer. Objects that live across the
/// call have no destructors: resume() may jump over them.
template <typename F>
int visit(const ans2emu_machine* machine, const char* what, Where where, F f) {
    if (const int bad = Session::instance().check(machine); bad != ANS2EMU_OK) return refuse_handle(bad);
    auto* const cpu = static_cast<DriverCpu*>(DriverFrame::suspend());
    if (cpu == nullptr) return refuse_place(cpu, what);
    if (where == Where::MayWait && (cpu->in_handler || cpu->locks_held != 0)) {
        const int status = refuse_place(cpu, what);
        cpu->resume();
        return status;
    }
    const int status = guarded(*cpu, f);
    if (where != Where::Aside) cpu->up_to_date = true;
    cpu->resume();
    return status;
}

/// A function of the machine's owner, outside the simulation.
template <typename F>
int manage(const ans2emu_machine* machine, F f) {
    if (const int bad = Session::instance().check(machine); bad != ANS2EMU_OK) return refuse_handle(bad);
    DriverFrame* const cpu = DriverFrame::suspend();
    int status = ANS2EMU_OK;
    try {
        status = say(f(Session::instance()));
    } catch (...) {
        status = say(answer_of_exception());
    }
    if (cpu != nullptr) cpu->resume();
    return status;
}

}  // namespace ans::capi
