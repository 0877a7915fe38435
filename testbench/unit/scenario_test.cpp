// SPDX-License-Identifier: MIT
// Scenario files: what is read, what is refused and in which words, and that the published schema says the
// same.
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "testbench/fault/table.h"
#include "testbench/monitors/rules.h"
#include "testbench/scenario/files/waivers.h"
#include "testbench/unit/scenario_bench.h"

namespace ans::scenario {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kSource = ANS_SOURCE_DIR;

const std::vector<Bad>& bad_files() {
    static const std::vector<Bad> all{
        {"5", "f.json: found 5, expected an object"},
        {"{}", "f.json: key \"name\" is missing"},
        {with("\"sead\": 1"), "f.json:1: /sead: unknown key; did you mean \"seed\"?"},
        {with("\"seed\": -1"), "f.json:1: /seed: found -1, expected a whole number"},
        {with("\"seed\": 1.5"), "f.json:1: /seed: found 1.5, expected a whole number"},
        {with("\"seed\": \"0xg\""), "f.json:1: /seed: found \"0xg\", expected a whole number"},
        {with("\"soc\": \"t8013\""),
         "f.json:1: /soc: found \"t8013\", expected t8103, t8112, t6000 or t6020; did you mean \"t8103\"?"},
        {with("\"schema_version\": 2"),
         "f.json:1: /schema_version: found 2, expected a whole number from 1 to 1"},
        {with("\"firmware\": []"), "f.json:1: /firmware: found an empty list, expected an object"},
        {with("\"firmware\": {\"generation\": \"macos14\"}"),
         "f.json:1: /firmware/generation: found \"macos14\", expected macos12 or macos13; did you mean "
         "\"macos12\"?"},
        {with("\"firmware\": {\"flush\": 5}"),
         "f.json:1: /firmware/flush: unknown key; did you mean \"flush_us\"?"},
        {with("\"firmware\": {\"read_us\": -0.5}"),
         "f.json:1: /firmware/read_us: found -0.5, expected a number from 0 to 60000000 (us)"},
        {with("\"machine\": {\"mailbox_depth\": 17}"),
         "f.json:1: /machine/mailbox_depth: found 17, expected a whole number from 1 to 16 (messages)"},
        {with("\"machine\": {\"dram_base\": \"0x10\"}"),
         "f.json:1: /machine: dram_base is not a multiple of 0x1000", false},
        {with("\"machine\": {\"dram_base\": \"0x3ffffff0000\", \"dram_mib\": 64}"),
         "f.json:1: /machine: DRAM ends beyond the 42 address bits of these SoCs", false},
        {with("\"policies\": {\"preset\": \"srict\"}"),
         "f.json:1: /policies/preset: found \"srict\", expected default, strict or lenient; did you mean "
         "\"strict\"?"},
        {with("\"policies\": {\"lost_irq\": true}"),
         "f.json:1: /policies/lost_irq: found true, expected inval_to_head, with_head_write or never"},
        {with("\"media\": {\"image\": \"x\", \"memory_mib\": 4}"),
         "f.json:1: /media: gives both image and memory_mib, expected one of them", false},
        {with("\"media\": {\"mdts_kib\": 12}"), "f.json:1: /media: mdts_kib is 12, expected a power of two",
         false},
        {with("\"media\": {\"read_only\": true}"), "f.json:1: /media: read_only needs an image", false},
        {with("\"media\": {\"memory_tib\": 17}"),
         "f.json:1: /media/memory_tib: found 17, expected a whole number from 1 to 16 (TiB)"},
        {with("\"media\": {\"serial\": \"\"}"),
         "f.json:1: /media/serial: found \"\", expected a serial number"},
        {with("\"driver\": {\"omit\": [\"submit_lok\"]}"),
         "f.json:1: /driver/omit/0: found \"submit_lok\"; did you mean \"submit_lock\"?"},
        {with("\"driver\": {\"use_interrupts\": 1}"),
         "f.json:1: /driver/use_interrupts: found 1, expected true or false"},
        {with("\"limits\": {\"wall_s\": 0}"),
         "f.json:1: /limits/wall_s: found 0, expected a number from 0.1 to 86400 (s)"},
        // faults
        {with("\"faults\": {}"), "f.json:1: /faults: found an empty object, expected a list"},
        {fault("5"), "f.json:1: /faults/0/when: found 5, expected an object with the key \"event\""},
        {fault("{}"), "f.json:1: /faults/0/when: key \"event\" is missing"},
        {fault(R"({"event": "irk"})"),
         "f.json:1: /faults/0/when/event: found \"irk\"; did you mean \"irq\"?"},
        {fault(R"({"event": "irq", "lvel": true})"),
         "f.json:1: /faults/0/when/lvel: unknown key; did you mean \"level\"?"},
        {fault(R"({"event": "irq", "level": 1})"),
         "f.json:1: /faults/0/when/level: found 1, expected true or false"},
        {fault(R"({"event": "completion", "queue": "oi"})"),
         "f.json:1: /faults/0/when/queue: found \"oi\", expected admin or io; did you mean \"io\"?"},
        {fault(R"({"event": "completion", "tag": 65536})"),
         "f.json:1: /faults/0/when/tag: found 65536, expected a whole number from 0 to 65535"},
        {fault(R"({"event": "completion", "tag": []})"), "f.json:1: /faults/0/when/tag: is empty"},
        {fault(R"({"event": "completion", "tag": {"min": 5, "max": 4}})"),
         "f.json:1: /faults/0/when/tag: min 5 is above max 4", false},
        {fault(R"({"event": "completion", "tag": {"mask": 1}})"),
         "f.json:1: /faults/0/when/tag: key \"value\" is missing"},
        {fault(R"({"event": "completion", "tag": {"mask": 1, "value": 2}})"),
         "f.json:1: /faults/0/when/tag: value has bits outside mask, so nothing can match", false},
        {fault(R"({"event": "irq", "nth": 0})"),
         "f.json:1: /faults/0/when/nth: found 0, expected a whole number from 1 to 4294967295"},
        {fault(R"({"event": "irq", "nth": 2, "every": 3})"),
         "f.json:1: /faults/0/when: gives both nth and every, expected one of them", false},
        {fault(R"({"event": "irq", "after_us": 5, "before_us": 5})"),
         "f.json:1: /faults/0/when: after_us is not below before_us, so the rule can never fire", false},
        {fault(R"({"event": "irq", "probability": 0})"),
         "f.json:1: /faults/0/when: probability is 0, so the rule can never fire", false},
        {fault(R"({"event": "irq", "text": "x"})"),
         "f.json:1: /faults/0/when/text: unknown key; known here: event, nth, every, at_most, probability, "
         "after_us, "
         "before_us, while, following, line or level"},
        {fault(R"({"event": "irq"})", R"({"action": "nvme.irq.dorp"})"),
         "f.json:1: /faults/0/do/action: found \"nvme.irq.dorp\"; did you mean \"nvme.irq.drop\"?"},
        {fault(R"({"event": "irq"})", "[]"), "f.json:1: /faults/0/do: is empty"},
        {fault(R"({"event": "irq"})", R"({"action": "nvme.irq.delay"})"),
         "f.json:1: /faults/0/do: key \"by_us\" is missing"},
        {fault(R"({"event": "irq"})", R"({"action": "nvme.irq.delay", "by_us": 0})"),
         "f.json:1: /faults/0/do/by_us: found 0, expected more than 0 (us)", false},
        {fault(R"({"event": "irq"})", R"({"action": "nvme.irq.delay", "by": 5})"),
         "f.json:1: /faults/0/do/by: unknown key; did you mean \"by_us\"?"},
        {fault(R"({"event": "irq"})", R"({"action": "nvme.completion.drop", "tag": "$event.tag"})"),
         "f.json:1: /faults/0/do/tag: event \"irq\" has no field \"tag\"; its fields: line or level", false},
        {fault(R"({"after_us": 5})", R"({"action": "nvme.completion.drop", "tag": "$event.tag"})"),
         "f.json:1: /faults/0/do/tag: refers to an event, and `when` names none", false},
        {fault(R"({"event": "irq"})", R"({"action": "nvme.irq.drop", "after_us": 5})"),
         "f.json:1: /faults/0: cannot be carried out: action \"nvme.irq.drop\" hits the matched thing itself "
         "and cannot be "
         "delayed",
         false},
        {with(R"("faults": [{"id": "a", "when": {"event": "irq"}, "do": {"action": "nvme.irq.drop"}},
              {"id": "a", "when": {"event": "irq"}, "do": {"action": "nvme.irq.drop"}}])"),
         "f.json:2: /faults/1/id: id \"a\" is taken by rule 0 already", false},
        // driver
        {R"({"name": "n", "description": "d"})", "f.json: key \"steps\" is missing"},
        {with(R"("driver": {"kind": "foreign"})"),
         "f.json:1: /steps: a foreign driver has no steps: its own code says what is done", false},
        {with(R"("driver": {"library": "a.so"})"),
         "f.json:1: /driver/library: only a foreign driver is a library", false},
        // steps
        {steps(""), "f.json:1: /steps: is empty"},
        {steps("7"),
         "f.json:1: /steps/0: found 7, expected the name of a step, or an object with that name as its only "
         "key"},
        {steps("\"boto\""), "f.json:1: /steps/0: unknown step \"boto\"; did you mean \"boot\"?"},
        {steps(R"({"boot": {}, "io": {}})"),
         "f.json:1: /steps/0: found an object, expected the name of a step, or an object with that name as "
         "its only key"},
        {steps("\"wait\""), "f.json:1: /steps/0: key \"ms\" is missing"},
        {steps(R"({"boot": {"expect": "fail"}})"),
         "f.json:1: /steps/0/boot/expect: found \"fail\", expected ok, error or any"},
        {steps(R"("boot", {"io": {"block_kib": 6}})"),
         "f.json:1: /steps/1/io: block_kib is 6, expected a multiple of 4, the size of a block", false},
        {steps(R"("boot", {"io": {"count": 6, "size_mib": 2}})"),
         "f.json:1: /steps/1/io: gives both count and size_mib, expected one of them", false},
        {steps(R"("boot", {"io": {"threads": 4}})"),
         "f.json:1: /steps/1/io: has 4 threads for a depth of 1, expected no more threads than requests in "
         "flight",
         false},
        {steps("\"io\""),
         "f.json:1: /steps/0: io is impossible: it needs a booted driver, and here it is not booted", false},
        {steps("\"boot\", \"boot\""),
         "f.json:1: /steps/1: boot is impossible: it needs a driver that is not booted and a machine with "
         "power, and here "
         "it is booted",
         false},
        {steps("\"boot\", \"resume\""),
         "f.json:1: /steps/1: resume is impossible: it needs a suspend before it, and here it is booted",
         false},
        {steps("\"boot\", \"suspend\", \"flush\""),
         "f.json:1: /steps/2: flush is impossible: it needs a booted driver, and here it is suspended",
         false},
        {steps("\"boot\", \"shutdown\", \"smart\""),
         "f.json:1: /steps/2: smart is impossible: it needs a booted driver, and here it is not booted",
         false},
        {steps("\"boot\", \"power_cut\", \"boot\""),
         "f.json:1: /steps/2: boot is impossible: it needs a driver that is not booted and a machine with "
         "power, and here "
         "it is without power",
         false},
        {steps(R"({"boot": {"expect": "error"}}, "identify")"),
         "f.json:1: /steps/1: identify is impossible: it needs a booted driver, and here it is not booted",
         false},
        {steps(R"({"mmio": {"read": "nvme.CSTS", "write": "nvme.CC"}})"),
         "f.json:1: /steps/0/mmio: has both read and write, expected one of them"},
        {steps(R"({"mmio": {"value": 1}})"),
         "f.json:1: /steps/0/mmio: expected one of the keys read and write"},
        {steps(R"({"mmio": {"write": "nvme.CSTX"}})"),
         "f.json:1: /steps/0/mmio/write: nvme has no register \"CSTX\"; did you mean \"CSTS\"?", false},
        {steps(R"({"mmio": {"read": "mailbx.A2I_SEND0"}})"),
         "f.json:1: /steps/0/mmio/read: found \"mailbx.A2I_SEND0\", expected BLOCK.REGISTER or an address "
         "like "
         "\"0x277bcc014\"; did you mean \"mailbox\"?",
         false},
        {steps(R"j({"mmio": {"read": "sart.CONFIG(16)"}})j"),
         "f.json:1: /steps/0/mmio/read: found \"CONFIG(16)\", expected CONFIG(0) to CONFIG(15)", false},
        {steps(R"j({"mmio": {"read": "sart.SIZE(0)"}})j"),
         "f.json:1: /steps/0/mmio/read: sart has no register \"SIZE\"; see `ans2emu regs sart`", false},
        {steps(R"({"mmio": {"read": "0x12junk"}})"),
         "f.json:1: /steps/0/mmio/read: found \"0x12junk\", expected an address", false},
        {steps(R"({"mmio": {"read": "nvme.CSTS", "bits": 16}})"),
         "f.json:1: /steps/0/mmio/bits: found 16, expected 32 or 64"},
        {steps(R"({"mail": {"endpoint": 1}})"), "f.json:1: /steps/0/mail: key \"msg0\" is missing"},
        {steps(R"({"command": {"opcode": 2}})"),
         "f.json:1: /steps/0: command is impossible: it needs a booted driver, and here it is not booted",
         false},
        // expect
        {with("\"expect\": {\"outcome\": \"passed\"}"),
         "f.json:1: /expect/outcome: found \"passed\", expected pass, step_failed, driver_dead, bus_hang, "
         "bus_fault, stuck, crash or guest_broken; "
         "did you mean \"pass\"?"},
        {with("\"expect\": {\"counters\": {\"event.irq\": 1}}"),
         "f.json:1: /expect/counters/event.irq: unknown key; did you mean \"events.irq\"?"},
        {with("\"expect\": {\"counters\": {\"errors\": {\"min\": 2, \"max\": 1}}}"),
         "f.json:1: /expect/counters/errors: min 2 is above max 1", false},
        {with("\"expect\": {\"allow_rules\": [\"TCB-99\"]}"),
         "f.json:1: /expect/allow_rules/0: found \"TCB-99\"; did you mean \"TCB-09\"?"},
        {with("\"expect\": {\"violations\": [\"TBC-01\"]}"),
         "f.json:1: /expect/violations/0: found \"TBC-01\"; did you mean \"TCB-01\"?"},
        {with("\"expect\": {\"violations\": [\"TCB-01\"], \"unbroken\": [\"TCB-01\"]}"),
         "f.json:1: /expect: TCB-01 is in unbroken and in violations", false},
        {with("\"expect\": {\"log\": {\"contains\": \"x\"}}"),
         "f.json:1: /expect/log/contains: found \"x\", expected a list"},
        {with("\"expect\": {\"sim_time_ms\": {\"min\": 2, \"max\": 1}}"),
         "f.json:1: /expect/sim_time_ms: min is above max", false},
    };
    return all;
}

const std::vector<std::string>& good_files() {
    static const std::vector<std::string> all{
        with(""),
        with("\"$schema\": \"../scenario.schema.json\", \"schema_version\": 1"),
        with("\"seed\": \"0xffffffffffffffff\""),
        with(
            R"("machine": {"dram_base": "0x10000000000", "dram_mib": 256, "mailbox_depth": 1, "irq_entry_us": 0.25})"),
        with(R"("policies": {"preset": "strict", "lost_irq": "never"})"),
        with(R"("media": {"memory_tib": 8, "mdts_kib": 4096, "cache_mib": 0, "serial": "0123456789abcdef"})"),
        with(R"("media": {"image": "disk.img", "read_only": true})"),
        with(
            R"("driver": {"omit": ["submit_lock"], "queue_depth": 1, "io_timeout_ms": 0.5, "use_interrupts": false})"),
        fault(R"({"event": "irq", "level": true, "line": [1, 2, "0x3"], "nth": 3})"),
        fault(
            R"({"event": "completion", "tag": {"min": 2}, "status": {"mask": "0xff", "value": "0x2"}, "every": 3})",
            R"([{"action": "nvme.completion.drop", "tag": "$event.tag"}, {"action": "firmware.crash", "after_us": 7}])"),
        fault(R"({"event": "mail_push", "fifo": ["a2i", "i2a"], "probability": 0.5, "at_most": 2})",
              R"({"action": "mailbox.repeat", "times": "0x2", "gap_us": 1.5})"),
        fault(R"({"event": "driver_log", "text": "timeout", "after_us": 1, "before_us": 2})",
              R"({"action": "power.cut"})"),
        fault(R"({"after_us": 1000})", R"({"action": "firmware.hang"})"),
        steps(
            R"("boot", {"io": {"pattern": "randrw", "read_percent": 70, "depth": 61, "threads": 16, "size_mib": 1}},
                 {"trim": {"lba": 8, "blocks": 16}}, {"write_image": {"from": "a"}}, {"read_image": {"compare_with": "a"}},
                 "suspend", {"wait": {"ms": 1}}, "resume", "reset", "flush", "smart", "shutdown", "boot", "power_cut",
                 "power_on", {"boot": {"expect": "error"}}, {"boot": {"expect": "any"}}, {"io": {"expect": "any"}})"),
        steps(R"("boot", {"io": {"smart_every": 100}}, "abandon", "boot", "suspend", "abandon", "boot")"),
        with(R"("driver": {"shutdown_timeout_ms": 20000})"),
        R"({"name": "n", "description": "d", "driver": {"kind": "foreign", "library": "a.so"}})",
        steps(
            R"j("boot", {"mmio": {"read": "sart.CONFIG(15)"}}, {"mmio": {"write": "0x277bcc014", "value": "0x1", "bits": 64}},
                 {"mail": {"endpoint": "0x100", "msg0": 1, "times": 3}}, {"mmio": {"read": "pmgr.ps_ans2"}},
                 {"command": {"opcode": 2, "queue": "admin", "blocks": 3, "prp2": "0x10", "tcb": {"flags": 0}}})j"),
        R"j({"name": "n", "description": "d", "soc": "t8112", "steps": [{"mmio": {"read": "sart.SIZE(0)"}}]})j",
        with(R"("expect": {"violations": ["TCB-01"], "unbroken": ["NVM-01"]})"),
        with(R"("expect": {"outcome": "driver_dead", "counters": {"errors": {"min": 1}, "events.irq": "0x10"},
              "log": {"contains": ["a"], "lacks": ["b"], "in_order": ["c", "d"]}, "sim_time_ms": {"min": 0.5, "max": 9},
              "allow_rules": ["TCB-03"]}, "limits": {"sim_ms": 1, "wall_s": 0.5})"),
    };
    return all;
}

TEST(ScenarioFile, EachMistakeIsNamedInItsOwnWords) {
    for (const Bad& bad : bad_files()) {
        const Loaded loaded = load(bad.text);
        EXPECT_TRUE(loaded.scenarios.empty()) << bad.text;
        ASSERT_FALSE(loaded.problems.empty()) << bad.text;
        EXPECT_EQ(loaded.problems.front(), bad.problem);
    }
}

TEST(ScenarioFile, GoodFilesHaveNoProblems) {
    for (const std::string& text : good_files())
        EXPECT_THAT(load(text).problems, IsEmpty()) << text;
}

TEST(ScenarioFile, AllProblemsOfAFileAreToldInTheOrderOfItsLines) {
    EXPECT_THAT(load("{\n \"soc\": 1,\n \"name\": \"\",\n \"nam\": 2,\n \"steps\": [\"bot\"]\n}").problems,
                ElementsAre("f.json: key \"description\" is missing",
                            "f.json:2: /soc: found 1, expected t8103, t8112, t6000 or t6020",
                            "f.json:3: /name: found \"\", expected a short title",
                            "f.json:4: /nam: unknown key; did you mean \"name\"?",
                            "f.json:5: /steps/0: unknown step \"bot\"; did you mean \"boot\"?"));
}

TEST(ScenarioFile, BrokenJsonIsToldWithLineAndColumn) {
    EXPECT_THAT(load("{\n  \"a\": tru }").problems,
                ElementsAre("f.json:2:11: not JSON: invalid literal; last read: '\"a\": tru '"));
    EXPECT_THAT(
        load("").problems,
        ElementsAre("f.json:1:1: not JSON: unexpected end of input; expected '[', '{', or a literal"));
    EXPECT_THAT(load("{} {}").problems,
                ElementsAre("f.json:1:4: not JSON: unexpected '{'; expected end of input"));
    EXPECT_FALSE(load("{\"name\": \"\xff\"}").problems.empty());
}

TEST(ScenarioFile, AKeyGivenTwiceIsRefused) {
    EXPECT_THAT(load("{\"a\": 1,\n\"b\": {\"c\": 1,\n\"c\": 2}}").problems,
                ElementsAre("f.json:3: /b/c: key \"c\" is given twice"));
}

TEST(ScenarioFile, EndlessNestingIsRefused) {
    EXPECT_THAT(load(std::string(100'000, '[')).problems,
                ElementsAre("f.json:1: nested deeper than 64 levels"));
}

TEST(ScenarioFile, MissingFolderAndOversizedFilesAreRefused) {
    EXPECT_THAT(load_scenario("nowhere.json").problems, ElementsAre("nowhere.json: no such file"));
    EXPECT_THAT(load_scenario("/").problems, ElementsAre("/: not a regular file"));
    const auto big =
        std::filesystem::temp_directory_path() / ("ans_big_" + std::to_string(getpid()) + ".json");
    std::ofstream(big) << std::string((1u << 20) + 1, ' ');
    EXPECT_THAT(load_scenario(big).problems,
                ElementsAre(big.string() + ": larger than 1 MiB, which no scenario needs"));
    std::filesystem::remove(big);
}

TEST(ScenarioFile, TerminalCodesInAFileDoNotReachTheMessage) {
    EXPECT_THAT(load(with("\"soc\": \"\\u001b[31m\"")).problems,
                ElementsAre("f.json:1: /soc: found \"?[31m\", expected t8103, t8112, t6000 or t6020"));
}

TEST(ScenarioFile, DefaultsAreThoseOfTheStructs) {
    const Scenario s = load(with("")).scenarios.front();
    EXPECT_EQ(s.soc, "t8103");
    EXPECT_EQ(s.seed, 1u);
    EXPECT_EQ(s.driver.queue_depth, 61u);
    EXPECT_EQ(s.driver.io_timeout, seconds(30));
    EXPECT_EQ(s.media.memory_bytes, 64u << 20);
    EXPECT_EQ(s.limits.sim_time, seconds(600));
    EXPECT_EQ(s.policies.get<LostIrq>(), LostIrq::InvalToHead);
    EXPECT_EQ(s.expect.outcome, Outcome::Pass);
}

TEST(ScenarioFile, ValuesArriveInTheirUnits) {
    const Scenario s = load(with(R"("firmware": {"read_us": 70.5}, "media": {"memory_tib": 8},
        "policies": {"preset": "strict", "lost_irq": "never"}, "limits": {"sim_ms": 1.5},
        "expect": {"counters": {"errors": 3, "events.irq": {"min": 2}}})"))
                           .scenarios.front();
    EXPECT_EQ(s.firmware.read, nanoseconds(70'500));
    EXPECT_EQ(s.media.memory_bytes, 8ull << 40);
    EXPECT_EQ(s.limits.sim_time, microseconds(1500));
    EXPECT_EQ(s.policies.get<LostIrq>(), LostIrq::Never);
    EXPECT_EQ(s.policies.get<PrpMismatch>(), PrpMismatch::Fail)
        << "the strict preset holds for what is not named";
    ASSERT_EQ(s.expect.counters.size(), 2u);
    EXPECT_EQ(s.expect.counters[0].bounds.max, 3u);
    EXPECT_EQ(s.expect.counters[1].bounds.max, UINT64_MAX);
}

TEST(ScenarioRuns, EachRunIsTheFileWithItsOwnKeysLaidOver) {
    const Loaded loaded = load(with(R"("driver": {"queue_depth": 8, "use_interrupts": false}, "runs": [
        {"run": "historic", "driver": {"queue_depth": 3}, "expect": {"outcome": "step_failed"}}, {"run": "fixed"}])"));
    ASSERT_THAT(loaded.problems, IsEmpty());
    ASSERT_EQ(loaded.scenarios.size(), 2u);
    const Scenario &historic = loaded.scenarios[0], &fixed = loaded.scenarios[1];
    EXPECT_EQ(historic.run, "historic");
    EXPECT_EQ(historic.driver.queue_depth, 3u);
    EXPECT_FALSE(historic.driver.use_interrupts) << "objects are merged";
    EXPECT_EQ(historic.expect.outcome, Outcome::StepFailed);
    EXPECT_EQ(fixed.driver.queue_depth, 8u);
    EXPECT_EQ(fixed.expect.outcome, Outcome::Pass);
}

TEST(ScenarioRuns, AMistakeInARunNamesTheRunAndItsLine) {
    const Loaded loaded = load(
        "{\"name\": \"n\", \"description\": \"d\", \"steps\": [\"boot\"],\n\"runs\": [\n"
        "{\"run\": \"good\"},\n{\"run\": \"bad\", \"driver\": {\"queue_depth\": 0}}]}");
    EXPECT_TRUE(loaded.scenarios.empty()) << "a file is used whole or not at all";
    EXPECT_THAT(loaded.problems, ElementsAre(HasSubstr("(run \"bad\"):4: /driver/queue_depth: found 0")));
}

TEST(ScenarioRuns, BadRunsAreRefused) {
    for (const auto& [runs, text] : std::map<std::string, std::string>{
             {"5", "expected a list of 1 to 32 runs"},
             {"[]", "expected a list of 1 to 32 runs"},
             {"[{}]", "the name of the run"},
             {"[{\"run\": 1}]", "the name of the run"},
             {R"([{"run": "a"}, {"run": "a"}])", "is the name of two runs"},
             {R"([{"run": "a", "runs": []}])", "a run has no runs"},
         })
        EXPECT_THAT(load(with("\"runs\": " + runs)).problems, ElementsAre(HasSubstr(text))) << runs;
}

TEST(ScenarioFile, AFaultRuleBecomesTyped) {
    const Scenario s =
        load(
            fault(
                R"({"event": "completion", "queue": "io", "tag": {"min": 2, "max": 9}, "nth": 4, "after_us": 1})",
                R"([{"action": "nvme.completion.delay", "by_us": 1.5, "tag": "$event.tag"},
                                       {"action": "firmware.crash", "kind": "watchdog", "after_us": 3}])"))
            .scenarios.front();
    const fault::Rule& rule = s.faults.at(0);
    EXPECT_EQ(rule.when.kind, EventKind::CompletionPosted);
    EXPECT_EQ(rule.when.nth, 4u);
    EXPECT_EQ(rule.when.after, microseconds(1));
    ASSERT_EQ(rule.when.fields.size(), 2u);
    Event event;
    find_field(EventKind::CompletionPosted, "queue")->set(event, 1);
    find_field(EventKind::CompletionPosted, "tag")->set(event, 9);
    EXPECT_TRUE(rule.when.fields[0].matches(event));
    EXPECT_TRUE(rule.when.fields[1].matches(event));
    ASSERT_EQ(rule.actions.size(), 2u);
    EXPECT_EQ(rule.actions[0].params.at(0).from_event, find_field(EventKind::CompletionPosted, "tag"));
    EXPECT_EQ(rule.actions[0].params.at(1).value, nanoseconds(1500));
    EXPECT_EQ(rule.actions[1].params.at(0).value, 2u);
    EXPECT_EQ(rule.actions[1].delay, microseconds(3));
    EXPECT_TRUE(rule.must_fire);
}

TEST(ScenarioFile, PathsStartAtTheFile) {
    const std::string text =
        with(R"("media": {"image": "../disk.img"}, "steps": ["boot", {"write_image": {"from": "/a/b"}}])");
    const Scenario s = load_scenario_text(text, "x/y/f.json").scenarios.front();
    EXPECT_EQ(s.media.image, "x/disk.img");
    EXPECT_EQ(std::get<WriteImage>(s.steps[1]).from, "/a/b");
    const Scenario moved = load_scenario_text(text, "x/y/f.json", {"media.image=disk.img"}).scenarios.front();
    EXPECT_EQ(moved.media.image, "disk.img") << "a path of the command line starts where the user is";
}

TEST(ScenarioFile, AFaultThatCutsPowerMakesPowerOnPossible) {
    const std::string power_on = R"("steps": ["boot", {"io": {"expect": "any"}}, "power_on", "boot"])";
    EXPECT_TRUE(load(with(power_on)).scenarios.empty());
    const std::string cut =
        R"("faults": [{"id": "a", "when": {"after_us": 5}, "do": {"action": "power.cut"}}], )";
    EXPECT_FALSE(load(with(cut + power_on)).scenarios.empty());
}

TEST(Override, ReachesMembersElementsAndKeysWithDots) {
    const std::string text =
        with(R"("faults": [{"id": "a", "when": {"event": "irq"}, "do": {"action": "nvme.irq.drop"}}])");
    const Loaded loaded =
        load(text, {"driver.queue_depth=8", "faults.0.when.nth=3", "/expect/counters/events.irq=5",
                    "soc=t6000", "steps.1=shutdown", "name=12 o'clock"});
    ASSERT_THAT(loaded.problems, IsEmpty());
    const Scenario& s = loaded.scenarios.front();
    EXPECT_EQ(s.driver.queue_depth, 8u);
    EXPECT_EQ(s.faults[0].when.nth, 3u);
    EXPECT_EQ(s.expect.counters[0].bounds.min, 5u);
    EXPECT_EQ(s.soc, "t6000");
    EXPECT_EQ(s.steps.size(), 2u);
    EXPECT_EQ(s.name, "12 o'clock");
}

TEST(Override, IsNamedWhereItIsWrong) {
    EXPECT_THAT(
        load(with(""), {"driver.queue_depth=0"}).problems,
        ElementsAre("f.json: /driver/queue_depth: found 0, expected a whole number from 1 to 61 (from --set "
                    "\"driver.queue_depth=0\")"));
    EXPECT_THAT(
        load(with(""), {"driver.queue_dept=1"}).problems,
        ElementsAre("f.json: /driver/queue_dept: unknown key; did you mean \"queue_depth\"? (from --set "
                    "\"driver.queue_dept=1\")"));
    EXPECT_THAT(load(with(""), {"seed"}).problems,
                ElementsAre("f.json: --set \"seed\": expected PATH=VALUE, like driver.queue_depth=8"));
    EXPECT_THAT(load(with(""), {"seed.x=1"}).scenarios, ::testing::IsEmpty());
    EXPECT_THAT(load(with("\"seed\": 1"), {"seed.x=1"}).problems,
                ElementsAre("f.json: --set \"seed.x=1\": \"/seed\" has no members, it is number"));
    EXPECT_THAT(
        load(with(""), {"steps.7=boot"}).problems,
        ElementsAre(
            "f.json: --set \"steps.7=boot\": \"/steps\" is a list of 1, and \"7\" is no index of it"));
    EXPECT_THAT(load(with(""), {"driver..x=1"}).problems,
                ElementsAre("f.json: --set \"driver..x=1\": \"/driver\" is followed by an empty key"));
}

TEST_F(SchemaTest, AcceptsWhatTheReaderAccepts) {
    for (const std::string& text : good_files())
        EXPECT_TRUE(accepts(text)) << text;
}

TEST_F(SchemaTest, RefusesWhatTheReaderRefuses) {
    for (const Bad& bad : bad_files())
        EXPECT_EQ(accepts(bad.text), !bad.schema_knows) << bad.text;
}

TEST_F(SchemaTest, AcceptsEveryScenarioOfTheTree) {
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(kSource + "/scenarios")) {
        const std::filesystem::path& path = entry.path();
        if (path.extension() != ".json" || path.filename() == "scenario.schema.json") continue;
        if (is_script_library(path.string())) {
            EXPECT_THAT(check_script_library(path), IsEmpty());
            continue;
        }
        ++files;
        std::stringstream text;
        text << std::ifstream(path).rdbuf();
        EXPECT_TRUE(accepts(text.str())) << path;
        EXPECT_THAT(load_scenario(path).problems, IsEmpty());
    }
    EXPECT_GE(files, 12u);
}

// A fault that nobody can see at work is one that nobody knows to work.
TEST(FaultScenarios, EveryActionHasAScenarioThatFiresIt) {
    std::set<std::string_view> unused;
    std::size_t count = 0;
    const fault::ActionInfo* table = fault::actions(count);
    for (std::size_t i = 0; i < count; ++i)
        unused.insert(table[i].id);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(kSource + "/scenarios")) {
        if (entry.path().extension() != ".json" || entry.path().filename() == "scenario.schema.json")
            continue;
        if (is_script_library(entry.path().string())) continue;
        const Loaded loaded = load_scenario(entry.path());
        for (const Scenario& scenario : loaded.scenarios)
            for (const fault::Rule& rule : scenario.faults)
                for (const fault::Do& todo : rule.actions)
                    if (rule.must_fire) unused.erase(todo.action->id);
    }
    EXPECT_THAT(unused, IsEmpty()) << "put a scenario into scenarios/faults";
}

// A rule that nothing breaks, or that clean drivers break, says nothing about a driver.
TEST(RuleScenarios, EveryRuleHasARunThatBreaksItAndOneThatDoesNot) {
    std::set<std::string_view> never_broken, never_kept;
    std::size_t count = 0;
    const monitor::RuleInfo* table = monitor::rules(count);
    for (std::size_t i = 0; i < count; ++i) {
        never_broken.insert(table[i].id);
        never_kept.insert(table[i].id);
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(kSource + "/scenarios")) {
        if (entry.path().extension() != ".json" || entry.path().filename() == "scenario.schema.json")
            continue;
        const Loaded loaded = load_scenario(entry.path());
        for (const Scenario& scenario : loaded.scenarios) {
            for (const std::string& id : scenario.expect.violations)
                never_broken.erase(id);
            for (const std::string& id : scenario.expect.unbroken)
                never_kept.erase(id);
        }
    }
    EXPECT_THAT(never_broken, IsEmpty())
        << "put a scenario into scenarios/rules, with a run that expects the violation";
    EXPECT_THAT(never_kept, IsEmpty())
        << "and a run that does the same right, with the rule in expect.unbroken";
}

TEST(Waivers, AreRulesWithReasons) {
    const Waivers waivers = load_waivers_text(R"([{"rule": "TCB-09", "reason": "since 2021"}])", "w.json");
    EXPECT_THAT(waivers.problems, IsEmpty());
    ASSERT_EQ(waivers.waivers.size(), 1u);
    EXPECT_EQ(waivers.waivers[0].rule, "TCB-09");
    EXPECT_EQ(waivers.waivers[0].reason, "since 2021");
}

TEST(Waivers, MistakesAreNamed) {
    for (const auto& [text, problem] : std::map<std::string, std::string>{
             {R"([{"rule": "TBC-09", "reason": "r"}])",
              "w.json:1: /0/rule: found \"TBC-09\"; did you mean \"TCB-09\"?"},
             {R"([{"rule": "TCB-09"}])", "w.json:1: /0: key \"reason\" is missing"},
             {R"([{"rule": "TCB-09", "reason": ""}])",
              "w.json:1: /0/reason: found \"\", expected why the driver may break the rule"},
             {R"({"rule": "TCB-09"})", "w.json: found an object, expected a list"},
             {"[{\"rule\": \"TCB-09\", \"reason\": \"r\"},\n{\"rule\": \"TCB-09\", \"reason\": \"s\"}]",
              "w.json:2: /1/rule: TCB-09 is waived twice, at /0 too"}}) {
        const Waivers waivers = load_waivers_text(text, "w.json");
        EXPECT_THAT(waivers.problems, ElementsAre(problem));
        EXPECT_THAT(waivers.waivers, IsEmpty());
    }
    EXPECT_THAT(load_waivers("nowhere.json").problems, ElementsAre("nowhere.json: no such file"));
}

TEST_F(SchemaTest, IsTheOneThatIsKeptInTheTree) {
    std::stringstream kept;
    kept << std::ifstream(kSource + "/scenarios/scenario.schema.json").rdbuf();
    EXPECT_TRUE(kept.str() == scenario_schema().dump(2) + "\n")
        << "the file format changed: ans2emu check --schema > scenarios/scenario.schema.json";
}

TEST(Suggestion, IsTheNearestWordOrNone) {
    const std::vector<std::string_view> words{"queue_depth", "io_timeout_ms", "cpus"};
    EXPECT_EQ(nearest("queue_dpeth", words), "queue_depth");
    EXPECT_EQ(nearest("io_timeout", words), "io_timeout_ms");
    EXPECT_EQ(nearest("cpu", words), "cpus");
    EXPECT_EQ(nearest("banana", words), "");
    EXPECT_EQ(nearest("", words), "");
}

}  // namespace
}  // namespace ans::scenario
