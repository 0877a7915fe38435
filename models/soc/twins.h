// SPDX-License-Identifier: MIT
// Which implementation each block of a machine has: the TLM model, its RTL twin, or both in lockstep.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "models/mailbox/mailbox_block.h"
#include "models/sart/sart_block.h"

namespace ans {

namespace rtl {
class WaveFile;
}

enum class Implementation : std::uint8_t { Tlm, Rtl, Lockstep };

struct TwinChoice {
    Implementation mailbox = Implementation::Tlm;
    Implementation sart = Implementation::Tlm;
    SimTime clock = nanoseconds(1);  ///< period of the twins' clock; source: guess
    std::string waves;               ///< VCD file of the twins' signals; "": none

    bool any() const { return mailbox != Implementation::Tlm || sart != Implementation::Tlm; }
};

/// Makes the blocks that a machine chose. Outlives them.
class Twins {
public:
    /// Whether this build has RTL twins at all.
    static bool built();

    /// Reports an SC_ERROR where a twin is chosen and this build has none.
    explicit Twins(const TwinChoice& choice);
    ~Twins();

    std::unique_ptr<MailboxBlock> mailbox(const char* name, const MailboxConfig& config) const;
    std::unique_ptr<SartBlock> sart(const char* name, const SartConfig& config) const;

private:
    const TwinChoice choice_;
    std::unique_ptr<rtl::WaveFile> waves_;
};

}  // namespace ans
