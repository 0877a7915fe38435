// SPDX-License-Identifier: MIT
#include <cstdlib>
#include <exception>
#include <iostream>
#include <systemc>

#include "testbench/bench/bench.h"
#include "testbench/cli/app.h"

// LeakSanitizer walks stacks, and the stacks of SystemC's threads have guard pages: it dies of them at
// random.
extern "C" const char* __asan_default_options() {
    return "detect_leaks=0";
}  // NOLINT(bugprone-reserved-identifier)

// SystemC's kernel wants to call this one.
int sc_main(int argc, char** argv) {
    try {
        return ans::cli::run_program(argc, argv, {ans::scenario::run_scenario, ans::bench::run_bench});
    } catch (const std::exception& error) {
        std::cerr << "ans2emu: " << error.what() << "\n";
        return ans::cli::kExitBroken;
    }
}

int main(int argc, char** argv) {
    setenv("SC_COPYRIGHT_MESSAGE", "DISABLE", 1);
    return sc_core::sc_elab_and_sim(argc, argv);
}
