// SPDX-License-Identifier: MIT
// The front end with a real NVMMU and a firmware that only notes what it is told.
#include "models/nvme/nvme.h"

#include "models/nvme/nvme_regs.h"
#include "models/nvmmu/nvmmu.h"
#include "models/nvmmu/nvmmu_regs.h"
#include "testbench/support/sim_test.h"
#include "testbench/support/test_memory.h"

namespace ans::test {
namespace {

using namespace nvme_regs;

constexpr std::uint64_t kRam = 0x8'0000'0000;
constexpr std::uint64_t kAsq = kRam + 0x1000, kAcq = kRam + 0x2000, kIosq = kRam + 0x3000,
                        kIocq = kRam + 0x4000;
constexpr std::uint64_t kAdminTcbs = kRam + 0x6000, kIoTcbs = kRam + 0x8000, kData = kRam + 0x10000;

struct NotingFirmware : sc_core::sc_module, CommandSinkIf {
    explicit NotingFirmware(sc_core::sc_module_name name) : sc_module(name) { commands.bind(*this); }
    void command(const Command& command, SimTime at) override {
        fetched.push_back(command);
        last_at = at;
    }
    void controller_config(std::uint32_t cc, std::uint32_t, SimTime) override { configs.push_back(cc); }
    bool waits_for_room(const Completion& completion, const FullQueue& queue, SimTime) override {
        waiting.push_back(completion.tag);
        last_full = queue;
        return patient;
    }
    void fatal(const char* why, Tag, SimTime) override { deaths.emplace_back(why); }

    sc_core::sc_export<CommandSinkIf> commands{"commands"};
    sc_core::sc_port<CommandPortIf> front_end{"front_end"};
    std::vector<Command> fetched;
    std::vector<std::uint32_t> configs;
    std::vector<std::string> deaths;
    std::vector<Tag> waiting;
    FullQueue last_full{};
    bool patient = true;
    SimTime last_at = 0;
};

class NvmeTest : public SimTest {
protected:
    explicit NvmeTest(const Policies& policies = Policies())
        : nvmmu("nvmmu", {&events, policies}), nvme("nvme", {&events, policies}) {
        bus.socket.bind(nvme.mmio);
        tcb_bus.socket.bind(nvmmu.mmio);
        iop.socket.bind(nvme.iop);
        nvme.memory.socket.bind(ram.bus);
        nvmmu.memory.socket.bind(ram.bus);
        nvme.nvmmu.bind(nvmmu.front_end);
        nvme.firmware.bind(firmware.commands);
        firmware.front_end.bind(nvme.command_port);
        nvme.irq.bind(irq);
    }

    void enable(unsigned admin_entries = 2) {
        tcb_bus.write32(nvmmu_regs::NumTcbs.offset, 63);
        tcb_bus.write64(nvmmu_regs::AsqTcbBase.offset, kAdminTcbs);
        tcb_bus.write64(nvmmu_regs::IosqTcbBase.offset, kIoTcbs);
        bus.write32(LinearSqCtrl.offset, 1);
        bus.write32(UnknownCtrl.offset, 0);
        bus.write32(Aqa.offset, (admin_entries - 1) << 16 | (admin_entries - 1));
        bus.write64(Asq.offset, kAsq);
        bus.write64(Acq.offset, kAcq);
        bus.write32(Cc.offset, 0x460001);
    }
    void create_io_queues(unsigned entries = 64) {
        firmware.front_end->set_io_completion_queue(kIocq, entries, true);
        firmware.front_end->set_io_submission_queue(kIosq, entries);
    }
    void submit(Queue queue, unsigned tag, std::uint64_t prp1 = kData, std::uint64_t prp2 = 0) {
        Sqe sqe{};
        sqe.opcode = 2;
        sqe.cid = static_cast<std::uint16_t>(tag);
        sqe.prp1 = prp1;
        sqe.prp2 = prp2;
        Tcb tcb{};
        tcb.dma_flags = 1;
        tcb.prp1 = prp1;
        tcb.prp2 = prp2;
        const bool io = queue == Queue::Io;
        ram.put((io ? kIosq : kAsq) + tag * 64, sqe);
        ram.put((io ? kIoTcbs : kAdminTcbs) + tag * 128, tcb);
        bus.write32(io ? LinearIosqDb.offset : LinearAsqDb.offset, tag);
    }
    void complete(std::size_t fetched, NvmeStatus status = 0) {
        const Command& c = firmware.fetched.at(fetched);
        firmware.front_end->complete({c.queue, c.tag, c.life, c.sqe->cid, status, 0x1234}, kernel_now());
    }
    Cqe io_cqe(unsigned index) { return ram.get<Cqe>(kIocq + index * 16); }
    void invalidate(unsigned tag) { tcb_bus.write32(nvmmu_regs::TcbInval.offset, tag); }

    Nvmmu nvmmu;
    Nvme nvme;
    NotingFirmware firmware{"firmware"};
    TestMemory ram{"ram", kRam, 1 << 20};
    TestMaster bus{"bus"};
    TestMaster tcb_bus{"tcb_bus"};
    TestMaster iop{"iop"};
    WireProbe irq;
};

TEST_F(NvmeTest, EveryRegisterKeepsTheContract) {
    check_register_contract(bus, kMap);
}

TEST_F(NvmeTest, OnlyTheCoprocessorPublishesBootStatus) {
    EXPECT_EQ(bus.write32(BootStatus.offset, 1), tlm::TLM_COMMAND_ERROR_RESPONSE);
    EXPECT_EQ(iop.write32(BootStatus.offset, kBootStatusOk), tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(bus.read32(BootStatus.offset), kBootStatusOk);
    EXPECT_EQ(iop.write32(Cc.offset, 1), tlm::TLM_COMMAND_ERROR_RESPONSE);
}

TEST_F(NvmeTest, ADoorbellFetchesTheSlotItNames) {
    run([&] {
        enable();
        create_io_queues();
        submit(Queue::Io, 50);
        pass(microseconds(1));
        ASSERT_EQ(firmware.fetched.size(), 1u);
        EXPECT_EQ(index(firmware.fetched[0].tag), 50u);
        EXPECT_EQ(firmware.fetched[0].queue, Queue::Io);
        EXPECT_EQ(firmware.fetched[0].sqe->cid, 50u);
        EXPECT_EQ(firmware.fetched[0].refused, status::kSuccess);
    });
}

TEST_F(NvmeTest, ADisabledControllerFetchesNothing) {
    run([&] {
        bus.write32(LinearSqCtrl.offset, 1);
        bus.write32(LinearAsqDb.offset, 0);
        pass(microseconds(5));
        EXPECT_TRUE(firmware.fetched.empty());
        EXPECT_EQ(recorder.count(EventKind::Doorbell), 1u);
    });
}

TEST_F(NvmeTest, CompletionsCarryThePhaseAndItFlipsOnWrap) {
    run([&] {
        enable();
        create_io_queues(4);
        for (unsigned i = 0; i < 6; ++i) {
            submit(Queue::Io, 2);
            pass(microseconds(1));
            complete(i);
            invalidate(2);
            bus.write32(IocqHead.offset, (i + 1) % 4);
        }
        EXPECT_EQ(io_cqe(3).status & 1, 1);
        EXPECT_EQ(io_cqe(0).status & 1, 0) << "second round";
        EXPECT_EQ(io_cqe(1).result, 0x1234u);
    });
}

TEST_F(NvmeTest, TheLineIsHighUntilTheHostHasConsumedEveryEntry) {
    run([&] {
        enable();
        create_io_queues();
        submit(Queue::Io, 2);
        submit(Queue::Io, 3);
        pass(microseconds(1));
        complete(0);
        complete(1);
        EXPECT_TRUE(irq.level);
        bus.write32(IocqHead.offset, 1);
        EXPECT_TRUE(irq.level);
        bus.write32(IocqHead.offset, 2);
        EXPECT_FALSE(irq.level);
    });
}

TEST_F(NvmeTest, AdminAndIoShareTheLine) {
    run([&] {
        enable();
        create_io_queues();
        submit(Queue::Admin, 0);
        submit(Queue::Io, 2);
        pass(microseconds(1));
        complete(0);
        complete(1);
        bus.write32(IocqHead.offset, 1);
        EXPECT_TRUE(irq.level) << "the admin entry is still there";
        bus.write32(AcqHead.offset, 1);
        EXPECT_FALSE(irq.level);
    });
}

TEST_F(NvmeTest, IntmsMasksAndIntmcUnmasksTheLine) {
    run([&] {
        enable();
        submit(Queue::Admin, 0);
        pass(microseconds(1));
        bus.write32(IntMs.offset, 1);
        complete(0);
        EXPECT_FALSE(irq.level);
        EXPECT_EQ(bus.read32(IntMc.offset), 1u);
        bus.write32(IntMc.offset, 1);
        EXPECT_TRUE(irq.level);
    });
}

TEST_F(NvmeTest, AFullCompletionQueueHoldsEntriesBackUntilThereIsRoom) {
    run([&] {
        enable();
        create_io_queues(3);
        for (unsigned tag = 0; tag < 3; ++tag)
            submit(Queue::Io, tag);
        pass(microseconds(1));
        for (unsigned i = 0; i < 3; ++i)
            complete(i);
        EXPECT_EQ(recorder.count(EventKind::CompletionPosted), 2u);
        EXPECT_EQ(recorder.count(EventKind::CqOverrun), 1u);
        bus.write32(IocqHead.offset, 2);
        EXPECT_EQ(recorder.count(EventKind::CompletionPosted), 3u);
        EXPECT_TRUE(irq.level);
    });
}

TEST_F(NvmeTest, TheFirmwareIsAskedWhetherACompletionWaitsForRoom) {
    run([&] {
        enable();
        create_io_queues();
        firmware.front_end->set_io_completion_queue(kIocq, 3, true);
        for (unsigned tag = 4; tag < 7; ++tag)
            submit(Queue::Io, tag);
        pass(microseconds(1));
        complete(0);
        complete(1);
        EXPECT_TRUE(firmware.waiting.empty());
        complete(2);
        ASSERT_EQ(firmware.waiting.size(), 1u);
        EXPECT_EQ(index(firmware.waiting[0]), 6u);
        EXPECT_EQ(firmware.last_full.entries, 3u);
        EXPECT_EQ(firmware.last_full.head, 0u);
        EXPECT_EQ(firmware.last_full.tail, 2u);
        EXPECT_EQ(recorder.last_field(EventKind::CqOverrun, "forced"), 0u);
    });
}

TEST_F(NvmeTest, AnImpatientFirmwareOverwritesWhatWasNotConsumed) {
    firmware.patient = false;
    run([&] {
        enable();
        create_io_queues();
        firmware.front_end->set_io_completion_queue(kIocq, 3, true);
        for (unsigned tag = 0; tag < 5; ++tag)
            submit(Queue::Io, tag);
        pass(microseconds(1));
        for (unsigned i = 0; i < 5; ++i)
            complete(i);
        EXPECT_EQ(recorder.count(EventKind::CompletionPosted), 5u);
        EXPECT_EQ(recorder.count(EventKind::CqOverrun), 3u) << "the entry that stays free, then two in use";
        EXPECT_EQ(recorder.last_field(EventKind::CqOverrun, "forced"), 1u);
        EXPECT_EQ(io_cqe(0).cid, 3u);
        EXPECT_EQ(io_cqe(0).status & 1, 0u) << "the phase of the next round";
        EXPECT_EQ(io_cqe(1).cid, 4u);
        EXPECT_EQ(io_cqe(2).cid, 2u);
        EXPECT_TRUE(irq.level);
    });
}

TEST_F(NvmeTest, AfterAnOverrunHeadAndTailCountAgain) {
    firmware.patient = false;
    run([&] {
        enable();
        create_io_queues();
        firmware.front_end->set_io_completion_queue(kIocq, 3, true);
        for (unsigned tag = 0; tag < 6; ++tag)
            submit(Queue::Io, tag);
        pass(microseconds(1));
        for (unsigned i = 0; i < 4; ++i)
            complete(i);
        firmware.patient = true;
        complete(4);
        EXPECT_EQ(recorder.count(EventKind::CompletionPosted), 4u) << "still full";
        bus.write32(IocqHead.offset, 1);
        EXPECT_EQ(recorder.count(EventKind::CompletionPosted), 5u) << "head and tail are equal: empty";
    });
}

TEST_F(NvmeTest, AFullCompletionQueueDoesNotHoldTheOtherUp) {
    run([&] {
        enable();
        create_io_queues();
        firmware.front_end->set_io_completion_queue(kIocq, 2, true);
        for (unsigned tag = 2; tag < 4; ++tag)
            submit(Queue::Io, tag);
        submit(Queue::Admin, 0);
        pass(microseconds(1));
        for (unsigned i = 0; i < 3; ++i)
            complete(i);
        EXPECT_EQ(recorder.count(EventKind::CqOverrun), 1u);
        EXPECT_EQ(recorder.count(EventKind::CompletionPosted), 2u) << "one of each queue";
    });
}

TEST_F(NvmeTest, RingingAPendingTagKillsTheFirmware) {
    run([&] {
        enable();
        create_io_queues();
        submit(Queue::Io, 2);
        submit(Queue::Io, 2);
        EXPECT_EQ(firmware.deaths, std::vector<std::string>{"duplicate tag error"});
    });
}

TEST_F(NvmeTest, OneTagInBothQueuesIsADuplicate) {
    run([&] {
        enable();
        create_io_queues();
        submit(Queue::Io, 0);
        submit(Queue::Admin, 0);
        EXPECT_EQ(firmware.deaths.size(), 1u);
    });
}

TEST_F(NvmeTest, ATagBeyondTheTagSpaceKillsTheFirmware) {
    run([&] {
        enable();
        create_io_queues();
        bus.write32(LinearIosqDb.offset, 64);
        EXPECT_EQ(firmware.deaths.size(), 1u);
    });
}

TEST_F(NvmeTest, DisablingForgetsCommandsAndLateCompletionsAreDropped) {
    run([&] {
        enable();
        create_io_queues();
        submit(Queue::Io, 2);
        pass(microseconds(1));
        bus.write32(Cc.offset, 0x460000);
        complete(0);
        EXPECT_EQ(recorder.count(EventKind::CompletionPosted), 0u);
        EXPECT_FALSE(irq.level);
    });
}

TEST_F(NvmeTest, ADeletedQueueTakesWhatWasNotFetchedWithIt) {
    run([&] {
        enable();
        create_io_queues();
        submit(Queue::Io, 2);
        firmware.front_end->set_io_submission_queue(0, 0);
        pass(microseconds(10));
        EXPECT_TRUE(firmware.fetched.empty());
        EXPECT_TRUE(firmware.deaths.empty());
        firmware.front_end->set_io_submission_queue(kIosq, 64);
        submit(Queue::Io, 2);
        pass(microseconds(10));
        EXPECT_EQ(firmware.fetched.size(), 1u);
        EXPECT_TRUE(firmware.deaths.empty()) << "the tag is free again";
    });
}

TEST_F(NvmeTest, ADoorbellBetweenInvalidationAndHeadWriteLosesItsInterrupt) {
    run([&] {
        enable();
        create_io_queues();
        submit(Queue::Io, 2);
        pass(microseconds(1));
        complete(0);
        invalidate(2);
        submit(Queue::Io, 3);
        bus.write32(IocqHead.offset, 1);
        pass(microseconds(1));
        complete(1);
        EXPECT_EQ(recorder.count(EventKind::CompletionPosted), 2u);
        EXPECT_FALSE(irq.level) << "the entry is there, its interrupt is not";
        submit(Queue::Io, 4);
        pass(microseconds(1));
        complete(2);
        EXPECT_TRUE(irq.level) << "the next entry raises the line again";
    });
}

TEST_F(NvmeTest, InvalidationsBeforeTheControllerWasEnabledLoseNoInterrupt) {
    run([&] {
        enable();
        create_io_queues();
        submit(Queue::Io, 2);
        pass(microseconds(1));
        complete(0);
        invalidate(2);
        bus.write32(Cc.offset, 0x460000);
        nvme.reset.set_level(true, kernel_now());
        nvmmu.reset.set_level(true, kernel_now());
        enable();
        submit(Queue::Admin, 0);
        pass(microseconds(1));
        complete(1);
        EXPECT_TRUE(irq.level);
    });
}

TEST_F(NvmeTest, ADoorbellAfterTheHeadWriteKeepsItsInterrupt) {
    run([&] {
        enable();
        create_io_queues();
        submit(Queue::Io, 2);
        pass(microseconds(1));
        complete(0);
        invalidate(2);
        bus.write32(IocqHead.offset, 1);
        submit(Queue::Io, 3);
        pass(microseconds(1));
        complete(1);
        EXPECT_TRUE(irq.level);
    });
}

Policies with_head_write() {
    Policies policies;
    policies.set(LostIrq::WithHeadWrite);
    return policies;
}
struct HeadWriteQuirkTest : NvmeTest {
    HeadWriteQuirkTest() : NvmeTest(with_head_write()) {}
};

TEST_F(HeadWriteQuirkTest, ADoorbellWithAHeadWriteLosesItsInterruptAndOneLaterDoesNot) {
    run([&] {
        enable();
        create_io_queues();
        bus.write32(IocqHead.offset, 0);
        submit(Queue::Io, 2);
        pass(microseconds(1));
        complete(0);
        EXPECT_FALSE(irq.level);
        pass(microseconds(1));
        submit(Queue::Io, 3);
        pass(microseconds(1));
        complete(1);
        EXPECT_TRUE(irq.level);
    });
}

TEST_F(NvmeTest, WithoutTheLinearBitTheRingDoorbellsFetchAt128ByteStride) {
    run([&] {
        enable(4);
        bus.write32(LinearSqCtrl.offset, 0);
        Sqe sqe{};
        sqe.cid = 77;
        ram.put(kAsq + 128, sqe);
        bus.write32(LinearAsqDb.offset, 1);
        bus.write32(AsqTail.offset, 2);
        pass(microseconds(1));
        ASSERT_EQ(firmware.fetched.size(), 2u);
        EXPECT_EQ(firmware.fetched[1].sqe->cid, 77u);
    });
}

TEST_F(NvmeTest, ANeededPrpOfZeroFailsWhileTheNullCheckIsOn) {
    run([&] {
        enable();
        create_io_queues();
        bus.write32(UnknownCtrl.offset, PrpNullCheckBit::mask);
        submit(Queue::Io, 2, kData, 0);
        pass(microseconds(1));
        std::vector<std::byte> data(8192);
        const MemoryRun one{data.data(), 4096};
        const MemoryRun two{data.data(), 8192};
        EXPECT_EQ(firmware.front_end->move(firmware.fetched[0], DataDirection::DeviceToMemory, &one, 1, 0),
                  0);
        EXPECT_EQ(firmware.front_end->move(firmware.fetched[0], DataDirection::DeviceToMemory, &two, 1, 0),
                  status::kInvalidField);
    });
}

struct StrictNvmeTest : NvmeTest {
    StrictNvmeTest() : NvmeTest(Policies(Policies::Preset::Strict)) {}
};

TEST_F(StrictNvmeTest, AnyZeroPrpIsRefusedWhileTheNullCheckIsOn) {
    run([&] {
        enable();
        create_io_queues();
        bus.write32(UnknownCtrl.offset, PrpNullCheckBit::mask);
        submit(Queue::Io, 2, kData, 0);
        pass(microseconds(1));
        EXPECT_EQ(firmware.fetched.at(0).refused, status::kInvalidField);
        EXPECT_STREQ(firmware.fetched[0].why, "NULL_PRP_PTR_ERR");
    });
}

TEST_F(NvmeTest, QueuesOutsideMemoryKillTheFirmware) {
    run([&] {
        enable();
        bus.write32(Cc.offset, 0x460000);
        bus.write64(Asq.offset, 0x1000);
        bus.write32(Cc.offset, 0x460001);
        bus.write32(LinearAsqDb.offset, 0);
        pass(microseconds(1));
        EXPECT_EQ(firmware.deaths, std::vector<std::string>{"submission queue outside memory"});
    });
}

TEST_F(NvmeTest, ResetReturnsEveryRegisterAndLowersTheLine) {
    run([&] {
        enable();
        submit(Queue::Admin, 0);
        pass(microseconds(1));
        complete(0);
        EXPECT_TRUE(irq.level);
        nvme.reset.set_level(true, kernel_now());
        EXPECT_FALSE(irq.level);
        EXPECT_EQ(bus.read32(Cc.offset), 0u);
        EXPECT_EQ(bus.read32(UnknownCtrl.offset), PrpNullCheckBit::mask);
    });
}

}  // namespace
}  // namespace ans::test
