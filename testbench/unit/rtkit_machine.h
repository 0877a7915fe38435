// SPDX-License-Identifier: MIT
// For tests of the firmware's RTKit half: a machine reduced to what RTKit touches, independent of the blocks
// that the real machine is made of.
#pragma once

#include <gtest/gtest.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstring>
#include <deque>
#include <ostream>
#include <vector>

#include "firmware_stub/rtkit/rtkit.h"
#include "testbench/support/sim_test.h"

namespace ans::test {

struct Word {
    unsigned endpoint;
    std::uint64_t msg0;
    bool operator==(const Word& other) const { return endpoint == other.endpoint && msg0 == other.msg0; }
};
inline std::ostream& operator<<(std::ostream& out, const Word& word) {
    return out << "{endpoint " << std::hex << word.endpoint << ", 0x" << word.msg0 << std::dec << "}";
}

/// Mailbox (coprocessor's face), BOOT_STATUS and memory behind windows that the AP opens.
class FakeMachine : public sc_core::sc_module {
public:
    static constexpr std::uint64_t kMailbox = 0x2'7740'8000;
    static constexpr std::uint64_t kNvme = 0x2'7bcc'0000;
    static constexpr std::uint64_t kMemory = 0x8'0000'0000;
    static constexpr std::size_t kDepth = 16;

    tlm_utils::simple_target_socket<FakeMachine> bus{"bus"};

    explicit FakeMachine(sc_core::sc_module_name name) : sc_module(name), memory(1 << 20) {
        bus.register_b_transport(this, &FakeMachine::b_transport);
    }

    fw::Rtkit* firmware = nullptr;
    std::deque<Word> a2i, i2a;
    sc_core::sc_event i2a_pushed{"i2a_pushed"};
    std::uint32_t boot_status = 0;
    std::vector<SimTime> boot_status_times;
    std::vector<std::byte> memory;
    struct Open {
        std::uint64_t base, size;
    };
    std::vector<Open> open;  ///< what the fake SART lets through
    sc_core::sc_time access_time;

    void push(const Word& word) {
        a2i.push_back(word);
        firmware->mailbox_irq.set_level(true, kernel_now());
    }
    void clear_fifos() {
        a2i.clear();
        i2a.clear();
        firmware->mailbox_irq.set_level(false, kernel_now());
    }
    const std::byte* at(std::uint64_t address) const { return memory.data() + (address - kMemory); }

private:
    static std::uint64_t status(const std::deque<Word>& fifo) {
        return (fifo.empty() ? 1u << 17 : 0u) | (fifo.size() >= kDepth ? 1u << 16 : 0u);
    }
    void b_transport(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) {
        delay += access_time;
        const std::uint64_t address = tx.get_address();
        std::uint64_t value = 0;
        const bool is_register = address < kMemory;
        if (is_register && tx.is_write()) std::memcpy(&value, tx.get_data_ptr(), tx.get_data_length());
        tx.set_response_status(tlm::TLM_OK_RESPONSE);
        switch (address) {
            case kMailbox + 0x110:
                value = status(a2i);
                break;
            case kMailbox + 0x114:
                value = status(i2a);
                break;
            case kMailbox + 0x810:
                value = a2i.empty() ? 0 : a2i.front().msg0;
                break;
            case kMailbox + 0x818:
                value = pop();
                break;
            case kMailbox + 0x820:
                send0_ = value;
                break;
            case kMailbox + 0x828:
                commit(value);
                break;
            case kNvme + 0x1300:
                boot_status = static_cast<std::uint32_t>(value);
                boot_status_times.push_back(kernel_now());
                break;
            default:
                if (is_register || !move(tx)) tx.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        }
        if (is_register && tx.is_read()) std::memcpy(tx.get_data_ptr(), &value, tx.get_data_length());
    }
    std::uint64_t pop() {
        if (a2i.empty()) return 0;
        const std::uint64_t endpoint = a2i.front().endpoint;
        a2i.pop_front();
        if (a2i.empty()) firmware->mailbox_irq.set_level(false, kernel_now());
        return endpoint | std::uint64_t{0x00ab'cd00} << 32;  // hardware's counters in the upper half
    }
    void commit(std::uint64_t msg1) {
        EXPECT_LT(i2a.size(), kDepth) << "firmware wrote to a full FIFO";
        EXPECT_LT(msg1, 0x100u) << "bits above the endpoint must be zero";
        i2a.push_back({static_cast<unsigned>(msg1), send0_});
        i2a_pushed.notify(sc_core::SC_ZERO_TIME);
    }
    bool move(tlm::tlm_generic_payload& tx) {
        const std::uint64_t address = tx.get_address(), size = tx.get_data_length();
        for (const Open& window : open) {
            if (address < window.base || address + size > window.base + window.size) continue;
            std::byte* place = memory.data() + (address - kMemory);
            if (tx.is_write())
                std::memcpy(place, tx.get_data_ptr(), size);
            else
                std::memcpy(tx.get_data_ptr(), place, size);
            return true;
        }
        return false;
    }

    std::uint64_t send0_ = 0;
};

/// The NVMe service as RTKit sees it: remembers what it was told.
class FakeApplication : public fw::Application {
public:
    void start(SimTime at) override { calls.push_back({"start", at}); }
    void stop(bool warm, SimTime at) override { calls.push_back({warm ? "stop warm" : "stop", at}); }
    std::vector<std::string> names() const {
        std::vector<std::string> out;
        for (const auto& call : calls)
            out.push_back(call.first);
        return out;
    }
    std::vector<std::pair<std::string, SimTime>> calls;
};

}  // namespace ans::test
