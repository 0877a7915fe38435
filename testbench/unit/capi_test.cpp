// SPDX-License-Identifier: MIT
// The C ABI: what a driver gets, and what becomes of everything that it must not do. Each TEST is a process
// of its own.
#include <gmock/gmock.h>

#include <cstring>
#include <nlohmann/json.hpp>
#include <thread>

#include "host_driver/nvme/driver.h"
#include "testbench/capi/port/abi_port.h"
#include "testbench/support/temp_folder.h"

namespace ans::test {
namespace {

using ::testing::HasSubstr;

using Body = std::function<int(ans2emu_machine*)>;

int call_body(ans2emu_machine* machine, void* context) {
    return (*static_cast<Body*>(context))(machine);
}

struct CapiTest : ::testing::Test {
    void open(const std::string& more = "") {
        scenario = R"({"name": "n", "description": "d", "driver": {"kind": "foreign"})" +
                   (more.empty() ? "" : ", " + more) + "}";
        ans2emu_options options{};
        options.size = sizeof options;
        options.scenario_text = scenario.c_str();
        if (!trace.empty()) options.trace_file = trace.c_str();
        ASSERT_EQ(ans2emu_open(&options, &machine), ANS2EMU_OK) << ans2emu_error();
    }
    int run(Body body, const char* name = "driver") {
        kept = std::move(body);
        return ans2emu_run(machine, name, call_body, &kept, &returned);
    }
    nlohmann::json finish() {
        const char* json = nullptr;
        EXPECT_EQ(ans2emu_finish(machine, &json, &passed), ANS2EMU_OK) << ans2emu_error();
        return json == nullptr ? nlohmann::json() : nlohmann::json::parse(json);
    }
    std::uint64_t property(const char* name) const {
        std::uint64_t value = 0;
        EXPECT_EQ(ans2emu_property_u64(machine, name, &value), ANS2EMU_OK) << name;
        return value;
    }

    std::string scenario, trace;
    ans2emu_machine* machine = nullptr;
    Body kept;
    int returned = 0, passed = -1;
};

std::string error() {
    return ans2emu_error();
}

// --- what a driver gets ---------------------------------------------------------------------------------

TEST_F(CapiTest, SpinningOnARegisterOrTheClockMakesTimeAdvance) {
    open();
    std::uint64_t begin = 0, middle = 0, end = 0;
    EXPECT_EQ(run([&](ans2emu_machine* m) {
                  std::uint32_t value = 0;
                  ans2emu_now(m, &begin);
                  for (int i = 0; i < 1000; ++i)
                      ans2emu_read32(m, property("asc.base") + 0x44, &value);
                  ans2emu_now(m, &middle);
                  do {
                      ans2emu_now(m, &end);
                  } while (end < middle + 100'000);
                  return 0;
              }),
              ANS2EMU_OK);
    EXPECT_GT(middle, begin + 100'000);
    EXPECT_GE(end, middle + 100'000);
}

TEST_F(CapiTest, IdentityMemoryHasOneNumberForPointerAndDmaAddressBelow2GiB) {
    open();
    ans2emu_dma memory{};
    EXPECT_EQ(run([&](ans2emu_machine* m) {
                  const int status = ans2emu_dma_alloc(m, 100'000, 16384, ANS2EMU_DMA_IDENTITY, &memory);
                  if (status == ANS2EMU_OK) std::memset(memory.cpu, 0x5a, memory.size);
                  void* again = nullptr;
                  EXPECT_EQ(ans2emu_dma_pointer(m, memory.device + 4, 8, &again), ANS2EMU_OK);
                  EXPECT_EQ(again, static_cast<char*>(memory.cpu) + 4);
                  return status;
              }),
              ANS2EMU_OK);
    EXPECT_EQ(returned, 0);
    EXPECT_EQ(memory.device, reinterpret_cast<std::uintptr_t>(memory.cpu));
    EXPECT_LT(memory.device + memory.size, 0x8000'0000u);
    EXPECT_EQ(memory.device % 16384, 0u);
}

TEST_F(CapiTest, InterruptsComeAsCallbackAsWaitAndAsLevel) {
    open();
    const unsigned high = static_cast<unsigned>(property("irq.mailbox.send_empty"));  // high at rest
    const unsigned low = static_cast<unsigned>(property("irq.mailbox.recv_not_empty"));
    static int calls;
    calls = 0;
    EXPECT_EQ(run([&](ans2emu_machine* m) {
                  int level = -1;
                  EXPECT_EQ(ans2emu_irq_level(m, high, &level), ANS2EMU_OK);
                  EXPECT_EQ(level, 1);
                  EXPECT_EQ(ans2emu_irq_wait(m, high, 1'000'000), ANS2EMU_OK);
                  EXPECT_EQ(ans2emu_irq_wait(m, high, 1'000'000), ANS2EMU_OK);
                  EXPECT_EQ(ans2emu_irq_wait(m, low, 1'000'000), ANS2EMU_E_TIMEOUT);
                  EXPECT_EQ(ans2emu_irq_free(m, high), ANS2EMU_OK);
                  EXPECT_EQ(ans2emu_irq_free(m, low), ANS2EMU_OK);
                  const auto handler = [](ans2emu_machine* inside, unsigned line, void*) -> int {
                      if (++calls == 3) ans2emu_irq_mask(inside, line);
                      return ANS2EMU_IRQ_HANDLED;
                  };
                  EXPECT_EQ(ans2emu_irq_request(m, high, handler, nullptr), ANS2EMU_OK);
                  ans2emu_sleep(m, 1'000'000);
                  return ans2emu_irq_free(m, high);
              }),
              ANS2EMU_OK);
    EXPECT_EQ(calls, 3);
}

TEST_F(CapiTest, DriversComeOneAfterAnotherOnTheSameMachineLife) {
    open();
    ans2emu_dma memory{};
    std::uint64_t first = 0, second = 0;
    EXPECT_EQ(run(
                  [&](ans2emu_machine* m) {
                      ans2emu_dma_alloc(m, 4096, 4096, 0, &memory);
                      std::memset(memory.cpu, 0x5a, 4096);
                      ans2emu_sleep(m, 1000);
                      return ans2emu_now(m, &first);
                  },
                  "boot loader"),
              ANS2EMU_OK);
    EXPECT_EQ(run(
                  [&](ans2emu_machine* m) {
                      ans2emu_now(m, &second);
                      return static_cast<unsigned char*>(memory.cpu)[17];
                  },
                  "os"),
              ANS2EMU_OK);
    EXPECT_EQ(returned, 0x5a);
    EXPECT_GT(second, first);
    const nlohmann::json results = finish();
    EXPECT_EQ(passed, 0);
    EXPECT_EQ(results["steps"][0]["name"], "boot loader");
    EXPECT_EQ(results["steps"][1]["status"], "error");
}

TEST_F(CapiTest, ThePowerCutBetweenDriversTakesMemoryAndDrivers) {
    open();
    ans2emu_dma memory{};
    EXPECT_EQ(run([&](ans2emu_machine* m) {
                  ans2emu_dma_alloc(m, 4096, 4096, ANS2EMU_DMA_IDENTITY, &memory);
                  std::memset(memory.cpu, 0x5a, 4096);
                  return 0;
              }),
              ANS2EMU_OK);
    EXPECT_EQ(ans2emu_power_cut(machine), ANS2EMU_OK);
    EXPECT_EQ(run([](ans2emu_machine*) { return 0; }), ANS2EMU_E_POWER);
    EXPECT_EQ(ans2emu_power_on(machine), ANS2EMU_OK);
    EXPECT_EQ(run([&](ans2emu_machine*) { return static_cast<unsigned char*>(memory.cpu)[17]; }), ANS2EMU_OK);
    EXPECT_EQ(returned, 0);
}

TEST_F(CapiTest, APowerCutByAFaultEndsTheDriverInItsCall) {
    open(R"("faults": [{"id": "cut", "when": {"event": "driver_stage"},
            "do": {"action": "power.cut"}}])");
    bool after = false;
    EXPECT_EQ(run([&](ans2emu_machine* m) {
                  ans2emu_stage(m, "now");
                  ans2emu_sleep(m, 1'000'000);
                  after = true;
                  return 0;
              }),
              ANS2EMU_E_POWER);
    EXPECT_FALSE(after);
    EXPECT_EQ(ans2emu_power_on(machine), ANS2EMU_OK);
    EXPECT_EQ(run([](ans2emu_machine*) { return 0; }), ANS2EMU_OK);
}

TEST_F(CapiTest, LogLinesAndStagesReachTheResults) {
    open(R"("expect": {"log": {"contains": ["hello"]}})");
    EXPECT_EQ(run([](ans2emu_machine* m) {
                  ans2emu_stage(m, "ready");
                  return ans2emu_log(m, ANS2EMU_LOG_INFO, "hello");
              }),
              ANS2EMU_OK);
    const nlohmann::json results = finish();
    EXPECT_EQ(passed, 1);
    EXPECT_EQ(results["stages"][0]["name"], "ready");
    EXPECT_EQ(results["log"][0]["text"], "hello");
}

TEST_F(CapiTest, TheReferenceDriverRunsOnTheAbiAlone) {
    open();
    EXPECT_EQ(run([&](ans2emu_machine* m) {
                  capi::AbiPort port(m);
                  driver::Resources resources;
                  resources.asc = property("asc.base");
                  resources.mailbox = property("mailbox.base");
                  resources.sart = property("sart.base");
                  resources.nvme = property("nvme.base");
                  resources.sart_version = static_cast<unsigned>(property("sart.version"));
                  resources.domains = {{property("power.0.address")}, {property("power.1.address")}};
                  resources.reset_domain = static_cast<unsigned>(property("power.reset_domain"));
                  resources.nvme_irq = static_cast<unsigned>(property("irq.nvme"));
                  resources.mailbox_irq = {static_cast<unsigned>(property("irq.mailbox.send_empty")),
                                           static_cast<unsigned>(property("irq.mailbox.send_not_empty")),
                                           static_cast<unsigned>(property("irq.mailbox.recv_empty")),
                                           static_cast<unsigned>(property("irq.mailbox.recv_not_empty"))};
                  driver::Driver driver(port, resources, {});
                  if (driver.probe() != driver::Status::Ok) return 1;
                  return driver.shutdown() == driver::Status::Ok ? 0 : 2;
              }),
              ANS2EMU_OK)
        << ans2emu_error();
    EXPECT_EQ(returned, 0);
    finish();
    EXPECT_EQ(passed, 1);
}

TEST_F(CapiTest, ALineMayBeFreedWhileItsInterruptIsOnTheWay) {
    open();
    const unsigned line = static_cast<unsigned>(property("irq.mailbox.send_empty"));  // high at rest
    static int calls;
    calls = 0;
    EXPECT_EQ(run([&](ans2emu_machine* m) {
                  const auto handler = [](ans2emu_machine*, unsigned, void*) -> int { return ++calls; };
                  ans2emu_delay(m, 1);
                  ans2emu_irq_request(m, line, handler, nullptr);
                  ans2emu_delay(m, 1);  // less than an interrupt takes
                  const int status = ans2emu_irq_free(m, line);
                  ans2emu_delay(m, 1'000'000);
                  return status;
              }),
              ANS2EMU_OK);
    EXPECT_EQ(calls, 0);
}

// --- handles, arguments, places --------------------------------------------------------------------------

TEST_F(CapiTest, NullForeignAndFreedHandlesAreRecognised) {
    std::uint64_t ns = 0;
    int dummy = 0;
    EXPECT_EQ(ans2emu_now(nullptr, &ns), ANS2EMU_E_HANDLE);
    EXPECT_EQ(ans2emu_now(reinterpret_cast<ans2emu_machine*>(&dummy), &ns), ANS2EMU_E_HANDLE);
    EXPECT_EQ(ans2emu_close(nullptr), ANS2EMU_E_HANDLE);
    open();
    EXPECT_EQ(run([&](ans2emu_machine* m) {
                  ans2emu_lock* lock = nullptr;
                  EXPECT_EQ(ans2emu_lock_take(m, nullptr), ANS2EMU_E_HANDLE);
                  EXPECT_EQ(ans2emu_lock_take(m, reinterpret_cast<ans2emu_lock*>(&dummy)), ANS2EMU_E_HANDLE);
                  EXPECT_EQ(ans2emu_lock_create(m, "l", &lock), ANS2EMU_OK);
                  EXPECT_EQ(ans2emu_signal_notify(m, reinterpret_cast<ans2emu_signal*>(lock)),
                            ANS2EMU_E_HANDLE);
                  EXPECT_EQ(ans2emu_lock_destroy(m, lock), ANS2EMU_OK);
                  EXPECT_EQ(ans2emu_lock_take(m, lock), ANS2EMU_E_HANDLE);
                  EXPECT_EQ(ans2emu_lock_destroy(m, lock), ANS2EMU_E_HANDLE);
                  EXPECT_EQ(ans2emu_now(m, nullptr), ANS2EMU_E_ARGUMENT);
                  EXPECT_EQ(ans2emu_log(m, ANS2EMU_LOG_INFO, nullptr), ANS2EMU_E_ARGUMENT);
                  EXPECT_EQ(ans2emu_irq_request(m, 1, nullptr, nullptr), ANS2EMU_E_ARGUMENT);
                  return 0;
              }),
              ANS2EMU_OK);
    EXPECT_EQ(ans2emu_close(machine), ANS2EMU_OK);
    EXPECT_EQ(ans2emu_close(machine), ANS2EMU_E_HANDLE);
    EXPECT_EQ(ans2emu_run(machine, "x", call_body, nullptr, nullptr), ANS2EMU_E_HANDLE);
}

TEST_F(CapiTest, ASecondMachineIsRefusedAlsoAfterTheFirst) {
    open();
    ans2emu_options options{};
    options.size = sizeof options;
    options.scenario_text = scenario.c_str();
    ans2emu_machine* second = machine;
    EXPECT_EQ(ans2emu_open(&options, &second), ANS2EMU_E_BUSY);
    EXPECT_THAT(error(), HasSubstr("can have only one"));
    EXPECT_EQ(second, nullptr);
    EXPECT_EQ(ans2emu_close(machine), ANS2EMU_OK);
    EXPECT_EQ(ans2emu_open(&options, &second), ANS2EMU_E_BUSY);
    EXPECT_THAT(error(), HasSubstr("SystemC cannot build a second"));
}

TEST_F(CapiTest, ABadScenarioIsExplainedAndMayBeCorrected) {
    ans2emu_options options{};
    options.size = sizeof options;
    EXPECT_EQ(ans2emu_open(&options, &machine), ANS2EMU_E_ARGUMENT);
    options.scenario_file = "nowhere.json";
    EXPECT_EQ(ans2emu_open(&options, &machine), ANS2EMU_E_SCENARIO);
    EXPECT_THAT(error(), HasSubstr("nowhere.json: no such file"));
    options.scenario_file = nullptr;
    options.scenario_text = ANS2EMU_PLAIN_SCENARIO;
    const char* const wrong[] = {"soc=t8013"};
    options.overrides = wrong;
    options.override_count = 1;
    EXPECT_EQ(ans2emu_open(&options, &machine), ANS2EMU_E_SCENARIO);
    EXPECT_THAT(error(), HasSubstr("t8103"));
    const char* const image[] = {"media.image=no-such.img"};
    options.overrides = image;
    EXPECT_EQ(ans2emu_open(&options, &machine), ANS2EMU_E_SCENARIO);
    EXPECT_THAT(error(), HasSubstr("no-such.img"));
    options.override_count = 0;
    options.size = 3;
    EXPECT_EQ(ans2emu_open(&options, &machine), ANS2EMU_E_ARGUMENT);
    open();
}

TEST_F(CapiTest, AnotherOsThreadIsRefused) {
    open();
    std::uint64_t ns = 0;
    int outside = 0, inside = 0;
    std::thread([&] { outside = ans2emu_close(machine); }).join();
    EXPECT_EQ(run([&](ans2emu_machine* m) {
                  std::thread([&] { inside = ans2emu_now(m, &ns); }).join();
                  return 0;
              }),
              ANS2EMU_OK);
    EXPECT_EQ(outside, ANS2EMU_E_THREAD);
    EXPECT_EQ(inside, ANS2EMU_E_THREAD);
}

TEST_F(CapiTest, TheDriversWorldIsThereInsideEntryFunctionsOnlyAndTheOwnersOutside) {
    open();
    std::uint64_t ns = 0;
    EXPECT_EQ(ans2emu_now(machine, &ns), ANS2EMU_E_CONTEXT);
    EXPECT_EQ(run([](ans2emu_machine* m) {
                  EXPECT_EQ(ans2emu_run(m, "x", call_body, nullptr, nullptr), ANS2EMU_E_CONTEXT);
                  EXPECT_EQ(ans2emu_power_cut(m), ANS2EMU_E_CONTEXT);
                  EXPECT_EQ(ans2emu_finish(m, nullptr, nullptr), ANS2EMU_E_CONTEXT);
                  EXPECT_EQ(ans2emu_close(m), ANS2EMU_E_CONTEXT);
                  return 0;
              }),
              ANS2EMU_OK);
    finish();
    EXPECT_EQ(run([](ans2emu_machine*) { return 0; }), ANS2EMU_E_OVER);
    EXPECT_EQ(ans2emu_power_cut(machine), ANS2EMU_E_OVER);
}

TEST_F(CapiTest, AnInterruptHandlerMayNotWaitNorReenter) {
    open();
    const unsigned line = static_cast<unsigned>(property("irq.mailbox.send_empty"));
    static int sleeps, runs, frees;
    EXPECT_EQ(run([&](ans2emu_machine* m) {
                  const auto handler = [](ans2emu_machine* inside, unsigned number, void*) -> int {
                      sleeps = ans2emu_sleep(inside, 1);
                      runs = ans2emu_run(inside, "x", call_body, nullptr, nullptr);
                      frees = ans2emu_irq_free(inside, number);
                      ans2emu_irq_mask(inside, number);
                      return ANS2EMU_IRQ_HANDLED;
                  };
                  EXPECT_EQ(ans2emu_irq_request(m, line, handler, nullptr), ANS2EMU_OK);
                  EXPECT_EQ(ans2emu_irq_request(m, line, handler, nullptr), ANS2EMU_E_BUSY);
                  EXPECT_EQ(ans2emu_irq_wait(m, line, 1), ANS2EMU_E_BUSY);
                  EXPECT_EQ(ans2emu_irq_request(m, 70'000, handler, nullptr), ANS2EMU_E_ARGUMENT);
                  ans2emu_sleep(m, 1'000'000);
                  return ans2emu_irq_free(m, line);
              }),
              ANS2EMU_OK);
    EXPECT_EQ(sleeps, ANS2EMU_E_CONTEXT);
    EXPECT_EQ(runs, ANS2EMU_E_CONTEXT);
    EXPECT_EQ(frees, ANS2EMU_E_CONTEXT);
}

TEST_F(CapiTest, LocksTellTheirMisuse) {
    open();
    EXPECT_EQ(run([](ans2emu_machine* m) {
                  ans2emu_lock* lock = nullptr;
                  ans2emu_lock_create(m, "l", &lock);
                  EXPECT_EQ(ans2emu_lock_release(m, lock), ANS2EMU_E_CONTEXT);
                  EXPECT_EQ(ans2emu_lock_take(m, lock), ANS2EMU_OK);
                  EXPECT_EQ(ans2emu_lock_take(m, lock), ANS2EMU_E_BUSY);
                  EXPECT_EQ(ans2emu_sleep(m, 1), ANS2EMU_E_CONTEXT);
                  EXPECT_EQ(ans2emu_lock_destroy(m, lock), ANS2EMU_E_BUSY);
                  EXPECT_EQ(ans2emu_lock_release(m, lock), ANS2EMU_OK);
                  return ans2emu_lock_destroy(m, lock);
              }),
              ANS2EMU_OK);
}

TEST_F(CapiTest, AddressesAndSizesOutOfRangeAreRefused) {
    open();
    EXPECT_EQ(
        run([&](ans2emu_machine* m) {
            std::uint32_t value = 0;
            std::uint8_t byte = 0;
            ans2emu_dma memory{};
            void* cpu = nullptr;
            ans2emu_catch_bus_faults(m, 1);
            EXPECT_EQ(ans2emu_read32(m, 0xdead'0000, &value), ANS2EMU_E_BUS_FAULT);
            EXPECT_EQ(value, ~0u);
            EXPECT_EQ(ans2emu_write64(m, ~std::uint64_t{7}, 1), ANS2EMU_E_BUS_FAULT);
            EXPECT_EQ(ans2emu_read8(m, property("asc.base") + 0x44, &byte), ANS2EMU_E_BUS_FAULT);
            EXPECT_EQ(ans2emu_read32(m, property("asc.base") + 0x45, &value), ANS2EMU_E_ARGUMENT);
            EXPECT_EQ(ans2emu_dma_alloc(m, 0, 1, 0, &memory), ANS2EMU_E_ARGUMENT);
            EXPECT_EQ(ans2emu_dma_alloc(m, 1, 3, 0, &memory), ANS2EMU_E_ARGUMENT);
            EXPECT_EQ(ans2emu_dma_alloc(m, 1, 1, 0x80, &memory), ANS2EMU_E_ARGUMENT);
            EXPECT_EQ(ans2emu_dma_alloc(m, SIZE_MAX, 1, 0, &memory), ANS2EMU_E_MEMORY);
            EXPECT_EQ(ans2emu_dma_alloc(m, SIZE_MAX, 1, ANS2EMU_DMA_IDENTITY, &memory), ANS2EMU_E_MEMORY);
            EXPECT_EQ(ans2emu_dma_pointer(m, property("dram.base"), SIZE_MAX, &cpu), ANS2EMU_E_ARGUMENT);
            EXPECT_EQ(ans2emu_dma_pointer(m, 0, 1, &cpu), ANS2EMU_E_ARGUMENT);
            EXPECT_EQ(ans2emu_dma_alloc(m, 64, 64, 0, &memory), ANS2EMU_OK);
            ans2emu_dma wrong = memory;
            wrong.device += 64;
            EXPECT_EQ(ans2emu_dma_free(m, &wrong), ANS2EMU_E_ARGUMENT);
            EXPECT_EQ(ans2emu_dma_free(m, &memory), ANS2EMU_OK);
            EXPECT_EQ(ans2emu_dma_free(m, &memory), ANS2EMU_E_ARGUMENT);
            EXPECT_EQ(ans2emu_delay(m, UINT64_MAX), ANS2EMU_E_ARGUMENT);
            return 0;
        }),
        ANS2EMU_OK);
}

// --- drivers that end badly ------------------------------------------------------------------------------

TEST_F(CapiTest, ABusFaultEndsTheRunAsOnACpuWithoutAHandler) {
    open();
    bool after = false;
    EXPECT_EQ(run([&](ans2emu_machine* m) {
                  std::uint32_t value = 0;
                  ans2emu_read32(m, 0xdead'0000, &value);
                  after = true;
                  return 0;
              }),
              ANS2EMU_E_BUS_FAULT);
    EXPECT_FALSE(after);
    EXPECT_THAT(error(), HasSubstr("4-byte read at 0xdead0000"));
    EXPECT_EQ(finish()["outcome"], "bus_fault");
    EXPECT_EQ(passed, 0);
}

TEST_F(CapiTest, ABusHangEndsTheRun) {
    open(R"("policies": {"stopped_access": "hang"})");
    EXPECT_EQ(run([&](ans2emu_machine* m) {
                  std::uint32_t value = 0;
                  return ans2emu_read32(m, property("nvme.base"), &value);
              }),
              ANS2EMU_E_BUS_HANG);
    EXPECT_EQ(run([](ans2emu_machine*) { return 0; }), ANS2EMU_E_OVER);
    EXPECT_EQ(finish()["outcome"], "bus_hang");
}

[[gnu::noinline]] void crash_here(volatile int* where) {
    *where = 1;
}

TEST_F(CapiTest, ACrashIsTheDriversAndTheTraceIsKept) {
    const TempFolder folder;
    trace = folder / "trace.jsonl";
    open();
    EXPECT_EQ(run([](ans2emu_machine* m) {
                  ans2emu_log(m, ANS2EMU_LOG_INFO, "before");
                  crash_here(reinterpret_cast<int*>(0x10));
                  return 0;
              }),
              ANS2EMU_E_CRASH);
    EXPECT_THAT(error(), HasSubstr("Segmentation fault"));
    EXPECT_THAT(error(), HasSubstr("0x10"));
    const nlohmann::json results = finish();
    EXPECT_EQ(results["outcome"], "crash");
    EXPECT_EQ(passed, 0);
    EXPECT_THAT(folder.read("trace.jsonl"), HasSubstr("before"));
    EXPECT_THAT(folder.read("trace.jsonl"), HasSubstr("#0 "));
}

[[gnu::noinline]] int dig(int depth) {  // NOLINT(misc-no-recursion): that is the point
    volatile char room[4096] = {};
    room[depth % 4096] = 1;
    return depth == INT32_MAX ? 0 : dig(depth + 1) + room[0];
}

TEST_F(CapiTest, AStackOverflowIsTold) {
    open();
    EXPECT_EQ(run([](ans2emu_machine*) { return dig(0); }), ANS2EMU_E_CRASH);
    EXPECT_THAT(error(), HasSubstr("the end of its stack"));
}

TEST_F(CapiTest, AnAbortAndAnUncaughtExceptionAreTheDrivers) {
    open();
    EXPECT_EQ(run([](ans2emu_machine*) -> int { throw std::runtime_error("out of luck"); }), ANS2EMU_E_CRASH);
    EXPECT_THAT(error(), HasSubstr("out of luck"));
}

TEST_F(CapiTest, AnAbortIsTheDrivers) {
    open();
    EXPECT_EQ(run([](ans2emu_machine*) -> int { std::abort(); }), ANS2EMU_E_CRASH);
    EXPECT_THAT(error(), HasSubstr("Aborted"));
}

TEST_F(CapiTest, ACrashInAHandlerOrAThreadIsTheDriversToo) {
    open();
    EXPECT_EQ(run([](ans2emu_machine* m) {
                  ans2emu_thread* thread = nullptr;
                  const auto body = [](ans2emu_machine*, void*) {
                      crash_here(nullptr);
                      return 0;
                  };
                  ans2emu_thread_start(m, "second", body, nullptr, &thread);
                  return ans2emu_thread_join(m, thread, nullptr);
              }),
              ANS2EMU_E_CRASH);
    EXPECT_THAT(error(), HasSubstr("second: "));
}

TEST_F(CapiTest, CodeThatNeverCallsInIsStoppedWithItsStack) {
    open(R"("limits": {"wall_s": 0.2})");
    EXPECT_EQ(run([](ans2emu_machine*) {
                  for (volatile int i = 0;; ++i) {
                  }
                  return 0;
              }),
              ANS2EMU_E_DEADLINE);
    EXPECT_THAT(error(), HasSubstr("wall_s"));
    const nlohmann::json results = finish();
    EXPECT_EQ(results["outcome"], "stuck");
    EXPECT_THAT(results["log"].dump(), HasSubstr("#0 "));
}

TEST_F(CapiTest, CodeThatCallsInForEverMeetsTheWallDeadlineToo) {
    open(R"("limits": {"wall_s": 0.2, "sim_ms": 86400000})");
    EXPECT_EQ(run([](ans2emu_machine* m) {
                  for (std::uint64_t ns = 0;;)
                      ans2emu_now(m, &ns);
                  return 0;
              }),
              ANS2EMU_E_DEADLINE);
    EXPECT_THAT(error(), HasSubstr("wall_s"));
}

TEST_F(CapiTest, SleepingForEverIsToldAtOnce) {
    open();
    EXPECT_EQ(run([](ans2emu_machine* m) {
                  ans2emu_signal* signal = nullptr;
                  ans2emu_signal_create(m, "never", &signal);
                  return ans2emu_signal_wait(m, signal, ANS2EMU_FOREVER);
              }),
              ANS2EMU_E_DEADLINE);
    EXPECT_THAT(error(), HasSubstr("nothing will wake one"));
}

TEST_F(CapiTest, ThreadsAndHandlersLeftBehindAreEndedAndTold) {
    open();
    const unsigned line = static_cast<unsigned>(property("irq.nvme"));
    EXPECT_EQ(run([&](ans2emu_machine* m) {
                  ans2emu_thread* thread = nullptr;
                  const auto body = [](ans2emu_machine* inside, void*) {
                      for (;;)
                          ans2emu_sleep(inside, 1000);
                      return 0;
                  };
                  ans2emu_thread_start(m, "straggler", body, nullptr, &thread);
                  const auto handler = [](ans2emu_machine*, unsigned, void*) -> int { return 0; };
                  ans2emu_irq_request(m, line, handler, nullptr);
                  return 7;
              }),
              ANS2EMU_E_LEFTOVER);
    EXPECT_EQ(returned, 7);
    EXPECT_THAT(error(), HasSubstr("thread straggler"));
    EXPECT_THAT(error(), HasSubstr("handler of interrupt"));
    EXPECT_EQ(run([](ans2emu_machine* m) { return ans2emu_sleep(m, 10'000); }), ANS2EMU_OK);
}

// A controller left running, by hand: admin queue on, one command rung.
TEST_F(CapiTest, CommandsInFlightAtTheReturnAreTold) {
    open(R"("firmware": {"start": "left_running"})");
    EXPECT_EQ(run([&](ans2emu_machine* m) {
                  const std::uint64_t nvme = property("nvme.base");
                  ans2emu_dma memory{};
                  std::uint32_t value = 0;
                  ans2emu_dma_alloc(m, 65536, 4096, 0, &memory);
                  do {
                      ans2emu_read32(m, nvme + 0x1300, &value);
                  } while (value != 0xde71ce55);
                  ans2emu_write32(m, nvme + 0x24908, 1);
                  ans2emu_write32(m, nvme + 0x28100, 63);
                  ans2emu_write32(m, nvme + 0x24, 1 | 1 << 16);
                  ans2emu_write64(m, nvme + 0x28, memory.device);
                  ans2emu_write64(m, nvme + 0x30, memory.device + 8192);
                  ans2emu_write64(m, nvme + 0x28108, memory.device + 16384);
                  ans2emu_write32(m, nvme + 0x14, 0x00460001);
                  do {
                      ans2emu_read32(m, nvme + 0x1c, &value);
                  } while ((value & 1) == 0);
                  return ans2emu_write32(m, nvme + 0x2490c, 0);
              }),
              ANS2EMU_E_LEFTOVER);
    EXPECT_THAT(error(), HasSubstr("1 command in flight"));
}

}  // namespace
}  // namespace ans::test
