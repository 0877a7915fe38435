// SPDX-License-Identifier: MIT
// The interposers of the NVMe front end: commands, data and completions; completion entries.
#include "models/nvme/command_seam.h"

#include "models/common/dma_port.h"
#include "models/nvme/entry_seam.h"
#include "testbench/support/scripted_decider.h"
#include "testbench/support/sim_test.h"
#include "testbench/support/test_memory.h"

namespace ans::test {
namespace {

using Kind = Verdict::Kind;

/// Front end and firmware in one: notes what reaches it; data for memory lands in `memory`, data from it is
/// there.
struct BothEnds : sc_core::sc_module, CommandPortIf, CommandSinkIf {
    explicit BothEnds(sc_core::sc_module_name name) : sc_module(name) {
        port.bind(*this);
        sink.bind(*this);
    }
    NvmeStatus move(const Command&, DataDirection direction, const MemoryRun* runs, std::size_t count,
                    SimTime) override {
        ++moves;
        std::size_t at = 0;
        for (std::size_t i = 0; i < count; at += runs[i++].size) {
            std::byte* const there = memory.data() + at;
            if (direction == DataDirection::DeviceToMemory)
                std::copy_n(runs[i].data, runs[i].size, there);
            else
                std::copy_n(there, runs[i].size, runs[i].data);
        }
        return status::kSuccess;
    }
    void complete(const Completion& completion, SimTime at) override {
        completions.push_back(completion);
        last_at = at;
    }
    void set_status(bool, bool, unsigned, SimTime) override {}
    void set_io_completion_queue(std::uint64_t, unsigned, bool) override {}
    void set_io_submission_queue(std::uint64_t, unsigned) override {}
    void command(const Command& command, SimTime at) override {
        commands.push_back(command);
        last_at = at;
    }
    void controller_config(std::uint32_t, std::uint32_t, SimTime) override {}
    bool waits_for_room(const Completion&, const FullQueue&, SimTime) override { return patient; }
    void fatal(const char*, Tag, SimTime) override {}

    sc_core::sc_export<CommandPortIf> port{"port"};
    sc_core::sc_export<CommandSinkIf> sink{"sink"};
    std::vector<Command> commands;
    std::vector<Completion> completions;
    std::vector<std::byte> memory = std::vector<std::byte>(64);
    unsigned moves = 0;
    bool patient = true;
    SimTime last_at = 0;
};

class CommandSeamTest : public SimTest {
protected:
    CommandSeamTest() {
        seam.hardware.bind(ends.port);
        seam.firmware.bind(ends.sink);
        for (const DecidePoint point : {DecidePoint::Command, DecidePoint::CommandData,
                                        DecidePoint::Completion, DecidePoint::CompletionRoom})
            hub.install(point, decider);
        sqe.opcode = 2;
        sqe.cid = 9;
    }
    void fetch() { seam.command(command, kernel_now()); }
    NvmeStatus move(DataDirection direction) {
        const MemoryRun runs[] = {{data.data(), 16}, {data.data() + 16, 16}};
        return seam.move(command, direction, runs, 2, kernel_now());
    }

    DecideHub hub;
    ScriptedDecider decider;
    CommandSeam seam{"seam", hub};
    BothEnds ends{"ends"};
    Sqe sqe{};
    const Command command{Queue::Io, Tag{9}, 0, 1, &sqe, ""};
    std::vector<std::byte> data = std::vector<std::byte>(32, std::byte{0x10});
};

TEST_F(CommandSeamTest, AnAnsweredCommandNeverReachesTheFirmware) {
    run([&] {
        decider.next(Kind::Answer, microseconds(5)).value = 0x281;
        fetch();
        pass(microseconds(10));
        EXPECT_TRUE(ends.commands.empty());
        ASSERT_EQ(ends.completions.size(), 1u);
        EXPECT_EQ(ends.completions[0].status, 0x281u);
        EXPECT_EQ(ends.completions[0].cid, 9u);
        EXPECT_EQ(ends.last_at, microseconds(5));
    });
}

TEST_F(CommandSeamTest, ADelayedCommandComesLater) {
    run([&] {
        decider.next(Kind::Delay, microseconds(5));
        fetch();
        EXPECT_TRUE(ends.commands.empty());
        pass(microseconds(10));
        EXPECT_EQ(ends.commands.size(), 1u);
        EXPECT_EQ(ends.last_at, microseconds(5));
    });
}

TEST_F(CommandSeamTest, ADroppedCommandIsGone) {
    run([&] {
        decider.next(Kind::Drop);
        fetch();
        pass(milliseconds(1));
        EXPECT_TRUE(ends.commands.empty());
        EXPECT_TRUE(ends.completions.empty());
    });
}

TEST_F(CommandSeamTest, AResetForgetsWhatIsHeldBack) {
    run([&] {
        decider.next(Kind::Delay, microseconds(5));
        decider.next(Kind::Answer, microseconds(5));
        fetch();
        fetch();
        seam.reset.set_level(true, kernel_now());
        decider.next(Kind::Delay, microseconds(8));
        fetch();
        pass(microseconds(10));
        EXPECT_EQ(ends.commands.size(), 1u) << "only what came after it";
        EXPECT_TRUE(ends.completions.empty());
    });
}

TEST_F(CommandSeamTest, ADisabledControllerForgetsWhatIsHeldBack) {
    run([&] {
        decider.next(Kind::Delay, microseconds(5));
        fetch();
        seam.controller_config(0x460000, 0x460001, kernel_now());
        pass(microseconds(10));
        EXPECT_TRUE(ends.commands.empty());
    });
}

TEST_F(CommandSeamTest, AFlippedReadLeavesTheMediumAlone) {
    elaborate();
    Verdict& verdict = decider.next(Kind::Flip);
    verdict.offset = 17;
    verdict.flip = 0x03;
    EXPECT_EQ(move(DataDirection::DeviceToMemory), status::kSuccess);
    EXPECT_EQ(ends.memory[17], std::byte{0x13});
    EXPECT_EQ(ends.memory[16], std::byte{0x10});
    EXPECT_EQ(data[17], std::byte{0x10});
}

TEST_F(CommandSeamTest, AFlippedWriteReachesTheFirmwareFlipped) {
    elaborate();
    Verdict& verdict = decider.next(Kind::Flip);
    verdict.offset = 20 + 32;  // beyond the data it wraps
    verdict.flip = 0x80;
    ends.memory[20] = std::byte{1};
    EXPECT_EQ(move(DataDirection::MemoryToDevice), status::kSuccess);
    EXPECT_EQ(data[20], std::byte{0x81});
    EXPECT_EQ(ends.memory[20], std::byte{1});
}

TEST_F(CommandSeamTest, DroppedDataDoesNotMoveAndSucceeds) {
    elaborate();
    decider.next(Kind::Drop);
    EXPECT_EQ(move(DataDirection::DeviceToMemory), status::kSuccess);
    EXPECT_EQ(ends.moves, 0u);
    EXPECT_EQ(decider.asked[0].kind, EventKind::DmaData);
    EXPECT_EQ(find_field(EventKind::DmaData, "tag")->get(decider.asked[0]), 9u);
    EXPECT_EQ(find_field(EventKind::DmaData, "bytes")->get(decider.asked[0]), 32u);
}

TEST_F(CommandSeamTest, ACompletionWithoutRoomWaitsUnlessItIsForcedIn) {
    elaborate();
    const Completion completion{Queue::Io, Tag{9}, 1, 9, status::kSuccess, 0};
    const FullQueue full{64, 5, 4};
    EXPECT_TRUE(seam.waits_for_room(completion, full, kernel_now()));
    decider.replace("forced", 1);
    EXPECT_FALSE(seam.waits_for_room(completion, full, kernel_now()));
    EXPECT_TRUE(seam.waits_for_room(completion, full, kernel_now()));
    ends.patient = false;
    EXPECT_FALSE(seam.waits_for_room(completion, full, kernel_now())) << "the firmware's own word";
}

TEST_F(CommandSeamTest, ACompletionWithoutRoomIsJudgedAsTheOverrunItWouldBe) {
    elaborate();
    seam.waits_for_room({Queue::Io, Tag{9}, 1, 9, status::kSuccess, 0}, {64, 5, 4}, kernel_now());
    ASSERT_EQ(decider.asked.size(), 1u);
    const auto told = [&](const char* name) {
        return find_field(EventKind::CqOverrun, name)->get(decider.asked[0]);
    };
    EXPECT_EQ(told("queue"), 1u);
    EXPECT_EQ(told("forced"), 0u);
    EXPECT_EQ(told("tag"), 9u);
    EXPECT_EQ(told("entries"), 64u);
    EXPECT_EQ(told("head"), 5u);
    EXPECT_EQ(told("tail"), 4u);
}

constexpr std::uint64_t kRam = 0x8'0000'0000;

class EntrySeamTest : public SimTest {
protected:
    EntrySeamTest() {
        port.socket.bind(seam.in);
        seam.out.bind(ram.bus);
        elaborate();
    }
    Cqe post() {
        const Cqe entry{7, 0, 3, 1, 40, 0x281 << 1 | 1};
        EXPECT_EQ(port.write(kRam, &entry, sizeof entry), tlm::TLM_OK_RESPONSE);
        return ram.get<Cqe>(kRam);
    }
    DecideHub hub;
    ScriptedDecider decider;
    EntrySeam seam{"seam", hub};
    struct FrontEnd : sc_core::sc_module {
        explicit FrontEnd(sc_core::sc_module_name name) : sc_module(name) {}
        DmaPort memory{"memory"};
    } front_end{"front_end"};
    DmaPort& port = front_end.memory;
    TestMemory ram{"ram", kRam, 0x1000};
};

TEST_F(EntrySeamTest, WithNothingPlannedTheFrontEndHasMemoryDirectly) {
    EXPECT_NE(port.direct(kRam, 16, true), nullptr);
    EXPECT_EQ(post().cid, 40u);
}

TEST_F(EntrySeamTest, AnEntryIsJudgedAsItsCompletion) {
    hub.install(DecidePoint::CompletionEntry, decider);
    EXPECT_EQ(port.direct(kRam, 16, true), nullptr);
    post();
    ASSERT_EQ(decider.asked.size(), 1u);
    const auto field = [&](const char* name) {
        return find_field(EventKind::CompletionPosted, name)->get(decider.asked[0]);
    };
    EXPECT_EQ(field("cid"), 40u);
    EXPECT_EQ(field("status"), 0x281u);
    EXPECT_EQ(field("phase"), 1u);
    EXPECT_EQ(field("sq_head"), 3u);
    EXPECT_EQ(field("address"), kRam);
}

TEST_F(EntrySeamTest, AnEditChangesItsFieldAndNoOther) {
    hub.install(DecidePoint::CompletionEntry, decider);
    decider.replace("cid", 999);
    Cqe entry = post();
    EXPECT_EQ(entry.cid, 999u);
    EXPECT_EQ(entry.status, 0x281u << 1 | 1);
    decider.replace("phase", 0);
    entry = post();
    EXPECT_EQ(entry.status, 0x281u << 1);
    EXPECT_EQ(entry.result, 7u);
    EXPECT_EQ(entry.sq_head, 3u);
    EXPECT_EQ(entry.sq_id, 1u);
    decider.replace("sq_head", 0xffff);
    EXPECT_EQ(post().sq_head, 0xffffu);
}

TEST_F(EntrySeamTest, ADroppedEntryIsNotWritten) {
    hub.install(DecidePoint::CompletionEntry, decider);
    decider.next(Kind::Drop);
    EXPECT_EQ(post().cid, 0u);
}

TEST_F(EntrySeamTest, WhatIsNoEntryPasses) {
    hub.install(DecidePoint::CompletionEntry, decider);
    const std::uint64_t word = 5;
    port.write(kRam + 64, &word, sizeof word);
    EXPECT_TRUE(decider.asked.empty());
    EXPECT_EQ(ram.get<std::uint64_t>(kRam + 64), 5u);
}

}  // namespace
}  // namespace ans::test
