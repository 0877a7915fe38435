// SPDX-License-Identifier: MIT
// The register file behind a block's bus face: storage, rights, sizes and O(1) dispatch for a RegMap.
#pragma once

#include <cstdint>
#include <functional>
#include <tlm>
#include <vector>

#include "models/common/mapping.h"
#include "models/common/reg_map.h"
#include "models/common/sim_time.h"

namespace ans {

/// Which processor's rights apply.
enum class Face : std::uint8_t { Ap, Iop };

/// What a handler is told about a bus access.
struct RegAccess {
    SimTime at;           ///< when the access takes effect (kernel time plus the initiator's offset)
    unsigned index;       ///< element of a register array
    std::uint64_t lanes;  ///< which of the register's bits the access covers (one half, or all)
};

/// 32-bit registers take 32-bit accesses. 64-bit registers take one 64-bit access or two halves in either
/// order; each half is an access of its own, told apart by `lanes`. Every other size is refused.
/// Answers: TLM_BURST_ERROR (size, alignment, streaming), TLM_BYTE_ENABLE_ERROR, TLM_ADDRESS_ERROR (a hole),
/// TLM_COMMAND_ERROR (a right that the face lacks); a refused access has no effect.
class RegBank {
public:
    /// The value to read, without side effect; used by bus and debug reads alike.
    using Provider = std::function<std::uint64_t(unsigned index)>;
    using ReadEffect = std::function<void(const RegAccess&)>;
    /// Called after the stored value changed; `value` is the whole register with the new bits merged in.
    using WriteEffect = std::function<void(std::uint64_t value, const RegAccess&)>;

    explicit RegBank(const RegMap& map);

    void provide(const Reg& reg, Provider provider);
    void on_read(const Reg& reg, ReadEffect effect);
    void on_write(const Reg& reg, WriteEffect effect);

    /// The stored value (a provider's is not stored).
    std::uint64_t& value(const Reg& reg, unsigned index = 0);
    std::uint64_t value(const Reg& reg, unsigned index = 0) const;
    std::uint64_t& operator[](const Reg& reg) { return value(reg); }
    std::uint64_t operator[](const Reg& reg) const { return value(reg); }
    void reset();

    /// A bus access at absolute time `at`. Sets the response; the caller adds its own latency.
    void access(tlm::tlm_generic_payload& tx, Face face, SimTime at);
    /// transport_dbg: no rights, no effects, no time. Returns the bytes moved (0 where refused).
    unsigned debug(tlm::tlm_generic_payload& tx);

    const RegMap& map() const { return map_; }

private:
    struct Slot {
        std::uint64_t value;
        const Reg* reg;
        unsigned index;
        std::uint16_t handlers;  ///< into handlers_, shared by the elements of an array
    };
    struct Handlers {
        Provider provider;
        ReadEffect read;
        WriteEffect write;
    };
    struct Target {
        Slot* slot;
        unsigned shift;  ///< 32 for the high half
        std::uint64_t lanes;
    };

    std::size_t first_slot(const Reg& reg) const;
    tlm::tlm_response_status decode(const tlm::tlm_generic_payload& tx, Target& target);
    std::uint64_t current(const Slot& slot) const;

    const RegMap& map_;
    std::vector<Slot> slots_;
    std::vector<Handlers> handlers_;
    std::uint16_t* word_to_slot(std::size_t word) const {
        return reinterpret_cast<std::uint16_t*>(index_.data()) + word;
    }
    Mapping index_;  ///< for each word of the window: 0, a hole, or slot number + 1; windows are mostly holes
};

}  // namespace ans
