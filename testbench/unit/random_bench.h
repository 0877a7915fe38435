// SPDX-License-Identifier: MIT
// Constrained-random benches: their seed, their length and their dice. ANS_SEED and ANS_TRANSACTIONS in the
// environment take the place of the defaults; the seed is printed.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <tlm>

#include "models/common/sim_time.h"

namespace ans::test {

inline std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* const text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 0);
}

class Dice {
public:
    Dice() : seed_(from_environment("ANS_SEED", 1)), engine_(seed_) {
        std::printf("seed %llu (ANS_SEED), %llu transactions (ANS_TRANSACTIONS)\n",
                    static_cast<unsigned long long>(seed_), static_cast<unsigned long long>(transactions()));
    }
    static std::uint64_t transactions() { return from_environment("ANS_TRANSACTIONS", 20'000); }

    std::uint64_t bits() { return engine_(); }
    std::uint64_t below(std::uint64_t n) { return engine_() % n; }
    bool percent(unsigned p) { return below(100) < p; }
    template <typename T, std::size_t N>
    const T& one_of(const T (&list)[N]) {
        return list[below(N)];
    }

private:
    const std::uint64_t seed_;
    std::mt19937_64 engine_;
};

/// An access of up to eight bytes that keeps its own data.
struct Access {
    bool write = false;
    std::uint64_t address = 0;
    unsigned size = 4;
    std::uint64_t data = 0;

    /// The payload that says so, over this access's data.
    void fill(tlm::tlm_generic_payload& tx) {
        tx.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
        tx.set_address(address);
        tx.set_data_ptr(reinterpret_cast<unsigned char*>(&data));
        tx.set_data_length(size);
        tx.set_streaming_width(size);
        tx.set_byte_enable_ptr(nullptr);
        tx.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    }
};

/// Registers of a map at random, each as likely as any other, and beside them what no driver does: halves of
/// wide registers, wrong widths, odd addresses, holes, addresses far outside.
inline Access random_access(Dice& dice, const RegMap& map) {
    Access access;
    const Reg& reg = map.regs[dice.below(map.reg_count)];
    access.write = dice.percent(50);
    access.data = dice.bits();
    access.size = reg.width;
    access.address = reg.offset + dice.below(reg.count) * reg.stride;
    if (reg.width == 8 && dice.percent(20)) {
        access.size = 4;
        access.address += 4 * dice.below(2);
    }
    if (dice.percent(90)) return access;
    static constexpr unsigned kSizes[] = {1, 2, 4, 8};
    access.size = dice.one_of(kSizes);
    if (dice.percent(30)) access.address += dice.below(8);
    if (dice.percent(30)) access.address = dice.below(0x1000);
    if (dice.percent(20)) access.address = dice.bits() >> dice.below(64);
    return access;
}

}  // namespace ans::test
