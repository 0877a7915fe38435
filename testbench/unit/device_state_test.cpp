// SPDX-License-Identifier: MIT
// What a drive remembers, and the file it remembers it in.
#include "models/media/device_state.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "models/media/block_store.h"
#include "testbench/support/temp_folder.h"

namespace ans::test {
namespace {

using ::testing::HasSubstr;

class DeviceStateTest : public ::testing::Test {
protected:
    DeviceState open(bool keep = true) const { return DeviceState::beside(folder / "disk.img", keep); }
    std::string text() const { return folder.read("disk.img.ans2state.json"); }
    void put(const std::string& content) const { folder.write("disk.img.ans2state.json", content); }
    std::string refusal() const {
        try {
            open();
        } catch (const MediaOpenError& error) {
            return error.what();
        }
        return "opened";
    }
    const TempFolder folder;
};

TEST_F(DeviceStateTest, NewDriveHasNoHistory) {
    const DeviceState state = open();
    const DeviceCounters counters = state.counters(0);
    EXPECT_EQ(counters.power_cycles, 0u);
    EXPECT_EQ(counters.unsafe_shutdowns, 0u);
    EXPECT_EQ(counters.available_spare, 100u);
    EXPECT_EQ(counters.percentage_used, 0u);
    EXPECT_TRUE(state.clean());
    EXPECT_THAT(text(), HasSubstr("\"format\": \"ans2emu device state\""));
}

TEST_F(DeviceStateTest, PowerOnAfterAnUncleanLifeCountsAnUnsafeShutdown) {
    DeviceState state;
    state.power_on(0);
    EXPECT_EQ(state.counters(0).unsafe_shutdowns, 0u) << "the factory's end was clean";
    state.power_off(seconds(1));
    state.power_on(seconds(2));
    EXPECT_EQ(state.counters(0).power_cycles, 2u);
    EXPECT_EQ(state.counters(0).unsafe_shutdowns, 1u);
    state.clean_shutdown(seconds(3));
    state.power_off(seconds(3));
    state.power_on(seconds(4));
    EXPECT_EQ(state.counters(0).power_cycles, 3u);
    EXPECT_EQ(state.counters(0).unsafe_shutdowns, 1u);
}

TEST_F(DeviceStateTest, UseAfterACleanShutdownOwesAnotherOne) {
    DeviceState state;
    state.power_on(0);
    state.clean_shutdown(1);
    state.in_use(2);
    state.power_off(3);
    state.power_on(4);
    EXPECT_EQ(state.counters(4).unsafe_shutdowns, 1u);
}

TEST_F(DeviceStateTest, DataUnitsAreThousandsOfSectorsRoundedUp) {
    struct Case {
        std::uint64_t blocks, units;
    };
    for (const Case& c : {Case{0, 0}, {1, 1}, {125, 1}, {126, 2}, {250, 2}, {251, 3}}) {
        DeviceState state;
        if (c.blocks != 0) state.count_read(c.blocks);
        state.count_write(2 * c.blocks);
        EXPECT_EQ(state.counters(0).data_units_read, c.units) << c.blocks;
        EXPECT_EQ(state.counters(0).data_units_written, (c.blocks * 16 + 999) / 1000) << c.blocks;
        EXPECT_EQ(state.counters(0).host_writes, 1u);
    }
}

TEST_F(DeviceStateTest, PowerOnHoursAreSimulatedTimeUnderPower) {
    constexpr SimTime kHour = seconds(3600);
    DeviceState state;
    state.power_on(kHour);
    EXPECT_EQ(state.counters(2 * kHour - 1).power_on_hours, 0u);
    EXPECT_EQ(state.counters(2 * kHour).power_on_hours, 1u);
    state.power_off(2 * kHour + kHour / 2);
    EXPECT_EQ(state.counters(9 * kHour).power_on_hours, 1u) << "no time passes without power";
    state.power_on(10 * kHour);
    EXPECT_EQ(state.counters(10 * kHour + kHour / 2).power_on_hours, 2u);
}

TEST_F(DeviceStateTest, EverythingOutlivesTheProcess) {
    {
        DeviceState state = open();
        state.power_on(0);
        state.count_read(1000);
        state.count_write(300);
        state.count_media_error();
        state.power_off(seconds(7200));
    }
    DeviceState state = open();
    EXPECT_FALSE(state.clean());
    state.power_on(0);
    const DeviceCounters counters = state.counters(seconds(1));
    EXPECT_EQ(counters.power_cycles, 2u);
    EXPECT_EQ(counters.unsafe_shutdowns, 1u);
    EXPECT_EQ(counters.data_units_read, 8u);
    EXPECT_EQ(counters.data_units_written, 3u);
    EXPECT_EQ(counters.host_reads, 1u);
    EXPECT_EQ(counters.host_writes, 1u);
    EXPECT_EQ(counters.media_errors, 1u);
    EXPECT_EQ(counters.power_on_hours, 2u);
}

TEST_F(DeviceStateTest, ProcessThatDiesUnderPowerWasUnclean) {
    open().power_on(0);
    DeviceState state = open();
    state.power_on(0);
    EXPECT_EQ(state.counters(0).unsafe_shutdowns, 1u);
}

TEST_F(DeviceStateTest, SaveReplacesTheFileAndLeavesNothingBehind) {
    DeviceState state = open();
    state.power_on(0);
    const std::string first = text();
    EXPECT_TRUE(state.save(0));
    EXPECT_EQ(text(), first) << "the same state is the same text";
    EXPECT_FALSE(std::filesystem::exists(folder / "disk.img.ans2state.json.tmp"));
}

TEST_F(DeviceStateTest, WithoutKeepingTheFileIsReadAndNeverWritten) {
    open().power_on(0);
    const std::string before = text();
    DeviceState state = open(false);
    state.power_on(0);
    EXPECT_EQ(state.counters(0).power_cycles, 2u);
    EXPECT_EQ(text(), before);
}

TEST_F(DeviceStateTest, CorruptAndForeignFilesAreNamedWithWhatIsWrong) {
    open().power_on(0);
    const std::string good = text();
    const auto with = [&](const std::string& from, const std::string& to) {
        std::string changed = good;
        const std::size_t at = changed.find(from);
        EXPECT_NE(at, std::string::npos) << from;
        put(changed.replace(at, from.size(), to));
        return refusal();
    };
    put("");
    EXPECT_THAT(refusal(), HasSubstr("disk.img.ans2state.json: is not JSON"));
    put(good.substr(0, good.size() / 2));
    EXPECT_THAT(refusal(), HasSubstr("is not JSON"));
    put("\xff\xfe");
    EXPECT_THAT(refusal(), HasSubstr("is not JSON"));
    for (const char* foreign : {"[1]", "7", "{}", "{\"format\": 3}", "{\"format\": \"qcow2\"}"}) {
        put(foreign);
        EXPECT_THAT(refusal(), HasSubstr("expected \"format\": \"ans2emu device state\"")) << foreign;
    }
    EXPECT_THAT(with("\"version\": 1", "\"version\": 2"), HasSubstr("has version 2, expected 1"));
    EXPECT_THAT(with("\"power_cycles\": 1", "\"power_cycles\": -1"),
                HasSubstr("\"power_cycles\" is -1, expected"));
    EXPECT_THAT(with("\"power_cycles\": 1", "\"power_cycles\": \"1\""),
                HasSubstr("\"power_cycles\" is \"1\""));
    EXPECT_THAT(with("\"power_cycles\": 1", "\"power_cycles\": 1e300"), HasSubstr("\"power_cycles\" is"));
    EXPECT_THAT(with("\"power_cycles\": 1", "\"power_cycles\": 18446744073709551615"),
                HasSubstr("\"power_cycles\" is"));
    EXPECT_THAT(with("\"power_cycles\"", "\"power_cicles\""), HasSubstr("has no \"power_cycles\""));
    EXPECT_THAT(with("\"available_spare\": 100", "\"available_spare\": 101"),
                HasSubstr("expected a number from 0 to 100"));
    EXPECT_THAT(with("\"clean_shutdown\": false", "\"clean_shutdown\": 0"),
                HasSubstr("expected true or false"));
    put(std::string(100'000, ' '));
    EXPECT_THAT(refusal(), HasSubstr("too large"));
    put(good);
    EXPECT_EQ(refusal(), "opened");
}

TEST_F(DeviceStateTest, FileThatIsNoFileIsRefused) {
    ASSERT_EQ(mkfifo((folder / "disk.img.ans2state.json").c_str(), 0600), 0);
    EXPECT_THAT(refusal(), HasSubstr("not a regular file"));
}

TEST_F(DeviceStateTest, FolderThatCannotBeWrittenShowsAtOpen) {
    EXPECT_THROW(DeviceState::beside(folder / "none/disk.img", true), MediaOpenError);
    std::filesystem::create_directory(folder / "disk.img.ans2state.json.tmp");
    EXPECT_THAT(refusal(), HasSubstr("cannot be written: Is a directory"));
}

TEST_F(DeviceStateTest, FailedSaveIsRememberedAndTheOldFileStays) {
    DeviceState state = open();
    const std::string before = text();
    std::filesystem::create_directory(folder / "disk.img.ans2state.json.tmp");
    state.power_on(0);
    EXPECT_EQ(state.error(), "Is a directory");
    EXPECT_EQ(text(), before);
    std::filesystem::remove(folder / "disk.img.ans2state.json.tmp");
    EXPECT_TRUE(state.save(0));
    EXPECT_EQ(state.error(), "");
    EXPECT_NE(text(), before);
}

}  // namespace
}  // namespace ans::test
