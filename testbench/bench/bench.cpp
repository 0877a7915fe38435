// SPDX-License-Identifier: MIT
#include "testbench/bench/bench.h"

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "testbench/bench/measure.h"
#include "testbench/bench/turns.h"
#include "testbench/bench/twins.h"

namespace ans::bench {

using nlohmann::ordered_json;

namespace {

constexpr int kBoots = 9;

void print(const ordered_json& all) {
    const auto number = [&](const char* pointer) {
        return all.at(ordered_json::json_pointer(pointer)).get<double>();
    };
    std::printf("what                                 measured              beside it\n");
    std::printf("4 KiB random reads, depth 61   %10.0f commands/s   %.2f x the floor of %.0f ns a command\n",
                number("/randread_4k_qd61/commands_per_second"), number("/randread_4k_qd61/floor_ratio"),
                number("/floor/command_ns"));
    std::printf("the same on the C ABI          %10.0f commands/s   %+.1f %% time a command\n",
                1e9 / number("/c_abi/ns_per_command"), number("/c_abi/overhead") * 100);
    std::printf("128 KiB sequential reads       %10.2f GB/s         %.0f %% of a plain copy's %.2f GB/s\n",
                number("/seqread_128k/bytes_per_second") / 1e9, number("/seqread_128k/copy_ratio") * 100,
                number("/floor/copy_bytes_per_second") / 1e9);
    std::printf("boot, one read, shutdown       %10.1f ms           whole process, median of %d\n",
                number("/boot_to_exit_ms"), kBoots);
    std::printf(
        "the same, worker after worker  %10.0f runs/s           one core, forked from a warm parent\n",
        number("/short_runs_per_second"));
    std::printf("30 s of idle simulated time    %10.3f ms\n", number("/idle_30s_ms"));
    std::printf("peak memory, 8 TiB namespace   %10.1f MiB\n", number("/peak_rss_mib"));
    for (const char* block : {"mailbox", "sart"}) {
        if (all.at("twins").is_null()) break;
        const std::string at = std::string("/twins/") + block;
        std::printf(
            "RTL twin of the %-7s        %10.2f Mcycles/s    %.0f ns a register read, TLM %.0f; main job x "
            "%.2f\n",
            block, number((at + "/cycles_per_second").c_str()) / 1e6,
            number((at + "/rtl_ns_per_access").c_str()), number((at + "/tlm_ns_per_access").c_str()),
            number((at + "/main_job_slowdown").c_str()));
    }
    if (!all.at("twins").is_null())
        std::printf("boot to exit with both twins   %10.1f ms\n", number("/twins/boot_ms"));
}

ordered_json c_abi() {
    constexpr unsigned kTurns = 5;
    const Turns turns({&randread_4k_qd61, &randread_on_c_abi}, kTurns, "ns_per_command");
    return {{"ns_per_command", turns.median(1)}, {"overhead", turns.median_ratio(1, 0) - 1}};
}

}  // namespace

int run_bench(bool json) {
    ordered_json all;
    all["floor"] = in_child(&floor_figures);
    all["randread_4k_qd61"] = in_child(&randread_4k_qd61);
    all["randread_4k_qd61"]["floor_ratio"] =
        all["randread_4k_qd61"]["ns_per_command"].get<double>() / all["floor"]["command_ns"].get<double>();
    all["c_abi"] = c_abi();
    all["seqread_128k"] = in_child(&seqread_128k);
    all["seqread_128k"]["copy_ratio"] = all["seqread_128k"]["bytes_per_second"].get<double>() /
                                        all["floor"]["copy_bytes_per_second"].get<double>();
    std::vector<double> boots;
    double peak = 0;
    for (int i = 0; i < kBoots; ++i) {
        const Process process = boot_to_exit("/proc/self/exe");
        boots.push_back(process.wall_ms);
        peak = std::max(peak, process.peak_rss_mib);
    }
    all["boot_to_exit_ms"] = median_of(boots);
    all["short_runs_per_second"] = in_child(&short_runs)["runs_per_second"];
    all["idle_30s_ms"] = in_child(&idle_30s)["ms"];
    all["peak_rss_mib"] = peak;
    all["twins"] = twin_figures("/proc/self/exe");
    if (json)
        std::printf("%s\n", all.dump(2).c_str());
    else
        print(all);
    return 0;
}

}  // namespace ans::bench
