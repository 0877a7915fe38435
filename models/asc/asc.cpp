// SPDX-License-Identifier: MIT
#include "models/asc/asc.h"

#include "models/asc/asc_regs.h"

namespace ans {

using namespace asc_regs;

Asc::Asc(sc_core::sc_module_name name, const AscConfig& config)
    : sc_module(name),
      events_(*config.events),
      policies_(config.policies),
      regs_(kMap),
      run_level_(config.running) {
    mmio.register_b_transport(this, &Asc::b_transport);
    mmio.register_transport_dbg(this, &Asc::transport_dbg);
    regs_.provide(CpuControl, [this](unsigned) { return ControlRun::put(run_level_); });
    regs_.provide(CpuStatus, [this](unsigned) { return status(); });
    regs_.on_write(CpuControl, [this](std::uint64_t value, const RegAccess& access) {
        if (!in_reset_) set_run(ControlRun::get(value) != 0, access.at);
    });
}

void Asc::start_of_simulation() {
    if (run_level_ && run.size() != 0) run->set_level(true, kernel_now());
}

void Asc::b_transport(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) {
    regs_.access(tx, Face::Ap, kernel_now() + from_sc(delay));
}

void Asc::on_reset(bool asserted, SimTime at) {
    in_reset_ = asserted;
    if (asserted) set_run(false, at);
}

void Asc::on_idle(bool level, SimTime) {
    idle_level_ = level;
}

void Asc::set_run(bool level, SimTime at) {
    if (level == run_level_) return;
    run_level_ = level;
    if (events_.wants(EventKind::ProcessorRun)) {
        Event event;
        event.time = at;
        event.kind = EventKind::ProcessorRun;
        event.unit = Unit::Asc;
        event.slot[0] = level;
        events_.emit(event);
    }
    if (run.size() != 0) run->set_level(level, at);
}

std::uint64_t Asc::status() const {
    const bool stopped = !run_level_;
    const bool waiting = stopped || idle_level_;
    const bool bit0 = policies_.get<CpuStatusBit0>() == CpuStatusBit0::Running ? !stopped : waiting;
    return StatusBit0::put(bit0) | StatusStopped::put(stopped) | StatusIrqNotPending::put(1) |
           StatusFiqNotPending::put(1) | StatusIdle::put(waiting);
}

}  // namespace ans
