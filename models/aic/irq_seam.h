// SPDX-License-Identifier: MIT
// The interposer in an interrupt wire: decides about its rising edges.
#pragma once

#include "models/common/decide.h"
#include "models/common/wire.h"

namespace ans {

/// Drop: this rise never happens; the output stays low until the input has fallen and rises again. Delay: it
/// happens later, unless the input has fallen by then. Every other verdict lets it pass; falls are never
/// judged. While the output is forced it ignores all of them; then it takes the level that it would have.
class IrqSeam : public sc_core::sc_module, public LevelIf {
public:
    sc_core::sc_export<LevelIf> in{"in"};
    LevelOut out{"out"};

    /// `point`: NvmeIrq or MailboxIrq. `line`: the AIC line number that a plan sees.
    IrqSeam(sc_core::sc_module_name name, DecidePoint point, unsigned line, const DecideHub& decide);

    /// The output stays at `level` for that time, from now on. From a process only; a plan has to be
    /// installed at the point before the wire's first change.
    void force(bool level, SimTime how_long);

    void set_level(bool level, SimTime at) override {
        if (decide_.planned(point_))
            judge(level, at);
        else
            put(level, at);
    }

private:
    void put(bool level, SimTime at) {
        if (out.size() != 0) out->set_level(level, at);
    }
    void drive(bool level, SimTime at);
    void release_due();
    void judge(bool level, SimTime at);
    void rise(SimTime at);
    void fall(SimTime at);
    void raise_due();

    const DecidePoint point_;
    const DecideHub& decide_;
    const unsigned line_;
    bool in_level_ = false;
    bool driven_ = false;  ///< the level that the output has, or would have
    SimTime forced_until_ = 0;
    sc_core::sc_event release_{"release"};
    SimTime rise_due_ = kNever;  ///< a rise held back
    sc_core::sc_event raise_{"raise"};
};

}  // namespace ans
