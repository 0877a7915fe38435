// SPDX-License-Identifier: MIT
// The controller's life as the firmware lives it: enable, disable, shut down, pause, stop, die.
#include <gmock/gmock.h>

#include "testbench/unit/ans_bench.h"

namespace ans::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr unsigned kFlush = 0x00, kWrite = 0x01, kRead = 0x02, kCreateSq = 0x01, kCreateCq = 0x05,
                   kIdentify = 0x06;

class AnsLifeTest : public AnsTest {
protected:
    /// What CSTS became, and how long after `since`.
    struct Shown {
        bool ready;
        unsigned shutdown;
        SimTime after;
        bool operator==(const Shown& o) const {
            return ready == o.ready && shutdown == o.shutdown && after == o.after;
        }
        friend std::ostream& operator<<(std::ostream& out, const Shown& s) {
            return out << "{RDY " << s.ready << ", SHST " << s.shutdown << ", after " << s.after << " ps}";
        }
    };
    std::vector<Shown> shown(SimTime since) const {
        std::vector<Shown> out;
        for (const auto& csts : front_end.csts) {
            EXPECT_FALSE(csts.fatal);
            out.push_back({csts.ready, csts.shutdown, csts.at - since});
        }
        return out;
    }
    void create_queues() {
        EXPECT_EQ(admin(sqe(kCreateCq, 0, 1 | 63 << 16, 3)), status::kSuccess);
        EXPECT_EQ(admin(sqe(kCreateSq, 0, 1 | 63 << 16, 1 | 1 << 16)), status::kSuccess);
    }
    void cached_write(std::uint64_t lba, unsigned value) {
        front_end.data = block(value);
        EXPECT_EQ(io(blocks_sqe(kWrite, lba, 1)), status::kSuccess);
    }
};

// Enable.

TEST_F(AnsLifeTest, AFreshDriveIsReadyAfterTheReadyTime) {
    off([&] {
        front_end.csts.clear();
        const SimTime t = kernel_now();
        set_cc(kEnabled);
        pass(seconds(1));
        EXPECT_THAT(shown(t), ElementsAre(Shown{true, 0, config.times.ready}));
    });
}

TEST_F(AnsLifeTest, WithoutAShutdownTheNextReadyTakesLonger) {
    live([&] {
        set_cc(0);
        pass(milliseconds(1));
        front_end.csts.clear();
        const SimTime t = kernel_now();
        set_cc(kEnabled);
        pass(seconds(1));
        EXPECT_THAT(shown(t), ElementsAre(Shown{true, 0, config.times.ready_unclean}));
    });
}

TEST_F(AnsLifeTest, AfterAShutdownTheNextReadyIsQuick) {
    live([&] {
        set_cc(kEnabled | kShutdown);
        pass(milliseconds(10));
        set_cc(0);
        pass(milliseconds(1));
        front_end.csts.clear();
        const SimTime t = kernel_now();
        set_cc(kEnabled);
        pass(seconds(1));
        EXPECT_THAT(shown(t), ElementsAre(Shown{true, 0, config.times.ready}));
    });
}

TEST_F(AnsLifeTest, CleanlinessOutlivesTheFirmware) {
    live([&] {
        set_cc(kEnabled | kShutdown);
        pass(milliseconds(10));
        set_cc(0);
        pass(milliseconds(1));
        service->stop(false, kernel_now());
        service->start(kernel_now());
        front_end.csts.clear();
        const SimTime t = kernel_now();
        set_cc(kEnabled);
        pass(seconds(1));
        EXPECT_THAT(shown(t), ElementsAre(Shown{true, 0, config.times.ready}));
    });
}

TEST_F(AnsLifeTest, CommandsBeforeReadyAreNeverAnswered) {
    off([&] {
        set_cc(kEnabled);
        submit(Queue::Admin, sqe(kIdentify, 0, 1));
        pass(seconds(1));
        EXPECT_THAT(front_end.posted, IsEmpty());
        EXPECT_EQ(admin(sqe(kIdentify, 0, 1)), status::kSuccess);
    });
}

TEST_F(AnsLifeTest, WritingCcWithoutAChangeOfEnDoesNothing) {
    live([&] {
        set_cc(kEnabled | 1 << 11);
        pass(seconds(1));
        EXPECT_THAT(front_end.csts, IsEmpty());
    });
}

// Disable.

TEST_F(AnsLifeTest, ADisabledControllerIsNotReady) {
    live([&] {
        const SimTime t = kernel_now();
        set_cc(0);
        pass(seconds(1));
        EXPECT_THAT(shown(t), ElementsAre(Shown{false, 0, config.times.disable}));
    });
}

TEST_F(AnsLifeTest, CommandsInFlightAtADisableAreNeverAnswered) {
    live([&] {
        submit(Queue::Admin, sqe(kIdentify, 0, 1), 0);
        submit(Queue::Io, sqe(kFlush, 1), 2);
        set_cc(0);
        pass(seconds(1));
        EXPECT_THAT(front_end.posted, IsEmpty());
        EXPECT_EQ(front_end.moves, 0u);
    });
}

TEST_F(AnsLifeTest, DisablingWhileEnablingCrashesTheFirmware) {
    off([&] {
        set_cc(kEnabled);
        pass(microseconds(100));
        set_cc(0);
        EXPECT_THAT(system.crashes, ElementsAre(HasSubstr("while it was being enabled")));
    });
}

TEST_F(AnsLifeTest, DisablingWhileEnablingIsFineByPolicy) {
    config.policies.set(DisableWhileEnabling::Accept);
    off([&] {
        front_end.csts.clear();
        set_cc(kEnabled);
        pass(microseconds(100));
        const SimTime t = kernel_now();
        set_cc(0);
        pass(seconds(1));
        EXPECT_THAT(shown(t), ElementsAre(Shown{false, 0, config.times.disable})) << "never ready";
        EXPECT_THAT(system.crashes, IsEmpty());
    });
}

TEST_F(AnsLifeTest, AnnouncedDisablingWhileEnablingIsFine) {
    off([&] {
        set_cc(kEnabled);
        pass(microseconds(100));
        set_cc(kEnabled | kShutdown);
        pass(microseconds(100));
        set_cc(0);
        EXPECT_THAT(system.crashes, IsEmpty());
    });
}

TEST_F(AnsLifeTest, DisablingWithQueuesAliveIsLogged) {
    live([&] {
        create_queues();
        set_cc(0);
        EXPECT_THAT(system.lines, ElementsAre(HasSubstr("I/O queues alive")));
        EXPECT_THAT(system.crashes, IsEmpty());
    });
}

TEST_F(AnsLifeTest, DisablingWithQueuesAliveIsFineByPolicy) {
    config.policies.set(DisableWithQueues::Accept);
    live([&] {
        create_queues();
        set_cc(0);
        EXPECT_THAT(system.lines, IsEmpty());
    });
}

TEST_F(AnsLifeTest, DisablingWithQueuesAliveCrashesByPolicy) {
    config.policies.set(DisableWithQueues::Crash);
    live([&] {
        create_queues();
        set_cc(0);
        EXPECT_THAT(system.crashes, ElementsAre(HasSubstr("I/O queues alive")));
    });
}

TEST_F(AnsLifeTest, QueuesDoNotOutliveTheController) {
    live([&] {
        create_queues();
        set_cc(0);
        pass(milliseconds(1));
        set_cc(kEnabled);
        pass(config.times.ready_unclean);
        create_queues();
    });
}

// Shut down. source: NVMe 1.1 section 7.6.2

TEST_F(AnsLifeTest, AShutdownIsReportedWhenItBeginsAndWhenItIsDone) {
    live([&] {
        const SimTime t = kernel_now();
        set_cc(kEnabled | kShutdown);
        pass(seconds(1));
        EXPECT_THAT(shown(t), ElementsAre(Shown{true, 1, 0}, Shown{true, 2, config.times.shutdown}));
    });
}

TEST_F(AnsLifeTest, AnAbruptShutdownIsAShutdown) {
    live([&] {
        const SimTime t = kernel_now();
        set_cc(kEnabled | 0x8000);
        pass(seconds(1));
        EXPECT_THAT(shown(t), ElementsAre(Shown{true, 1, 0}, Shown{true, 2, config.times.shutdown}));
    });
}

TEST_F(AnsLifeTest, AShutdownFlushesTheCache) {
    live([&] {
        cached_write(3, 4);
        EXPECT_THAT(store->log, IsEmpty());
        set_cc(kEnabled | kShutdown);
        pass(milliseconds(10));
        EXPECT_THAT(store->log, ElementsAre("3=4"));
        EXPECT_TRUE(media->state().clean());
    });
}

TEST_F(AnsLifeTest, WritesAnsweredDuringAShutdownAreSafeWhenItIsDone) {
    live([&] {
        front_end.data = block(4);
        submit(Queue::Io, blocks_sqe(kWrite, 3, 1), 2);
        set_cc(kEnabled | kShutdown);
        pass(milliseconds(10));
        EXPECT_EQ(front_end.posted.size(), 1u);
        EXPECT_THAT(store->log, ElementsAre("3=4"));
        EXPECT_TRUE(media->state().clean());
    });
}

TEST_F(AnsLifeTest, AShutdownWhoseFlushFailsIsDoneButNotClean) {
    live([&] {
        cached_write(3, 4);
        store->bad = 3;
        set_cc(kEnabled | kShutdown);
        pass(milliseconds(10));
        EXPECT_EQ(front_end.csts.back().shutdown, 2u);
        EXPECT_FALSE(media->state().clean());
    });
}

TEST_F(AnsLifeTest, AShutdownCutShortIsNotClean) {
    live([&] {
        cached_write(3, 4);
        set_cc(kEnabled | kShutdown);
        pass(microseconds(10));
        set_cc(0);
        pass(milliseconds(10));
        EXPECT_FALSE(media->state().clean());
    });
}

TEST_F(AnsLifeTest, ADisableEndsTheShutdownState) {
    live([&] {
        set_cc(kEnabled | kShutdown);
        pass(milliseconds(10));
        front_end.csts.clear();
        const SimTime t = kernel_now();
        set_cc(0);
        pass(milliseconds(1));
        EXPECT_THAT(shown(t), ElementsAre(Shown{false, 0, config.times.disable}));
    });
}

TEST_F(AnsLifeTest, AskingForAShutdownTwiceIsOneShutdown) {
    live([&] {
        set_cc(kEnabled | kShutdown);
        set_cc(kEnabled);
        set_cc(kEnabled | kShutdown);
        pass(milliseconds(10));
        EXPECT_EQ(front_end.csts.size(), 2u);
    });
}

TEST_F(AnsLifeTest, AControllerThatIsOffHasNothingToShutDown) {
    off([&] {
        front_end.csts.clear();
        set_cc(kShutdown);
        pass(milliseconds(10));
        EXPECT_THAT(front_end.csts, IsEmpty());
    });
}

// Stop, pause, go on.

TEST_F(AnsLifeTest, FirmwareThatDoesNotServeAnswersNothing) {
    make();
    run([&] {
        set_cc(kEnabled);
        submit(Queue::Admin, sqe(kIdentify, 0, 1));
        pass(seconds(1));
        EXPECT_THAT(front_end.csts, IsEmpty());
        EXPECT_THAT(front_end.posted, IsEmpty());
    });
}

TEST_F(AnsLifeTest, CommandsInFlightAtAStopAreNeverAnswered) {
    live([&] {
        submit(Queue::Io, sqe(kFlush, 1), 2);
        service->stop(false, kernel_now());
        pass(seconds(1));
        service->start(kernel_now());
        pass(seconds(1));
        EXPECT_THAT(front_end.posted, IsEmpty());
        EXPECT_THAT(store->log, IsEmpty());
    });
}

TEST_F(AnsLifeTest, FirmwareStartedAnewShowsAControllerThatIsOff) {
    live([&] {
        service->stop(false, kernel_now());
        pass(milliseconds(1));
        service->start(kernel_now());
        ASSERT_EQ(front_end.csts.size(), 1u);
        EXPECT_FALSE(front_end.csts[0].ready);
        EXPECT_EQ(front_end.csts[0].shutdown, 0u);
    });
}

TEST_F(AnsLifeTest, QuiescedFirmwareAnswersWhenItGoesOn) {
    live([&] {
        submit(Queue::Io, blocks_sqe(kRead, 0, 1), 2);
        service->stop(true, kernel_now());
        pass(seconds(1));
        EXPECT_THAT(front_end.posted, IsEmpty());
        service->start(kernel_now());
        pass(milliseconds(1));
        ASSERT_EQ(front_end.posted.size(), 1u);
        EXPECT_EQ(front_end.posted[0].completion.status, status::kSuccess);
        EXPECT_THAT(front_end.csts, IsEmpty()) << "the controller is as it was";
    });
}

TEST_F(AnsLifeTest, CommandsRungInAQuiesceAreNeverAnswered) {
    live([&] {
        service->stop(true, kernel_now());
        submit(Queue::Io, blocks_sqe(kRead, 0, 1), 2);
        pass(milliseconds(1));
        service->start(kernel_now());
        pass(seconds(1));
        EXPECT_THAT(front_end.posted, IsEmpty());
        EXPECT_EQ(admin(sqe(kIdentify, 0, 1)), status::kSuccess);
    });
}

TEST_F(AnsLifeTest, ADisableInAQuiesceIsObeyedAfterIt) {
    live([&] {
        submit(Queue::Io, sqe(kFlush, 1), 2);
        service->stop(true, kernel_now());
        set_cc(0);
        pass(milliseconds(1));
        EXPECT_THAT(front_end.csts, IsEmpty());
        const SimTime t = kernel_now();
        service->start(t);
        pass(milliseconds(20));
        EXPECT_THAT(shown(t), ElementsAre(Shown{false, 0, config.times.disable}));
        EXPECT_THAT(front_end.posted, IsEmpty());
    });
}

TEST_F(AnsLifeTest, AResetInAQuiesceIsObeyedAfterIt) {
    live([&] {
        service->stop(true, kernel_now());
        set_cc(0);
        set_cc(kEnabled);
        const SimTime t = kernel_now();
        service->start(t);
        pass(seconds(1));
        EXPECT_THAT(shown(t), ElementsAre(Shown{false, 0, config.times.disable},
                                          Shown{true, 0, config.times.ready_unclean}));
    });
}

TEST_F(AnsLifeTest, AWarmStartWithNothingToDoIsSilent) {
    live([&] {
        service->stop(true, kernel_now());
        service->start(kernel_now());
        pass(seconds(1));
        EXPECT_THAT(front_end.csts, IsEmpty());
        EXPECT_EQ(io(blocks_sqe(kRead, 0, 1)), status::kSuccess);
    });
}

TEST_F(AnsLifeTest, AQuiesceThatEndsInAStopForgetsEverything) {
    live([&] {
        submit(Queue::Io, sqe(kFlush, 1), 2);
        service->stop(true, kernel_now());
        service->stop(false, kernel_now());
        service->start(kernel_now());
        pass(seconds(1));
        EXPECT_THAT(front_end.posted, IsEmpty());
    });
}

// Assertions.

TEST_F(AnsLifeTest, AFatalErrorCrashesInTheWordsOfRealFirmware) {  // source: T2 crash logs
    live([&] {
        service->fatal("duplicate tag error", Tag{5}, kernel_now());
        EXPECT_THAT(system.crashes,
                    ElementsAre("assert failed: [7446]:duplicate tag error for tag 5, host_id 0x0. "
                                "status_reg: 0x8000000"));
    });
}

TEST_F(AnsLifeTest, ACommandIdBeyondTheTagsIsAccepted) {
    live([&] {
        Sqe read = blocks_sqe(kRead, 0, 1);
        read.cid = 0x1040;
        EXPECT_EQ(io(read), status::kSuccess);
        EXPECT_THAT(system.crashes, IsEmpty());
    });
}

TEST_F(AnsLifeTest, ACommandIdBeyondTheTagsCrashesByPolicy) {
    config.policies.set(CidBeyondTags::Crash);
    live([&] {
        Sqe read = blocks_sqe(kRead, 0, 1);
        read.cid = 63;
        EXPECT_EQ(io(read), status::kSuccess);
        read.cid = 64;
        submit(Queue::Io, read, 2);
        EXPECT_THAT(system.crashes, ElementsAre(HasSubstr("command id beyond the tag space")));
        pass(milliseconds(1));
        EXPECT_EQ(front_end.posted.size(), 1u) << "it is not answered";
    });
}

}  // namespace
}  // namespace ans::test
