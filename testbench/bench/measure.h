// SPDX-License-Identifier: MIT
// The measurements of `ans2emu bench`, each in a child process of its own: SystemC elaborates once a process,
// and none shall warm or burden another.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "testbench/bench/floor.h"

namespace ans::bench {

/// Runs `measure` in a child and returns what it returned. Throws std::runtime_error where the child failed.
nlohmann::ordered_json in_child(nlohmann::ordered_json (*measure)());

/// {copy_ns, method_ns, switch_ns, copy_bytes_per_second, command_ns}
nlohmann::ordered_json floor_figures();
/// {commands_per_second, ns_per_command}: 4 KiB random reads, depth 61, all monitors on.
nlohmann::ordered_json randread_4k_qd61();
/// {ns_per_command}: the same, shorter and in CPU time, on a machine whose blocks are implemented as `models`
/// says (a scenario's section).
nlohmann::ordered_json short_randread(const std::string& models);
/// {ns_per_command}: the same job by the same driver on the C ABI.
nlohmann::ordered_json randread_on_c_abi();
/// {bytes_per_second}: 128 KiB sequential reads.
nlohmann::ordered_json seqread_128k();
/// {ms}: 30 s of simulated time in which nothing happens, after a boot.
nlohmann::ordered_json idle_30s();

/// {runs_per_second}: boot, one read, clean shutdown, one run after the other on one core, each in a worker
/// of its own as `ans2emu run FOLDER` makes them.
nlohmann::ordered_json short_runs();

struct Process {
    double wall_ms;
    double peak_rss_mib;
};
/// A whole process: boot, one 4 KiB read, clean shutdown, on a namespace of 8 TiB. `program`: this
/// executable, `options`: more of its command line.
Process boot_to_exit(const std::string& program, const std::vector<std::string>& options = {});

}  // namespace ans::bench
