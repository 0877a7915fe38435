// SPDX-License-Identifier: MIT
// A cpio archive in the "newc" format, which Linux unpacks as an initial RAM file system. source: the kernel's
// Documentation/driver-api/early-userspace/buffer-format.rst
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace ans::cosim {

class Archive {
public:
    /// `path`: without a leading "/"; folders on the way come by themselves.
    void add(const std::string& path, std::string_view content, unsigned mode = 0644);
    /// The whole archive with its trailer, a multiple of 512 bytes, so that another may stand before or after.
    std::string finish();

private:
    void entry(std::string_view path, std::string_view content, std::uint32_t mode);
    void folders(const std::string& path);
    void pad(std::size_t to);

    std::string bytes_;
    std::set<std::string> folders_;
    std::uint32_t inode_ = 0;
};

}  // namespace ans::cosim
