// SPDX-License-Identifier: MIT
// The fixture of block tests: a bus master, an event recorder and a simulated thread with a time limit.
#pragma once

#include <gtest/gtest.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <functional>
#include <string>
#include <tlm>
#include <vector>

#include "models/common/event.h"
#include "models/common/reg_map.h"
#include "models/common/sim_time.h"
#include "models/common/wire.h"

namespace ans::test {

/// Elaborates the design unless that was done; sockets can be used from then on.
void elaborate();

/// A bus master for tests. Bind `socket` to the block's face; each call returns the TLM response. The first
/// call elaborates the design, so that simple claims need no simulated thread.
class TestMaster : public sc_core::sc_module {
public:
    explicit TestMaster(sc_core::sc_module_name name = "test_master") : sc_module(name) {}

    tlm::tlm_response_status read(std::uint64_t address, void* data, unsigned size);
    tlm::tlm_response_status write(std::uint64_t address, const void* data, unsigned size);
    tlm::tlm_response_status write32(std::uint64_t address, std::uint32_t value) {
        return write(address, &value, 4);
    }
    tlm::tlm_response_status write64(std::uint64_t address, std::uint64_t value) {
        return write(address, &value, 8);
    }
    /// The value read; the response goes to `last`.
    std::uint32_t read32(std::uint64_t address);
    std::uint64_t read64(std::uint64_t address);
    /// transport_dbg; the number of bytes moved.
    unsigned debug_read(std::uint64_t address, void* data, unsigned size);

    tlm_utils::simple_initiator_socket<TestMaster> socket{"socket"};
    tlm::tlm_response_status last = tlm::TLM_INCOMPLETE_RESPONSE;
    sc_core::sc_time delay;  ///< handed to every access as the local offset, grows by what targets add

private:
    tlm::tlm_response_status transport(tlm::tlm_command command, std::uint64_t address, void* data,
                                       unsigned size);
};

/// Keeps every event (text copied).
class EventRecorder : public EventSink {
public:
    struct Entry {
        Event event;
        std::string text;
    };
    explicit EventRecorder(EventHub& hub) { hub.subscribe(*this, EventHub::all()); }
    void on_event(const Event& event) override { entries.push_back({event, std::string(event.text())}); }
    std::size_t count(EventKind kind) const;
    /// The newest of that kind; fails the test and returns an empty one where there is none.
    Event last(EventKind kind) const;
    std::uint64_t last_field(EventKind kind, std::string_view field) const;
    std::vector<Entry> entries;
};

/// The end of a wire: remembers the level and how often it changed.
class WireProbe : public LevelIf {
public:
    void set_level(bool new_level, SimTime when) override {
        if (new_level != level) ++edges;
        level = new_level;
        at = when;
    }
    bool level = false;
    unsigned edges = 0;
    SimTime at = 0;
};

class SimTest : public ::testing::Test {
protected:
    /// Runs `body` as a simulated thread. A body that has not returned after `limit` fails the test.
    void run(const std::function<void()>& body, SimTime limit = seconds(10));
    /// For bodies: lets `time` pass.
    static void pass(SimTime time) { sc_core::wait(to_sc(time)); }

    EventHub events;
    EventRecorder recorder{events};
};

/// Meets every register of the map through `bus`: wrong sizes, misaligned and byte-enabled accesses are
/// refused without effect, rights are enforced, holes answer as holes, a debug read equals a bus read.
/// Registers named in `skip_values` are left out of the comparison of values (their bus read has an effect).
void check_register_contract(TestMaster& bus, const RegMap& map,
                             const std::vector<std::string>& skip_values = {});

}  // namespace ans::test
