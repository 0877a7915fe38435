// SPDX-License-Identifier: MIT
#include "testbench/cosim/archive.h"

#include <cstdio>

namespace ans::cosim {

namespace {
constexpr std::uint32_t kFolder = 0040755;
constexpr std::uint32_t kFile = 0100000;
}  // namespace

void Archive::add(const std::string& path, std::string_view content, unsigned mode) {
    folders(path);
    entry(path, content, kFile | mode);
}

std::string Archive::finish() {
    entry("TRAILER!!!", "", 0);
    pad(512);
    return std::move(bytes_);
}

void Archive::folders(const std::string& path) {
    for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
        const std::string folder = path.substr(0, slash);
        if (folders_.insert(folder).second) entry(folder, "", kFolder);
    }
}

void Archive::entry(std::string_view path, std::string_view content, std::uint32_t mode) {
    char header[111];
    std::snprintf(header, sizeof header, "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", ++inode_,
                  mode, 0u, 0u, 1u, 0u, static_cast<unsigned>(content.size()), 0u, 0u, 0u, 0u,
                  static_cast<unsigned>(path.size() + 1), 0u);
    bytes_.append(header, 110).append(path).append(1, '\0');
    pad(4);
    bytes_.append(content);
    pad(4);
}

void Archive::pad(std::size_t to) {
    bytes_.append((to - bytes_.size() % to) % to, '\0');
}

}  // namespace ans::cosim
