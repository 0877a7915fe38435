// SPDX-License-Identifier: MIT
// The parts of the co-simulation, with a peer that is not always well-behaved.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>

#include "testbench/cosim/archive.h"
#include "testbench/cosim/calendar.h"
#include "testbench/cosim/console.h"
#include "testbench/cosim/fd.h"
#include "testbench/cosim/fold.h"
#include "testbench/cosim/guest_process.h"
#include "testbench/cosim/guest_tree.h"
#include "testbench/cosim/irq_device.h"
#include "testbench/cosim/mmio_device.h"
#include "testbench/cosim/run_program.h"
#include "testbench/support/temp_folder.h"

namespace ans::cosim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// --- archive, console, programs --------------------------------------------------------------------------

TEST(ArchiveTest, CpioUnpacksWhatWasAdded) {
    const test::TempFolder folder;
    Archive archive;
    archive.add("ans/steps/3.sh", "echo hello\n", 0755);
    archive.add("ans/plan", "sh 3\n");
    const std::string bytes = archive.finish();
    EXPECT_EQ(bytes.size() % 512, 0u);
    folder.write("a.cpio", bytes);
    const ProgramResult list = run_program({"sh", "-c", "cpio -it < " + folder / "a.cpio"});
    if (list.status == 0) {
        EXPECT_EQ(list.output, "ans\nans/steps\nans/steps/3.sh\nans/plan\n");
    }
    EXPECT_THAT(bytes, HasSubstr("070701"));
    EXPECT_THAT(bytes, HasSubstr("ans/steps/3.sh"));
    EXPECT_THAT(bytes, HasSubstr("TRAILER!!!"));
}

class ConsoleTest : public testing::Test {
protected:
    std::vector<std::string> told() {
        std::vector<std::string> lines;
        console_.tell([&](std::string_view line) { lines.emplace_back(line); });
        return lines;
    }
    void print(const std::string& text) {
        ASSERT_EQ(write(pipe_.second.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }
    FdPair pipe_ = make_pipe();
    Console console_{std::move(pipe_.first), ""};
};

TEST_F(ConsoleTest, TellsWholeLinesOnly) {
    print("one\r\ntwo\nthr");
    EXPECT_TRUE(console_.take());
    EXPECT_THAT(told(), ElementsAre("one", "two"));
    print("ee\n");
    console_.take();
    EXPECT_THAT(told(), ElementsAre("three"));
}

TEST_F(ConsoleTest, CutsALineThatNeverEnds) {
    print(std::string(10'000, 'x'));
    console_.take();
    const std::vector<std::string> lines = told();
    ASSERT_EQ(lines.size(), 2u);
    EXPECT_EQ(lines[0].size(), 4096u);
}

TEST_F(ConsoleTest, KnowsThatNobodyWritesAnyMore) {
    pipe_.second.reset();
    EXPECT_FALSE(console_.take());
}

TEST(FdTest, ListensInAFolderWhoseNameIsTooLongForASocket) {
    const test::TempFolder temp;
    const std::filesystem::path folder = temp / std::string(200, 'x');
    std::filesystem::create_directory(folder);
    EXPECT_TRUE(listen_at((folder / "a.sock").string()));
    EXPECT_TRUE(std::filesystem::is_socket(folder / "a.sock"));
}

TEST(RunProgramTest, GivesOutputErrorsAndStatus) {
    const ProgramResult result = run_program({"sh", "-c", "echo out; echo err >&2; exit 3"});
    EXPECT_EQ(result.status, 3);
    EXPECT_EQ(result.output, "out\n");
    EXPECT_EQ(result.errors, "err\n");
}

TEST(RunProgramTest, AMissingProgramIsToldApart) {
    EXPECT_EQ(run_program({"no-such-program-anywhere"}).status, kNoProgram);
}

TEST(RunProgramTest, OneThatTakesTooLongIsKilledWithWhatItStarted) {
    EXPECT_EQ(run_program({"sh", "-c", "sleep 100 & sleep 100"}, false, 0.2).status, 128 + SIGKILL);
}

ProcessConfig shell(const test::TempFolder& folder, const std::string& commands) {
    ProcessConfig config;
    config.program = "/bin/sh";
    config.arguments = {"-c", commands};
    config.folder = folder / "";
    config.errors = folder / "errors.log";
    return config;
}

TEST(GuestProcessTest, SaysHowItEnded) {
    const test::TempFolder folder;
    GuestProcess good(shell(folder, "exit 0")), bad(shell(folder, "kill -ABRT $$"));
    EXPECT_EQ(good.farewell(5), "exit code 0");
    EXPECT_TRUE(good.ended_well());
    EXPECT_THAT(bad.farewell(5), HasSubstr("signal 6"));
    EXPECT_FALSE(bad.ended_well());
}

TEST(GuestProcessTest, OneThatDoesNotEndIsEndedWithAllItStarted) {
    const test::TempFolder folder;
    FdPair pipe = make_pipe();
    ProcessConfig config = shell(folder, "sleep 1000 & sleep 1000");
    config.descriptors = {{3, pipe.second.get()}};
    GuestProcess process(config);
    pipe.second.reset();
    EXPECT_THAT(process.farewell(0.05), HasSubstr("signal 9"));
    Console console(std::move(pipe.first), "");
    // The last holder of the pipe is gone once it reads as ended.
    bool open = true;
    for (int i = 0; i < 500 && open; ++i) {
        open = console.take();
        usleep(1000);
    }
    EXPECT_FALSE(open);
}

TEST(GuestProcessTest, AnUnknownProgramEndsWith127) {
    const test::TempFolder folder;
    ProcessConfig config = shell(folder, "");
    config.program = "/nowhere/linux";
    GuestProcess process(config);
    EXPECT_EQ(process.farewell(5), "exit code 127");
}

// --- addresses and the device tree -----------------------------------------------------------------------

class EverySoc : public testing::TestWithParam<const char*> {
protected:
    const SocProfile& profile_ = *find_soc(GetParam());
};
INSTANTIATE_TEST_SUITE_P(Soc, EverySoc, testing::Values("t8103", "t8112", "t6000", "t6020"));

TEST_P(EverySoc, FoldedAddressesComeBack) {
    const Fold fold(profile_);
    for (const Window& window :
         {profile_.pmgr, profile_.asc, profile_.mailbox, profile_.sart, profile_.nvme}) {
        const std::uint64_t last = window.base + window.size - 4;
        EXPECT_EQ(fold.unfold(fold.fold(last) - Fold::kWindow), last);
    }
    EXPECT_FALSE(fold.unfold(fold.pieces().size() * Fold::kPiece));
}

TEST_P(EverySoc, DeviceTreeCompiles) {
    if (run_program({"dtc", "--version"}).status == kNoProgram) GTEST_SKIP() << "no dtc on this machine";
    const test::TempFolder folder;
    const std::string source = device_tree(profile_);
    compile_device_tree(folder.write("machine.dts", source), folder / "machine.dtb");
    EXPECT_THAT(source, HasSubstr(std::string(profile_.compatible)));
    EXPECT_THAT(source, HasSubstr("apple,nvme-ans2"));
}

// --- devices -----------------------------------------------------------------------------------------------

constexpr std::uint32_t kMemory = 64 * 1024;
constexpr std::uint64_t kDescriptors = 0x1000, kAvailable = 0x2000, kUsed = 0x3000, kBuffers = 0x4000;

/// The guest's end of a device: its socket, its memory, one virtqueue of 8 entries.
class Peer {
public:
    explicit Peer(VhostDevice& device) : device_(device) {
        int ends[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) std::abort();
        end_ = Fd(ends[0]);
        device.connect(Stream(Fd(ends[1]), 0.2));
        file_ = anonymous_file("guest", kMemory);
        memory_ = Mapping::file(file_.get(), 0, kMemory, true);
    }

    /// A message that wants no answer; the device takes it.
    bool say(VhostRequest request, const void* payload, std::uint32_t size, int fd = -1) {
        return tell(static_cast<std::uint32_t>(request), 1, payload, size, fd);
    }
    bool tell(std::uint32_t request, std::uint32_t flags, const void* payload, std::uint32_t size,
              int fd = -1) {
        const VhostHeader header{request, flags, size};
        std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
        bytes.append(static_cast<const char*>(payload), size);
        Stream out(Fd(dup(end_.get())), 1);
        out.write(bytes.data(), bytes.size(), fd < 0 ? std::vector<int>() : std::vector<int>{fd});
        return device_.serve();
    }
    void raw(const void* bytes, std::size_t size) {
        if (write(end_.get(), bytes, size) != static_cast<ssize_t>(size)) std::abort();
    }

    void set_memory(std::uint64_t size = kMemory) {
        struct {
            std::uint32_t count = 1, padding = 0;
            MemoryRegion region;
        } table;
        table.region = {0, size, 0, 0};
        say(VhostRequest::SetMemTable, &table, sizeof table, file_.get());
    }
    void set_queue() {
        say_state(VhostRequest::SetVringNum, 8);
        const VringAddr where{0, 0, kDescriptors, kUsed, kAvailable, 0};
        say(VhostRequest::SetVringAddr, &where, sizeof where);
        say_state(VhostRequest::SetVringEnable, 1);
    }
    void say_state(VhostRequest request, std::uint32_t value) {
        const VringState state{0, value};
        say(request, &state, sizeof state);
    }
    void kick() { say_state(VhostRequest::VringKick, 0); }

    std::byte* at(std::uint64_t address) { return memory_.data() + address; }
    template <typename T>
    void put(std::uint64_t address, T value) {
        std::memcpy(at(address), &value, sizeof value);
    }
    template <typename T>
    T get(std::uint64_t address) {
        T value;
        std::memcpy(&value, at(address), sizeof value);
        return value;
    }
    void describe(std::uint16_t index, std::uint64_t address, std::uint32_t size, std::uint16_t flags,
                  std::uint16_t next) {
        const std::uint64_t at = kDescriptors + 16u * index;
        put(at, address);
        put(at + 8, size);
        put(at + 12, flags);
        put(at + 14, next);
    }
    void offer(std::uint16_t head) {
        const auto index = get<std::uint16_t>(kAvailable + 2);
        put(kAvailable + 4 + 2u * (index % 8), head);
        put<std::uint16_t>(kAvailable + 2, static_cast<std::uint16_t>(index + 1));
    }
    std::uint16_t used() { return get<std::uint16_t>(kUsed + 2); }
    void hang_up() { end_.reset(); }

private:
    VhostDevice& device_;
    Fd end_, file_;
    Mapping memory_;
};

struct Access {
    bool write;
    std::uint64_t address;
    std::uint64_t value;
    std::uint32_t size;
};

class MmioDeviceTest : public testing::Test {
protected:
    MmioDeviceTest() {
        peer_.set_memory();
        peer_.set_queue();
    }
    /// op, size, address as the guest's driver writes them.
    void message(std::uint8_t op, std::uint32_t size, std::uint64_t address, std::uint64_t value = 0) {
        peer_.put<std::uint64_t>(kBuffers, op);
        peer_.put(kBuffers + 4, size);
        peer_.put(kBuffers + 8, address);
        peer_.put(kBuffers + 16, value);
    }
    void read(std::uint32_t size, std::uint64_t address) {
        message(3, size, address);
        peer_.describe(0, kBuffers, 16, 1, 1);
        peer_.describe(1, kBuffers + 64, 8, 2, 0);
        peer_.offer(0);
    }
    void write_register(std::uint32_t size, std::uint64_t address, std::uint64_t value) {
        message(4, size, address, value);
        peer_.describe(0, kBuffers, 16 + size, 0, 0);
        peer_.offer(0);
    }

    std::vector<Access> accesses_;
    MmioDevice device_{[this](bool write, std::uint64_t address, std::byte* data, std::uint32_t size) {
        std::uint64_t value = 0x1122334455667788;
        if (write)
            std::memcpy(&value, data, std::min<std::size_t>(size, 8));
        else
            std::memcpy(data, &value, std::min<std::size_t>(size, 8));
        accesses_.push_back({write, address, value, size});
    }};
    Peer peer_{device_};
};

TEST_F(MmioDeviceTest, ReadsInEveryWidth) {
    for (const std::uint32_t size : {1u, 2u, 4u, 8u}) {
        peer_.put<std::uint64_t>(kBuffers + 64, 0);
        read(size, 0x1000 + size);
        peer_.kick();
        const std::uint64_t mask = size == 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * size)) - 1;
        EXPECT_EQ(peer_.get<std::uint64_t>(kBuffers + 64), 0x1122334455667788 & mask);
        EXPECT_EQ(accesses_.back().address, 0x1000 + size);
    }
    EXPECT_EQ(peer_.used(), 4);
}

TEST_F(MmioDeviceTest, WritesCarryTheirBytes) {
    write_register(8, 0x24, 0xfeedfacecafebeef);
    peer_.kick();
    ASSERT_EQ(accesses_.size(), 1u);
    EXPECT_TRUE(accesses_[0].write);
    EXPECT_EQ(accesses_[0].value, 0xfeedfacecafebeef);
}

TEST_F(MmioDeviceTest, CallsTheGuestBeforeItsRingIsFullOfWrites) {
    for (int i = 0; i < 7; ++i) {
        write_register(4, 0, 0);
        peer_.kick();
    }
    write_register(4, 0, 0);
    EXPECT_THROW(peer_.kick(), PeerError);  // eight entries, eight writes, and no word with the guest
}

TEST_F(MmioDeviceTest, ServesARingThatIsNotKicked) {
    read(4, 8);
    peer_.say_state(VhostRequest::SetVringEnable, 0);
    EXPECT_TRUE(device_.quiet());
    device_.serve_unkicked();
    EXPECT_EQ(peer_.used(), 1);
}

TEST_F(MmioDeviceTest, RefusesWhatNoGuestMaySay) {
    const auto refuses = [&](const std::function<void()>& what) { EXPECT_THROW(what(), PeerError); };
    refuses([&] {  // a chain that never ends
        peer_.describe(0, kBuffers, 16, 1, 1);
        peer_.describe(1, kBuffers, 16, 1, 0);
        peer_.offer(0);
        peer_.kick();
    });
    refuses([&] {  // a buffer outside its memory
        peer_.describe(0, kMemory - 4, 16, 0, 0);
        peer_.offer(0);
        peer_.kick();
    });
    refuses([&] {  // a descriptor that does not exist
        peer_.offer(8);
        peer_.kick();
    });
    refuses([&] {  // an operation that does not exist
        message(77, 4, 0);
        peer_.describe(0, kBuffers, 16, 0, 0);
        peer_.offer(0);
        peer_.kick();
    });
    refuses([&] {  // a read that is longer than its buffer
        read(100, 0);
        peer_.kick();
    });
    refuses([&] {  // a header that is too short
        peer_.describe(0, kBuffers, 8, 0, 0);
        peer_.offer(0);
        peer_.kick();
    });
}

TEST_F(MmioDeviceTest, RefusesAMemoryTableLongerThanItsFile) {
    EXPECT_THROW(peer_.set_memory(kMemory + 1), PeerError);
}

TEST_F(MmioDeviceTest, RefusesRingsOutsideTheMemory) {
    const VringAddr where{0, 0, kMemory - 64, kUsed, kAvailable, 0};
    EXPECT_THROW(peer_.say(VhostRequest::SetVringAddr, &where, sizeof where), PeerError);
}

TEST_F(MmioDeviceTest, RefusesUnknownRequestsAndQueues) {
    EXPECT_THROW(peer_.tell(999, 1, "", 0), PeerError);
    const VringState state{9, 8};
    EXPECT_THROW(peer_.say(VhostRequest::SetVringNum, &state, sizeof state), PeerError);
}

TEST_F(MmioDeviceTest, AMessageThatStopsHalfWayHasADeadline) {
    const VhostHeader header{static_cast<std::uint32_t>(VhostRequest::SetVringNum), 1, 8};
    peer_.raw(&header, sizeof header);
    EXPECT_THROW(device_.serve(), PeerError);
}

TEST_F(MmioDeviceTest, AGuestThatHangsUpIsNoError) {
    peer_.hang_up();
    EXPECT_FALSE(device_.serve());
}

class IrqDeviceTest : public testing::Test {
protected:
    IrqDeviceTest() {
        peer_.set_memory();
        peer_.set_queue();
    }
    void arm(std::uint32_t line) {
        peer_.put(kBuffers, line);
        peer_.put<std::uint32_t>(kBuffers + 64, 0);
        peer_.describe(0, kBuffers, 4, 1, 1);
        peer_.describe(1, kBuffers + 64, 4, 2, 0);
        peer_.offer(0);
        peer_.kick();
    }
    std::vector<std::size_t> fired_;
    IrqDevice device_{[this](std::size_t line) { fired_.push_back(line); }};
    Peer peer_{device_};
};

TEST_F(IrqDeviceTest, ALineThatRisesReturnsItsBuffer) {
    arm(4);
    EXPECT_EQ(peer_.used(), 0);
    device_.set_level(4, true);
    EXPECT_EQ(peer_.used(), 1);
    EXPECT_EQ(peer_.get<std::uint32_t>(kBuffers + 64), 1u);
}

TEST_F(IrqDeviceTest, ALineThatIsHighReturnsItAtOnce) {
    device_.set_level(2, true);
    arm(2);
    EXPECT_EQ(peer_.used(), 1);
    EXPECT_EQ(fired_, std::vector<std::size_t>{2});
}

TEST_F(IrqDeviceTest, ALineThatFiredWaitsUntilItIsSaidToBeHighAgain) {
    device_.set_level(2, true);
    arm(2);
    arm(2);
    EXPECT_EQ(peer_.used(), 1);
    device_.set_level(2, true);
    EXPECT_EQ(peer_.used(), 2);
}

TEST_F(IrqDeviceTest, ALineThatNobodyArmedIsNotTold) {
    device_.set_level(1, true);
    EXPECT_EQ(peer_.used(), 0);
}

TEST_F(IrqDeviceTest, AGuestThatSleepsIsToldWhenItsQueueIsEnabledAgain) {
    const FdPair slave = make_pipe();
    peer_.say(VhostRequest::SetSlaveReqFd, "", 0, slave.second.get());
    arm(5);
    peer_.say_state(VhostRequest::SetVringEnable, 0);
    device_.set_level(5, true);
    EXPECT_FALSE(device_.call_due());
    peer_.say_state(VhostRequest::SetVringEnable, 1);
    EXPECT_TRUE(device_.call_due());
}

TEST_F(IrqDeviceTest, RefusesLinesThatDoNotExistOrAreArmedTwice) {
    EXPECT_THROW(arm(8), PeerError);
    arm(3);
    EXPECT_THROW(arm(3), PeerError);
}

// --- time
// ----------------------------------------------------------------------------------------------------

struct TimeMessage {
    std::uint32_t op, sequence;
    std::uint64_t time;
};

class CalendarTest : public testing::Test {
protected:
    CalendarTest() {
        int ends[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) std::abort();
        guest_ = Stream(Fd(ends[0]), 0.2);
        calendar_.connect(Stream(Fd(ends[1]), 0.2));
    }
    bool say(std::uint32_t op, std::uint64_t time) {
        const TimeMessage message{op, 7, time};
        guest_.write(&message, sizeof message);
        return calendar_.serve();
    }
    TimeMessage answer(std::vector<Fd>& fds) {
        TimeMessage message{};
        guest_.read(&message, sizeof message, fds);
        return message;
    }
    TimeMessage answer() {
        std::vector<Fd> none;
        return answer(none);
    }
    Calendar calendar_;
    Stream guest_;
};

constexpr std::uint32_t kStart = 1, kRequest = 2, kWait = 3, kGetTod = 8;

TEST_F(CalendarTest, StartHandsOverTheSharedMemory) {
    say(kStart, 1);
    std::vector<Fd> fds;
    EXPECT_EQ(answer(fds).sequence, 7u);
    EXPECT_EQ(fds.size(), 2u);
}

TEST_F(CalendarTest, AGuestThatDoesNotShareItsTimeIsRefused) {
    say(kStart, 1);
    EXPECT_THROW(say(kWait, 0), PeerError);
}

TEST_F(CalendarTest, ARequestIsKept) {
    say(kRequest, 5000);
    EXPECT_EQ(calendar_.request(), 5000u);
    say(kRequest, INT64_MAX);
    EXPECT_FALSE(calendar_.request());
}

TEST_F(CalendarTest, TheDateIsAlwaysTheSame) {
    say(kGetTod, 0);
    EXPECT_EQ(answer().time, 1'767'225'600'000'000'000u);
}

TEST_F(CalendarTest, UnknownMessagesAreRefused) {
    EXPECT_THROW(say(99, 0), PeerError);
}

TEST_F(CalendarTest, TimeNeverGoesBack) {
    calendar_.set_now(100);
    calendar_.set_now(50);
    EXPECT_EQ(calendar_.now(), 100u);
}

}  // namespace
}  // namespace ans::cosim
