// SPDX-License-Identifier: MIT
#include "testbench/scenario/files/register_place.h"

#include <cstdlib>
#include <vector>

#include "models/soc/profile.h"
#include "models/soc/register_maps.h"
#include "testbench/scenario/files/problem.h"

namespace ans::scenario {

namespace {

struct Block {
    std::string_view name;  ///< as scenarios write it
    std::uint64_t base;
    const RegMap* map;
};

const RegMap* map_named(const std::string& name) {
    std::size_t count = 0;
    const NamedMap* maps = register_maps(count);
    for (std::size_t i = 0; i < count; ++i)
        if (maps[i].name == name) return maps[i].map;
    return nullptr;
}

std::vector<Block> blocks_of(const SocProfile& soc) {
    const std::string sart = soc.sart_version == SartVersion::V2 ? "sart-v2" : "sart-v3";
    return {{"asc", soc.asc.base, map_named("asc")},
            {"mailbox", soc.mailbox.base, map_named("mailbox")},
            {"sart", soc.sart.base, map_named(sart)},
            {"nvme", soc.nvme.base, map_named("nvme")},
            {"nvmmu", soc.nvme.base, map_named("nvmmu")},
            {"pmgr", soc.pmgr.base, map_named("pmgr-" + std::string(soc.name))}};
}

std::string find_address(const std::string& text, CpuPlace& place) {
    char* end = nullptr;
    place.address = std::strtoull(text.c_str(), &end, 16);
    if (*end != '\0' || text.size() < 3 || text.size() > 18)
        return "found " + in_quotes(text) + ", expected an address";
    return {};
}

std::string find_register(const Block& block, const std::string& text, CpuPlace& place) {
    const std::size_t bracket = text.find('(');
    const std::string name = text.substr(0, bracket);
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < block.map->reg_count; ++i) {
        const Reg& reg = block.map->regs[i];
        names.push_back(reg.name);
        if (reg.name != name) continue;
        unsigned long index = 0;
        if (bracket != std::string::npos || reg.count > 1) {
            char* end = nullptr;
            const char* digits = bracket == std::string::npos ? "" : text.c_str() + bracket + 1;
            index = std::strtoul(digits, &end, 10);
            if (end == digits || std::string_view(end) != ")" || *digits < '0' || *digits > '9' ||
                index >= reg.count)
                return "found " + in_quotes(text) + ", expected " + name +
                       (reg.count > 1 ? "(0) to " + name + "(" + std::to_string(reg.count - 1) + ")" : "");
        }
        place = {block.base + reg.offset + index * reg.stride, reg.width};
        return {};
    }
    const std::string hint = suggestion(name, names);
    return std::string(block.name) + " has no register " + in_quotes(name) +
           (hint.empty() ? "; see `ans2emu regs " + std::string(block.name) + "`" : hint);
}

}  // namespace

std::string find_place(std::string_view soc, const std::string& text, CpuPlace& place) {
    if (text.rfind("0x", 0) == 0) return find_address(text, place);
    const std::vector<Block> blocks = blocks_of(*find_soc(soc));
    const std::size_t dot = text.find('.');
    const std::string word = text.substr(0, dot);
    std::vector<std::string_view> names;
    for (const Block& block : blocks) {
        names.push_back(block.name);
        if (block.name == word && dot != std::string::npos)
            return find_register(block, text.substr(dot + 1), place);
    }
    const std::string hint = dot == std::string::npos ? "" : suggestion(word, names);
    return "found " + in_quotes(text) + ", expected BLOCK.REGISTER or an address like \"0x277bcc014\"" +
           (hint.empty() ? "; blocks: " + one_of(names) : hint);
}

}  // namespace ans::scenario
