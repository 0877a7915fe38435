// SPDX-License-Identifier: MIT
#include "models/nvmmu/nvmmu.h"

#include <numeric>

#include "models/nvmmu/nvmmu_regs.h"
#include "models/nvmmu/prp_walker.h"
#include "testbench/support/sim_test.h"
#include "testbench/support/test_memory.h"

namespace ans::test {
namespace {

using namespace nvmmu_regs;

constexpr std::uint64_t kRam = 0x8'0000'0000;
constexpr std::uint64_t kAdminTcbs = kRam + 0x1000;
constexpr std::uint64_t kIoTcbs = kRam + 0x4000;
constexpr std::uint64_t kData = kRam + 0x10'0000;

class NvmmuTest : public SimTest {
protected:
    explicit NvmmuTest(Policies policies = Policies()) : nvmmu("nvmmu", {&events, policies}) {
        bus.socket.bind(nvmmu.mmio);
        nvmmu.memory.socket.bind(ram.bus);
    }
    void program(std::uint32_t num_tcbs = 63) {
        bus.write32(NumTcbs.offset, num_tcbs);
        bus.write64(AsqTcbBase.offset, kAdminTcbs);
        bus.write64(IosqTcbBase.offset, kIoTcbs);
    }
    void put_tcb(unsigned tag, std::uint8_t flags, std::uint16_t length, std::uint64_t prp1,
                 std::uint64_t prp2 = 0) {
        Tcb tcb{};
        tcb.dma_flags = flags;
        tcb.slot = static_cast<std::uint8_t>(tag);
        tcb.length = length;
        tcb.prp1 = prp1;
        tcb.prp2 = prp2;
        ram.put(kIoTcbs + tag * sizeof(Tcb), tcb);
        sqe.prp1 = prp1;
        sqe.prp2 = prp2;
    }
    NvmeStatus move(unsigned tag, DataDirection direction, std::vector<std::byte>& data, bool blocks = true) {
        const MemoryRun run{data.data(), data.size()};
        return nvmmu.move({Queue::Io, Tag{static_cast<std::uint16_t>(tag)}, direction, &sqe, &run, 1, blocks},
                          0);
    }
    static std::vector<std::byte> pattern(std::size_t size) {
        std::vector<std::byte> data(size);
        for (std::size_t i = 0; i < size; ++i)
            data[i] = static_cast<std::byte>(i * 7 + (i >> 12));
        return data;
    }

    Nvmmu nvmmu;
    TestMemory ram{"ram", kRam, 8 << 20};
    TestMaster bus;
    Sqe sqe{};
};

constexpr Tag kTag{5};

TEST_F(NvmmuTest, EveryRegisterKeepsTheContract) {
    check_register_contract(bus, kMap);
}

TEST_F(NvmmuTest, TagsBeyondNumTcbsOrTheTagSpaceAreOutOfRange) {
    program(31);
    EXPECT_TRUE(nvmmu.in_range(31));
    EXPECT_FALSE(nvmmu.in_range(32));
    program(127);
    EXPECT_TRUE(nvmmu.in_range(63));
    EXPECT_FALSE(nvmmu.in_range(64));
}

TEST_F(NvmmuTest, FetchReadsTheQueuesOwnArrayAndMakesTheTagValid) {
    program();
    put_tcb(5, 1, 0, kData);
    EXPECT_FALSE(nvmmu.valid(kTag));
    const Tcb* tcb = nvmmu.fetch(Queue::Io, kTag, 0);
    ASSERT_NE(tcb, nullptr);
    EXPECT_EQ(tcb->prp1, kData);
    EXPECT_TRUE(nvmmu.valid(kTag));
    EXPECT_EQ(recorder.last_field(EventKind::TcbFetched, "address"), kIoTcbs + 5 * 128);
    EXPECT_EQ(nvmmu.fetch(Queue::Admin, kTag, 0)->prp1, 0u) << "the admin array holds another TCB";
}

TEST_F(NvmmuTest, FetchFromAnArrayOutsideMemoryFails) {
    program();
    bus.write64(IosqTcbBase.offset, 0x1000);
    EXPECT_EQ(nvmmu.fetch(Queue::Io, kTag, 0), nullptr);
    EXPECT_FALSE(nvmmu.valid(kTag));
}

TEST_F(NvmmuTest, InvalidatingAValidTagSucceedsAndAFreeOneReportsAnError) {
    program();
    put_tcb(5, 1, 0, kData);
    nvmmu.fetch(Queue::Io, kTag, 0);
    bus.write32(TcbInval.offset, 5);
    EXPECT_EQ(bus.read32(TcbStat.offset), 0u);
    EXPECT_FALSE(nvmmu.valid(kTag));
    bus.write32(TcbInval.offset, 5);
    EXPECT_EQ(bus.read32(TcbStat.offset), 1u);
    bus.write32(TcbInval.offset, 0xffff'ffff);
    EXPECT_EQ(bus.read32(TcbStat.offset), 1u);
    EXPECT_EQ(nvmmu.invalidations(), 3u);
}

TEST_F(NvmmuTest, DataReachesThePagesOfTheTcb) {
    program();
    put_tcb(5, 1, 1, kData, kData + 0x9000);
    nvmmu.fetch(Queue::Io, kTag, 0);
    std::vector<std::byte> data = pattern(8192);
    EXPECT_EQ(move(5, DataDirection::DeviceToMemory, data), status::kSuccess);
    EXPECT_EQ(std::memcmp(ram.at(kData), data.data(), 4096), 0);
    EXPECT_EQ(std::memcmp(ram.at(kData + 0x9000), data.data() + 4096, 4096), 0);
    EXPECT_EQ(recorder.last_field(EventKind::DmaData, "segments"), 2u);
    EXPECT_EQ(recorder.last_field(EventKind::DmaData, "bytes"), 8192u);
}

TEST_F(NvmmuTest, AnInvalidatedTagMovesNothing) {
    program();
    put_tcb(5, 1, 0, kData);
    nvmmu.fetch(Queue::Io, kTag, 0);
    bus.write32(TcbInval.offset, 5);
    std::vector<std::byte> data = pattern(4096);
    EXPECT_EQ(move(5, DataDirection::DeviceToMemory, data), status::kDataTransferError);
    EXPECT_EQ(ram.get<std::uint32_t>(kData + 4), 0u);
    EXPECT_EQ(recorder.last_field(EventKind::DmaDenied, "reason"), 0u);
}

TEST_F(NvmmuTest, ATransferAgainstTheDirectionFlagsIsDenied) {
    program();
    put_tcb(5, 1, 0, kData);
    nvmmu.fetch(Queue::Io, kTag, 0);
    std::vector<std::byte> data(4096);
    EXPECT_EQ(move(5, DataDirection::MemoryToDevice, data), status::kDataTransferError);
    EXPECT_EQ(recorder.last_field(EventKind::DmaDenied, "reason"), 1u);
}

TEST_F(NvmmuTest, ATransferBeyondTheTcbsBlockCountIsDeniedOnlyWhereItCountsBlocks) {
    program();
    put_tcb(5, 1, 0, kData, kData + 0x1000);
    nvmmu.fetch(Queue::Io, kTag, 0);
    std::vector<std::byte> data(8192);
    EXPECT_EQ(move(5, DataDirection::DeviceToMemory, data), status::kDataTransferError);
    EXPECT_EQ(recorder.last_field(EventKind::DmaDenied, "reason"), 2u);
    EXPECT_EQ(move(5, DataDirection::DeviceToMemory, data, false), status::kSuccess);
}

TEST_F(NvmmuTest, APageOutsideMemoryIsDenied) {
    program();
    put_tcb(5, 1, 0, 0x1000);
    nvmmu.fetch(Queue::Io, kTag, 0);
    std::vector<std::byte> data(4096);
    EXPECT_EQ(move(5, DataDirection::DeviceToMemory, data), status::kDataTransferError);
    EXPECT_EQ(recorder.last_field(EventKind::DmaDenied, "reason"), 6u);
}

TEST_F(NvmmuTest, ResetForgetsValidTagsAndBases) {
    program();
    put_tcb(5, 1, 0, kData);
    nvmmu.fetch(Queue::Io, kTag, 0);
    nvmmu.reset.set_level(true, 0);
    EXPECT_FALSE(nvmmu.valid(kTag));
    EXPECT_EQ(bus.read64(IosqTcbBase.offset), 0u);
}

struct StrictNvmmuTest : NvmmuTest {
    StrictNvmmuTest() : NvmmuTest(Policies(Policies::Preset::Strict)) {}
};

TEST_F(StrictNvmmuTest, PagesThatDifferFromTheSqesAreDenied) {
    program();
    put_tcb(5, 1, 0, kData);
    nvmmu.fetch(Queue::Io, kTag, 0);
    sqe.prp1 = kData + 0x1000;
    std::vector<std::byte> data(4096);
    EXPECT_EQ(move(5, DataDirection::DeviceToMemory, data), status::kDataTransferError);
    EXPECT_EQ(recorder.last_field(EventKind::DmaDenied, "reason"), 3u);
}

// --- PRP lists ---------------------------------------------------------------------------------------------

struct PrpTest : SimTest {
    struct Master : sc_core::sc_module {
        explicit Master(sc_core::sc_module_name name) : sc_module(name) {}
        DmaPort memory{"memory"};
    };
    PrpTest() { master.memory.socket.bind(ram.bus); }
    struct Piece {
        std::uint64_t address;
        std::size_t size;
        bool operator==(const Piece& o) const { return address == o.address && size == o.size; }
    };
    std::vector<Piece> walk(std::uint64_t prp1, std::uint64_t prp2, std::size_t bytes, PrpWalker::End& why) {
        elaborate();
        PrpWalker walker(master.memory, prp1, prp2, bytes);
        std::vector<Piece> pieces;
        Piece piece{};
        while (walker.next(std::size_t{16} << 20, piece.address, piece.size))
            pieces.push_back(piece);
        why = walker.end();
        return pieces;
    }
    Master master{"master"};
    TestMemory ram{"ram", kRam, 32 << 20};
    PrpWalker::End end = PrpWalker::End::None;
};

TEST_F(PrpTest, OnePageWithAnOffset) {
    EXPECT_EQ(walk(kData + 0x200, 0, 0xe00, end), (std::vector<Piece>{{kData + 0x200, 0xe00}}));
    EXPECT_EQ(end, PrpWalker::End::Done);
}

TEST_F(PrpTest, SecondPageComesFromPrp2WithoutAList) {
    EXPECT_EQ(walk(kData + 0x200, kData + 0x8000, 4096, end),
              (std::vector<Piece>{{kData + 0x200, 0xe00}, {kData + 0x8000, 0x200}}));
}

TEST_F(PrpTest, NeighbouringPagesAreJoined) {
    EXPECT_EQ(walk(kData, kData + 0x1000, 8192, end), (std::vector<Piece>{{kData, 8192}}));
}

TEST_F(PrpTest, MisalignedPointersAreRefused) {
    walk(kData + 2, 0, 4096, end);
    EXPECT_EQ(end, PrpWalker::End::BadOffset);
    walk(kData, kData + 0x1004, 8192, end);
    EXPECT_EQ(end, PrpWalker::End::BadOffset);
    walk(kData, kData + 0x1004, 3 * 4096, end);
    EXPECT_EQ(end, PrpWalker::End::BadOffset) << "a list pointer is a multiple of 8";
}

TEST_F(PrpTest, AListOutsideMemoryIsReported) {
    walk(kData, 0x10'0000, 3 * 4096, end);
    EXPECT_EQ(end, PrpWalker::End::ListOutside);
}

struct ListCase {
    unsigned list_entries;  ///< entries before the first list page ends
    unsigned pages;
};
class PrpListTest : public PrpTest, public ::testing::WithParamInterface<ListCase> {};

// The list starts late in its page, so that small transfers already meet the chaining edge.
TEST_P(PrpListTest, ListsChainThroughTheLastSlotOfAPage) {
    const auto [list_entries, pages] = GetParam();
    std::vector<Piece> expected{{kData, 4096}};
    std::uint64_t list = kRam + 0x2000 - 8 * list_entries;
    const std::uint64_t first_list = list;
    std::uint64_t next_list = kRam + 0x20000;
    for (unsigned page = 1; page < pages; ++page) {
        if (list % 4096 == 4096 - 8 && page + 1 < pages) {
            ram.put<std::uint64_t>(list, next_list);
            list = next_list;
            next_list += 0x1000;
        }
        const std::uint64_t address = kData + page * 0x2000;  // never neighbours
        ram.put<std::uint64_t>(list, address);
        expected.push_back({address, 4096});
        list += 8;
    }
    EXPECT_EQ(walk(kData, first_list, std::size_t{pages} * 4096, end), expected);
    EXPECT_EQ(end, PrpWalker::End::Done);
}

INSTANTIATE_TEST_SUITE_P(Edges, PrpListTest,
                         ::testing::Values(ListCase{1, 3}, ListCase{1, 4}, ListCase{2, 3}, ListCase{2, 4},
                                           ListCase{512, 513}, ListCase{512, 514}, ListCase{512, 1024},
                                           ListCase{512, 1025}));

}  // namespace
}  // namespace ans::test
