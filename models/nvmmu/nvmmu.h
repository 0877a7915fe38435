// SPDX-License-Identifier: MIT
// NVMMU: fetches a command's TCB and lets the command's data reach only the pages that its TCB names.
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <array>

#include "models/common/dma_port.h"
#include "models/common/event.h"
#include "models/common/nvmmu_if.h"
#include "models/common/policy.h"
#include "models/common/reg_bank.h"
#include "models/common/wire.h"

namespace ans {

class PrpWalker;

struct NvmmuConfig {
    EventHub* events = &EventHub::none();
    Policies policies;
};

class Nvmmu : public sc_core::sc_module, public NvmmuIf {
public:
    static constexpr unsigned kTags = 64;  ///< source: hardware.md 6.2 "tags cannot be higher than 0x40"
    static constexpr std::uint32_t kBlockSize = 4096;  ///< bytes a block of a TCB's length; the LBA size (G)

    tlm_utils::simple_target_socket<Nvmmu> mmio{"mmio"};  ///< registers, offsets from the NVMe window's base
    DmaPort memory{"memory"};                             ///< TCB arrays, PRP lists and data pages
    sc_core::sc_export<NvmmuIf> front_end{"front_end"};
    LevelIn<Nvmmu> reset{"reset", *this, &Nvmmu::on_reset};

    Nvmmu(sc_core::sc_module_name name, const NvmmuConfig& config);

    bool in_range(unsigned tag) const override { return tag < kTags && tag <= num_tcbs_; }
    bool valid(Tag tag) const override { return tags_[index(tag)].valid; }
    const Tcb* fetch(Queue queue, Tag tag, SimTime at) override;
    NvmeStatus move(const DataMove& move, SimTime at) override;
    std::uint64_t invalidations() const override { return invalidations_; }

private:
    enum class Denied : std::uint8_t {
        NoTcb,
        Direction,
        Length,
        Page,
        PrpOffset,
        ListOutside,
        OutsideMemory
    };
    struct TagState {
        bool valid = false;
        Tcb tcb{};
    };

    void b_transport(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay);
    unsigned transport_dbg(tlm::tlm_generic_payload& tx) { return regs_.debug(tx); }
    void on_reset(bool asserted, SimTime at);
    void on_invalidate(std::uint64_t value, SimTime at);

    NvmeStatus check(const DataMove& move, const TagState& state, std::size_t bytes, SimTime at);
    NvmeStatus copy(const DataMove& move, PrpWalker& walker, SimTime at);
    NvmeStatus walk_failed(const DataMove& move, const PrpWalker& walker, SimTime at);
    bool copy_piece(DataDirection direction, std::uint64_t address, std::byte* device, std::size_t size);
    NvmeStatus deny(const DataMove& move, Denied reason, std::uint64_t address, std::size_t size,
                    NvmeStatus status, SimTime at);

    EventHub& events_;
    const Policies policies_;
    RegBank regs_;
    const std::uint64_t& num_tcbs_;
    const std::array<const std::uint64_t*, 2> bases_;
    std::array<TagState, kTags> tags_{};
    std::uint64_t invalidations_ = 0;
};

}  // namespace ans
