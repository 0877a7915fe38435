// SPDX-License-Identifier: MIT
// A run whose kernel is none: whatever the program does, the run ends with a verdict.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testbench/cosim/linux_conductor.h"
#include "testbench/cosim/run_program.h"
#include "testbench/scenario/files/judge.h"
#include "testbench/scenario/run.h"
#include "testbench/support/temp_folder.h"
#include "testbench/unit/scenario_bench.h"

namespace ans::cosim {
namespace {

using scenario::Outcome;
using scenario::RunResult;
using scenario::Scenario;
using testing::Contains;
using testing::HasSubstr;

class GuestRunTest : public testing::Test {
protected:
    void SetUp() override {
        if (run_program({"dtc", "--version"}).status == kNoProgram) GTEST_SKIP() << "no dtc on this machine";
    }
    // `kernel`: a shell script in its place.
    RunResult run(const std::string& kernel, const std::string& members = "") {
        GuestKit kit;
        kit.release = "6.12.0";
        kit.kernel = folder_.write("kernel", "#!/bin/sh\n" + kernel + "\n");
        kit.initramfs = folder_.write("initramfs", "");
        std::filesystem::permissions(kit.kernel, std::filesystem::perms::owner_all);
        const std::string text =
            R"("driver": {"kind": "linux", "guest": {"patience_s": 1}}, "steps": ["boot", {"sh": "true"}])" + members;
        scenario::Loaded loaded = scenario::load(scenario::with(text));
        EXPECT_THAT(loaded.problems, testing::IsEmpty());
        scenario::RunOptions options;
        options.conduct = [kit](const Scenario& s, scenario::Rig& rig, EventHub& events,
                                scenario::RunObserver* observer) {
            return std::make_unique<LinuxConductor>(s, rig, events, observer, kit, GuestWishes(),
                                                    std::make_unique<RunFolder>());
        };
        return run_scenario(loaded.scenarios.at(0), options);
    }
    const test::TempFolder folder_;
};

TEST_F(GuestRunTest, AKernelThatEndsAtOnceIsBroken) {
    const RunResult result = run("exit 3");
    EXPECT_EQ(result.facts.outcome, Outcome::GuestBroken);
    EXPECT_THAT(result.facts.outcome_detail, HasSubstr("the kernel ended with exit code 3"));
}

TEST_F(GuestRunTest, APanicIsTheLastWord) {
    const RunResult result = run("echo '[    0.100000] Kernel panic - not syncing: test'; kill -ABRT $$");
    EXPECT_EQ(result.facts.outcome, Outcome::GuestBroken);
    EXPECT_THAT(result.facts.outcome_detail, HasSubstr("Kernel panic - not syncing: test"));
    EXPECT_THAT(result.failures, Contains(HasSubstr("the kernel reports \"Kernel panic")));
}

TEST_F(GuestRunTest, AKernelThatSaysNothingIsStuck) {
    const RunResult result = run("sleep 1000");
    EXPECT_EQ(result.facts.outcome, Outcome::Stuck);
    EXPECT_THAT(result.facts.outcome_detail, HasSubstr("said nothing for 1 s"));
}

TEST_F(GuestRunTest, AFloodOfItsConsoleIsTakenAndTheSilenceBehindItToo) {
    const RunResult result = run("head -c 20000000 /dev/zero | tr '\\0' x; exit 1");
    EXPECT_EQ(result.facts.outcome, Outcome::GuestBroken);
}

TEST_F(GuestRunTest, AnExpectedReportPasses) {
    const RunResult result =
        run("echo '[    0.100000] Kernel panic - not syncing: test'; exit 1",
            R"(, "expect": {"outcome": "guest_broken", "dmesg": {"reports": ["not syncing: test"]}})");
    EXPECT_EQ(result.verdict, scenario::Verdict::Passed) << testing::PrintToString(result.failures);
}

TEST(KernelReportTest, KnowsWarningsFromWords) {
    for (const char* line : {"WARNING: CPU: 0 PID: 1 at kernel/irq/manage.c:774 __enable_irq+0x4c/0x80",
                             "BUG: KASAN: slab-use-after-free in nvme_free_ns+0x1/0x2", "irq 17: nobody cared",
                             "INFO: task kworker/0:1H:20 blocked for more than 120 seconds."})
        EXPECT_TRUE(scenario::is_kernel_report(line)) << line;
    for (const char* line : {"nvme nvme0: resetting controller", "nvme nvme0: 1/0/0 default/read/poll queues",
                             "random: crng init done"})
        EXPECT_FALSE(scenario::is_kernel_report(line)) << line;
}

TEST(KernelExpectTest, TheFirstReleaseThatFitsCounts) {
    scenario::Loaded loaded = scenario::load(scenario::with(
        R"("driver": {"kind": "linux"}, "kernels": [{"release": "6.13", "expect": {"outcome": "stuck"}},
           {"release": "6.", "expect": {"outcome": "guest_broken"}}])"));
    ASSERT_THAT(loaded.problems, testing::IsEmpty());
    Scenario six_thirteen = loaded.scenarios[0], six_one = loaded.scenarios[0], seven = loaded.scenarios[0];
    expect_of_kernel(six_thirteen, "6.13.2");
    expect_of_kernel(six_one, "6.1.0");
    expect_of_kernel(seven, "7.0.0");
    EXPECT_EQ(six_thirteen.expect.outcome, Outcome::Stuck);
    EXPECT_EQ(six_one.expect.outcome, Outcome::GuestBroken);
    EXPECT_EQ(seven.expect.outcome, Outcome::Pass);
}

TEST(GuestStepsTest, AGuestDoesOnlyItsOwnSteps) {
    const auto problems = [](const std::string& kind, const std::string& list) {
        return scenario::load(scenario::with(R"("driver": {"kind": ")" + kind + R"("}, "steps": [)" + list + "]"))
            .problems;
    };
    EXPECT_THAT(problems("linux", R"("boot", "identify")"), Contains(HasSubstr("identify is no step for a guest")));
    EXPECT_THAT(problems("reference", R"("boot", {"sh": "true"})"),
                Contains(HasSubstr("sh is no step for the reference driver")));
    EXPECT_THAT(problems("linux", R"({"sh": "true"})"), Contains(HasSubstr("sh is impossible")));
    EXPECT_THAT(problems("linux", R"({"boot": {"expect": "error"}}, {"sh": "dmesg"}, "shutdown")"), testing::IsEmpty());
}

}  // namespace
}  // namespace ans::cosim
