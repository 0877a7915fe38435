// SPDX-License-Identifier: MIT
// I/O commands of the NVMe service, against NVMe 1.1 section 6.
#include <gmock/gmock.h>

#include "testbench/unit/ans_bench.h"

namespace ans::test {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr unsigned kFlush = 0x00, kWrite = 0x01, kRead = 0x02, kWriteZeroes = 0x08, kDsm = 0x09;
constexpr std::uint32_t kFua = 1u << 30;        // CDW12
constexpr std::uint32_t kDeallocate = 1u << 2;  // CDW11
constexpr std::uint32_t kReadHint = 1u << 0;    // CDW11, integral dataset for read
constexpr NvmeStatus kOk = status::kSuccess;

class AnsIoTest : public AnsTest {
protected:
    struct Range {
        std::uint32_t attributes;
        std::uint32_t blocks;
        std::uint64_t lba;
    };
    NvmeStatus write(std::uint64_t lba, std::initializer_list<unsigned> values, std::uint32_t flags = 0) {
        front_end.data = blocks_of(values);
        return io(blocks_sqe(kWrite, lba, static_cast<std::uint32_t>(values.size()), flags));
    }
    NvmeStatus read(std::uint64_t lba, std::uint32_t blocks) {
        front_end.data.clear();
        return io(blocks_sqe(kRead, lba, blocks));
    }
    NvmeStatus dsm(const std::vector<Range>& ranges, std::uint32_t attributes = kDeallocate,
                   std::uint32_t cdw10 = 0) {
        front_end.data.resize(ranges.size() * sizeof(Range));
        std::memcpy(front_end.data.data(), ranges.data(), front_end.data.size());
        return io(sqe(kDsm, 1, cdw10 | static_cast<std::uint32_t>(ranges.size() - 1), attributes));
    }
    std::vector<unsigned> received() const {
        std::vector<unsigned> values;
        for (std::size_t i = 0; i < front_end.data.size(); i += kBlockSize)
            values.push_back(static_cast<unsigned>(front_end.data[i]));
        return values;
    }
    /// How long a command took.
    SimTime time_of(const Sqe& entry) {
        const SimTime before = kernel_now();
        perform(Queue::Io, entry, 2);
        return kernel_now() - before;
    }
};

// Range and transfer size.

TEST_F(AnsIoTest, WhatWasWrittenIsRead) {
    live([&] {
        EXPECT_EQ(write(5, {1, 2, 3}), kOk);
        EXPECT_EQ(read(4, 5), kOk);
        EXPECT_THAT(received(), ElementsAre(0, 1, 2, 3, 0));
    });
}

TEST_F(AnsIoTest, TheLastBlockCanBeUsed) {
    live([&] {
        EXPECT_EQ(write(kBlocks - 1, {9}), kOk);
        EXPECT_EQ(read(kBlocks - 1, 1), kOk);
        EXPECT_THAT(received(), ElementsAre(9));
    });
}

TEST_F(AnsIoTest, NothingBeyondTheLastBlockCan) {
    config.policies.set(WriteZeroes::On);
    live([&] {
        const std::uint64_t huge = ~std::uint64_t{0};
        for (unsigned opcode : {kRead, kWrite, kWriteZeroes}) {
            for (std::uint64_t lba : {kBlocks, kBlocks + 1, huge, huge - 1, std::uint64_t{1} << 32}) {
                const Completion answer = perform(Queue::Io, blocks_sqe(opcode, lba, 2), 2);
                EXPECT_EQ(answer.status, status::kLbaOutOfRange | kDoNotRetry) << opcode << " at " << lba;
            }
            EXPECT_EQ(io(blocks_sqe(opcode, kBlocks - 1, 2)), status::kLbaOutOfRange) << "one block too many";
            EXPECT_EQ(io(blocks_sqe(opcode, kBlocks - 2, 2)), kOk);
        }
        EXPECT_EQ(front_end.moves, 2u) << "refused commands move no data";
    });
}

TEST_F(AnsIoTest, UpTo1MiBIsMovedByOneCommand) {
    live([&] {
        EXPECT_EQ(read(0, 256), kOk);
        EXPECT_EQ(front_end.moved, 1u << 20);
        EXPECT_EQ(code(perform(Queue::Io, blocks_sqe(kRead, 0, 257), 2)), status::kInvalidField);
        EXPECT_EQ(code(perform(Queue::Io, blocks_sqe(kWrite, 0, 0x10000), 2)), status::kInvalidField);
    });
}

TEST_F(AnsIoTest, TheLargestTransferIsTheProfiles) {
    config.identity.mdts = 1;
    live([&] {
        EXPECT_EQ(read(0, 2), kOk);
        EXPECT_EQ(read(0, 3), status::kInvalidField);
    });
}

TEST_F(AnsIoTest, AnMdtsOfZeroIsNoLimit) {  // source: NVMe 1.1 figure 82
    config.identity.mdts = 0;
    live([&] {
        front_end.data.assign(kBlocks * kBlockSize, std::byte{7});
        EXPECT_EQ(io(blocks_sqe(kWrite, 0, kBlocks)), kOk);
        EXPECT_EQ(read(0, kBlocks), kOk);
        EXPECT_THAT(received(), Each(7u));
    });
}

TEST_F(AnsIoTest, TheLargestReadMayBeScatteredInTheCache) {
    use_media(kBlocks);
    config.identity.mdts = 11;
    live([&] {
        for (std::uint64_t lba = 0; lba < kBlocks;
             lba += 2)  // every other block cached: each is a run of its own
            EXPECT_EQ(write(lba, {1}), kOk);
        EXPECT_EQ(read(0, kBlocks), kOk);
        EXPECT_EQ(received().at(2046), 1u);
        EXPECT_EQ(received().at(2047), 0u);
    });
}

// Namespaces. source: NVMe 1.1 section 6.1: one active, two inactive, the others invalid

TEST_F(AnsIoTest, AnInvalidNamespaceIsRefused) {
    live([&] {
        for (std::uint32_t nsid : {0u, 4u, kAll}) {
            const Completion answer = perform(Queue::Io, sqe(kRead, nsid), 2);
            EXPECT_EQ(answer.status, status::kInvalidNamespace | kDoNotRetry) << nsid;
        }
        EXPECT_EQ(io(sqe(kFlush, 0)), status::kInvalidNamespace);
        EXPECT_EQ(io(sqe(kFlush, 4)), status::kInvalidNamespace);
        EXPECT_EQ(front_end.moves, 0u);
    });
}

TEST_F(AnsIoTest, AnInactiveNamespaceIsAnInvalidField) {
    live([&] {
        for (std::uint32_t nsid : {2u, 3u}) {
            for (unsigned opcode : {kRead, kWrite, kFlush, kDsm}) {
                const Completion answer = perform(Queue::Io, sqe(opcode, nsid), 2);
                EXPECT_EQ(answer.status, status::kInvalidField | kDoNotRetry) << nsid << " opcode " << opcode;
            }
        }
        EXPECT_EQ(front_end.moves, 0u);
    });
}

TEST_F(AnsIoTest, UnknownOpcodesAreRefusedWhateverTheNamespace) {
    live([&] {
        // Write uncorrectable, compare, reservations, vendor's.
        for (unsigned opcode : {0x04u, 0x05u, 0x0du, 0x0eu, 0x11u, 0x80u, 0xffu}) {
            for (std::uint32_t nsid : {0u, 1u, kAll}) {
                const Completion answer = perform(Queue::Io, sqe(opcode, nsid), 2);
                EXPECT_EQ(answer.status, status::kInvalidOpcode | kDoNotRetry) << opcode << " nsid " << nsid;
            }
        }
    });
}

TEST_F(AnsIoTest, FusedAndScatterGatherCommandsAreRefused) {
    live([&] {
        for (unsigned flags : {0x01u, 0x02u, 0x40u, 0x80u}) {
            Sqe entry = blocks_sqe(kRead, 0, 1);
            entry.flags = static_cast<std::uint8_t>(flags);
            EXPECT_EQ(io(entry), status::kInvalidField) << flags;
        }
    });
}

// Cache, flush, FUA.

TEST_F(AnsIoTest, AWriteStaysInTheCacheUntilAFlush) {
    live([&] {
        EXPECT_EQ(write(3, {4}), kOk);
        EXPECT_THAT(store->log, IsEmpty());
        EXPECT_EQ(io(sqe(kFlush, 1)), kOk);
        EXPECT_THAT(store->log, ElementsAre("3=4"));
    });
}

TEST_F(AnsIoTest, FlushOfAllNamespacesIsFlush) {
    live([&] {
        EXPECT_EQ(write(3, {4}), kOk);
        EXPECT_EQ(io(sqe(kFlush, kAll)), kOk);
        EXPECT_THAT(store->log, ElementsAre("3=4"));
    });
}

TEST_F(AnsIoTest, ForcedUnitAccessReachesTheMedium) {
    live([&] {
        EXPECT_EQ(write(1, {8}), kOk);
        EXPECT_EQ(write(3, {4, 5}, kFua), kOk);
        EXPECT_THAT(store->log, ElementsAre("3=4", "4=5"));
    });
}

TEST_F(AnsIoTest, ForcedUnitAccessReadsTheNewest) {
    live([&] {
        EXPECT_EQ(write(3, {4}), kOk);
        EXPECT_EQ(io(blocks_sqe(kRead, 3, 1, kFua)), kOk);
        EXPECT_THAT(received(), ElementsAre(4));
    });
}

// Dataset management. source: NVMe 1.1 section 6.7

TEST_F(AnsIoTest, SeveralRangesAreDeallocated) {
    live([&] {
        EXPECT_EQ(write(0, {1, 2, 3, 4, 5, 6}), kOk);
        EXPECT_EQ(dsm({{0, 1, 0}, {0, 2, 2}, {0, 1, 5}}), kOk);
        EXPECT_THAT(newest(0, 6), ElementsAre(0, 2, 0, 0, 5, 0));
    });
}

TEST_F(AnsIoTest, OneRangeBeyondTheEndRefusesAll) {
    live([&] {
        EXPECT_EQ(write(0, {1, 2}), kOk);
        EXPECT_EQ(dsm({{0, 1, 0}, {0, 2, kBlocks - 1}, {0, 1, 1}}), status::kLbaOutOfRange);
        EXPECT_EQ(dsm({{0, 1, 0}, {0, 1, ~std::uint64_t{0}}}), status::kLbaOutOfRange);
        EXPECT_THAT(newest(0, 2), ElementsAre(1, 2)) << "nothing is done by half";
    });
}

TEST_F(AnsIoTest, TheNumberOfRangesCountsFromZero) {
    live([&] {
        EXPECT_EQ(write(0, {1, 2}), kOk);
        EXPECT_EQ(dsm({{0, 1, 0}}), kOk);
        EXPECT_EQ(front_end.moved, 16u);
        EXPECT_THAT(newest(0, 2), ElementsAre(0, 2));
        std::vector<Range> many(256, Range{0, 0, 0});
        many.back() = {0, 1, 1};
        EXPECT_EQ(dsm(many), kOk);
        EXPECT_EQ(front_end.moved, 4096u);
        EXPECT_THAT(newest(0, 2), ElementsAre(0, 0));
    });
}

TEST_F(AnsIoTest, OnlyTheLowByteIsTheNumberOfRanges) {
    live([&] {
        EXPECT_EQ(dsm({{0, 1, 0}}, kDeallocate, 0xffff'ff00), kOk);
        EXPECT_EQ(front_end.moved, 16u);
    });
}

TEST_F(AnsIoTest, DeallocationIsNotBoundByMdts) {
    live([&] {
        EXPECT_EQ(write(2000, {3}), kOk);
        EXPECT_EQ(dsm({{0, kBlocks, 0}}), kOk);
        EXPECT_THAT(newest(2000, 1), ElementsAre(0));
    });
}

TEST_F(AnsIoTest, HintsChangeNothingButAreLookedAt) {
    live([&] {
        EXPECT_EQ(write(0, {1}), kOk);
        EXPECT_EQ(dsm({{0, 1, 0}}, kReadHint), kOk);
        EXPECT_THAT(newest(0, 1), ElementsAre(1));
        EXPECT_EQ(dsm({{0, 1, kBlocks}}, kReadHint), status::kLbaOutOfRange);
    });
}

// Write Zeroes. source: NVMe 1.1 section 6.16; real-machines.md: ONCS does not offer it

TEST_F(AnsIoTest, WriteZeroesIsAnUnknownOpcode) {
    live([&] { EXPECT_EQ(io(blocks_sqe(kWriteZeroes, 0, 1)), status::kInvalidOpcode); });
}

TEST_F(AnsIoTest, WriteZeroesByPolicyMovesNoDataAndIsNotBoundByMdts) {
    config.policies.set(WriteZeroes::On);
    live([&] {
        EXPECT_EQ(write(0, {1, 2}), kOk);
        EXPECT_EQ(write(2040, {3}), kOk);
        const unsigned moves = front_end.moves;
        EXPECT_EQ(io(blocks_sqe(kWriteZeroes, 1, 2040)), kOk);
        EXPECT_EQ(front_end.moves, moves);
        EXPECT_THAT(newest(0, 2), ElementsAre(1, 0));
        EXPECT_THAT(newest(2040, 1), ElementsAre(0));
    });
}

TEST_F(AnsIoTest, WriteZeroesWithForcedUnitAccessReachesTheMedium) {
    config.policies.set(WriteZeroes::On);
    live([&] {
        EXPECT_EQ(write(1, {8}, kFua), kOk);
        store->log.clear();
        EXPECT_EQ(io(blocks_sqe(kWriteZeroes, 1, 1)), kOk);
        EXPECT_THAT(store->log, IsEmpty());
        EXPECT_EQ(io(blocks_sqe(kWriteZeroes, 1, 1, kFua)), kOk);
        EXPECT_THAT(stored(1, 1), ElementsAre(0));
    });
}

// Failures.

TEST_F(AnsIoTest, AWriteThatTheMediumRefusesIsAWriteFault) {
    live([&] {
        store->bad = 7;
        EXPECT_EQ(write(6, {1, 2}, kFua), status::kWriteFault);
        EXPECT_EQ(write(6, {1, 2}), kOk) << "the cache takes it";
        EXPECT_EQ(io(sqe(kFlush, 1)), status::kWriteFault);
    });
}

TEST_F(AnsIoTest, ADeallocationThatTheMediumRefusesIsAWriteFault) {
    use_media(0);
    live([&] {
        store->bad = 7;
        EXPECT_EQ(dsm({{0, 4, 4}}), status::kWriteFault);
    });
}

TEST_F(AnsIoTest, AReadThatTheMediumRefusesIsUnrecovered) {
    live([&] {
        store->unreadable = true;
        EXPECT_EQ(read(0, 1), status::kUnrecoveredRead);
        EXPECT_EQ(front_end.moves, 0u);
    });
}

TEST_F(AnsIoTest, AMediumErrorMayBeRetried) {
    live([&] {
        store->bad = 7;
        front_end.data = block(1);
        EXPECT_EQ(perform(Queue::Io, blocks_sqe(kWrite, 7, 1, kFua), 2).status, status::kWriteFault);
        store->bad = UINT64_MAX;
        EXPECT_EQ(write(7, {1}, kFua), kOk);
    });
}

TEST_F(AnsIoTest, DataThatCannotBeMovedIsNeitherWrittenNorCounted) {
    live([&] {
        front_end.move_status = status::kDataTransferError;
        EXPECT_EQ(write(0, {5}, kFua), status::kDataTransferError);
        EXPECT_EQ(read(0, 1), status::kDataTransferError);
        EXPECT_EQ(dsm({{0, 1, 0}}), status::kDataTransferError);
        EXPECT_THAT(store->log, IsEmpty());
        EXPECT_EQ(media->counters(kernel_now()).host_reads, 0u);
        EXPECT_EQ(media->counters(kernel_now()).host_writes, 0u);
    });
}

TEST_F(AnsIoTest, ACommandThatHardwareRefusesIsLoggedInTheWordsOfRealFirmware) {
    live([&] {
        submit(Queue::Io, blocks_sqe(kRead, 0, 1), 5, status::kInvalidField, "NULL_PRP_PTR_ERR");
        pass(milliseconds(1));
        ASSERT_EQ(front_end.posted.size(), 1u);
        EXPECT_EQ(front_end.posted[0].completion.status, status::kInvalidField);
        EXPECT_THAT(system.lines,
                    ElementsAre("cmd.c:1371: tag 5 completed with err BAD_CMD- NULL_PRP_PTR_ERR"));
        EXPECT_EQ(front_end.moves, 0u);
    });
}

// Time.

TEST_F(AnsIoTest, ReadsOverlapInTheFlashAndShareTheLink) {
    live([&] {
        const SimTime start = kernel_now();
        for (unsigned tag = 2; tag < 10; ++tag)
            submit(Queue::Io, blocks_sqe(kRead, tag, 1), tag);
        pass(milliseconds(1));
        ASSERT_EQ(front_end.posted.size(), 8u);
        const fw::ServiceTimes& t = config.times;
        EXPECT_EQ(front_end.posted[0].at - start, t.command + t.read + t.page_transfer);
        EXPECT_EQ(front_end.posted[7].at - front_end.posted[0].at, 7 * t.page_transfer);
    });
}

TEST_F(AnsIoTest, ARefusedCommandDoesNotHoldTheLink) {
    live([&] {
        const SimTime alone = time_of(blocks_sqe(kRead, 0, 1));
        const SimTime start = kernel_now();
        submit(Queue::Io, blocks_sqe(kRead, 0, 0x10000), 3);
        submit(Queue::Io, blocks_sqe(kRead, 0, 1), 4);
        pass(milliseconds(1));
        EXPECT_EQ(index(front_end.posted.back().completion.tag), 4u);
        EXPECT_EQ(front_end.posted.back().at - start, alone + config.times.command);
    });
}

TEST_F(AnsIoTest, AFlushIsSlowAndDoesNotHoldReadsUp) {
    live([&] {
        submit(Queue::Io, sqe(kFlush, 1), 3);
        EXPECT_LT(time_of(blocks_sqe(kRead, 0, 1)), microseconds(100));
        pass(config.times.flush);
        EXPECT_EQ(index(front_end.posted.back().completion.tag), 3u);
    });
}

}  // namespace
}  // namespace ans::test
