// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>

namespace ans::driver::rtkit {

/// Text that firmware wrote into at most `size` bytes: ends at NUL or at `size`, control and non-ASCII
/// characters become '.', line ends at the end are cut off.
inline std::string printable(const std::byte* text, std::size_t size) {
    std::string result;
    for (std::size_t i = 0; i < size && text[i] != std::byte{0}; ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        result += (c >= 0x20 && c < 0x7f) || c == '\n' ? static_cast<char>(c) : '.';
    }
    while (!result.empty() && (result.back() == '\n' || result.back() == ' '))
        result.pop_back();
    return result;
}

}  // namespace ans::driver::rtkit
