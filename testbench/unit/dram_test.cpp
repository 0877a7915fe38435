// SPDX-License-Identifier: MIT
#include "models/dram/dram.h"

#include <gmock/gmock.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

#include "models/common/dma_port.h"
#include "testbench/support/dmi_master.h"
#include "testbench/support/sim_test.h"
#include "testbench/support/temp_folder.h"

namespace ans::test {
namespace {

constexpr std::uint64_t kBase = 0x8'0000'0000;
constexpr std::uint64_t kSize = 0x10000;

class DramTest : public SimTest {
protected:
    DramTest() {
        bus.socket.bind(dram.bus);
        other.socket.bind(dram.bus);
        third.socket.bind(dram.bus);
        dram.add_region(kBase, Backing::sparse(kSize));
    }
    Dram dram{"dram"};
    TestMaster bus;
    DmiMaster other{"other"};
    DmiMaster third{"third"};
};

TEST_F(DramTest, NewMemoryReadsAsZeros) {
    std::array<std::uint64_t, 4> data{1, 2, 3, 4};
    EXPECT_EQ(bus.read(kBase + kSize - 32, data.data(), 32), tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(data, (std::array<std::uint64_t, 4>{}));
}

TEST_F(DramTest, AnySizeAtAnyAlignmentIsReadBackByAnotherInitiator) {
    for (unsigned size : {1u, 2u, 3u, 4u, 7u, 8u, 64u, 4095u, 4097u}) {
        SCOPED_TRACE(size);
        const std::uint64_t address = kBase + 4096 * 3 + size;  // odd and even places, across pages
        std::vector<unsigned char> out(size), in(size);
        for (unsigned i = 0; i < size; ++i)
            out[i] = static_cast<unsigned char>(i * 7 + size);
        EXPECT_EQ(bus.write(address, out.data(), size), tlm::TLM_OK_RESPONSE);
        EXPECT_EQ(other.read(address, in.data(), size), tlm::TLM_OK_RESPONSE);
        EXPECT_EQ(in, out);
        std::vector<unsigned char> seen(size);
        EXPECT_EQ(bus.debug_read(address, seen.data(), size), size);
        EXPECT_EQ(seen, out);
    }
}

TEST_F(DramTest, AccessesOutsideEveryRegionAreAddressErrors) {
    struct Case {
        std::uint64_t address;
        unsigned size;
    };
    for (const Case& c : {Case{0, 4}, Case{kBase - 4, 4}, Case{kBase - 1, 2}, Case{kBase + kSize, 1},
                          Case{kBase + kSize - 1, 2}, Case{~0ull, 1}, Case{~0ull, 8}, Case{~0ull - 7, 8}}) {
        SCOPED_TRACE(c.address);
        std::uint64_t data = 0x55;
        EXPECT_EQ(bus.read(c.address, &data, c.size), tlm::TLM_ADDRESS_ERROR_RESPONSE);
        EXPECT_EQ(bus.write(c.address, &data, c.size), tlm::TLM_ADDRESS_ERROR_RESPONSE);
        EXPECT_EQ(bus.debug_read(c.address, &data, c.size), 0u);
        EXPECT_EQ(data, 0x55u);
    }
}

TEST_F(DramTest, AccessAcrossTheBorderOfTwoRegionsIsAnAddressError) {
    dram.add_region(kBase + kSize, Backing::sparse(kSize));
    std::uint64_t data = 0;
    EXPECT_EQ(bus.read(kBase + kSize - 8, &data, 8), tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(bus.read(kBase + kSize, &data, 8), tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(bus.read(kBase + kSize - 4, &data, 8), tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

TEST_F(DramTest, ByteEnablesSelectBytesAndRepeat) {
    unsigned char memory[8] = {0, 1, 2, 3, 4, 5, 6, 7};
    bus.write(kBase, memory, 8);
    unsigned char enables[2] = {0xff, 0x00};
    unsigned char data[8] = {10, 11, 12, 13, 14, 15, 16, 17};
    EXPECT_EQ(other.send(tlm::TLM_WRITE_COMMAND, kBase, data, 8, {8, enables, 2}), tlm::TLM_OK_RESPONSE);
    const unsigned char expected[8] = {10, 1, 12, 3, 14, 5, 16, 7};
    bus.read(kBase, memory, 8);
    EXPECT_EQ(std::memcmp(memory, expected, 8), 0);

    unsigned char three[3] = {0x00, 0x00, 0xff};
    unsigned char got[8] = {};
    EXPECT_EQ(other.send(tlm::TLM_READ_COMMAND, kBase, got, 8, {8, three, 3}), tlm::TLM_OK_RESPONSE);
    const unsigned char selected[8] = {0, 0, 12, 0, 0, 5, 0, 0};
    EXPECT_EQ(std::memcmp(got, selected, 8), 0);
}

TEST_F(DramTest, MalformedAccessesAreRefusedWithoutEffect) {
    std::uint64_t data = 0x77;
    unsigned char enables = 0xff;
    EXPECT_EQ(other.send(tlm::TLM_WRITE_COMMAND, kBase, &data, 0, {}), tlm::TLM_BURST_ERROR_RESPONSE);
    EXPECT_EQ(other.send(tlm::TLM_WRITE_COMMAND, kBase, &data, 8, {4}), tlm::TLM_BURST_ERROR_RESPONSE);
    EXPECT_EQ(other.send(tlm::TLM_WRITE_COMMAND, kBase, &data, 8, {8, &enables, 0}),
              tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    EXPECT_EQ(other.send(tlm::TLM_IGNORE_COMMAND, kBase, &data, 8, {}), tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(bus.read64(kBase), 0u);
}

TEST_F(DramTest, DmiCoversTheWholeRegionAndNothingElse) {
    tlm::tlm_dmi grant;
    ASSERT_TRUE(other.dmi(kBase + 0x123, grant));
    EXPECT_EQ(grant.get_start_address(), kBase);
    EXPECT_EQ(grant.get_end_address(), kBase + kSize - 1);
    EXPECT_TRUE(grant.is_read_write_allowed());
    grant.get_dmi_ptr()[8] = 0x5a;
    EXPECT_EQ(bus.read32(kBase + 8), 0x5au);
    EXPECT_FALSE(other.dmi(kBase + kSize, grant));
    EXPECT_FALSE(other.dmi(kBase - 1, grant));
}

TEST_F(DramTest, RemovingARegionTakesEveryInitiatorsPointersAway) {
    bus.read32(kBase);
    EXPECT_TRUE(dram.remove_region(kBase));
    const DmiMaster::Range range{kBase, kBase + kSize - 1};
    EXPECT_THAT(third.invalidated, ::testing::ElementsAre(range));
    EXPECT_THAT(other.invalidated, ::testing::ElementsAre(range));
    std::uint32_t data = 0;
    EXPECT_EQ(bus.read(kBase, &data, 4), tlm::TLM_ADDRESS_ERROR_RESPONSE);
    EXPECT_FALSE(dram.remove_region(kBase));
    EXPECT_FALSE(dram.remove_region(kBase + 0x1000));
}

TEST_F(DramTest, RegionAddedAtRunTimeIsUsableAndAnnounced) {
    std::uint32_t data = 0;
    EXPECT_EQ(bus.read(0, &data, 4), tlm::TLM_ADDRESS_ERROR_RESPONSE);
    dram.add_region(0, Backing::sparse(0x1000));
    EXPECT_THAT(third.invalidated, ::testing::ElementsAre(DmiMaster::Range{0, 0xfff}));
    EXPECT_EQ(bus.write32(0, 7), tlm::TLM_OK_RESPONSE);
    std::uint32_t got = 0;
    other.read(0, &got, 4);
    EXPECT_EQ(got, 7u);
}

TEST_F(DramTest, RegionsReachTheLastOf42BitsAndNoFurther) {
    constexpr std::uint64_t kEnd = std::uint64_t{1} << 42;
    EXPECT_NO_THROW(dram.add_region(kEnd - 0x1000, Backing::sparse(0x1000)));
    EXPECT_EQ(bus.write32(kEnd - 4, 0xabc), tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(bus.read32(kEnd - 4), 0xabcu);
    EXPECT_TRUE(dram.remove_region(kEnd - 0x1000));
    EXPECT_THROW(dram.add_region(kEnd - 0x1000, Backing::sparse(0x1001)), std::invalid_argument);
    EXPECT_THROW(dram.add_region(kEnd, Backing::sparse(0x1000)), std::invalid_argument);
    EXPECT_THROW(dram.add_region(~0ull - 0xfff, Backing::sparse(0x1000)), std::invalid_argument);
}

TEST_F(DramTest, OverlappingRegionsAreRefused) {
    for (std::uint64_t base : {kBase, kBase - 0xfff, kBase + kSize - 1, kBase + 0x100})
        EXPECT_THROW(dram.add_region(base, Backing::sparse(0x1000)), std::invalid_argument) << base;
    EXPECT_THROW(dram.add_region(kBase - 0x1000, Backing::sparse(kSize + 0x2000)), std::invalid_argument);
    EXPECT_NO_THROW(dram.add_region(kBase - 0x1000, Backing::sparse(0x1000)));
    EXPECT_NO_THROW(dram.add_region(kBase + kSize, Backing::sparse(0x1000)));
}

TEST_F(DramTest, PowerLossZeroesSparseMemoryOnly) {
    const TempFolder folder;
    const std::string path = folder.write("ram", std::string(0x1000, 'x'));
    dram.add_region(0, Backing::file(path));
    bus.write32(kBase + 0x8000, 0x1234);
    bus.write32(4, 0x5678);
    tlm::tlm_dmi grant;
    ASSERT_TRUE(other.dmi(kBase, grant));
    dram.clear();
    EXPECT_EQ(bus.read32(kBase + 0x8000), 0u);
    EXPECT_EQ(grant.get_dmi_ptr()[0x8000], 0u) << "pointers stay valid";
    EXPECT_EQ(bus.read32(4), 0x5678u);
}

TEST_F(DramTest, WhatIsWrittenToAFileRegionIsInTheFile) {
    const TempFolder folder;
    const std::string path = folder.write("ram", std::string(100, 'x'));
    dram.add_region(0x1000, Backing::file(path));
    bus.write(0x1000 + 98, "yz", 2);
    EXPECT_EQ(folder.read("ram"), std::string(98, 'x') + "yz");
    std::uint32_t data = 0;
    EXPECT_EQ(bus.read(0x1000 + 98, &data, 4), tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

TEST_F(DramTest, GuestMemoryIsSharedFromAnyOffset) {
    const int fd = memfd_create("guest", MFD_CLOEXEC);
    ASSERT_EQ(ftruncate(fd, 0x3000), 0);
    dram.add_region(0x4000, Backing::descriptor(fd, 0x1010, 0x1000));
    bus.write32(0x4000, 0xcafe);
    std::uint32_t seen = 0;
    ASSERT_EQ(pread(fd, &seen, 4, 0x1010), 4);
    EXPECT_EQ(seen, 0xcafeu);
    seen = 0xbeef;
    ASSERT_EQ(pwrite(fd, &seen, 4, 0x200c), 4);
    close(fd);
    EXPECT_EQ(bus.read32(0x4ffc), 0xbeefu) << "the region outlives the descriptor";
}

TEST_F(DramTest, BackingsThatCannotBeHadAreNamed) {
    const TempFolder folder;
    const auto text = [](const auto& make) -> std::string {
        try {
            make();
        } catch (const BackingError& error) {
            return error.what();
        }
        return "no error";
    };
    using ::testing::HasSubstr;
    EXPECT_THAT(text([&] { Backing::file(folder / "missing"); }), HasSubstr("missing: cannot be opened"));
    EXPECT_THAT(text([&] { Backing::file(folder / ""); }), HasSubstr("cannot be opened"));
    EXPECT_THAT(text([&] { Backing::file(folder.write("empty", "")); }), HasSubstr("empty: is empty"));
    ASSERT_EQ(mkfifo((folder / "fifo").c_str(), 0600), 0);
    EXPECT_THAT(text([&] { Backing::file(folder / "fifo"); }), HasSubstr("not a regular file"));
    EXPECT_THAT(text([&] { Backing::descriptor(-1, 0, 1); }), HasSubstr("cannot be examined"));
    EXPECT_THAT(text([&] { Backing::sparse(0); }), HasSubstr("is empty"));
    EXPECT_THAT(text([&] { Backing::sparse(SIZE_MAX); }), HasSubstr("sparse memory"));
    const int fd = memfd_create("guest", MFD_CLOEXEC);
    ASSERT_EQ(ftruncate(fd, 0x1000), 0);
    EXPECT_THAT(text([&] { Backing::descriptor(fd, 1, 0x1000); }),
                HasSubstr("has 4096 bytes, expected 4096 from offset 1"));
    EXPECT_THAT(text([&] { Backing::descriptor(fd, ~0ull, 1); }), HasSubstr("has 4096 bytes"));
    EXPECT_THAT(text([&] { Backing::descriptor(fd, 0, 0); }), HasSubstr("is empty"));
    close(fd);
}

// A DmaPort as a block has it.
struct Engine : sc_core::sc_module {
    explicit Engine(sc_core::sc_module_name name) : sc_module(name) {}
    DmaPort port{"port"};
};

TEST_F(DramTest, DmaPortFollowsARegionThatIsReplaced) {
    Engine engine("engine");
    engine.port.socket.bind(dram.bus);
    elaborate();
    const std::uint32_t value = 0x1111;
    EXPECT_EQ(engine.port.write(kBase, &value, 4), tlm::TLM_OK_RESPONSE);
    dram.remove_region(kBase);
    EXPECT_EQ(engine.port.direct(kBase, 4, false), nullptr);
    dram.add_region(kBase, Backing::sparse(kSize));
    std::uint32_t got = 1;
    EXPECT_EQ(engine.port.read(kBase, &got, 4), tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(got, 0u);
}

}  // namespace
}  // namespace ans::test
