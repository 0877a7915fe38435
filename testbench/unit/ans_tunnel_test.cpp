// SPDX-License-Identifier: MIT
// Vendor admin command 0xD8: the service alone, and with SART, NVMMU and RTKit as the machine wires them.
#include <gmock/gmock.h>

#include "firmware_stub/rtkit/rtkit.h"
#include "models/soc/soc.h"
#include "testbench/unit/ans_bench.h"

namespace ans::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr unsigned kTunnel = 0xd8, kSetTime = 0x06, kNandId = 0x38, kGeometry = 0xba;

// source: hardware.md 8: ptr0 = CDW12:CDW11, ptr1 = CDW14:CDW13
Sqe tunnel_sqe(std::uint64_t ptr0, std::uint64_t ptr1) {
    Sqe out{};
    out.opcode = kTunnel;
    out.cdw10 = {0,
                 static_cast<std::uint32_t>(ptr0),
                 static_cast<std::uint32_t>(ptr0 >> 32),
                 static_cast<std::uint32_t>(ptr1),
                 static_cast<std::uint32_t>(ptr1 >> 32),
                 0};
    return out;
}

class AnsTunnelTest : public AnsTest {
protected:
    static constexpr std::uint64_t kRequest = FakeSystem::kShared;
    static constexpr std::uint64_t kAnswer = FakeSystem::kShared + 0x4000;
    static constexpr std::uint64_t kClosed = 0x1'0000;

    NvmeStatus tunnel(unsigned sub_command, std::uint64_t ptr0 = kRequest, std::uint64_t ptr1 = kAnswer) {
        system.shared[12] = static_cast<std::uint8_t>(sub_command);
        return admin(tunnel_sqe(ptr0, ptr1));
    }
};

TEST_F(AnsTunnelTest, SetTimeTakesTheUnixTime) {
    live([&] {
        const std::uint32_t time = 1'700'000'000;
        std::memcpy(system.shared.data() + 0x1c, &time, sizeof time);
        EXPECT_EQ(tunnel(kSetTime), status::kSuccess);
        EXPECT_THAT(system.notes, ElementsAre("0xD8 set_time: 1700000000"));
        EXPECT_THAT(system.writes, IsEmpty());
    });
}

TEST_F(AnsTunnelTest, GetNandIdWritesTheManufacturerToTheSecondBuffer) {
    live([&] {
        EXPECT_EQ(tunnel(kNandId), status::kSuccess);
        EXPECT_THAT(system.writes, ElementsAre(Pair(kAnswer, 8u)));
        EXPECT_TRUE(std::equal(config.identity.nand_id.begin(), config.identity.nand_id.end(),
                               system.shared.begin() + 0x4000));
        EXPECT_NE(system.shared[0x4000], 0);
    });
}

TEST_F(AnsTunnelTest, GetNandGeometryAnswersZeros) {  // the layout is unknown
    live([&] {
        std::fill(system.shared.begin() + 0x4000, system.shared.end(), std::uint8_t{0xaa});
        EXPECT_EQ(tunnel(kGeometry), status::kSuccess);
        EXPECT_EQ(system.shared[0x4000], 0);
        EXPECT_EQ(system.shared[0x403f], 0);
        EXPECT_EQ(system.shared[0x4040], 0xaa);
    });
}

TEST_F(AnsTunnelTest, AnUnknownSubCommandIsRefused) {
    live([&] {
        for (unsigned sub_command : {0x00u, 0x07u, 0xffu}) {
            EXPECT_EQ(tunnel(sub_command), status::kInvalidField) << sub_command;
        }
        EXPECT_EQ(system.notes.back(), "0xD8 sub-command 0xff is unknown and refused");
        EXPECT_THAT(system.writes, IsEmpty());
    });
}

TEST_F(AnsTunnelTest, NothingGoesThroughTheNvmmu) {
    live([&] {
        for (unsigned sub_command : {kSetTime, kNandId, kGeometry}) {
            EXPECT_EQ(tunnel(sub_command), status::kSuccess);
        }
        EXPECT_EQ(front_end.moves, 0u);
    });
}

TEST_F(AnsTunnelTest, ABufferThatSartDeniesFailsTheCommandAndIsLogged) {
    live([&] {
        EXPECT_EQ(tunnel(kNandId, kClosed), status::kDataTransferError);
        EXPECT_EQ(tunnel(kNandId, kRequest, kClosed), status::kDataTransferError);
        EXPECT_EQ(tunnel(kGeometry, kRequest, ~std::uint64_t{0}), status::kDataTransferError);
        EXPECT_EQ(system.lines.size(), 3u);
        EXPECT_THAT(system.lines, Contains("cmd.c:1371: tag 0 completed with err BAD_CMD- SART_VIOLATION"));
    });
}

TEST_F(AnsTunnelTest, WhereADenialIsFatalTheCommandIsNotAnswered) {
    config.policies.set(SartViolation::Crash);
    live([&] {
        submit(Queue::Admin, tunnel_sqe(kClosed, kAnswer));
        pass(seconds(1));
        EXPECT_THAT(front_end.posted, IsEmpty());
    });
}

TEST_F(AnsTunnelTest, OnTheIoQueueItIsUnknown) {
    live([&] { EXPECT_EQ(io(tunnel_sqe(kRequest, kAnswer)), status::kInvalidOpcode); });
}

/// The coprocessor of an M1, left running by a boot loader; a CPU that rings doorbells by hand.
class TunnelMachineTest : public SimTest {
protected:
    static constexpr std::uint64_t kRam = 0x8'0000'0000, kSq = kRam, kCq = kRam + 0x1000,
                                   kTcbs = kRam + 0x2000, kRequest = kRam + 0x10'0000,
                                   kAnswer = kRam + 0x11'0000;
    static constexpr std::uint64_t kNvme = 0x2'7bcc'0000, kSart = 0x2'7bc5'0000;
    static constexpr unsigned kFreeEntry = 2;  // the boot loader took two

    void machine(const std::function<void()>& body) {
        SocConfig soc_config;
        soc_config.profile = find_soc("t8103");
        soc_config.policies = policies;
        soc_config.events = &events;
        soc_config.running = true;
        Soc soc("soc", soc_config);
        fw::RtkitConfig rtkit_config;
        rtkit_config.mailbox_base = soc.profile().mailbox.base;
        rtkit_config.nvme_base = soc.profile().nvme.base;
        rtkit_config.generation = fw::rtkit::find_generation("macos13");
        rtkit_config.start = fw::StartState::LeftRunning;
        rtkit_config.events = &events;
        rtkit_config.policies = policies;
        fw::Rtkit rtkit("rtkit", rtkit_config);
        Media media(std::make_unique<MemoryStore>(1 << 20), DeviceState(), MediaConfig{});
        fw::ServiceConfig service_config;
        service_config.policies = policies;
        fw::AnsService service("ans", service_config, media, rtkit);
        rtkit.set_application(service);
        rtkit.bus.bind(soc.iop_bus());
        soc.iop_run.bind(rtkit.run.in);
        soc.iop_reset.bind(rtkit.reset.in);
        soc.iop_mailbox().bind(rtkit.mailbox_irq.in);
        rtkit.idle.bind(soc.iop_idle());
        service.front_end.bind(soc.commands().to_hardware);
        soc.commands().firmware.bind(service.commands);
        TestMaster master("cpu");
        master.socket.bind(soc.mmio());
        cpu = &master;
        run([&] {
            enable();
            body();
        });
    }
    void write32(std::uint64_t address, std::uint32_t value) {
        cpu->delay = sc_core::SC_ZERO_TIME;
        EXPECT_EQ(cpu->write32(address, value), tlm::TLM_OK_RESPONSE) << std::hex << address;
    }
    void write64(std::uint64_t address, std::uint64_t value) {
        cpu->delay = sc_core::SC_ZERO_TIME;
        EXPECT_EQ(cpu->write64(address, value), tlm::TLM_OK_RESPONSE) << std::hex << address;
    }
    void enable() {
        pass(microseconds(10));
        write32(kNvme + 0x24908, 1);
        write32(kNvme + 0x28100, 63);
        write32(kNvme + 0x24, 0x003f'003f);
        write64(kNvme + 0x28, kSq);
        write64(kNvme + 0x30, kCq);
        write64(kNvme + 0x28108, kTcbs);
        write32(kNvme + 0x14, 0x0046'0001);
        pass(milliseconds(10));
    }
    /// SART of version 2: address and size in pages. source: hardware.md 4
    void open(unsigned entry, std::uint64_t address) {
        write32(kSart + 0x40 + 4 * entry, static_cast<std::uint32_t>(address >> 12));
        write32(kSart + 4 * entry, 0xff00'0004);
    }
    void ask(unsigned sub_command, std::uint64_t tcbs = kTcbs) {
        write64(kNvme + 0x28108, tcbs);
        cpu->write(kRequest + 12, &sub_command, 1);
        const Sqe entry = tunnel_sqe(kRequest, kAnswer);
        cpu->write(kSq, &entry, sizeof entry);
        write64(kAnswer, 0x1234'5678'9abc'def0);
        write32(kNvme + 0x2490c, 0);
        pass(milliseconds(1));
    }
    NvmeStatus answered() const {
        return static_cast<NvmeStatus>(recorder.last_field(EventKind::CompletionPosted, "status") &
                                       ~kDoNotRetry);
    }

    Policies policies;
    TestMaster* cpu = nullptr;
};

TEST_F(TunnelMachineTest, BuffersThatTheDriverOpenedInSartAreUsed) {
    machine([&] {
        open(kFreeEntry, kRequest);
        open(kFreeEntry + 1, kAnswer);
        ask(kNandId);
        EXPECT_EQ(answered(), status::kSuccess);
        EXPECT_EQ(cpu->read64(kAnswer), 0x98u);
        EXPECT_EQ(recorder.count(EventKind::SartDenied), 0u);
        EXPECT_EQ(recorder.count(EventKind::DmaData), 0u) << "not the NVMMU's affair";
        EXPECT_EQ(recorder.count(EventKind::TcbFetched), 1u);
    });
}

TEST_F(TunnelMachineTest, AClosedBufferIsDeniedBySart) {
    machine([&] {
        open(kFreeEntry, kRequest);
        ask(kNandId);
        EXPECT_EQ(answered(), status::kDataTransferError);
        EXPECT_EQ(recorder.last_field(EventKind::SartDenied, "address"), kAnswer);
        EXPECT_EQ(recorder.last_field(EventKind::SartDenied, "write"), 1u);
        EXPECT_EQ(cpu->read64(kAnswer), 0x1234'5678'9abc'def0u);
        EXPECT_EQ(recorder.count(EventKind::FirmwareCrash), 0u);
    });
}

TEST_F(TunnelMachineTest, AClosedBufferCrashesTheFirmwareByPolicy) {
    policies.set(SartViolation::Crash);
    machine([&] {
        ask(kNandId);
        EXPECT_EQ(recorder.count(EventKind::FirmwareCrash), 1u);
        EXPECT_EQ(recorder.count(EventKind::CompletionPosted), 0u);
    });
}

TEST_F(TunnelMachineTest, AClosedBufferReadsZeroByPolicy) {
    policies.set(SartViolation::ReadZero);
    machine([&] {
        open(kFreeEntry, kRequest);
        ask(kNandId);
        EXPECT_EQ(answered(), status::kSuccess) << "the answer vanishes";
        EXPECT_EQ(cpu->read64(kAnswer), 0x1234'5678'9abc'def0u);
        write32(kSart + 4 * kFreeEntry, 0);
        write32(kNvme + 0x28118, 0);
        ask(kNandId);
        EXPECT_EQ(answered(), status::kInvalidField) << "sub-command 0";
    });
}

TEST_F(TunnelMachineTest, ATcbIsNeededNevertheless) {
    machine([&] {
        open(kFreeEntry, kRequest);
        open(kFreeEntry + 1, kAnswer);
        ask(kNandId, 0x1000);
        EXPECT_EQ(answered(), status::kDataTransferError);
        EXPECT_EQ(cpu->read64(kAnswer), 0x1234'5678'9abc'def0u);
    });
}

}  // namespace
}  // namespace ans::test
