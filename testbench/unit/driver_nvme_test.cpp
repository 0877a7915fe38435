// SPDX-License-Identifier: MIT
// The reference driver against a fake ANS2: life cycle, I/O, and what it does when the device misbehaves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testbench/unit/driver_bench.h"

namespace ans::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class DriverTest : public ::testing::Test, protected DriverBench {};

TEST_F(DriverTest, ProbeGoesThroughTheStagesOfARealMachine) {
    probe();
    EXPECT_THAT(port.stages, ElementsAre("powered", "rtkit booted", "ans ready", "controller enabled",
                                         "identified", "queues created", "ready"));
    EXPECT_TRUE(port.logged("RTKit: Initializing (protocol version 12)"));
    EXPECT_TRUE(port.logged("RTKit: Unknown system endpoint: 0x0a"));
    EXPECT_EQ(disk->identity().model, "APPLE SSD AP0512Z");
    EXPECT_EQ(disk->identity().capacity, 1u << 20);
    EXPECT_EQ(disk->identity().block_size, 4096u);
    EXPECT_EQ(disk->identity().max_transfer, 1u << 20);
    EXPECT_EQ(disk->identity().namespaces, 3u);
    expect_clean();
}

TEST_F(DriverTest, ShutdownFollowsTheOrderThatHardwareNeeds) {
    probe();
    device.sequence.clear();
    EXPECT_EQ(disk->shutdown(), Status::Ok);
    EXPECT_THAT(device.sequence,
                ElementsAre("shutdown", "disable", "sleep", "stop", "reset", "release", "power off"));
    EXPECT_EQ(port.stages.back(), "shut down");
    expect_clean();
}

TEST_F(DriverTest, DeviceCanBeProbedAgainAfterShutdown) {
    probe();
    EXPECT_EQ(disk->shutdown(), Status::Ok);
    EXPECT_EQ(disk->probe(), Status::Ok);
    expect_clean();
}

TEST_F(DriverTest, WrittenBlocksAreReadBack) {
    probe();
    const Segment out = buffer(8192);
    for (std::size_t i = 0; i < out.size; ++i)
        out.cpu[i] = static_cast<std::byte>(i * 7);
    Done done;
    Request write = read(100, out, done);
    write.op = Op::Write;
    EXPECT_EQ(disk->submit_and_wait(write), Status::Ok);
    const Segment in = buffer(8192);
    Request back = read(100, in, done);
    EXPECT_EQ(disk->submit_and_wait(back), Status::Ok);
    EXPECT_EQ(std::memcmp(in.cpu, out.cpu, out.size), 0);
    EXPECT_EQ(back.done, &Done::call) << "the callback was only lent";
    EXPECT_EQ(done.calls, 0u);
    expect_clean();
}

TEST_F(DriverTest, TcbNamesExactlyWhatTheDeviceMayDo) {
    probe();
    const Segment memory = buffer(8192);
    Done done;
    Request request = read(5, memory, done);
    ASSERT_EQ(disk->submit_and_wait(request), Status::Ok);
    const auto& tcb = device.last_tcb;
    EXPECT_EQ(tcb[0], 0) << "opcode stays clear";
    EXPECT_EQ(tcb[1], 1) << "a read writes memory and nothing else";
    EXPECT_EQ(tcb[2], device.last_sqe[2]) << "command id = tag";
    EXPECT_GE(tcb[2], 2) << "tags 0 and 1 are the admin queue's";
    EXPECT_EQ(tcb[4], 1) << "blocks - 1";
    EXPECT_EQ(std::memcmp(&tcb[24], &device.last_sqe[24], 16), 0);
    request.op = Op::Write;
    request.fua = true;
    ASSERT_EQ(disk->submit_and_wait(request), Status::Ok);
    EXPECT_EQ(tcb[1], 2);
    EXPECT_EQ(device.last_sqe[51] >> 6 & 1, 1) << "FUA is bit 30 of CDW12";
    EXPECT_EQ(disk->flush(), Status::Ok);
    EXPECT_EQ(tcb[1], 0) << "no data, no direction";
    EXPECT_EQ(std::count(tcb.begin() + 24, tcb.begin() + 40, 0), 16);
    expect_clean();
}

TEST_F(DriverTest, TrimDeallocatesOneRange) {
    probe();
    device.on_io = [&](unsigned) {
        std::uint64_t prp1 = 0;
        std::memcpy(&prp1, &device.last_sqe[24], 8);
        const std::byte* range = port.memory(prp1, 16);
        ASSERT_NE(range, nullptr);
        std::uint32_t blocks = 0;
        std::uint64_t lba = 0;
        std::memcpy(&blocks, range + 4, 4);
        std::memcpy(&lba, range + 8, 8);
        EXPECT_EQ(blocks, 70'000u);
        EXPECT_EQ(lba, 300u);
        EXPECT_EQ(device.last_sqe[0], 0x09);
        EXPECT_EQ(device.last_sqe[44], 4) << "attribute deallocate";
        EXPECT_EQ(device.last_tcb[1], 2);
    };
    EXPECT_EQ(disk->trim(300, 70'000), Status::Ok);
    EXPECT_EQ(device.io_commands, 1u);
    expect_clean();
}

TEST_F(DriverTest, InvalidRequestsNeverReachTheDevice) {
    probe();
    const Segment memory = buffer();
    Done done;
    Request request = read((1 << 20) - 1, memory, done);
    request.blocks = 2;
    EXPECT_TRUE(disk->submit(request));
    EXPECT_EQ(done.status, Status::OutOfRange);
    request.lba = ~0ull;
    EXPECT_TRUE(disk->submit(request));
    EXPECT_EQ(done.status, Status::OutOfRange);
    request = read(0, memory, done);
    request.blocks = 257;
    EXPECT_TRUE(disk->submit(request));
    EXPECT_EQ(done.status, Status::TooLarge);
    Segment odd = memory;
    odd.device += 2;
    request = read(0, odd, done);
    EXPECT_TRUE(disk->submit(request));
    EXPECT_EQ(done.status, Status::Misaligned);
    request.op = Op::WriteZeroes;
    EXPECT_TRUE(disk->submit(request));
    EXPECT_EQ(done.status, Status::NotSupported);
    EXPECT_EQ(done.calls, 5u);
    EXPECT_EQ(device.io_commands, 0u);
    expect_clean();
}

TEST_F(DriverTest, SixtyOneCommandsAreInFlightAndNoMore) {
    probe();
    device.hold_io = true;
    const Segment memory = buffer();
    std::vector<Done> done(62);
    std::vector<Request> requests;
    for (Done& d : done)
        requests.push_back(read(0, memory, d));
    for (unsigned i = 0; i < 61; ++i)
        EXPECT_TRUE(disk->submit(requests[i])) << i;
    EXPECT_FALSE(disk->submit(requests[61]));
    EXPECT_EQ(disk->state(), State::Live);
    device.release_held();
    port.sleep(1000);
    for (unsigned i = 0; i < 61; ++i)
        EXPECT_EQ(done[i].calls, 1u);
    EXPECT_TRUE(disk->submit(requests[61]));
    device.release_held();
    expect_clean();
    EXPECT_EQ(disk->counters().completed, 62u);
}

TEST_F(DriverTest, ThreadsWaitForTagsAndAllGetOne) {
    Options options;
    options.queue_depth = 2;
    probe(options);
    device.hold_io = true;
    device.on_io = [&](unsigned) { port.after(5000, [&] { device.release_held(); }); };
    const Segment memory = buffer();
    unsigned finished = 0;
    std::vector<std::unique_ptr<port::Thread>> threads;
    for (unsigned t = 0; t < 6; ++t)
        threads.push_back(port.spawn("user", [&] {
            Done done;
            for (unsigned i = 0; i < 20; ++i) {
                Request request = read(i, memory, done);
                finished += disk->submit_and_wait(request) == Status::Ok;
            }
        }));
    for (auto& thread : threads)
        thread->join();
    EXPECT_EQ(finished, 120u);
    threads.clear();
    expect_clean();
}

TEST_F(DriverTest, ACallbackMaySubmitItsRequestAgain) {
    probe();
    const Segment memory = buffer();
    struct Chain {
        Driver* disk;
        unsigned left = 10;
    } chain{disk.get()};
    Done unused;
    Request request = read(1, memory, unused);
    request.context = &chain;
    request.done = [](Request& r) {
        auto& c = *static_cast<Chain*>(r.context);
        if (--c.left != 0) {
            EXPECT_TRUE(c.disk->submit(r));
        }
    };
    EXPECT_TRUE(disk->submit(request));
    port.sleep(kSecond);
    EXPECT_EQ(chain.left, 0u);
    expect_clean();
}

TEST_F(DriverTest, PollingUsersNeedNoInterrupt) {
    Options options;
    options.use_interrupts = false;
    probe(options);
    EXPECT_EQ(port.requested_lines(), 0u);
    const Segment memory = buffer();
    Done done;
    Request request = read(1, memory, done);
    EXPECT_TRUE(disk->submit(request));
    EXPECT_EQ(done.calls, 0u);
    EXPECT_EQ(disk->poll(), 1u);
    EXPECT_EQ(done.calls, 1u);
    EXPECT_EQ(disk->submit_and_wait(request), Status::Ok);
    expect_clean();
}

TEST_F(DriverTest, LostInterruptIsFoundAtTheTimeout) {
    probe();
    const Segment memory = buffer();
    Done done;
    Request request = read(1, memory, done);
    device.lose_irq = true;
    const port::Nanoseconds begin = port.now();
    EXPECT_EQ(disk->submit_and_wait(request), Status::Ok);
    EXPECT_NEAR(static_cast<double>(port.now() - begin), 30e9, 1e6);
    EXPECT_TRUE(port.logged("timeout, completion polled"));
    EXPECT_EQ(disk->counters().polled_completions, 1u);
    EXPECT_EQ(disk->counters().resets, 0u);
    expect_clean();
}

TEST_F(DriverTest, UnansweredCommandIsRetriedAfterAReset) {
    probe();
    const Segment memory = buffer();
    Done done;
    Request request = read(1, memory, done);
    device.never = {0};
    EXPECT_TRUE(disk->submit(request));
    port.sleep(31 * kSecond);
    EXPECT_EQ(done.calls, 1u);
    EXPECT_EQ(done.status, Status::Ok);
    EXPECT_EQ(disk->counters().resets, 1u);
    EXPECT_EQ(disk->counters().retries, 1u);
    EXPECT_TRUE(port.logged("timeout, reset controller"));
    expect_clean();
}

TEST_F(DriverTest, CommandThatNeverWorksFailsOnce) {
    probe();
    const Segment memory = buffer();
    Done done;
    Request request = read(1, memory, done);
    device.never = {0, 1};
    EXPECT_TRUE(disk->submit(request));
    port.sleep(70 * kSecond);
    EXPECT_EQ(done.calls, 1u);
    EXPECT_EQ(done.status, Status::Timeout);
    EXPECT_EQ(disk->counters().resets, 2u);
    EXPECT_EQ(disk->state(), State::Live);
    expect_clean();
}

TEST_F(DriverTest, CrashFailsEverythingInFlightExactlyOnce) {
    probe();
    device.hold_io = true;
    const Segment memory = buffer();
    std::vector<Done> done(40);
    std::vector<Request> requests;
    for (Done& d : done)
        requests.push_back(read(0, memory, d));
    for (Request& request : requests)
        EXPECT_TRUE(disk->submit(request));
    device.crash();
    port.sleep(kSecond);
    for (const Done& d : done) {
        EXPECT_EQ(d.calls, 1u);
        EXPECT_EQ(d.status, Status::DeviceGone);
    }
    EXPECT_EQ(disk->state(), State::Dead);
    EXPECT_TRUE(device.reset_asserted()) << "nothing may write the callers' memory any more";
    EXPECT_TRUE(port.logged("RTKit: co-processor has crashed"));
    EXPECT_FALSE(disk->submit(requests[0]));
    EXPECT_EQ(disk->submit_and_wait(requests[0]), Status::DeviceGone);
    driver::SmartLog smart;
    EXPECT_EQ(disk->smart(smart), Status::DeviceGone);
    EXPECT_EQ(disk->suspend(), Status::NotReady);
    EXPECT_EQ(disk->identity().model, "APPLE SSD AP0512Z") << "still there for those who hold it";
    expect_clean();
}

TEST_F(DriverTest, CrashWakesWhoeverWaits) {
    Options options;
    options.queue_depth = 1;
    probe(options);
    device.hold_io = true;
    const Segment memory = buffer();
    unsigned gone = 0;
    std::vector<std::unique_ptr<port::Thread>> threads;
    for (unsigned t = 0; t < 4; ++t)
        threads.push_back(port.spawn("user", [&] {
            Done done;
            Request request = read(0, memory, done);
            gone += disk->submit_and_wait(request) == Status::DeviceGone;
        }));
    port.after(1000, [&] { device.crash(); });
    for (auto& thread : threads)
        thread->join();
    EXPECT_EQ(gone, 4u);
    threads.clear();
    expect_clean();
}

TEST_F(DriverTest, CrashInAnAdminCommandEndsIt) {
    probe();
    device.hold_admin = true;
    port.after(1'000'000, [&] { device.crash(); });
    EXPECT_EQ(disk->identify(), Status::DeviceGone);
    EXPECT_LT(port.now(), kSecond);
    expect_clean();
}

TEST_F(DriverTest, StuckAdminCommandLeadsToAReset) {
    probe();
    device.hold_admin = true;
    port.after(61 * kSecond, [&] { device.hold_admin = false; });
    EXPECT_EQ(disk->identify(), Status::Timeout);
    port.sleep(70 * kSecond);
    EXPECT_EQ(disk->counters().resets, 1u);
    EXPECT_NE(disk->state(), State::Resetting);
    if (disk->state() == State::Live) {
        EXPECT_EQ(disk->identify(), Status::Ok);
    }
    disk->remove();
}

TEST_F(DriverTest, BusOfAllOnesAtATimeoutIsADeadDevice) {
    probe();
    const Segment memory = buffer();
    Done done;
    Request request = read(1, memory, done);
    device.never = {0};
    EXPECT_TRUE(disk->submit(request));
    device.csts_all_ones = true;
    port.sleep(40 * kSecond);
    EXPECT_EQ(done.calls, 1u);
    EXPECT_EQ(done.status, Status::DeviceGone);
    EXPECT_EQ(disk->state(), State::Dead);
    expect_clean();
}

TEST_F(DriverTest, UninvitedSleepIsRepairedWithoutTouchingNvmeRegisters) {
    probe();
    const Segment memory = buffer();
    Done done;
    Request request = read(1, memory, done);
    device.never = {0};
    EXPECT_TRUE(disk->submit(request));
    device.mail(0, 7ull << 52 | 0x01);
    device.firmware_alive = false;
    port.sleep(kSecond);
    EXPECT_EQ(done.calls, 1u);
    EXPECT_EQ(done.status, Status::Ok) << "started again after the reset";
    EXPECT_EQ(disk->counters().resets, 1u);
    expect_clean();
}

TEST_F(DriverTest, SilentSleepIsNoticedBeforeRegistersAreTouched) {
    probe();
    const Segment memory = buffer();
    Done done;
    Request request = read(1, memory, done);
    device.never = {0};
    EXPECT_TRUE(disk->submit(request));
    device.firmware_alive = false;
    port.sleep(40 * kSecond);
    EXPECT_EQ(done.status, Status::Ok);
    expect_clean();
}

TEST_F(DriverTest, DuplicateCompletionsCompleteNothingTwice) {
    probe();
    device.twice = true;
    const Segment memory = buffer();
    Done done;
    for (unsigned i = 0; i < 100; ++i) {
        Request request = read(i, memory, done);
        EXPECT_TRUE(disk->submit(request));
        port.sleep(1000);
        EXPECT_EQ(done.calls, i + 1);
    }
    EXPECT_EQ(disk->counters().completed, 100u);
    EXPECT_EQ(disk->counters().bad_completions, 100u);
    expect_clean();
}

TEST_F(DriverTest, CompletionsOfForeignTagsAreIgnored) {
    probe();
    for (const unsigned tag : {0u, 1u, 5u, 63u, 64u, 0xffffu})
        device.complete_io(tag);
    port.sleep(1000);
    EXPECT_EQ(disk->counters().bad_completions, 6u);
    EXPECT_EQ(disk->counters().completed, 0u);
    expect_clean();
}

TEST_F(DriverTest, DeviceErrorsReachTheCaller) {
    probe();
    device.io_status = 0x281;  // media error, unrecovered read
    const Segment memory = buffer();
    Done done;
    Request request = read(1, memory, done);
    EXPECT_EQ(disk->submit_and_wait(request), Status::DeviceError);
    EXPECT_EQ(request.nvme_status, 0x281);
    EXPECT_EQ(disk->counters().errors, 1u);
    expect_clean();
}

TEST_F(DriverTest, FailedInvalidationIsCountedAndTheCommandStands) {
    probe();
    device.tcb_stat = 1;
    EXPECT_EQ(disk->flush(), Status::Ok);
    EXPECT_EQ(disk->flush(), Status::Ok);
    EXPECT_EQ(disk->counters().stat_errors, 2u);
    EXPECT_EQ(
        std::count_if(port.log_lines.begin(), port.log_lines.end(),
                      [](const std::string& line) { return line.find("invalidation") != std::string::npos; }),
        1);
    device.tcb_stat = 0;
    expect_clean();
}

TEST_F(DriverTest, StuckInterruptLineIsMaskedAndIoGoesOn) {
    probe();
    device.stuck_irq = true;
    port.set_irq(FakeAns::kNvmeIrq, true);
    port.sleep(kSecond);
    EXPECT_EQ(disk->counters().spurious_interrupts, 10'000u);
    EXPECT_TRUE(port.logged("nobody cared"));
    EXPECT_EQ(disk->flush(), Status::Ok);
    Done done;
    const Segment memory = buffer();
    Request request = read(1, memory, done);
    EXPECT_TRUE(disk->submit(request));
    port.sleep(kSecond);
    EXPECT_EQ(done.calls, 1u);
    device.stuck_irq = false;
    expect_clean();
}

TEST_F(DriverTest, ErrorLogIsRefusedAsOnRealMachines) {
    probe();
    std::array<std::byte, 64> data;
    EXPECT_EQ(disk->get_log(1, data.data(), data.size()), Status::DeviceError);
    EXPECT_EQ(disk->last_admin_status(), 0x109);
    EXPECT_EQ(disk->get_log(2, data.data(), 3), Status::InvalidArgument);
    std::uint32_t value = 0;
    EXPECT_EQ(disk->get_feature(7, value), Status::Ok);
    EXPECT_EQ(value, 0x1234u);
    expect_clean();
}

TEST_F(DriverTest, SuspendPowersDownAndResumeComesBack) {
    probe();
    EXPECT_EQ(disk->suspend(), Status::Ok);
    EXPECT_EQ(disk->state(), State::Suspended);
    EXPECT_EQ(device.open_windows(), 0u);
    EXPECT_EQ(device.run, 0u);
    const Segment memory = buffer();
    Done done;
    Request request = read(1, memory, done);
    EXPECT_FALSE(disk->submit(request));
    EXPECT_EQ(disk->submit_and_wait(request), Status::NotReady);
    EXPECT_EQ(disk->resume(), Status::Ok);
    EXPECT_EQ(port.stages.back(), "resumed");
    EXPECT_EQ(disk->submit_and_wait(request), Status::Ok);
    expect_clean();
}

TEST_F(DriverTest, SuspendWaitsForWhatIsInFlight) {
    probe();
    device.hold_io = true;
    const Segment memory = buffer();
    Done done;
    Request request = read(1, memory, done);
    EXPECT_TRUE(disk->submit(request));
    port.after(kSecond, [&] { device.release_held(); });
    EXPECT_EQ(disk->suspend(), Status::Ok);
    EXPECT_EQ(done.calls, 1u);
    EXPECT_EQ(done.status, Status::Ok);
    expect_clean();
}

TEST_F(DriverTest, FailedResumeCanBeTriedAgain) {
    probe();
    EXPECT_EQ(disk->suspend(), Status::Ok);
    device.boots = false;
    EXPECT_EQ(disk->resume(), Status::Timeout);
    EXPECT_EQ(disk->state(), State::Suspended);
    device.boots = true;
    EXPECT_EQ(disk->resume(), Status::Ok);
    expect_clean();
}

TEST_F(DriverTest, FirmwareLeftSleepingWithRunSetIsWoken) {
    device.run = 0x10;
    device.firmware_alive = true;
    probe();
    EXPECT_TRUE(port.logged("left running"));
    EXPECT_THAT(device.sequence, ElementsAre("enable")) << "neither reset nor RUN touched";
    expect_clean();
}

TEST_F(DriverTest, LiveSessionOfAnEarlierOwnerIsShutDownCleanly) {
    device.run = 0x10;
    device.firmware_alive = device.left_on = true;
    device.cc = 0x00460001;
    probe();
    EXPECT_THAT(device.sequence,
                ElementsAre("shutdown", "disable", "sleep", "stop", "reset", "release", "start", "enable"));
    expect_clean();
}

TEST_F(DriverTest, DeafFirmwareIsResetBeforeRunIsCleared) {
    device.run = 0x10;
    device.firmware_alive = true;
    device.answer_power = false;
    make();
    EXPECT_EQ(disk->probe(), Status::Timeout);
    EXPECT_THAT(device.wrongs, IsEmpty());
    device.answer_power = true;
    EXPECT_EQ(disk->probe(), Status::Ok);
    expect_clean();
}

TEST_F(DriverTest, EveryFailedProbeGivesEverythingBack) {
    const std::vector<std::function<void(bool)>> faults{
        [&](bool on) { device.answer_hello = !on; }, [&](bool on) { device.answer_power = !on; },
        [&](bool on) { device.boots = !on; },        [&](bool on) { device.csts_all_ones = on; },
        [&](bool on) { device.hold_admin = on; },    [&](bool on) { device.mailbox_full = on; },
    };
    make();
    for (std::size_t i = 0; i < faults.size(); ++i) {
        SCOPED_TRACE(i);
        faults[i](true);
        EXPECT_NE(disk->probe(), Status::Ok);
        EXPECT_EQ(disk->state(), State::Off);
        EXPECT_EQ(port.allocations(), 0u);
        EXPECT_EQ(port.requested_lines(), 0u);
        EXPECT_EQ(device.open_windows(), 0u);
        faults[i](false);
        device.wrongs.clear();
        EXPECT_EQ(disk->probe(), Status::Ok);
        EXPECT_EQ(disk->shutdown(), Status::Ok);
    }
    expect_clean();
}

TEST_F(DriverTest, AControllerThatWasNeverEnabledIsNotAskedToShutDown) {
    make();
    device.cap = 0x1f;  // too few entries
    const port::Nanoseconds before = port.now();
    EXPECT_EQ(disk->probe(), Status::NotSupported);
    EXPECT_LT(port.now() - before, kSecond) << "nothing to wait for";
    EXPECT_FALSE(device.written(FakeAns::kNvme + 0x14));
    expect_clean();
}

TEST_F(DriverTest, ExhaustedMemoryFailsTheProbeAndLeaksNothing) {
    make();
    for (std::size_t left = 0; left < 300'000; left += 20'000) {
        port.memory_left = left;
        if (disk->probe() == Status::Ok) disk->remove();
        EXPECT_EQ(port.allocations(), 0u) << left;
        EXPECT_EQ(device.open_windows(), 0u) << left;
    }
    EXPECT_THAT(device.wrongs, IsEmpty());
}

TEST_F(DriverTest, HangingShutdownIsReportedAndStillEndsClean) {
    probe();
    device.shutdown_hangs = true;
    EXPECT_EQ(disk->shutdown(), Status::Timeout);
    EXPECT_TRUE(port.logged("CSTS=0x5"));
    expect_clean();
}

TEST_F(DriverTest, ResetKeepsDataPathAndLeaksNothing) {
    probe();
    const std::size_t memory_left = port.memory_left;
    for (unsigned i = 0; i < 5; ++i)
        EXPECT_EQ(disk->reset(), Status::Ok);
    EXPECT_EQ(port.memory_left, memory_left);
    EXPECT_EQ(disk->flush(), Status::Ok);
    EXPECT_EQ(disk->counters().resets, 5u);
    expect_clean();
}

TEST_F(DriverTest, SubmittersSurviveResetsAndEveryRequestEndsOnce) {
    for (const bool lock : {true, false}) {
        Options options;
        if (!lock) options.omit.add(driver::Measure::SubmitLock);
        options.queue_depth = 4;
        probe(options);
        device.hold_io = true;
        device.on_io = [&](unsigned) { port.after(3000, [&] { device.release_held(); }); };
        const Segment memory = buffer();
        unsigned ended = 0;
        std::vector<std::unique_ptr<port::Thread>> threads;
        for (unsigned t = 0; t < 5; ++t)
            threads.push_back(port.spawn("user", [&] {
                Done done;
                for (unsigned i = 0; i < 50; ++i) {
                    Request request = read(i, memory, done);
                    ended += disk->submit_and_wait(request) != Status::Pending;
                }
            }));
        for (unsigned i = 0; i < 4; ++i) {
            port.sleep(20'000);
            EXPECT_EQ(disk->reset(), Status::Ok);
        }
        for (auto& thread : threads)
            thread->join();
        EXPECT_EQ(ended, 250u);
        threads.clear();
        device.on_io = nullptr;
        device.hold_io = false;
        expect_clean();
    }
}

TEST_F(DriverTest, EndlessSyslogKeepsNobodyFromTheirWork) {
    for (const bool interrupts : {true, false}) {
        Options options;
        options.use_interrupts = interrupts;
        probe(options);
        device.endless = true;
        device.mail(2, 5ull << 52);
        for (unsigned i = 0; i < 10; ++i) {
            port.sleep(100'000);
            EXPECT_EQ(disk->flush(), Status::Ok);
        }
        EXPECT_EQ(disk->identify(), Status::Ok);
        device.endless = false;
        expect_clean();
    }
}

TEST_F(DriverTest, EndlessMalformedMessagesAreReportedAFewTimesOnly) {
    for (const bool interrupts : {true, false}) {
        Options options;
        options.use_interrupts = interrupts;
        probe(options);
        port.log_lines.clear();
        device.endless = true;
        device.mail_word(0x8000'0100, 5ull << 52);
        port.sleep(1'000'000);
        EXPECT_EQ(disk->flush(), Status::Ok);
        EXPECT_EQ(disk->identify(), Status::Ok);
        EXPECT_LT(port.log_lines.size(), 30u);
        device.endless = false;
        expect_clean();
    }
}

TEST_F(DriverTest, StuckMailboxLineLeavesTimeForOthers) {
    probe();
    port.set_irq(FakeAns::kMailIrq + 3, true);
    const std::size_t accesses = count_accesses([&] { port.sleep(kSecond); });
    EXPECT_LT(accesses, 10'000u);
    EXPECT_EQ(disk->flush(), Status::Ok);
    port.set_irq(FakeAns::kMailIrq + 3, false);
    expect_clean();
}

TEST_F(DriverTest, TagOfAFaultingDoorbellIsNotUsedBeforeTheNextReset) {
    Options options;
    options.queue_depth = 1;
    probe(options);
    const Segment memory = buffer();
    Done done;
    Request request = read(1, memory, done);
    device.faulting = {FakeAns::kNvme + 0x24910};
    EXPECT_THROW(disk->submit(request), port::BusFault);
    device.faulting.clear();
    EXPECT_EQ(disk->identify(), Status::Ok) << "its completion frees no I/O tag";
    EXPECT_FALSE(disk->submit(request)) << "the device may have the command";
    device.complete_io(2);
    port.sleep(1000);
    EXPECT_EQ(done.calls, 0u) << "the request is its caller's";
    EXPECT_EQ(disk->reset(), Status::Ok);
    EXPECT_TRUE(disk->submit(request));
    port.sleep(1000);
    EXPECT_EQ(done.calls, 1u);
    expect_clean();
}

TEST_F(DriverTest, DiskThatComesBackWithOtherBlocksIsRefused) {
    probe();
    device.block_shift = 9;
    EXPECT_EQ(disk->reset(), Status::Protocol);
    EXPECT_EQ(disk->state(), State::Dead);
    disk->remove();
    EXPECT_EQ(disk->probe(), Status::Ok) << "another probe, another disk";
    EXPECT_EQ(disk->identity().block_size, 512u);
    expect_clean();
}

TEST_F(DriverTest, WatchdogSleepsWhileNothingIsInFlight) {
    probe();
    EXPECT_EQ(disk->flush(), Status::Ok);
    port.sleep(40 * kSecond);  // its one look after the last command
    const std::size_t lines = port.log_lines.size();
    const port::Nanoseconds begin = port.now();
    port.sleep(3600 * kSecond);
    EXPECT_EQ(port.now() - begin, 3600 * kSecond);
    EXPECT_EQ(port.log_lines.size(), lines);
    expect_clean();
}

}  // namespace
}  // namespace ans::test
