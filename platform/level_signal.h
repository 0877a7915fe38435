// SPDX-License-Identifier: MIT
// From our level wires, which are calls with a time of their own, to a platform's sc_signal<bool>.
#pragma once

#include <systemc>

#include "models/common/agenda.h"
#include "models/common/wire.h"

namespace ans {

/// The signal changes when the wire does, even where its caller was ahead of the kernel. The only driver of
/// `out`.
class LevelSignal : public sc_core::sc_module, public LevelIf {
public:
    sc_core::sc_export<LevelIf> in{"in"};
    sc_core::sc_out<bool> out{"out"};

    explicit LevelSignal(sc_core::sc_module_name name);
    void set_level(bool level, SimTime at) override;

private:
    void drive();

    Agenda<bool> changes_{8};
    sc_core::sc_event due_{"due"};
};

}  // namespace ans
