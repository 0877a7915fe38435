// SPDX-License-Identifier: MIT
// The interposer between front end and memory: completion entries on their way to their queue.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include "models/common/decide.h"

namespace ans {

/// Everything passes, and with nothing planned the front end has memory directly (DMI) and never comes here.
/// With a plan each write of an entry's 16 bytes is judged: it is dropped, or written with other fields. What
/// the front end believes, and its event says, stays as it is.
class EntrySeam : public sc_core::sc_module {
public:
    tlm_utils::simple_target_socket<EntrySeam> in{"in"};
    tlm_utils::simple_initiator_socket<EntrySeam> out{"out"};

    EntrySeam(sc_core::sc_module_name name, const DecideHub& decide);

private:
    void b_transport(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay);
    unsigned transport_dbg(tlm::tlm_generic_payload& tx) { return out->transport_dbg(tx); }
    bool get_direct_mem_ptr(tlm::tlm_generic_payload& tx, tlm::tlm_dmi& dmi);
    void invalidate(sc_dt::uint64 first, sc_dt::uint64 last) { in->invalidate_direct_mem_ptr(first, last); }
    void judge(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay);

    const DecideHub& decide_;
};

}  // namespace ans
