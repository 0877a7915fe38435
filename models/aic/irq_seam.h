// SPDX-License-Identifier: MIT
// The interposer in an interrupt wire: decides about its rising edges.
#pragma once

#include "models/common/decide.h"
#include "models/common/wire.h"

namespace ans {

/// Drop: this rise never happens; the output stays low until the input has fallen and rises again. Delay: it
/// happens later, unless the input has fallen by then. Every other verdict lets it pass; falls are never
/// judged.
class IrqSeam : public sc_core::sc_module, public LevelIf {
public:
    sc_core::sc_export<LevelIf> in{"in"};
    LevelOut out{"out"};

    /// `point`: NvmeIrq or MailboxIrq. `line`: the AIC line number that a plan sees.
    IrqSeam(sc_core::sc_module_name name, DecidePoint point, unsigned line, const DecideHub& decide);

    void set_level(bool level, SimTime at) override {
        if (decide_.planned(point_))
            judge(level, at);
        else
            drive(level, at);
    }

private:
    void drive(bool level, SimTime at) {
        if (out.size() != 0) out->set_level(level, at);
    }
    void judge(bool level, SimTime at);
    void rise(SimTime at);
    void fall(SimTime at);
    void raise_due();

    const DecidePoint point_;
    const DecideHub& decide_;
    const unsigned line_;
    bool in_level_ = false;
    SimTime rise_due_ = kNever;  ///< a rise held back
    sc_core::sc_event raise_{"raise"};
};

}  // namespace ans
