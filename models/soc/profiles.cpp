// SPDX-License-Identifier: MIT
// The SoCs. source of addresses, interrupts and domains: hardware.md 1 [linux-6.12 dts] (t602x: u-boot
// dts/upstream); PMGR bases: the same device trees' power-management nodes; locked SART entries: guess, two
// plausible ones a profile, since nobody published what iBoot leaves.
#include <algorithm>
#include <iterator>

#include "models/soc/profile.h"

namespace ans {

namespace {

constexpr std::uint64_t kGiB = 1ull << 30;
constexpr std::uint64_t kMiB = 1ull << 20;

// Entries lie at the end of a DRAM of the usual size, where iBoot keeps its carve-outs (G).
constexpr std::array<LockedSartEntry, 2> locked(std::uint64_t dram_base, std::uint8_t flags) {
    return {{{dram_base + 7 * kGiB, 2 * kMiB, flags}, {dram_base + 7 * kGiB + 16 * kMiB, 16 * 1024, flags}}};
}

constexpr SocProfile kProfiles[] = {
    {"t8103",
     "Apple M1",
     "apple,t8103-nvme-ans2",
     {0x2'7740'0000, 0x4000},
     {0x2'7740'8000, 0x4000},
     {0x2'7bc5'0000, 0x10000},
     SartVersion::V2,
     {0x2'7bcc'0000, 0x40000},
     {0x2'3b70'0000, 0x14000},
     {{{"ps_ans2", 0x3f0, -1}, {"ps_apcie_st", 0x418, 0}}},
     2,
     0,
     {583, 584, 585, 586},
     590,
     0x8'0000'0000,
     8 * kGiB,
     locked(0x8'0000'0000, 0xff),
     2,
     "hardware.md 1 [linux-6.12 dts]"},
    {"t8112",
     "Apple M2",
     "apple,t8112-nvme-ans2",
     {0x2'7740'0000, 0x4000},
     {0x2'7740'8000, 0x4000},
     {0x2'7bc5'0000, 0x10000},
     SartVersion::V3,
     {0x2'7bcc'0000, 0x40000},
     {0x2'3b70'0000, 0x14000},
     {{{"ps_ans", 0x428, -1}, {"ps_apcie_st", 0x450, 0}}},
     2,
     0,
     {717, 718, 719, 720},
     724,
     0x8'0000'0000,
     8 * kGiB,
     locked(0x8'0000'0000, 0xff),
     2,
     "hardware.md 1 [linux-6.12 dts]"},
    {"t6000",
     "Apple M1 Pro",
     "apple,t6000-nvme-ans2",
     {0x3'8f40'0000, 0x4000},
     {0x3'8f40'8000, 0x4000},
     {0x3'93c5'0000, 0x10000},
     SartVersion::V3,
     {0x3'93cc'0000, 0x40000},
     {0x2'8e08'0000, 0x4000},
     {{{"ans2", 0x3b8, -1}, {"apcie_st_sys", 0x2e8, 0}, {"apcie_st1_sys", 0x2f0, 1}}},
     3,
     0,
     {1069, 1070, 1071, 1072},
     1613,
     0x100'0000'0000,
     8 * kGiB,
     locked(0x100'0000'0000, 0xff),
     2,
     "hardware.md 1 [linux-6.12 dts]"},
    {"t6020",
     "Apple M2 Pro",
     "apple,t6020-nvme-ans2",
     {0x3'4740'0000, 0x4000},
     {0x3'4740'8000, 0x4000},
     {0x3'4bc5'0000, 0x10000},
     SartVersion::V3,
     {0x3'4bcc'0000, 0x40000},
     {0x2'8e58'0000, 0x8000},
     {{{"ans2", 0x1a8, -1}, {"apcie_st_sys", 0x408, 0}, {"apcie_st1_sys", 0x410, 1}}},
     3,
     0,
     {1169, 1170, 1171, 1172},
     1832,
     0x100'0000'0000,
     8 * kGiB,
     locked(0x100'0000'0000, 0xff),
     2,
     "hardware.md 1 [u-boot dts/upstream], PMGR [linux-main t602x dtsi]; DRAM base as t600x (G)"},
};

}  // namespace

const SocProfile* soc_profiles(std::size_t& count) {
    count = std::size(kProfiles);
    return kProfiles;
}

const SocProfile* find_soc(std::string_view name) {
    const auto found = std::find_if(std::begin(kProfiles), std::end(kProfiles),
                                    [&](const SocProfile& profile) { return profile.name == name; });
    return found == std::end(kProfiles) ? nullptr : found;
}

}  // namespace ans
