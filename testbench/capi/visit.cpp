// SPDX-License-Identifier: MIT
#include "testbench/capi/visit.h"

namespace ans::capi {

int refuse_handle(int status) {
    return say(status, status == ANS2EMU_E_THREAD
                           ? "the machine belongs to another OS thread, the one that opened it"
                           : "no such machine, or it was closed");
}

int refuse_place(const DriverCpu* cpu, const char* what) {
    const std::string name(what);
    if (cpu == nullptr)
        return say(ANS2EMU_E_CONTEXT, name + ": only inside an entry function that ans2emu_run runs");
    return say(ANS2EMU_E_CONTEXT,
               name + (cpu->in_handler ? ": not in an interrupt handler, which must not wait"
                                       : ": not under a lock, others would spin for it"));
}

}  // namespace ans::capi
