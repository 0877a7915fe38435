// SPDX-License-Identifier: MIT
// What the TLM block and the RTL twin have in common: the bus side of a filter. What is refused and why, and
// what each entry opens, is the implementation's to say.
#pragma once

#include <array>

#include "models/sart/sart_block.h"
#include "models/sart/sart_regs.h"

namespace ans {

class SartFront : public SartBlock {
protected:
    static constexpr unsigned kEntries = sart_regs::kEntries;

    /// An entry as its registers stand.
    struct Entry {
        std::uint64_t address = 0;
        std::uint64_t size = 0;  ///< bytes
        std::uint8_t flags = 0;
        bool operator==(const Entry& o) const {
            return address == o.address && size == o.size && flags == o.flags;
        }
    };
    /// What it opens, both ends included; first > last: nothing.
    struct Window {
        std::uint64_t first = 1;
        std::uint64_t last = 0;
        bool covers(std::uint64_t from, std::uint64_t to) const { return first <= from && to <= last; }
    };
    /// Order of the event table's reasons.
    enum class Denial : std::uint8_t { NoEntry, Partial, Wraps, BeyondReach, None };

    using SartBlock::SartBlock;

    /// The filter's answer to an access; `delay` grows by what it waits. `size` is not 0.
    virtual Denial judge(std::uint64_t address, std::uint64_t size, sc_core::sc_time& delay) = 0;
    /// The same, without time or trace.
    virtual Denial peek(std::uint64_t address, std::uint64_t size) = 0;
    /// Of the first entry that opens the byte, or none.
    virtual Window window_of(std::uint64_t address) = 0;

    /// An entry is another from now on: pointers into what it opened are taken back.
    void change(unsigned index, const Entry& entry, const Window& window);
    const Entry& entry(unsigned index) const { return entries_[index]; }
    const std::array<Window, kEntries>& windows() const { return windows_; }
    /// Tells of an entry that is another than the last time.
    void announce(unsigned index, SimTime at);
    void announce_nothing_yet() { announced_ = entries_; }
    void end_of_elaboration() override { elaborated_ = true; }

private:
    void device_access(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) override;
    unsigned device_debug(tlm::tlm_generic_payload& tx) override;
    bool device_dmi(tlm::tlm_generic_payload& tx, tlm::tlm_dmi& dmi) override;
    void refuse(Denial denial, tlm::tlm_generic_payload& tx, SimTime at);
    void report(Denial denial, const tlm::tlm_generic_payload& tx, SimTime at);

    std::array<Entry, kEntries> entries_{};    ///< in force
    std::array<Entry, kEntries> announced_{};  ///< as the last event told
    std::array<Window, kEntries> windows_{};
    bool elaborated_ = false;  ///< before, nobody can hold a pointer
};

}  // namespace ans
