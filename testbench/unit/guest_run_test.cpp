// SPDX-License-Identifier: MIT
// A run whose kernel is none: whatever the program does, the run ends with a verdict.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "testbench/cosim/linux_conductor.h"
#include "testbench/cosim/run_program.h"
#include "testbench/cosim/user_kernel.h"
#include "testbench/scenario/files/judge.h"
#include "testbench/scenario/files/problem.h"
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
            R"("driver": {"kind": "linux", "guest": {"patience_s": 1}}, "steps": ["boot", {"sh": "true"}])" +
            members;
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

// A shell script says what a kernel would.
class UserKernelTest : public testing::Test {
protected:
    std::string kernel(const std::string& script) {
        const std::string path = folder_.write("linux", "#!/bin/sh\n" + script + "\n");
        std::filesystem::permissions(path, std::filesystem::perms::owner_all);
        return path;
    }
    std::string refusal(const std::string& path) {
        try {
            return "accepted: " + release_of_user_kernel(path, needed_);
        } catch (const scenario::UserError& error) {
            return error.what();
        }
    }
    const test::TempFolder folder_;
    const std::string needed_ = folder_.write("kernel.config", "# why\nCONFIG_OF=y\n\nCONFIG_NVME_APPLE=m\n");
};

TEST_F(UserKernelTest, OneWithAllOptionsSaysItsRelease) {
    const std::string path = kernel(
        "case $1 in --version) echo 6.13.2;; *) printf '#\\nCONFIG_OF=y\\nCONFIG_NVME_APPLE=m\\n';; esac");
    EXPECT_EQ(release_of_user_kernel(path, needed_), "6.13.2");
}

TEST_F(UserKernelTest, AMissingOptionIsNamed) {
    EXPECT_THAT(
        refusal(kernel("case $1 in --version) echo 6.13.2;; *) echo CONFIG_OF=y;; esac")),
        HasSubstr("linux: Linux 6.13.2 was built without what a guest needs: CONFIG_NVME_APPLE=m; all"));
}

TEST_F(UserKernelTest, AProgramForAnotherMachineIsNone) {
    std::string elf(
        "\x7f"
        "ELF\2\1\1",
        7);
    elf.resize(16);
    elf += std::string("\2\0\267\0\1\0\0\0", 8);  // e_machine 183, aarch64
    elf.resize(128);
    const std::string path = folder_.write("Image", elf);
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    EXPECT_THAT(refusal(path), HasSubstr("is no User Mode Linux kernel of this machine's"));
}

TEST_F(UserKernelTest, AProgramThatAnswersSomethingElseIsNone) {
    EXPECT_THAT(refusal("/bin/true"), HasSubstr("is no User Mode Linux kernel"));
    EXPECT_THAT(refusal("/bin/cat"), HasSubstr("is no User Mode Linux kernel"));
}

TEST(KernelReportTest, KnowsWarningsFromWords) {
    for (const char* line :
         {"WARNING: CPU: 0 PID: 1 at kernel/irq/manage.c:774 __enable_irq+0x4c/0x80",
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
        return scenario::load(
                   scenario::with(R"("driver": {"kind": ")" + kind + R"("}, "steps": [)" + list + "]"))
            .problems;
    };
    EXPECT_THAT(problems("linux", R"("boot", "identify")"),
                Contains(HasSubstr("identify is no step for a guest")));
    EXPECT_THAT(problems("reference", R"("boot", {"sh": "true"})"),
                Contains(HasSubstr("sh is no step for the reference driver")));
    EXPECT_THAT(problems("linux", R"({"sh": "true"})"), Contains(HasSubstr("sh is impossible")));
    EXPECT_THAT(problems("linux", R"({"boot": {"expect": "error"}}, {"sh": "dmesg"}, "shutdown")"),
                testing::IsEmpty());
}

}  // namespace
}  // namespace ans::cosim
