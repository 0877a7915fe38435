// SPDX-License-Identifier: MIT
// Level wires inside the SoC: a direct call that carries the caller's local time. sc_signal is for the
// SoC's boundary only (a signal costs a delta cycle and forgets how far its writer is ahead).
#pragma once

#include "models/common/sim_time.h"

namespace ans {

/// The receiving end of a level wire (interrupt, reset, run).
class LevelIf : public virtual sc_core::sc_interface {
public:
    /// `at`: absolute time of the change, not before kernel time. Setting the present level is allowed.
    virtual void set_level(bool level, SimTime at) = 0;
};

/// An output that may be left open.
using LevelOut = sc_core::sc_port<LevelIf, 1, sc_core::SC_ZERO_OR_MORE_BOUND>;

/// A LevelIf that calls a member function, for blocks with several inputs. Bind its `in` export.
template <typename Owner>
class LevelIn : public LevelIf {
public:
    using Handler = void (Owner::*)(bool level, SimTime at);
    LevelIn(const char* name, Owner& owner, Handler handler) : in(name), owner_(owner), handler_(handler) {
        in.bind(*this);
    }
    LevelIn(const LevelIn&) = delete;
    LevelIn& operator=(const LevelIn&) = delete;
    void set_level(bool level, SimTime at) override { (owner_.*handler_)(level, at); }

    sc_core::sc_export<LevelIf> in;

private:
    Owner& owner_;
    Handler handler_;
};

}  // namespace ans
