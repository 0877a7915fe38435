// SPDX-License-Identifier: MIT
#include "testbench/bench/floor.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <systemc>
#include <vector>

namespace ans::bench {

namespace {

constexpr std::size_t kArea = 64u << 20;
constexpr std::size_t kPage = 4096;
constexpr std::size_t kLarge = 128u << 10;
constexpr unsigned kActivations = 300'000;
constexpr unsigned kRounds = 3;  // the best of them: the floor is what the machine can do undisturbed

struct Ticker : sc_core::sc_module {
    SC_HAS_PROCESS(Ticker);
    Ticker(sc_core::sc_module_name name, bool thread) : sc_module(name) {
        if (thread) {
            SC_THREAD(wait_on);
        } else {
            SC_METHOD(act);
            sensitive << event;
        }
    }
    void act() {
        if (left == 0) return;
        --left;
        event.notify(period);
    }
    void wait_on() {
        for (;;) {
            wait(event);
            while (left != 0) {
                --left;
                wait(period);
            }
        }
    }
    const sc_core::sc_time period{1, sc_core::SC_NS};
    sc_core::sc_event event;
    unsigned left = 0;
};

double per_activation(Ticker& ticker) {
    double best = 1e9;
    for (unsigned round = 0; round < kRounds; ++round) {
        ticker.left = kActivations;
        ticker.event.notify(ticker.period);
        const double start = wall_seconds();
        sc_core::sc_start(sc_core::sc_time(kActivations + 10, sc_core::SC_NS));
        best = std::min(best, (wall_seconds() - start) / kActivations);
    }
    return best * 1e9;
}

// Copies `size` bytes at a time between pseudo-random places; returns seconds a copy.
double per_copy(std::vector<char>& from, std::vector<char>& to, std::size_t size, unsigned copies) {
    double best = 1e9;
    for (unsigned round = 0; round < kRounds; ++round) {
        std::uint64_t state = 1;
        const std::size_t places = kArea / size;
        const double start = wall_seconds();
        for (unsigned i = 0; i < copies; ++i) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            std::memcpy(to.data() + (state >> 40) % places * size,
                        from.data() + (state >> 20) % places * size, size);
        }
        best = std::min(best, (wall_seconds() - start) / copies);
    }
    return best;
}

}  // namespace

double wall_seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Floor measure_floor() {
    Floor floor;
    {
        std::vector<char> from(kArea, 1);
        std::vector<char> to(kArea, 2);
        floor.copy_ns = per_copy(from, to, kPage, 200'000) * 1e9;
        floor.copy_bytes_per_s = kLarge / per_copy(from, to, kLarge, 4'000);
    }
    Ticker method("method", false);
    Ticker thread("thread", true);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    floor.method_ns = per_activation(method);
    floor.switch_ns = per_activation(thread);
    return floor;
}

}  // namespace ans::bench
