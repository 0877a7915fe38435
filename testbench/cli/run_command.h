// SPDX-License-Identifier: MIT
// `ans2emu run`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "testbench/cli/app.h"
#include "testbench/cosim/guest_kit.h"

namespace ans::cli {

struct RunArguments {
    std::vector<std::string> paths;
    std::vector<std::string> overrides;  ///< PATH=VALUE
    std::optional<std::uint64_t> seed;
    std::string only;                  ///< of files with several runs: only the run of this name
    std::string driver;                ///< a shared object that drives instead of the scenario's; "": none
    std::string waiver_file;           ///< of the driver; "": none
    std::string trace;                 ///< file of a single run, or folder of several; "": none
    std::string vcd;                   ///< the same for the waveforms of the RTL twins
    std::vector<std::string> reports;  ///< json:FILE or junit:FILE
    unsigned jobs = 0;                 ///< 0: as many as the host has cores
    bool verbose = false;
    cosim::GuestWishes guest;          ///< where Linux drives
};

int run_command(const RunArguments& arguments, const Services& services);

}  // namespace ans::cli
