// SPDX-License-Identifier: MIT
// Admin commands of the NVMe service, against NVMe 1.1 section 5 and what real machines answer.
#include <gmock/gmock.h>

#include "firmware_stub/ans/opcodes.h"
#include "testbench/unit/ans_bench.h"

namespace ans::test {
namespace {

namespace op = fw::opcode;
using ::testing::IsEmpty;

constexpr unsigned kDeleteSq = 0x00, kCreateSq = 0x01, kGetLog = 0x02, kDeleteCq = 0x04, kCreateCq = 0x05,
                   kIdentify = 0x06, kAbort = 0x08, kSetFeatures = 0x09, kGetFeatures = 0x0a,
                   kAsyncEvent = 0x0c;

class AnsAdminTest : public AnsTest {
protected:
    static std::uint32_t queue(unsigned id, unsigned entries) { return id | (entries - 1) << 16; }
    Sqe create_cq(unsigned id = 1, unsigned entries = 64, std::uint32_t flags = 3) {
        return sqe(kCreateCq, 0, queue(id, entries), flags);
    }
    Sqe create_sq(unsigned id = 1, unsigned entries = 64, std::uint32_t flags = 1 | 1 << 16) {
        return sqe(kCreateSq, 0, queue(id, entries), flags);
    }
    Sqe get_log(unsigned page, unsigned bytes, std::uint32_t nsid = kAll) {
        return sqe(kGetLog, nsid, page | (bytes / 4 - 1) << 16);
    }
    void create_queues() {
        EXPECT_EQ(admin(create_cq()), status::kSuccess);
        EXPECT_EQ(admin(create_sq()), status::kSuccess);
    }
    std::uint32_t feature(unsigned id) {
        const Completion answer = perform(Queue::Admin, sqe(kGetFeatures, 0, id));
        EXPECT_EQ(answer.status, status::kSuccess);
        return answer.result;
    }
    NvmeStatus set_feature(std::uint32_t id, std::uint32_t value, std::uint32_t nsid = 0) {
        return admin(sqe(kSetFeatures, nsid, id, value));
    }
    /// Bytes of the data that are not 0, without those in the given ranges.
    std::vector<std::size_t> others(std::initializer_list<std::pair<std::size_t, std::size_t>> known) const {
        std::vector<std::size_t> out;
        for (std::size_t i = 0; i < front_end.data.size(); ++i) {
            const bool listed = std::any_of(known.begin(), known.end(), [&](const auto& range) {
                return i >= range.first && i < range.first + range.second;
            });
            if (!listed && front_end.data[i] != std::byte{0}) out.push_back(i);
        }
        return out;
    }
};

// Identify. source: NVMe 1.1 figures 82 and 83, real-machines.md "Identity"

TEST_F(AnsAdminTest, IdentifyControllerTellsWhatRealMachinesTell) {
    live([&] {
        EXPECT_EQ(admin(sqe(kIdentify, 0, 1)), status::kSuccess);
        EXPECT_EQ(front_end.moved, 4096u);
        EXPECT_EQ(at<std::uint16_t>(0), 0x106b) << "VID";
        EXPECT_EQ(at<std::uint16_t>(2), 0x106b) << "SSVID";
        EXPECT_EQ(text_at(4, 20), "0ba01234c56d7e8f    ") << "SN";
        EXPECT_EQ(text_at(24, 40), "APPLE SSD AP0512Z                       ") << "MN";
        EXPECT_EQ(text_at(64, 8), "499.0.9 ") << "FR";
        EXPECT_EQ(at<std::uint8_t>(77), 8) << "MDTS";
        EXPECT_EQ(at<std::uint16_t>(256), 0x0004) << "OACS";
        EXPECT_EQ(at<std::uint8_t>(260), 0x02) << "FRMW";
        EXPECT_EQ(at<std::uint8_t>(512), 0x66) << "SQES";
        EXPECT_EQ(at<std::uint8_t>(513), 0x44) << "CQES";
        EXPECT_EQ(at<std::uint32_t>(516), 3u) << "NN";
        EXPECT_EQ(at<std::uint16_t>(520), 0x0004) << "ONCS";
        EXPECT_EQ(at<std::uint8_t>(525), 0x01) << "VWC";
    });
}

TEST_F(AnsAdminTest, IdentifyControllerLeavesEverythingElseZero) {
    live([&] {
        EXPECT_EQ(admin(sqe(kIdentify, 0, 1)), status::kSuccess);
        // Among them, as on real machines: IEEE 73, CNTLID 78, VER 80, OAES 92, LPA 261, NPSS 263, PSD0 2048.
        EXPECT_THAT(others({{0, 73}, {77, 1}, {256, 2}, {260, 1}, {512, 2}, {516, 4}, {520, 2}, {525, 1}}),
                    IsEmpty());
    });
}

TEST_F(AnsAdminTest, IdentityOfTheProfileIsShown) {
    config.identity.model = "APPLE SSD AP1024Q";
    config.identity.serial = "0123456789abcdef0123456789";
    config.identity.firmware = "1161.80.1";
    config.identity.mdts = 5;
    live([&] {
        EXPECT_EQ(admin(sqe(kIdentify, 0, 1)), status::kSuccess);
        EXPECT_EQ(text_at(4, 20), "0123456789abcdef0123") << "what does not fit is cut";
        EXPECT_EQ(text_at(24, 40), "APPLE SSD AP1024Q                       ");
        EXPECT_EQ(text_at(64, 8), "1161.80.");
        EXPECT_EQ(at<std::uint8_t>(77), 5);
    });
}

TEST_F(AnsAdminTest, IdentifyControllerOffersWriteZeroesByPolicy) {
    config.policies.set(WriteZeroes::On);
    live([&] {
        EXPECT_EQ(admin(sqe(kIdentify, 0, 1)), status::kSuccess);
        EXPECT_EQ(at<std::uint16_t>(520), 0x000c);
    });
}

TEST_F(AnsAdminTest, IdentifyNamespaceTellsSizeAndBlockSize) {
    live([&] {
        EXPECT_EQ(admin(sqe(kIdentify, 1, 0)), status::kSuccess);
        EXPECT_EQ(at<std::uint64_t>(0), kBlocks) << "NSZE";
        EXPECT_EQ(at<std::uint64_t>(8), kBlocks) << "NCAP";
        EXPECT_EQ(at<std::uint64_t>(16), kBlocks) << "NUSE";
        EXPECT_EQ(at<std::uint32_t>(128), 12u << 16) << "LBAF0: 4096 bytes, no metadata";
        EXPECT_THAT(others({{0, 24}, {128, 4}}), IsEmpty()) << "NLBAF and FLBAS are 0: one format, in use";
    });
}

TEST_F(AnsAdminTest, InactiveNamespacesAreAllZero) {
    live([&] {
        for (std::uint32_t nsid : {2u, 3u}) {
            front_end.data.assign(4096, std::byte{0xaa});
            EXPECT_EQ(admin(sqe(kIdentify, nsid, 0)), status::kSuccess);
            EXPECT_THAT(others({}), IsEmpty()) << nsid;
        }
    });
}

TEST_F(AnsAdminTest, IdentifyOfANamespaceThatCannotExistIsRefused) {
    live([&] {
        for (std::uint32_t nsid : {0u, 4u, kAll}) {
            const Completion answer = perform(Queue::Admin, sqe(kIdentify, nsid, 0));
            EXPECT_EQ(answer.status, status::kInvalidNamespace | kDoNotRetry) << nsid;
        }
        EXPECT_EQ(front_end.moves, 0u);
    });
}

// The firmware is of the time when CNS was one bit. source: hardware.md 5 VS, incidents.md cns-beyond-binary
TEST_F(AnsAdminTest, OfCnsOnlyTheLowestBitCounts) {
    live([&] {
        EXPECT_EQ(admin(sqe(kIdentify, 1, 2)), status::kSuccess);
        EXPECT_EQ(at<std::uint64_t>(0), kBlocks) << "CNS 2, the list of namespaces, is taken for 0";
        EXPECT_EQ(admin(sqe(kIdentify, 1, 3)), status::kSuccess);
        EXPECT_EQ(at<std::uint16_t>(0), 0x106b) << "CNS 3, the descriptors, is taken for 1";
        EXPECT_EQ(admin(sqe(kIdentify, 0, 0x10)), status::kInvalidNamespace);
    });
}

TEST_F(AnsAdminTest, ATransferThatTheNvmmuRefusesFailsTheCommand) {
    live([&] {
        front_end.move_status = status::kDataTransferError;
        EXPECT_EQ(admin(sqe(kIdentify, 0, 1)), status::kDataTransferError);
        EXPECT_EQ(admin(get_log(2, 512)), status::kDataTransferError);
    });
}

// Queues. source: NVMe 1.1 figures 48 to 58, hardware.md 5 "Capacity"

TEST_F(AnsAdminTest, QueuesAreMadeAsTheDriverWants) {
    live([&] {
        EXPECT_EQ(admin(create_cq(1, 64, 1)), status::kSuccess) << "without interrupt, as m1n1 does";
        EXPECT_EQ(front_end.cq.base, kQueueBase);
        EXPECT_EQ(front_end.cq.entries, 64u);
        EXPECT_FALSE(front_end.cq.interrupt);
        EXPECT_EQ(admin(create_sq(1, 2, 1 | 2 << 1 | 1 << 16)), status::kSuccess)
            << "with a priority, as U-Boot does";
        EXPECT_EQ(front_end.sq.base, kQueueBase);
        EXPECT_EQ(front_end.sq.entries, 2u);
    });
}

TEST_F(AnsAdminTest, AQueueOfAnyOtherIdIsRefused) {
    live([&] {
        for (unsigned id : {0u, 2u, 0xffffu}) {
            EXPECT_EQ(admin(create_cq(id)), status::kInvalidQueueId) << id;
            EXPECT_EQ(admin(create_sq(id)), status::kInvalidQueueId) << id;
        }
    });
}

TEST_F(AnsAdminTest, AQueueOfOneEntryOrMoreThan64IsRefused) {
    live([&] {
        for (unsigned entries : {1u, 65u, 0x10000u}) {
            EXPECT_EQ(admin(create_cq(1, entries)), status::kInvalidQueueSize) << entries;
        }
        EXPECT_EQ(admin(create_cq()), status::kSuccess);
        for (unsigned entries : {1u, 65u, 0x10000u}) {
            EXPECT_EQ(admin(create_sq(1, entries)), status::kInvalidQueueSize) << entries;
        }
    });
}

TEST_F(AnsAdminTest, AQueueInPiecesIsRefused) {
    live([&] {
        EXPECT_EQ(admin(create_cq(1, 64, 2)), status::kInvalidField);
        EXPECT_EQ(admin(create_cq()), status::kSuccess);
        EXPECT_EQ(admin(create_sq(1, 64, 1 << 16)), status::kInvalidField);
    });
}

TEST_F(AnsAdminTest, AQueueThatIsNotPageAlignedIsRefused) {
    live([&] {
        Sqe cq = create_cq(), sq = create_sq();
        cq.prp1 += 64;
        sq.prp1 += 4;
        EXPECT_EQ(admin(cq), status::kPrpOffsetInvalid);
        EXPECT_EQ(admin(create_cq()), status::kSuccess);
        EXPECT_EQ(admin(sq), status::kPrpOffsetInvalid);
        EXPECT_EQ(front_end.sq.entries, 0u);
    });
}

TEST_F(AnsAdminTest, ThereIsOneInterruptVector) {
    live([&] {
        EXPECT_EQ(admin(create_cq(1, 64, 3 | 1 << 16)), status::kInvalidInterruptVector);
        EXPECT_EQ(front_end.cq.entries, 0u);
    });
}

TEST_F(AnsAdminTest, ASubmissionQueueNeedsACompletionQueue) {
    live([&] {
        EXPECT_EQ(admin(create_sq()), status::kInvalidCompletionQueue);
        EXPECT_EQ(admin(create_cq()), status::kSuccess);
        for (std::uint32_t id : {0u, 2u}) {
            EXPECT_EQ(admin(create_sq(1, 64, 1 | id << 16)), status::kInvalidCompletionQueue) << id;
        }
    });
}

TEST_F(AnsAdminTest, AQueueIsNotMadeTwice) {
    live([&] {
        create_queues();
        EXPECT_EQ(admin(create_cq()), status::kInvalidQueueId);
        EXPECT_EQ(admin(create_sq()), status::kInvalidQueueId);
    });
}

TEST_F(AnsAdminTest, QueuesAreDeletedInOrderAndMadeAgain) {
    live([&] {
        create_queues();
        EXPECT_EQ(admin(sqe(kDeleteCq, 0, 1)), status::kInvalidQueueDeletion) << "its submission queue lives";
        EXPECT_EQ(admin(sqe(kDeleteSq, 0, 1)), status::kSuccess);
        EXPECT_EQ(front_end.sq.entries, 0u);
        EXPECT_EQ(admin(sqe(kDeleteCq, 0, 1)), status::kSuccess);
        EXPECT_EQ(front_end.cq.entries, 0u);
        create_queues();
    });
}

TEST_F(AnsAdminTest, AQueueThatIsNotThereIsNotDeleted) {
    live([&] {
        EXPECT_EQ(admin(sqe(kDeleteSq, 0, 1)), status::kInvalidQueueId);
        EXPECT_EQ(admin(sqe(kDeleteCq, 0, 1)), status::kInvalidQueueId);
        create_queues();
        for (unsigned id : {0u, 2u}) {
            EXPECT_EQ(admin(sqe(kDeleteSq, 0, id)), status::kInvalidQueueId) << id;
            EXPECT_EQ(admin(sqe(kDeleteCq, 0, id)), status::kInvalidQueueId) << id;
        }
    });
}

// source: NVMe 1.1 section 5.6: nothing is posted for a queue after its deletion was
TEST_F(AnsAdminTest, DeletingASubmissionQueueEndsItsCommandsFirst) {
    live([&] {
        create_queues();
        front_end.posted.clear();
        submit(Queue::Io, sqe(op::kFlush, 1), 2);
        submit(Queue::Io, sqe(op::kFlush, 1), 3);
        EXPECT_EQ(admin(sqe(kDeleteSq, 0, 1)), status::kSuccess);
        pass(milliseconds(20));
        ASSERT_EQ(front_end.posted.size(), 3u);
        EXPECT_EQ(index(front_end.posted[0].completion.tag), 2u);
        EXPECT_EQ(front_end.posted[0].completion.status, status::kAbortedBySqDeletion);
        EXPECT_EQ(front_end.posted[1].completion.status, status::kAbortedBySqDeletion);
        EXPECT_EQ(front_end.posted[2].completion.queue, Queue::Admin);
    });
}

// Features. source: NVMe 1.1 section 5.12

TEST_F(AnsAdminTest, ThereIsOneQueueOfEachKindWhateverIsAskedFor) {
    live([&] {
        for (std::uint32_t wanted : {0u, 0x003f'003fu, 0xfffe'fffeu}) {
            const Completion answer = perform(Queue::Admin, sqe(kSetFeatures, 0, 7, wanted));
            EXPECT_EQ(answer.status, status::kSuccess) << wanted;
            EXPECT_EQ(answer.result, 0u) << "counted from zero";
        }
        EXPECT_EQ(feature(7), 0u);
    });
}

TEST_F(AnsAdminTest, TheNumberOfQueuesMayBeSetAfterTheyWereMade) {  // source: hardware.md 5: Linux does
    live([&] {
        create_queues();
        EXPECT_EQ(set_feature(7, 0), status::kSuccess);
    });
}

TEST_F(AnsAdminTest, FeaturesKeepWhatWasSet) {
    live([&] {
        for (unsigned id : {1u, 4u, 5u, 8u, 9u, 0xau, 0xbu}) {
            EXPECT_EQ(set_feature(id, 0x100 + id), status::kSuccess) << id;
        }
        for (unsigned id : {1u, 4u, 5u, 8u, 9u, 0xau, 0xbu}) {
            EXPECT_EQ(feature(id), 0x100 + id);
        }
    });
}

TEST_F(AnsAdminTest, UnknownFeaturesAreRefused) {
    live([&] {
        // 0x0c and 0x10 are what Linux sets where Identify offers it; this controller does not.
        for (unsigned id : {0x00u, 0x03u, 0x0cu, 0x0du, 0x10u, 0x80u, 0xc0u, 0xffu}) {
            EXPECT_EQ(set_feature(id, 0), status::kInvalidField) << id;
            EXPECT_EQ(admin(sqe(kGetFeatures, 0, id)), status::kInvalidField) << id;
        }
    });
}

TEST_F(AnsAdminTest, NoFeatureCanBeSaved) {  // ONCS says so
    live([&] {
        EXPECT_EQ(set_feature(4 | 1u << 31, 0x150), status::kFeatureNotSaveable);
        EXPECT_EQ(feature(4), 0u);
    });
}

TEST_F(AnsAdminTest, ThereIsOnePowerState) {
    live([&] {
        EXPECT_EQ(set_feature(2, 0), status::kSuccess);
        EXPECT_EQ(set_feature(2, 1), status::kInvalidField);
        EXPECT_EQ(feature(2), 0u);
    });
}

TEST_F(AnsAdminTest, TheVolatileWriteCacheIsOnAtFirst) {
    live([&] { EXPECT_EQ(feature(6), 1u); });
}

TEST_F(AnsAdminTest, TurningTheWriteCacheOffFlushesItAndLetsWritesThrough) {
    live([&] {
        front_end.data = block(5);
        EXPECT_EQ(io(blocks_sqe(op::kWrite, 10, 1)), status::kSuccess);
        EXPECT_THAT(store->log, IsEmpty());
        EXPECT_EQ(set_feature(6, 0), status::kSuccess);
        EXPECT_EQ(stored(10, 1), (std::vector<unsigned>{5}));
        front_end.data = block(6);
        EXPECT_EQ(io(blocks_sqe(op::kWrite, 11, 1)), status::kSuccess);
        EXPECT_EQ(stored(11, 1), (std::vector<unsigned>{6}));
    });
}

TEST_F(AnsAdminTest, AControllerResetForgetsFeatures) {
    live([&] {
        EXPECT_EQ(set_feature(6, 0), status::kSuccess);
        EXPECT_EQ(set_feature(4, 0x150), status::kSuccess);
        set_cc(0);
        pass(milliseconds(1));
        set_cc(kEnabled);
        pass(config.times.ready_unclean);
        EXPECT_EQ(feature(6), 1u);
        EXPECT_EQ(feature(4), 0u);
    });
}

TEST_F(AnsAdminTest, FeaturesOfTheControllerDoNotLookAtTheNamespace) {
    live([&] {
        for (std::uint32_t nsid : {0u, 1u, 2u, kAll}) {
            EXPECT_EQ(set_feature(4, nsid, nsid), status::kSuccess);
        }
    });
}

// Log pages. source: NVMe 1.1 section 5.10, real-machines.md

TEST_F(AnsAdminTest, SmartCountersLive) {
    media->power_on(0);
    live([&] {
        for (int i = 0; i < 3; ++i)
            EXPECT_EQ(io(blocks_sqe(op::kRead, 0, 250)), status::kSuccess);
        front_end.data.assign(250 * kBlockSize, std::byte{1});
        EXPECT_EQ(io(blocks_sqe(op::kWrite, 0, 250)), status::kSuccess);
        EXPECT_EQ(admin(get_log(2, 512)), status::kSuccess);
        EXPECT_EQ(at<std::uint8_t>(0), 0) << "no critical warning";
        EXPECT_EQ(at<std::uint16_t>(1), 308) << "kelvin";
        EXPECT_EQ(at<std::uint8_t>(3), 100) << "available spare";
        EXPECT_EQ(at<std::uint8_t>(5), 0) << "percentage used";
        EXPECT_EQ(at<std::uint64_t>(32), 6u) << "3 x 2000 sectors read, in thousands";
        EXPECT_EQ(at<std::uint64_t>(48), 2u) << "written";
        EXPECT_EQ(at<std::uint64_t>(64), 3u) << "read commands";
        EXPECT_EQ(at<std::uint64_t>(80), 1u) << "write commands";
        EXPECT_EQ(at<std::uint64_t>(112), 1u) << "power cycles";
        EXPECT_EQ(at<std::uint64_t>(144), 0u) << "unsafe shutdowns";
        EXPECT_EQ(at<std::uint64_t>(160), 0u) << "media errors";
    });
}

TEST_F(AnsAdminTest, SmartCountsAPowerCutWithoutAShutdown) {
    media->power_on(0);
    live([&] {
        media->power_cut(kernel_now());
        media->power_on(kernel_now());
        EXPECT_EQ(admin(get_log(2, 512)), status::kSuccess);
        EXPECT_EQ(at<std::uint64_t>(112), 2u) << "power cycles";
        EXPECT_EQ(at<std::uint64_t>(144), 1u) << "unsafe shutdowns";
    });
}

TEST_F(AnsAdminTest, SmartDoesNotCountAPowerCutAfterAShutdown) {
    media->power_on(0);
    live([&] {
        set_cc(kEnabled | kShutdown);
        pass(milliseconds(10));
        media->power_cut(kernel_now());
        media->power_on(kernel_now());
        EXPECT_EQ(admin(get_log(2, 512)), status::kSuccess);
        EXPECT_EQ(at<std::uint64_t>(144), 0u) << "unsafe shutdowns";
    });
}

TEST_F(AnsAdminTest, SmartCountsMediaErrors) {
    live([&] {
        store->bad = 7;
        front_end.data = block(1);
        EXPECT_EQ(io(blocks_sqe(op::kWrite, 7, 1, 1u << 30)), status::kWriteFault);
        EXPECT_EQ(admin(get_log(2, 512)), status::kSuccess);
        EXPECT_EQ(at<std::uint64_t>(160), 1u);
    });
}

TEST(AnsSmartPage, WarnsOfSpareBelowItsThreshold) {
    fw::Page page;
    DeviceCounters counters;
    counters.available_spare = 98;
    fw::smart_log(page, counters);
    EXPECT_EQ(page[0], std::byte{1});
    EXPECT_EQ(page[3], std::byte{98});
    EXPECT_EQ(page[4], std::byte{99}) << "threshold";
}

TEST_F(AnsAdminTest, SmartIsOfTheWholeController) {
    live([&] {
        EXPECT_EQ(admin(get_log(2, 512, 0)), status::kSuccess);
        EXPECT_EQ(admin(get_log(2, 512, kAll)), status::kSuccess);
        for (std::uint32_t nsid : {1u, 2u, 4u})
            EXPECT_EQ(admin(get_log(2, 512, nsid)), status::kInvalidField) << "LPA: not by namespace";
    });
}

TEST_F(AnsAdminTest, TheFirmwareLogShowsOneActiveSlot) {
    live([&] {
        EXPECT_EQ(admin(get_log(3, 512)), status::kSuccess);
        EXPECT_EQ(at<std::uint8_t>(0), 1) << "AFI";
        EXPECT_EQ(text_at(8, 8), "499.0.9 ");
        EXPECT_THAT(others({{0, 1}, {8, 8}}), IsEmpty());
    });
}

TEST_F(AnsAdminTest, TheErrorLogIsRefusedAsOnRealMachines) {
    live([&] {
        const Completion answer = perform(Queue::Admin, get_log(1, 64));
        EXPECT_EQ(answer.status, 0x109) << "real-machines.md prints just that";
    });
}

TEST_F(AnsAdminTest, UnknownLogPagesAreRefusedWhateverTheirLength) {
    live([&] {
        for (unsigned page : {0x00u, 0x04u, 0x05u, 0x80u, 0xc0u, 0xffu}) {
            EXPECT_EQ(admin(get_log(page, 512)), status::kInvalidLogPage) << page;
            EXPECT_EQ(admin(get_log(page, 16384)), status::kInvalidLogPage) << page;
        }
        EXPECT_EQ(front_end.moves, 0u);
    });
}

TEST_F(AnsAdminTest, ALogPageIsMovedInTheLengthAskedFor) {
    live([&] {
        EXPECT_EQ(admin(get_log(2, 4)), status::kSuccess) << "NUMD 0";
        EXPECT_EQ(front_end.moved, 4u);
        EXPECT_EQ(admin(get_log(2, 4096)), status::kSuccess);
        EXPECT_EQ(front_end.moved, 4096u);
        EXPECT_THAT(others({{0, 512}}), IsEmpty()) << "beyond the page: zeros";
        EXPECT_EQ(admin(get_log(2, 4100)), status::kInvalidField);
    });
}

// The rest.

TEST_F(AnsAdminTest, AbortAbortsNothing) {
    live([&] {
        submit(Queue::Io, sqe(op::kFlush, 1), 2);
        const Completion answer = perform(Queue::Admin, sqe(kAbort, 0, 2 << 16 | 1));
        EXPECT_EQ(answer.status, status::kSuccess);
        EXPECT_EQ(answer.result, 1u) << "bit 0: the command was not aborted";
        pass(milliseconds(20));
        EXPECT_EQ(front_end.posted.back().completion.status, status::kSuccess) << "the flush goes on";
    });
}

TEST_F(AnsAdminTest, UnknownOpcodesAreRefusedForGood) {
    live([&] {
        // Asynchronous event request, firmware commit and download, format, security: none is known here.
        for (unsigned opcode : {kAsyncEvent, 0x03u, 0x07u, 0x0du, 0x10u, 0x11u, 0x80u, 0x81u, 0xc0u, 0xffu}) {
            const Completion answer = perform(Queue::Admin, sqe(opcode, kAll));
            EXPECT_EQ(answer.status, status::kInvalidOpcode | kDoNotRetry) << opcode;
        }
    });
}

TEST_F(AnsAdminTest, FusedAndScatterGatherCommandsAreRefused) {
    live([&] {
        for (unsigned flags : {0x01u, 0x02u, 0x40u, 0x80u}) {
            Sqe identify = sqe(kIdentify, 0, 1);
            identify.flags = static_cast<std::uint8_t>(flags);
            EXPECT_EQ(admin(identify), status::kInvalidField) << flags;
        }
    });
}

TEST_F(AnsAdminTest, CompletionsEchoIdAndLife) {
    life = 77;
    live([&] {
        Sqe identify = sqe(kIdentify, 0, 1);
        identify.cid = 0x1234;
        const Completion answer = perform(Queue::Admin, identify, 1);
        EXPECT_EQ(answer.cid, 0x1234);
        EXPECT_EQ(answer.life, 77u);
        EXPECT_EQ(answer.queue, Queue::Admin);
    });
}

}  // namespace
}  // namespace ans::test
