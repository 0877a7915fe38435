// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace ans::scenario {

/// SHA-256 over data that comes in pieces.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;
    void add(const void* data, std::size_t size);
    /// 64 hex digits; nothing can be added afterwards.
    std::string hex();

private:
    struct Context;
    std::unique_ptr<Context> context_;
};

}  // namespace ans::scenario
