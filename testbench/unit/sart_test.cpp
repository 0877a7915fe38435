// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>

#include <cstring>

#include "testbench/support/dmi_master.h"
#include "testbench/support/sim_test.h"
#include "testbench/unit/sart_under_test.h"

namespace ans::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::uint64_t kPage = 0x1000;
constexpr std::uint64_t kDram = 0x8'0000'0000;
constexpr std::uint32_t config_at(unsigned i) {
    return 4 * i;
}
constexpr std::uint32_t paddr_at(unsigned i) {
    return 0x40 + 4 * i;
}
constexpr std::uint32_t size_at(unsigned i) {
    return 0x80 + 4 * i;
}

// One entry, one access, and why it is refused.
struct Edge {
    const char* what;
    std::uint64_t entry;  // base
    std::uint64_t bytes;  // of the entry
    std::uint64_t address;
    unsigned size;
    const char* reason;  // nullptr: passes
};

// Memory at every address: keeps what was asked and grants the DMI window that a test chose.
class Everywhere : public sc_core::sc_module {
public:
    struct Access {
        std::uint64_t address;
        unsigned size;
        bool write;
        bool operator==(const Access& o) const {
            return address == o.address && size == o.size && write == o.write;
        }
    };
    explicit Everywhere(sc_core::sc_module_name name) : sc_module(name) {
        socket.register_b_transport(this, &Everywhere::b_transport);
        socket.register_transport_dbg(this, &Everywhere::transport_dbg);
        socket.register_get_direct_mem_ptr(this, &Everywhere::get_direct_mem_ptr);
    }
    std::vector<Access> accesses;
    std::vector<unsigned char> bytes = std::vector<unsigned char>(0x10000, 0xa5);
    std::uint64_t dmi_base = kDram;
    bool grants = true;
    tlm_utils::simple_target_socket<Everywhere> socket{"socket"};

private:
    void b_transport(tlm::tlm_generic_payload& tx, sc_core::sc_time&) {
        accesses.push_back({tx.get_address(), tx.get_data_length(), tx.is_write()});
        if (tx.is_read()) std::memset(tx.get_data_ptr(), 0xa5, tx.get_data_length());
        tx.set_response_status(tlm::TLM_OK_RESPONSE);
    }
    unsigned transport_dbg(tlm::tlm_generic_payload& tx) {
        std::memset(tx.get_data_ptr(), 0xa5, tx.get_data_length());
        return tx.get_data_length();
    }
    bool get_direct_mem_ptr(tlm::tlm_generic_payload&, tlm::tlm_dmi& dmi) {
        dmi.set_dmi_ptr(bytes.data());
        dmi.set_start_address(dmi_base);
        dmi.set_end_address(dmi_base + bytes.size() - 1);
        dmi.allow_read_write();
        return grants;
    }
};

class SartTest : public SimTest {
protected:
    explicit SartTest(SartLayout layout = SartLayout::V2, Policies policies = Policies(),
                      std::vector<SartConfig::BootEntry> boot = {})
        : layout_(layout), sart("sart", SartConfig{&events, policies, layout, std::move(boot)}) {
        cpu.socket.bind(sart.mmio);
        firmware.socket.bind(sart.device);
        sart.memory.bind(memory.socket);
        reset_out.bind(sart.reset.in);
    }
    // As drivers do: CONFIG last.
    void set(unsigned i, std::uint64_t address, std::uint64_t size, std::uint32_t flags = 0xff) {
        const auto pages = static_cast<std::uint32_t>(size / kPage);
        cpu.write32(paddr_at(i), static_cast<std::uint32_t>(address / kPage));
        if (layout_ == SartLayout::V3) cpu.write32(size_at(i), pages);
        cpu.write32(config_at(i), layout_ == SartLayout::V2 ? flags << 24 | pages : flags);
    }
    void clear(unsigned i) { set(i, 0, 0, 0); }
    bool passes(std::uint64_t address, unsigned size) {
        std::vector<unsigned char> data(size, 0x11);
        const std::size_t before = memory.accesses.size();
        const bool reads = firmware.read(address, data.data(), size) == tlm::TLM_OK_RESPONSE;
        EXPECT_EQ(memory.accesses.size() - before, reads ? 1u : 0u) << "refused accesses stop here";
        EXPECT_EQ(firmware.write(address, data.data(), size) == tlm::TLM_OK_RESPONSE, reads);
        EXPECT_EQ(firmware.debug(tlm::TLM_READ_COMMAND, address, data.data(), size), reads ? size : 0u);
        return reads;
    }
    template <std::size_t N>
    void check_edges(const Edge (&edges)[N]) {
        for (const Edge& edge : edges) {
            SCOPED_TRACE(edge.what);
            set(5, edge.entry, edge.bytes);
            const bool passed = passes(edge.address, edge.size);
            EXPECT_EQ(passed ? "passes" : reason(), edge.reason != nullptr ? edge.reason : "passes");
        }
    }
    std::string reason() {
        return format_field(*find_field(EventKind::SartDenied, "reason"),
                            recorder.last(EventKind::SartDenied));
    }
    std::uint64_t entry(std::string_view field) { return recorder.last_field(EventKind::SartEntry, field); }

    const SartLayout layout_;
    SartUnderTest sart;
    TestMaster cpu;
    DmiMaster firmware{"firmware"};
    Everywhere memory{"memory"};
    struct Wire : sc_core::sc_module {
        explicit Wire(sc_core::sc_module_name name) : sc_module(name) {}
        LevelOut out{"out"};
    } wire{"wire"};
    LevelOut& reset_out = wire.out;
};

class SartV3Test : public SartTest {
protected:
    SartV3Test() : SartTest(SartLayout::V3) {}
};

Policies with_straddle() {
    Policies policies;
    policies.set(SartStraddle::Allow);
    return policies;
}
Policies with_read_zero() {
    Policies policies;
    policies.set(SartViolation::ReadZero);
    return policies;
}
Policies with_fixed_boot_entries() {
    Policies policies;
    policies.set(SartBootEntry::Ignore);
    return policies;
}
const std::vector<SartConfig::BootEntry> kBoot{{kDram + 0x10'0000, 0x20'0000, 0xff}, {kDram, 0x4000, 0x81}};

class SartStraddleTest : public SartTest {
protected:
    SartStraddleTest() : SartTest(SartLayout::V2, with_straddle()) {}
};
class SartReadZeroTest : public SartTest {
protected:
    SartReadZeroTest() : SartTest(SartLayout::V2, with_read_zero()) {}
};
class SartBootTest : public SartTest {
protected:
    SartBootTest() : SartTest(SartLayout::V2, Policies(), kBoot) {}
};
class SartFixedBootTest : public SartTest {
protected:
    SartFixedBootTest() : SartTest(SartLayout::V3, with_fixed_boot_entries(), kBoot) {}
};

// Registers.

TEST_F(SartTest, EveryRegisterOfLayout2KeepsTheContract) {
    check_register_contract(cpu, SartBlock::register_map(SartLayout::V2));
}
TEST_F(SartV3Test, EveryRegisterOfLayout3KeepsTheContract) {
    check_register_contract(cpu, SartBlock::register_map(SartLayout::V3));
}

TEST_F(SartTest, Layout2StoresFlagsSizeAnd24BitsOfPage) {
    for (unsigned i : {0u, 7u, 15u}) {
        cpu.write32(config_at(i), 0xffff'ffff);
        cpu.write32(paddr_at(i), 0xffff'ffff);
        EXPECT_EQ(cpu.read32(config_at(i)), 0xffff'ffffu);
        EXPECT_EQ(cpu.read32(paddr_at(i)), 0x00ff'ffffu);
        cpu.read32(size_at(i));
        EXPECT_EQ(cpu.last, tlm::TLM_ADDRESS_ERROR_RESPONSE) << "no SIZE registers in this layout";
    }
}
TEST_F(SartV3Test, Layout3StoresEightFlagsAnd30BitsOfPages) {
    for (unsigned i : {0u, 7u, 15u}) {
        for (std::uint32_t offset : {config_at(i), paddr_at(i), size_at(i)})
            cpu.write32(offset, 0xffff'ffff);
        EXPECT_EQ(cpu.read32(config_at(i)), 0xffu);
        EXPECT_EQ(cpu.read32(paddr_at(i)), 0x3fff'ffffu);
        EXPECT_EQ(cpu.read32(size_at(i)), 0x3fff'ffffu);
    }
}

TEST_F(SartTest, ConfigWriteThatChangesAnEntryIsAnEvent) {
    set(3, kDram, 0x4000, 0x5a);
    EXPECT_EQ(recorder.count(EventKind::SartEntry), 1u);
    EXPECT_EQ(entry("index"), 3u);
    EXPECT_EQ(entry("flags"), 0x5au);
    EXPECT_EQ(entry("locked"), 0u);
    EXPECT_EQ(entry("address"), kDram);
    EXPECT_EQ(entry("size"), 0x4000u);
    set(3, kDram, 0x4000, 0x5a);
    EXPECT_EQ(recorder.count(EventKind::SartEntry), 1u) << "nothing changed";
    clear(3);
    EXPECT_EQ(recorder.count(EventKind::SartEntry), 2u);
    EXPECT_EQ(entry("flags"), 0u);
    EXPECT_EQ(entry("size"), 0u);
}
TEST_F(SartTest, EventCarriesTheTimeOfTheAccess) {
    cpu.delay = to_sc(nanoseconds(70));
    set(0, kDram, 0x1000);
    EXPECT_EQ(recorder.last(EventKind::SartEntry).time, nanoseconds(70));
}

TEST_F(SartTest, DebugWriteIsInForceAndNoEvent) {
    elaborate();
    const std::uint32_t config = 0xff00'0001;
    tlm::tlm_generic_payload tx;
    tx.set_command(tlm::TLM_WRITE_COMMAND);
    tx.set_address(config_at(0));
    tx.set_data_ptr(reinterpret_cast<unsigned char*>(const_cast<std::uint32_t*>(&config)));
    tx.set_data_length(4);
    tx.set_streaming_width(4);
    EXPECT_EQ(cpu.socket->transport_dbg(tx), 4u);
    EXPECT_TRUE(passes(0, 0x1000));
    EXPECT_EQ(recorder.count(EventKind::SartEntry), 0u);
}

// The filter.

TEST_F(SartTest, NothingPassesWithoutAnEntry) {
    for (std::uint64_t address : {std::uint64_t{0}, kDram, std::uint64_t{1} << 35}) {
        EXPECT_FALSE(passes(address, 4));
        EXPECT_EQ(reason(), "no_entry");
    }
    EXPECT_THAT(recorder.entries.back().text, "no entry is enabled");
}

TEST_F(SartTest, EntryWithoutFlagsOrWithoutSizeOpensNothing) {
    set(0, kDram, 0x1000, 0);
    set(1, kDram, 0, 0xff);
    EXPECT_FALSE(passes(kDram, 1));
    set(1, kDram, 0x1000, 0x80);
    EXPECT_TRUE(passes(kDram, 1)) << "any flag enables an entry";
}

constexpr std::uint64_t k36 = std::uint64_t{1} << 36;
constexpr std::uint64_t k42 = std::uint64_t{1} << 42;

constexpr Edge kCommonEdges[] = {
    {"first byte", kDram, 0x2000, kDram, 1, nullptr},
    {"all of it", kDram, 0x2000, kDram, 0x2000, nullptr},
    {"last byte", kDram, 0x2000, kDram + 0x1fff, 1, nullptr},
    {"byte before", kDram, 0x2000, kDram - 1, 1, "no_entry"},
    {"byte behind", kDram, 0x2000, kDram + 0x2000, 1, "no_entry"},
    {"begins one byte early", kDram, 0x2000, kDram - 1, 2, "partial"},
    {"ends one byte late", kDram, 0x2000, kDram + 0x1fff, 2, "partial"},
    {"swallows the entry", kDram, 0x1000, kDram - 8, 0x1010, "partial"},
    {"the page at 0", 0, 0x1000, 0, 0x1000, nullptr},
    {"wraps 64 bits into the entry", 0, 0x1000, ~0ull - 3, 8, "wraps"},
    {"last byte of 64 bits", 0, 0x1000, ~0ull, 1, "beyond_reach"},
    {"far beyond, same low bits", kDram, 0x1000, (1ull << 48) + kDram, 4, "beyond_reach"},
};
constexpr Edge kEdges36[] = {
    {"last page of 36 bits", k36 - 0x1000, 0x1000, k36 - 0x1000, 0x1000, nullptr},
    {"last byte of 36 bits", k36 - 0x1000, 0x1000, k36 - 1, 1, nullptr},
    {"from the last byte over the end", k36 - 0x1000, 0x1000, k36 - 1, 2, "beyond_reach"},
    {"first byte beyond 36 bits", k36 - 0x1000, 0x1000, k36, 1, "beyond_reach"},
    {"entry past the end opens up to it", k36 - 0x1000, 0x8000, k36 - 0x1000, 0x1000, nullptr},
    {"entry past the end opens nothing beyond", k36 - 0x1000, 0x8000, k36, 1, "beyond_reach"},
    {"entry past the end does not wrap", k36 - 0x1000, 0x8000, 0, 1, "no_entry"},
    {"largest size from 0", 0, k36 - 0x1000, k36 - 0x1001, 1, nullptr},
    {"behind the largest size from 0", 0, k36 - 0x1000, k36 - 0x1000, 1, "no_entry"},
    {"largest size at the top", k36 - 0x1000, k36 - 0x1000, k36 - 1, 1, nullptr},
    {"same low 36 bits", kDram, 0x1000, k36 + kDram, 4, "beyond_reach"},
};
constexpr Edge kEdges42[] = {
    {"36 bits are no border", k36 - 0x1000, 0x2000, k36 - 1, 2, nullptr},
    {"DRAM of the larger SoCs", 0x100'0000'0000, 0x4000, 0x100'0000'3fff, 1, nullptr},
    {"last page of 42 bits", k42 - 0x1000, 0x1000, k42 - 0x1000, 0x1000, nullptr},
    {"from the last byte over the end", k42 - 0x1000, 0x1000, k42 - 1, 2, "beyond_reach"},
    {"first byte beyond 42 bits", k42 - 0x1000, 0x1000, k42, 1, "beyond_reach"},
    {"entry past the end opens up to it", k42 - 0x1000, 0x8000, k42 - 1, 1, nullptr},
    {"entry past the end does not wrap", k42 - 0x1000, 0x8000, 0, 1, "no_entry"},
    {"largest size from 0", 0, k42 - 0x1000, k42 - 0x1001, 1, nullptr},
    {"behind the largest size from 0", 0, k42 - 0x1000, k42 - 0x1000, 1, "no_entry"},
};

TEST_F(SartTest, Layout2IsExactAtEveryEdge) {
    check_edges(kCommonEdges);
    check_edges(kEdges36);
}
TEST_F(SartV3Test, Layout3IsExactAtEveryEdge) {
    check_edges(kCommonEdges);
    check_edges(kEdges42);
}

TEST_F(SartTest, AccessPassesUnchanged) {
    set(15, kDram, 0x1000);
    std::array<unsigned char, 12> data{};
    EXPECT_EQ(firmware.read(kDram + 0x123, data.data(), 12), tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(firmware.write(kDram + 0xff0, data.data(), 7), tlm::TLM_OK_RESPONSE);
    EXPECT_THAT(memory.accesses, ElementsAre(Everywhere::Access{kDram + 0x123, 12, false},
                                             Everywhere::Access{kDram + 0xff0, 7, true}));
    EXPECT_EQ(data[11], 0xa5);
    EXPECT_EQ(recorder.count(EventKind::SartDenied), 0u);
}

TEST_F(SartTest, MalformedAccessIsABurstErrorEvenWhereMemoryIsOpen) {
    set(0, 0, 0x1000);
    std::uint32_t data = 0;
    EXPECT_EQ(firmware.read(0, &data, 0), tlm::TLM_BURST_ERROR_RESPONSE);
    EXPECT_EQ(firmware.send(tlm::TLM_READ_COMMAND, 0, &data, 4, {2}), tlm::TLM_BURST_ERROR_RESPONSE);
    EXPECT_TRUE(memory.accesses.empty());
}

TEST_F(SartTest, DenialTellsWhatWasTriedAndWhichEntriesExist) {
    set(2, kDram, 0x4000, 0x0f);
    set(9, kDram + 0x8000, 0x1000, 0xff);
    std::array<unsigned char, 8> data{};
    EXPECT_EQ(firmware.write(kDram + 0x3ffc, data.data(), 8), tlm::TLM_ADDRESS_ERROR_RESPONSE);
    EXPECT_EQ(reason(), "partial");
    EXPECT_EQ(recorder.last_field(EventKind::SartDenied, "write"), 1u);
    EXPECT_EQ(recorder.last_field(EventKind::SartDenied, "address"), kDram + 0x3ffc);
    EXPECT_EQ(recorder.last_field(EventKind::SartDenied, "size"), 8u);
    EXPECT_EQ(recorder.entries.back().text,
              "enabled entries: 2: 0x800000000 to 0x800003fff, flags 0xf; 9: 0x800008000 to 0x800008fff, "
              "flags 0xff");
}

TEST_F(SartTest, DebugAccessIsFilteredWithoutAnEvent) {
    std::uint32_t data = 0;
    EXPECT_EQ(firmware.debug(tlm::TLM_READ_COMMAND, kDram, &data, 4), 0u);
    set(0, kDram, 0x1000);
    EXPECT_EQ(firmware.debug(tlm::TLM_READ_COMMAND, kDram + 0xffc, &data, 4), 4u);
    EXPECT_EQ(firmware.debug(tlm::TLM_READ_COMMAND, kDram + 0xffd, &data, 4), 0u);
    EXPECT_EQ(data, 0xa5a5'a5a5u);
    EXPECT_EQ(recorder.count(EventKind::SartDenied), 0u);
}

TEST_F(SartTest, AccessAcrossTwoTouchingEntriesIsRefused) {
    set(0, kDram, 0x1000);
    set(1, kDram + 0x1000, 0x1000);
    EXPECT_FALSE(passes(kDram + 0xffc, 8));
    EXPECT_EQ(reason(), "partial");
    EXPECT_TRUE(passes(kDram + 0x1000, 8));
}
TEST_F(SartStraddleTest, AccessAcrossTouchingEntriesPassesByPolicy) {
    set(7, kDram, 0x1000);
    set(3, kDram + 0x1000, 0x1000);
    set(0, kDram + 0x1800 / kPage * kPage, 0x3000);  // overlaps entry 3
    EXPECT_TRUE(passes(kDram + 0xffc, 8));
    EXPECT_TRUE(passes(kDram, 0x4000));
    EXPECT_FALSE(passes(kDram, 0x4001));
    EXPECT_EQ(reason(), "partial");
    set(7, kDram, 0x1000, 0);
    EXPECT_FALSE(passes(kDram + 0xffc, 8));
}
TEST_F(SartStraddleTest, SixteenEntriesMayChain) {
    for (unsigned i = 0; i < 16; ++i)
        set(i, kDram + (15 - i) * kPage, kPage);
    EXPECT_TRUE(passes(kDram, 16 * kPage));
    clear(8);
    EXPECT_FALSE(passes(kDram, 16 * kPage));
}

TEST_F(SartReadZeroTest, RefusedReadGivesZerosAndRefusedWriteVanishes) {
    std::uint64_t data = ~0ull;
    EXPECT_EQ(firmware.read(kDram, &data, 8), tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(data, 0u);
    EXPECT_EQ(recorder.count(EventKind::SartDenied), 1u);
    data = 5;
    EXPECT_EQ(firmware.write(kDram, &data, 8), tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(data, 5u);
    EXPECT_EQ(recorder.count(EventKind::SartDenied), 2u);
    EXPECT_TRUE(memory.accesses.empty());
}

// Direct memory.

TEST_F(SartTest, DmiIsClippedToTheEntry) {
    set(4, kDram + 0x2000, 0x3000);
    tlm::tlm_dmi grant;
    ASSERT_TRUE(firmware.dmi(kDram + 0x2fff, grant));
    EXPECT_EQ(grant.get_start_address(), kDram + 0x2000);
    EXPECT_EQ(grant.get_end_address(), kDram + 0x4fff);
    EXPECT_EQ(grant.get_dmi_ptr(), memory.bytes.data() + 0x2000);
    EXPECT_FALSE(firmware.dmi(kDram + 0x1fff, grant));
    EXPECT_FALSE(firmware.dmi(kDram + 0x5000, grant));
    EXPECT_EQ(grant.get_end_address(), kDram + 0x5000) << "refused for this address only";
}
TEST_F(SartTest, DmiIsNoLargerThanWhatMemoryGrants) {
    set(4, kDram - 0x1000, 0x2000'0000);
    tlm::tlm_dmi grant;
    ASSERT_TRUE(firmware.dmi(kDram + 0x10, grant));
    EXPECT_EQ(grant.get_start_address(), kDram);
    EXPECT_EQ(grant.get_end_address(), kDram + 0xffff);
    EXPECT_EQ(grant.get_dmi_ptr(), memory.bytes.data());
    memory.grants = false;
    EXPECT_FALSE(firmware.dmi(kDram + 0x10, grant));
}
TEST_F(SartTest, ChangedEntryTakesItsPointersAway) {
    set(4, kDram, 0x3000);
    EXPECT_TRUE(firmware.invalidated.empty()) << "nobody can hold a pointer into what was closed";
    cpu.write32(paddr_at(4), static_cast<std::uint32_t>((kDram + 0x1000) / kPage));
    EXPECT_THAT(firmware.invalidated, ElementsAre(DmiMaster::Range{kDram, kDram + 0x2fff}));
    cpu.write32(config_at(4), 0);
    EXPECT_EQ(firmware.invalidated.back(), (DmiMaster::Range{kDram + 0x1000, kDram + 0x3fff}));
    set(5, kDram, 0x1000);
    cpu.write32(config_at(5), cpu.read32(config_at(5)));
    EXPECT_EQ(firmware.invalidated.size(), 2u) << "the same value again changes nothing";
}
TEST_F(SartV3Test, ShrunkEntryTakesItsPointersAway) {
    set(0, kDram, 0x3000);
    cpu.write32(size_at(0), 1);
    EXPECT_THAT(firmware.invalidated, ElementsAre(DmiMaster::Range{kDram, kDram + 0x2fff}));
    tlm::tlm_dmi grant;
    ASSERT_TRUE(firmware.dmi(kDram, grant));
    EXPECT_EQ(grant.get_end_address(), kDram + 0xfff);
}
TEST_F(SartTest, InvalidationByMemoryIsPassedOn) {
    elaborate();
    memory.socket->invalidate_direct_mem_ptr(kDram, kDram + 0xff);
    EXPECT_THAT(firmware.invalidated, ElementsAre(DmiMaster::Range{kDram, kDram + 0xff}));
}

// The boot loader's entries and reset.

TEST_F(SartBootTest, BootLoaderEntriesAreThereAtReset) {
    EXPECT_EQ(cpu.read32(config_at(0)), 0xff00'0200u);
    EXPECT_EQ(cpu.read32(paddr_at(0)), (kDram + 0x10'0000) / kPage);
    EXPECT_EQ(cpu.read32(config_at(1)), 0x8100'0004u);
    EXPECT_EQ(cpu.read32(config_at(2)), 0u);
    EXPECT_TRUE(passes(kDram + 0x2f'fffc, 4));
    EXPECT_FALSE(passes(kDram + 0x4000, 4));
    EXPECT_THAT(recorder.entries.back().text,
                HasSubstr("0: 0x800100000 to 0x8002fffff, flags 0xff, boot loader; 1: "));
}
TEST_F(SartBootTest, BootLoaderEntryCanBeChangedAndTheEventSaysWhose) {
    clear(0);
    EXPECT_EQ(entry("index"), 0u);
    EXPECT_EQ(entry("locked"), 1u);
    EXPECT_FALSE(passes(kDram + 0x10'0000, 4));
}
TEST_F(SartBootTest, ResetBringsBootLoaderEntriesBackAndClearsTheOthers) {
    clear(0);
    set(6, kDram + 0x4000, 0x1000);
    const std::size_t before = recorder.count(EventKind::SartEntry);
    firmware.invalidated.clear();
    reset_out->set_level(true, microseconds(3));
    EXPECT_TRUE(passes(kDram + 0x10'0000, 4));
    EXPECT_TRUE(passes(kDram, 0x4000));
    EXPECT_FALSE(passes(kDram + 0x4000, 4));
    EXPECT_EQ(cpu.read32(config_at(6)), 0u);
    EXPECT_EQ(cpu.read32(paddr_at(6)), 0u);
    EXPECT_EQ(recorder.count(EventKind::SartEntry) - before, 2u) << "only the entries that changed";
    EXPECT_EQ(recorder.last(EventKind::SartEntry).time, microseconds(3));
    EXPECT_THAT(firmware.invalidated, ElementsAre(DmiMaster::Range{kDram + 0x4000, kDram + 0x4fff}));
    reset_out->set_level(false, microseconds(4));
    EXPECT_EQ(recorder.count(EventKind::SartEntry) - before, 2u) << "release changes nothing";
}
TEST_F(SartFixedBootTest, WritesToBootLoaderEntriesVanishByPolicy) {
    clear(0);
    set(1, 0, 0x1000);
    EXPECT_EQ(recorder.count(EventKind::SartEntry), 0u);
    EXPECT_EQ(cpu.read32(paddr_at(1)), kDram / kPage);
    EXPECT_EQ(cpu.read32(size_at(1)), 4u);
    EXPECT_TRUE(passes(kDram + 0x10'0000, 0x1000));
    EXPECT_FALSE(passes(0, 4));
    set(2, 0, 0x1000);
    EXPECT_TRUE(passes(0, 4));
}

TEST(SartConfigTest, BootLoaderEntriesThatCannotExistAreRefused) {
    const auto text = [](SartLayout layout, std::vector<SartConfig::BootEntry> boot) -> std::string {
        try {
            SartUnderTest sart("sart", SartConfig{&EventHub::none(), Policies(), layout, std::move(boot)});
        } catch (const std::invalid_argument& error) {
            return error.what();
        }
        return "accepted";
    };
    EXPECT_THAT(text(SartLayout::V2, {{1, 0x1000, 0xff}}), HasSubstr("entry 0 is not in whole pages"));
    EXPECT_THAT(text(SartLayout::V2, {{0, 0x1000, 1}, {0, 0x800, 0xff}}),
                HasSubstr("entry 1 is not in whole pages"));
    EXPECT_THAT(text(SartLayout::V2, {{0, 0x1000, 0}}), HasSubstr("is disabled"));
    EXPECT_THAT(text(SartLayout::V2, {{0, 0, 0xff}}), HasSubstr("is disabled"));
    EXPECT_THAT(text(SartLayout::V2, {{k36 - 0x1000, 0x2000, 0xff}}), HasSubstr("passes the addresses"));
    EXPECT_THAT(text(SartLayout::V2, {{k36, 0x1000, 0xff}}), HasSubstr("passes the addresses"));
    EXPECT_THAT(text(SartLayout::V2, {{0, k36, 0xff}}), HasSubstr("passes the addresses"));
    EXPECT_EQ(text(SartLayout::V3, {{k36, 0x1000, 0xff}}), "accepted");
    EXPECT_THAT(text(SartLayout::V3, {{0, k42, 0xff}}), HasSubstr("passes the addresses"));
    EXPECT_THAT(text(SartLayout::V3, std::vector<SartConfig::BootEntry>(17, {0, 0x1000, 0xff})),
                HasSubstr("more than the 16"));
}

}  // namespace
}  // namespace ans::test
