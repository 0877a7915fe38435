// SPDX-License-Identifier: MIT
// The SART client: what it writes, in which order, and what it leaves alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host_driver/sart/sart.h"
#include "testbench/support/fake_port.h"

namespace ans::test {
namespace {

using driver::Sart;
using driver::Status;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Write = ScriptedRegisters::Write;

class DriverSartTest : public ::testing::Test {
protected:
    ScriptedRegisters registers;
    FakePort port{registers};
};

TEST_F(DriverSartTest, Version2WritesAddressThenFlagsWithSize) {
    Sart sart(port, 0, 2);
    ASSERT_EQ(sart.init(), Status::Ok);
    EXPECT_THAT(registers.writes, IsEmpty()) << "looking changes nothing";
    EXPECT_EQ(sart.add(0x8'0000'4000, 0x4000), Status::Ok);
    EXPECT_THAT(registers.writes, ElementsAre(Write{0x40, 0x80'0004}, Write{0x00, 0xff00'0004}));
    registers.writes.clear();
    EXPECT_EQ(sart.remove(0x8'0000'4000, 0x4000), Status::Ok);
    EXPECT_THAT(registers.writes, ElementsAre(Write{0x40, 0}, Write{0x00, 0}));
    EXPECT_EQ(sart.windows(), 0u);
}

TEST_F(DriverSartTest, Version3WritesAddressSizeFlags) {
    Sart sart(port, 0, 3);
    ASSERT_EQ(sart.init(), Status::Ok);
    EXPECT_EQ(sart.add(0x100'0000'4000, 0x4000), Status::Ok);
    EXPECT_THAT(registers.writes, ElementsAre(Write{0x40, 0x1000'0004}, Write{0x80, 4}, Write{0x00, 0xff}));
    registers.writes.clear();
    EXPECT_EQ(sart.remove(0x100'0000'4000, 0x4000), Status::Ok);
    EXPECT_THAT(registers.writes, ElementsAre(Write{0x40, 0}, Write{0x80, 0}, Write{0x00, 0}));
}

TEST_F(DriverSartTest, EntriesOfTheBootLoaderAreNeverTouched) {
    registers.values[0x00] = 0xff00'0010;
    registers.values[0x08] = 0x0100'0001;
    registers.values[0x40] = 0x80'0000;
    Sart sart(port, 0, 2);
    ASSERT_EQ(sart.init(), Status::Ok);
    EXPECT_EQ(sart.protected_entries(), 0b101);
    registers.values[0x08] = 0;  // switched off since: still not ours
    for (unsigned i = 0; i < 14; ++i)
        EXPECT_EQ(sart.add(0x8'1000'0000 + i * 0x1000, 0x1000), Status::Ok);
    EXPECT_EQ(sart.add(0x8'2000'0000, 0x1000), Status::NoMemory);
    EXPECT_EQ(sart.remove(0x8'0000'0000, 0x10000), Status::InvalidArgument);
    for (const Write& write : registers.writes) {
        EXPECT_NE(write.address % 0x40, 0u);
        EXPECT_NE(write.address % 0x40, 8u);
    }
    EXPECT_EQ(registers.values[0x40], 0x80'0000u);
}

TEST_F(DriverSartTest, EntryThatSomebodyElseTookIsSkipped) {
    Sart sart(port, 0, 2);
    ASSERT_EQ(sart.init(), Status::Ok);
    registers.values[0x00] = 0xff00'0001;
    EXPECT_EQ(sart.add(0x8'0000'0000, 0x1000), Status::Ok);
    EXPECT_EQ(registers.values[0x00], 0xff00'0001u);
    EXPECT_EQ(registers.values[0x04], 0xff00'0001u);
}

TEST_F(DriverSartTest, RemovingNeedsTheExactWindow) {
    Sart sart(port, 0, 2);
    ASSERT_EQ(sart.init(), Status::Ok);
    ASSERT_EQ(sart.add(0x8'0000'0000, 0x4000), Status::Ok);
    registers.writes.clear();
    EXPECT_EQ(sart.remove(0x8'0000'0000, 0x3000), Status::InvalidArgument);
    EXPECT_EQ(sart.remove(0x8'0000'1000, 0x4000), Status::InvalidArgument);
    EXPECT_EQ(sart.remove(0, 0), Status::InvalidArgument);
    EXPECT_THAT(registers.writes, IsEmpty());
    EXPECT_EQ(sart.remove(0x8'0000'0000, 0x4000), Status::Ok);
    EXPECT_EQ(sart.remove(0x8'0000'0000, 0x4000), Status::InvalidArgument) << "gone already";
}

TEST_F(DriverSartTest, WindowsBeyondTheVersionsReachAreRefused) {
    Sart v2(port, 0, 2);
    Sart v3(port, 0, 3);
    ASSERT_EQ(v2.init(), Status::Ok);
    ASSERT_EQ(v3.init(), Status::Ok);
    constexpr std::uint64_t reach2 = 1ull << 36, reach3 = 1ull << 42;
    EXPECT_EQ(v2.add(reach2, 0x1000), Status::OutOfRange);
    EXPECT_EQ(v2.add(reach2 - 0x1000, 0x2000), Status::OutOfRange);
    EXPECT_EQ(v2.add(0, reach2), Status::OutOfRange) << "2^24 pages do not fit in 24 bits";
    EXPECT_EQ(v2.add(reach2 - 0x1000, 0x1000), Status::Ok);
    EXPECT_EQ(v3.add(reach3, 0x1000), Status::OutOfRange);
    EXPECT_EQ(v3.add(0x1000, ~0xfffull), Status::OutOfRange);
    EXPECT_EQ(v3.add(reach3 - 0x1000, 0x1000), Status::Ok);
}

TEST_F(DriverSartTest, MisalignedAndDoubleWindowsAreRefused) {
    Sart sart(port, 0, 2);
    ASSERT_EQ(sart.init(), Status::Ok);
    EXPECT_EQ(sart.add(0x8'0000'0800, 0x1000), Status::InvalidArgument);
    EXPECT_EQ(sart.add(0x8'0000'0000, 0x800), Status::InvalidArgument);
    EXPECT_EQ(sart.add(0x8'0000'0000, 0), Status::InvalidArgument);
    EXPECT_EQ(sart.add(0x8'0000'0000, 0x1000), Status::Ok);
    EXPECT_EQ(sart.add(0x8'0000'0000, 0x1000), Status::InvalidArgument);
    EXPECT_EQ(sart.windows(), 1u);
}

TEST_F(DriverSartTest, UnknownVersionsAreRefused) {
    Sart sart(port, 0, 1);
    EXPECT_EQ(sart.init(), Status::NotSupported);
}

}  // namespace
}  // namespace ans::test
