// SPDX-License-Identifier: MIT
// Between interrupt controller and CPU, by line number.
#pragma once

#include "models/common/sim_time.h"

namespace ans {

/// A CPU's side: told of every change of an unmasked line.
class InterruptSinkIf : public virtual sc_core::sc_interface {
public:
    virtual void on_interrupt(unsigned line, bool level, SimTime at) = 0;
};

/// The controller's side: what software does with its lines. A line starts masked.
class InterruptControllerIf : public virtual sc_core::sc_interface {
public:
    virtual void mask(unsigned line, SimTime at) = 0;
    virtual void unmask(unsigned line, SimTime at) = 0;
};

}  // namespace ans
