// SPDX-License-Identifier: MIT
#include "models/soc/register_maps.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "models/asc/asc_regs.h"
#include "models/mailbox/mailbox_regs.h"
#include "models/nvme/nvme_regs.h"
#include "models/nvmmu/nvmmu_regs.h"
#include "models/pmgr/pmgr_regs.h"
#include "models/sart/sart_regs.h"
#include "models/soc/profile.h"

namespace ans {

namespace {

// Which power domains a PMGR has is the SoC profile's to say, so its map is made of the profile.
struct PmgrMap {
    explicit PmgrMap(const SocProfile& profile) : name("pmgr-" + std::string(profile.name)) {
        for (std::size_t i = 0; i < profile.domain_count; ++i)
            regs.push_back(pmgr_regs::power_state(profile.domains[i].name, profile.domains[i].offset, false));
        std::sort(regs.begin(), regs.end(), [](const Reg& a, const Reg& b) { return a.offset < b.offset; });
        map = {"pmgr", Unit::Pmgr, static_cast<std::uint32_t>(profile.pmgr.size), regs.data(), regs.size()};
    }
    PmgrMap(const PmgrMap&) = delete;  // `map` points into `regs`
    PmgrMap& operator=(const PmgrMap&) = delete;
    std::string name;
    std::vector<Reg> regs;
    RegMap map;
};

struct Maps {
    Maps() {
        list = {{"asc", "all", &asc_regs::kMap},
                {"mailbox", "all", &mailbox_regs::kMap},
                {"sart-v2", "t8103", &sart_regs::v2::kMap},
                {"sart-v3", "t8112 t6000 t6020", &sart_regs::v3::kMap},
                {"nvme", "all", &nvme_regs::kMap},
                {"nvmmu", "all, in the window of nvme", &nvmmu_regs::kMap}};
        std::size_t count = 0;
        const SocProfile* profiles = soc_profiles(count);
        pmgrs.reserve(count);
        for (std::size_t i = 0; i < count; ++i) {
            pmgrs.push_back(std::make_unique<const PmgrMap>(profiles[i]));
            list.push_back({pmgrs.back()->name, profiles[i].name, &pmgrs.back()->map});
        }
    }
    std::vector<std::unique_ptr<const PmgrMap>> pmgrs;
    std::vector<NamedMap> list;
};

}  // namespace

const NamedMap* register_maps(std::size_t& count) {
    static const Maps maps;
    count = maps.list.size();
    return maps.list.data();
}

}  // namespace ans
