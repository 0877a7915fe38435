// SPDX-License-Identifier: MIT
#include <cinttypes>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "models/common/policy.h"
#include "models/soc/register_maps.h"
#include "testbench/cli/tables.h"

namespace ans::cli {

using nlohmann::ordered_json;

namespace {

std::string hex(std::uint64_t value, int digits = 1) {
    char text[32];
    std::snprintf(text, sizeof text, "0x%0*" PRIx64, digits, value);
    return text;
}

std::vector<const NamedMap*> chosen(const std::string& block) {
    std::vector<const NamedMap*> out;
    std::size_t count = 0;
    const NamedMap* maps = register_maps(count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::string_view name = maps[i].name;
        const bool prefix = name.substr(0, block.size() + 1) == block + "-";
        if (block.empty() || name == block || prefix) out.push_back(&maps[i]);
    }
    return out;
}

std::string bits(const FieldInfo& field) {
    const std::string lsb = std::to_string(field.lsb);
    return field.msb == field.lsb ? lsb : std::to_string(field.msb) + ":" + lsb;
}

std::string array_name(const Reg& reg) {
    return std::string(reg.name) + (reg.count > 1 ? "(0.." + std::to_string(reg.count - 1) + ")" : "");
}

ordered_json reg_json(const Reg& reg) {
    ordered_json fields = ordered_json::array();
    for (std::size_t i = 0; i < reg.field_count; ++i) {
        const FieldInfo& f = reg.fields[i];
        fields.push_back({{"name", f.name}, {"msb", f.msb}, {"lsb", f.lsb}, {"what", f.what}});
    }
    return {{"name", reg.name},
            {"offset", reg.offset},
            {"width", reg.width * 8},
            {"count", reg.count},
            {"stride", reg.stride},
            {"reset", hex(reg.reset)},
            {"access", access_name(reg.access)},
            {"iop_access", access_name(reg.iop)},
            {"fields", fields},
            {"what", reg.what},
            {"source", reg.source}};
}

std::string map_text(const NamedMap& named, const Style& style) {
    const RegMap& map = *named.map;
    std::string out = style(Colour::Bold, named.name) + "  " +
                      style(Colour::Dim, std::string(named.socs) + ", window " + hex(map.window)) + "\n";
    Table table;
    table.row({"offset", "bits", "name", "AP", "IOP", "reset", "what", "source"});
    for (std::size_t i = 0; i < map.reg_count; ++i) {
        const Reg& reg = map.regs[i];
        const std::string name = array_name(reg);
        table.row({hex(reg.offset, 5), std::to_string(reg.width * 8), name,
                   std::string(access_name(reg.access)), std::string(access_name(reg.iop)), hex(reg.reset),
                   std::string(reg.what), std::string(reg.source)});
        for (std::size_t f = 0; f < reg.field_count; ++f)
            table.row({"", bits(reg.fields[f]), "  " + std::string(reg.fields[f].name), "", "", "",
                       std::string(reg.fields[f].what)});
    }
    return out + table.text(2, {1});
}

}  // namespace

std::vector<std::string_view> block_names() {
    std::vector<std::string_view> names;
    for (const NamedMap* map : chosen(""))
        names.push_back(map->name);
    return names;
}

std::optional<std::string> regs_text(const std::string& block, const Style& style) {
    const auto maps = chosen(block);
    if (maps.empty()) return std::nullopt;
    std::string out;
    for (const NamedMap* map : maps)
        out += (out.empty() ? "" : "\n") + map_text(*map, style);
    return out;
}

std::optional<std::string> regs_json(const std::string& block) {
    const auto maps = chosen(block);
    if (maps.empty()) return std::nullopt;
    ordered_json out = ordered_json::array();
    for (const NamedMap* map : maps) {
        ordered_json regs = ordered_json::array();
        for (std::size_t i = 0; i < map->map->reg_count; ++i)
            regs.push_back(reg_json(map->map->regs[i]));
        out.push_back(
            {{"block", map->name}, {"socs", map->socs}, {"window", map->map->window}, {"registers", regs}});
    }
    return out.dump(2) + "\n";
}

std::string policies_text(const Style& style) {
    std::string out;
    for (std::size_t i = 0; i < kPolicies; ++i) {
        const PolicyInfo& info = policy_info(static_cast<PolicyId>(i));
        out +=
            (i == 0 ? "" : "\n") + style(Colour::Bold, info.name) + "  " + std::string(info.question) + "\n";
        Table table;
        for (std::size_t v = 0; v < info.values.size() && !info.values[v].empty(); ++v) {
            std::string presets;
            if (v == info.by_default) presets += "default ";
            if (v == info.strict) presets += "strict ";
            if (v == info.lenient) presets += "lenient ";
            table.row({std::string(info.values[v]), presets, std::string(info.meaning[v])});
        }
        out += table.text(2) + style(Colour::Dim, "  source: " + std::string(info.source)) + "\n";
    }
    return out;
}

std::string policies_json() {
    ordered_json out = ordered_json::array();
    for (std::size_t i = 0; i < kPolicies; ++i) {
        const PolicyInfo& info = policy_info(static_cast<PolicyId>(i));
        ordered_json values = ordered_json::array();
        for (std::size_t v = 0; v < info.values.size() && !info.values[v].empty(); ++v)
            values.push_back({{"name", info.values[v]}, {"meaning", info.meaning[v]}});
        out.push_back({{"name", info.name},
                       {"question", info.question},
                       {"values", values},
                       {"default", info.values[info.by_default]},
                       {"strict", info.values[info.strict]},
                       {"lenient", info.values[info.lenient]},
                       {"source", info.source}});
    }
    return out.dump(2) + "\n";
}

}  // namespace ans::cli
