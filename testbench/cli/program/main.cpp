// SPDX-License-Identifier: MIT
#include <cstdlib>
#include <exception>
#include <iostream>
#include <systemc>

#include "testbench/bench/bench.h"
#include "testbench/bench/linux_bench.h"
#include "testbench/capi/foreign_conductor.h"
#include "testbench/cli/app.h"

// LeakSanitizer walks stacks, and the stacks of SystemC's threads have guard pages: it dies of them at
// random.
extern "C" const char* __asan_default_options() {
    return "detect_leaks=0";
}  // NOLINT(bugprone-reserved-identifier)

namespace {

// With every kind of driver that this program knows.
ans::scenario::RunResult run(const ans::scenario::Scenario& scenario,
                             const ans::scenario::RunOptions& options) {
    ans::scenario::RunOptions own = options;
    if (scenario.driver.kind == ans::scenario::DriverKind::Foreign)
        own.conduct = ans::capi::foreign_conductor;
    return run_scenario(scenario, own);
}

}  // namespace

// SystemC's kernel wants to call this one.
int sc_main(int argc, char** argv) {
    try {
        return ans::cli::run_program(argc, argv, {run, ans::bench::run_bench, ans::bench::run_linux_bench});
    } catch (const std::exception& error) {
        std::cerr << "ans2emu: " << error.what() << "\n";
        return ans::cli::kExitBroken;
    }
}

int main(int argc, char** argv) {
    setenv("SC_COPYRIGHT_MESSAGE", "DISABLE", 1);
    return sc_core::sc_elab_and_sim(argc, argv);
}
