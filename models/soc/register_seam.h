// SPDX-License-Identifier: MIT
// The interposer between bus and blocks: registers as a CPU reads and writes them.
#pragma once

#include <tlm>

#include "models/common/decide.h"
#include "models/common/sim_time.h"

namespace ans {

/// A read is answered otherwise, late or never; a write is lost or has other bits. The bus reports what the
/// CPU saw and wrote. Accesses that a block refuses are not judged.
class RegisterSeam {
public:
    explicit RegisterSeam(const DecideHub& decide) : decide_(decide) {}

    bool planned(bool write) const {
        return decide_.planned(write ? DecidePoint::RegisterWrite : DecidePoint::RegisterRead);
    }
    /// Carries the access to the block; `unit`, `address` on the bus and `at` as the bus will report them.
    /// False: the block answered, and the answer never reaches the CPU.
    bool access(tlm::tlm_fw_transport_if<>& block, Unit unit, std::uint64_t address,
                tlm::tlm_generic_payload& tx, SimTime at, sc_core::sc_time& delay) const;

private:
    bool read(tlm::tlm_fw_transport_if<>& block, Event about, tlm::tlm_generic_payload& tx,
              sc_core::sc_time& delay) const;
    void write(tlm::tlm_fw_transport_if<>& block, Event about, tlm::tlm_generic_payload& tx,
               sc_core::sc_time& delay) const;

    const DecideHub& decide_;
};

}  // namespace ans
