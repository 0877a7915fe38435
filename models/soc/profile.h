// SPDX-License-Identifier: MIT
// What differs between the SoCs, as data.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ans {

enum class SartVersion : std::uint8_t { V2 = 2, V3 = 3 };

struct Window {
    std::uint64_t base;
    std::uint64_t size;  ///< bytes
};

/// A PMGR power domain that ANS needs. `parent`: index of another domain in the profile, or -1.
struct PowerDomainProfile {
    std::string_view name;
    std::uint32_t offset;  ///< of its power-state register in the PMGR window
    int parent;
};

/// A SART entry that the boot loader made and locked.
struct LockedSartEntry {
    std::uint64_t address;
    std::uint64_t size;
    std::uint8_t flags;
};

struct SocProfile {
    std::string_view name;        ///< "t8103"
    std::string_view title;       ///< "Apple M1"
    std::string_view compatible;  ///< of the NVMe node in the device tree
    Window asc;
    Window mailbox;
    Window sart;
    SartVersion sart_version;
    Window nvme;  ///< NVMe registers and NVMMU
    Window pmgr;
    std::array<PowerDomainProfile, 4> domains;
    std::size_t domain_count;
    unsigned reset_domain;                ///< index of the domain whose RESET bit resets the coprocessor
    std::array<unsigned, 4> mailbox_irq;  ///< send-empty, send-not-empty, recv-empty, recv-not-empty
    unsigned nvme_irq;
    std::uint64_t dram_base;
    std::uint64_t dram_size;  ///< default; a scenario may choose another
    std::array<LockedSartEntry, 2> locked;
    std::size_t locked_count;
    std::string_view source;
};

/// All profiles, in the order of `ans2emu run --help`.
const SocProfile* soc_profiles(std::size_t& count);
/// The profile of that name, or nullptr.
const SocProfile* find_soc(std::string_view name);

}  // namespace ans
