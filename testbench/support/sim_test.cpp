// SPDX-License-Identifier: MIT
#include "testbench/support/sim_test.h"

#include <algorithm>

namespace ans::test {

void elaborate() {
    if (sc_core::sc_get_status() < sc_core::SC_START_OF_SIMULATION) sc_core::sc_start(sc_core::SC_ZERO_TIME);
}

tlm::tlm_response_status TestMaster::transport(tlm::tlm_command command, std::uint64_t address, void* data,
                                               unsigned size) {
    elaborate();
    tlm::tlm_generic_payload tx;
    tx.set_command(command);
    tx.set_address(address);
    tx.set_data_ptr(static_cast<unsigned char*>(data));
    tx.set_data_length(size);
    tx.set_streaming_width(size);
    tx.set_byte_enable_ptr(nullptr);
    tx.set_dmi_allowed(false);
    tx.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    socket->b_transport(tx, delay);
    last = tx.get_response_status();
    return last;
}

tlm::tlm_response_status TestMaster::read(std::uint64_t address, void* data, unsigned size) {
    return transport(tlm::TLM_READ_COMMAND, address, data, size);
}
tlm::tlm_response_status TestMaster::write(std::uint64_t address, const void* data, unsigned size) {
    return transport(tlm::TLM_WRITE_COMMAND, address, const_cast<void*>(data), size);
}
std::uint32_t TestMaster::read32(std::uint64_t address) {
    std::uint32_t value = 0;
    read(address, &value, 4);
    return value;
}
std::uint64_t TestMaster::read64(std::uint64_t address) {
    std::uint64_t value = 0;
    read(address, &value, 8);
    return value;
}
unsigned TestMaster::debug_read(std::uint64_t address, void* data, unsigned size) {
    elaborate();
    tlm::tlm_generic_payload tx;
    tx.set_command(tlm::TLM_READ_COMMAND);
    tx.set_address(address);
    tx.set_data_ptr(static_cast<unsigned char*>(data));
    tx.set_data_length(size);
    tx.set_streaming_width(size);
    return socket->transport_dbg(tx);
}

std::size_t EventRecorder::count(EventKind kind) const {
    return static_cast<std::size_t>(
        std::count_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.event.kind == kind; }));
}
Event EventRecorder::last(EventKind kind) const {
    const auto found =
        std::find_if(entries.rbegin(), entries.rend(), [&](const Entry& e) { return e.event.kind == kind; });
    if (found != entries.rend()) return found->event;
    ADD_FAILURE() << "no event " << event_info(kind).name;
    Event empty;
    empty.kind = kind;
    return empty;
}
std::uint64_t EventRecorder::last_field(EventKind kind, std::string_view field) const {
    const EventField* info = find_field(kind, field);
    if (info == nullptr) {
        ADD_FAILURE() << event_info(kind).name << " has no field " << field;
        return 0;
    }
    return info->get(last(kind));
}

void SimTest::run(const std::function<void()>& body, SimTime limit) {
    bool done = false;
    sc_core::sc_spawn(
        [&] {
            body();
            done = true;
            sc_core::sc_stop();
        },
        "test_body");
    sc_core::sc_start(to_sc(limit));
    EXPECT_TRUE(done) << "the test body did not return within its simulated time limit";
}

void check_register_contract(TestMaster& bus, const RegMap& map,
                             const std::vector<std::string>& skip_values) {
    for (std::size_t r = 0; r < map.reg_count; ++r) {
        const Reg& reg = map.regs[r];
        SCOPED_TRACE(std::string(map.block) + "." + std::string(reg.name));
        std::uint64_t bytes = 0;
        EXPECT_EQ(bus.read(reg.offset, &bytes, 1), tlm::TLM_BURST_ERROR_RESPONSE);
        EXPECT_EQ(bus.read(reg.offset, &bytes, 2), tlm::TLM_BURST_ERROR_RESPONSE);
        EXPECT_EQ(bus.read(reg.offset + 2, &bytes, 4), tlm::TLM_BURST_ERROR_RESPONSE);
        if (reg.width == 4 && reg.offset % 8 == 0) {
            EXPECT_EQ(bus.read(reg.offset, &bytes, 8), tlm::TLM_BURST_ERROR_RESPONSE);
        }

        bytes = 0;
        EXPECT_EQ(bus.debug_read(reg.offset, &bytes, reg.width), reg.width);
        const bool skip = std::find(skip_values.begin(), skip_values.end(), reg.name) != skip_values.end();
        if (skip) continue;
        if (readable(reg.access)) {
            std::uint64_t value = 0;
            EXPECT_EQ(bus.read(reg.offset, &value, reg.width), tlm::TLM_OK_RESPONSE);
            EXPECT_EQ(value, bytes) << "a debug read shows what a bus read shows";
        } else {
            std::uint64_t value = 0;
            EXPECT_EQ(bus.read(reg.offset, &value, reg.width), tlm::TLM_COMMAND_ERROR_RESPONSE);
        }
        if (!writable(reg.access)) {
            const std::uint64_t ones = ~std::uint64_t{0};
            EXPECT_EQ(bus.write(reg.offset, &ones, reg.width), tlm::TLM_COMMAND_ERROR_RESPONSE);
            std::uint64_t after = 0;
            bus.debug_read(reg.offset, &after, reg.width);
            EXPECT_EQ(after, bytes) << "a refused write has no effect";
        }
    }
    std::uint64_t bytes = 0;
    for (std::uint32_t hole = 0; hole < map.window; hole += 4)
        if (find_register(map, hole).reg == nullptr) {
            EXPECT_EQ(bus.read(hole, &bytes, 4), tlm::TLM_ADDRESS_ERROR_RESPONSE) << "hole at " << hole;
            EXPECT_EQ(bus.debug_read(hole, &bytes, 4), 0u);
            break;
        }
    EXPECT_EQ(bus.read(map.window, &bytes, 4), tlm::TLM_ADDRESS_ERROR_RESPONSE) << "beyond the window";
}

}  // namespace ans::test
