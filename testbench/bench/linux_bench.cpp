// SPDX-License-Identifier: MIT
#include "testbench/bench/linux_bench.h"

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "testbench/bench/floor.h"
#include "testbench/bench/turns.h"
#include "testbench/cli/workers.h"
#include "testbench/cosim/fold.h"
#include "testbench/cosim/guest_process.h"
#include "testbench/cosim/guest_run.h"
#include "testbench/scenario/files/load.h"
#include "testbench/scenario/files/problem.h"
#include "testbench/scenario/run.h"

namespace ans::bench {

using nlohmann::ordered_json;

namespace {

constexpr int kTurns = 5;  ///< of each short measurement; the median counts

/// Real time of the steps of a run, as its story tells them.
class StepClock : public cli::WorkerListener {
public:
    void told(std::size_t, const cli::StoryLine& line) override {
        if (line.scene == cli::Scene::StepBegin) begun_ = wall_seconds();
        if (line.scene == cli::Scene::StepEnd) seconds.push_back(wall_seconds() - begun_);
    }
    void finished(std::size_t, const scenario::RunResult&) override {}
    void waiting(const std::vector<Running>&) override {}
    std::vector<double> seconds;

private:
    double begun_ = 0;
};

struct Timed {
    double whole_s = 0;
    std::vector<double> steps_s;
};

// A run as `ans2emu run` makes it, in a worker.
Timed run(const ordered_json& file) {
    scenario::Loaded loaded = scenario::load_scenario_text(file.dump(), "bench.json");
    if (loaded.scenarios.empty()) throw std::logic_error(loaded.problems.front());
    cosim::GuestRuns guests({});
    guests.prepare(loaded.scenarios);
    StepClock clock;
    cli::WorkerOptions options;
    options.run = &scenario::run_scenario;
    options.conduct = [&](const scenario::Scenario& s) { return guests.conductor(s); };
    const double begun = wall_seconds();
    const scenario::RunResult result = cli::run_workers(loaded.scenarios, options, clock).at(0);
    const double whole = wall_seconds() - begun;
    if (result.verdict != scenario::Verdict::Passed)
        throw std::runtime_error("bench: " +
                                 (result.failures.empty() ? "a run failed" : result.failures.front()));
    return {whole, clock.seconds};
}

ordered_json scenario_of(const std::vector<std::string>& commands,
                         const ordered_json& faults = ordered_json::array()) {
    ordered_json steps{"boot"};
    for (const std::string& command : commands)
        steps.push_back({{"sh", command}});
    steps.push_back("shutdown");
    return {
        {"name", "bench linux"}, {"description", "a measurement"},          {"driver", {{"kind", "linux"}}},
        {"faults", faults},      {"expect", {{"allow_rules", {"PRP-04"}}}}, {"steps", steps}};
}

constexpr const char* kOneRead = "dd if=/dev/nvme0n1 of=/dev/null bs=4k count=1 iflag=direct";

double boot_to_poweroff() {
    std::vector<double> seconds;
    for (int i = 0; i < kTurns; ++i)
        seconds.push_back(run(scenario_of({kOneRead})).whole_s);
    return median_of(seconds);
}

// The step's read is never completed: the kernel waits its 30 s, resets and tries again.
double timeout_extra() {
    const ordered_json lost = {{{"id", "lost"},
                                {"when", {{"event", "command"}, {"queue", "io"}, {"opcode", 2}, {"nth", 20}}},
                                {"do", {{"action", "nvme.command.drop"}}}}};
    std::vector<double> extra;
    for (int i = 0; i < kTurns; ++i) {
        const std::string reads = "dd if=/dev/nvme0n1 of=/dev/null bs=4k count=40 iflag=direct";
        extra.push_back(run(scenario_of({reads}, lost)).steps_s.at(1) -
                        run(scenario_of({reads})).steps_s.at(1));
    }
    return median_of(extra);
}

// What one more of what `command(count)` does takes: the difference of two runs, so that their start is left
// out. Of whole runs: a kernel that never waits meanwhile is heard only afterwards, so its step has no
// length.
template <typename Command>
double seconds_each(const Command& command, unsigned many, unsigned few) {
    std::vector<double> each;
    for (int i = 0; i < kTurns; ++i) {
        const double longer = run(scenario_of({command(many)})).whole_s;
        const double shorter = run(scenario_of({command(few)})).whole_s;
        each.push_back((longer - shorter) / (many - few));
    }
    return median_of(each);
}

double access_seconds(const std::string& op) {
    constexpr unsigned kMany = 100'000, kFew = 10;
    const SocProfile& soc = *find_soc("t8103");
    constexpr std::uint64_t kCc = 0x14;  // written back as it is. source: NVMe 1.4, 3.1.5
    char place[40];
    std::snprintf(place, sizeof place, "0x%llx",
                  static_cast<unsigned long long>(cosim::Fold(soc).fold(soc.nvme.base + kCc)));
    const auto command = [&](unsigned count) {
        return "insmod /lib/modules/ans-mmio.ko address=" + std::string(place) +
               " count=" + std::to_string(count) + " op=" + op;
    };
    return seconds_each(command, kMany, kFew);
}

// Of real time. fio measures its clock for seconds as it starts, so the reads must take as long.
double reads_per_second(unsigned depth) {
    constexpr unsigned kMany = 60'000, kFew = 100;
    const auto command = [&](unsigned count) {
        return "fio --name=bench --filename=/dev/nvme0n1 --ioengine=io_uring --direct=1 --rw=randread "
               "--bs=4k --iodepth=" +
               std::to_string(depth) + " --number_ios=" + std::to_string(count) + " --randseed=1 >/dev/null";
    };
    return 1 / seconds_each(command, kMany, kFew);
}

// One byte there and back between two processes on one CPU.
double ping_pong_seconds() {
    constexpr int kTrips = 20'000;
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) throw std::runtime_error("bench: no sockets");
    const pid_t child = fork();
    if (child < 0) throw std::runtime_error("bench: no process");
    if (child == 0) {
        cosim::stay_on_this_cpu();
        const pid_t other = fork();
        const int end = ends[other == 0 ? 0 : 1];
        close(ends[other == 0 ? 1 : 0]);
        char byte = 0;
        for (int i = 0; i < kTrips; ++i) {
            if (other != 0 && write(end, &byte, 1) != 1) _exit(1);
            if (read(end, &byte, 1) != 1) _exit(1);
            if (other == 0 && write(end, &byte, 1) != 1) _exit(1);
        }
        _exit(0);
    }
    const double begun = wall_seconds();
    close(ends[0]);
    close(ends[1]);
    int status = 0;
    waitpid(child, &status, 0);
    if (status != 0) throw std::runtime_error("bench: the ping-pong failed");
    return (wall_seconds() - begun) / kTrips;
}

ordered_json measure() {
    ordered_json all;
    all["floor"]["ping_pong_us"] = ping_pong_seconds() * 1e6;
    all["boot_to_poweroff_s"] = boot_to_poweroff();
    all["timeout_30s_extra_ms"] = timeout_extra() * 1e3;
    all["mmio_read_us"] = access_seconds("read") * 1e6;
    all["mmio_write_us"] = access_seconds("write") * 1e6;
    all["randread_4k_qd1"]["iops"] = reads_per_second(1);
    all["randread_4k_qd32"]["iops"] = reads_per_second(32);
    return all;
}

void print(const ordered_json& all) {
    const auto number = [&](const char* pointer) {
        return all.at(ordered_json::json_pointer(pointer)).get<double>();
    };
    const double floor = number("/floor/ping_pong_us");
    std::printf("what                                 measured              beside it\n");
    std::printf("boot, one read, power-off      %10.2f s            whole run, median of %d\n",
                number("/boot_to_poweroff_s"), kTurns);
    std::printf("a timeout of 30 s              %10.1f ms           more than without it\n",
                number("/timeout_30s_extra_ms"));
    for (const char* op : {"read", "write"})
        std::printf(
            "a register %-5s               %10.1f us           %.1f x a bare message there and back, %.1f "
            "us\n",
            op, number(("/mmio_" + std::string(op) + "_us").c_str()),
            number(("/mmio_" + std::string(op) + "_us").c_str()) / floor, floor);
    std::printf("fio 4 KiB random reads, depth 1%10.0f /s           of real time, io_uring\n",
                number("/randread_4k_qd1/iops"));
    std::printf("the same, depth 32             %10.0f /s\n", number("/randread_4k_qd32/iops"));
}

}  // namespace

int run_linux_bench(bool json) {
    try {
        const ordered_json all = measure();
        if (json)
            std::printf("%s\n", all.dump(2).c_str());
        else
            print(all);
        return 0;
    } catch (const scenario::UserError& error) {
        std::cerr << "ans2emu bench linux: " << error.what() << "\n";
        return 2;
    }
}

}  // namespace ans::bench
