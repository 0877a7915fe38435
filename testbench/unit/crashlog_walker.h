// SPDX-License-Identifier: MIT
// A crashlog reader for tests, written from hardware.md 7.6 and independent of writer and driver.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <vector>

namespace ans::test {

struct WalkedCrashlog {
    bool header_ok = false;
    bool terminated = false;
    std::uint32_t size = 0;
    std::string defect;                                      ///< why the walk ended early
    std::vector<std::string> order;                          ///< section names as they came
    std::map<std::string, std::vector<std::byte>> payloads;  ///< without the section header

    template <typename T>
    T get(const std::string& section, std::size_t offset) const {
        T value{};
        const auto found = payloads.find(section);
        if (found != payloads.end() && offset + sizeof value <= found->second.size())
            std::memcpy(&value, &found->second[offset], sizeof value);
        return value;
    }
    std::string text(const std::string& section, std::size_t offset) const {
        std::string out;
        for (char c; (c = get<char>(section, offset)) != '\0'; ++offset)
            out += c;
        return out;
    }
};

inline WalkedCrashlog walk_crashlog(const std::byte* data, std::size_t size) {
    WalkedCrashlog log;
    const auto word = [&](std::size_t offset) {
        std::uint32_t value = 0;
        std::memcpy(&value, data + offset, sizeof value);
        return value;
    };
    const auto name = [&](std::size_t offset) {  // the first letter is the most significant byte
        const std::uint32_t mark = word(offset);
        return std::string{static_cast<char>(mark >> 24), static_cast<char>(mark >> 16),
                           static_cast<char>(mark >> 8), static_cast<char>(mark)};
    };
    if (size < 0x20 || name(0) != "CLHE") return log;
    log.size = word(8);
    log.header_ok = log.size >= 0x20 && log.size <= size;
    if (!log.header_ok) return log;
    std::size_t offset = 0x20;
    while (offset + 16 <= log.size) {
        const std::string section = name(offset);
        const std::uint32_t length = word(offset + 12);
        if (section == "CLHE") {
            log.terminated = true;
            return log;
        }
        if (length < 16 || length > log.size - offset) {
            log.defect = section;
            return log;
        }
        log.order.push_back(section);
        log.payloads[section].assign(data + offset + 16, data + offset + length);
        offset += length;
    }
    return log;
}

}  // namespace ans::test
