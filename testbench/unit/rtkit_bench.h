// SPDX-License-Identifier: MIT
// For tests of the firmware's RTKit half: a machine reduced to what RTKit touches, and an AP that follows a
// script. Independent of the blocks that the real machine is made of.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <deque>
#include <memory>
#include <optional>
#include <ostream>
#include <tlm_utils/simple_target_socket.h>
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
            case kMailbox + 0x110: value = status(a2i); break;
            case kMailbox + 0x114: value = status(i2a); break;
            case kMailbox + 0x810: value = a2i.empty() ? 0 : a2i.front().msg0; break;
            case kMailbox + 0x818: value = pop(); break;
            case kMailbox + 0x820: send0_ = value; break;
            case kMailbox + 0x828: commit(value); break;
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
        for (const auto& call : calls) out.push_back(call.first);
        return out;
    }
    std::vector<std::pair<std::string, SimTime>> calls;
};

/// How the scripted AP answers.
struct ApHabits {
    std::vector<unsigned> endpoints{1, 2, 3, 4, 8};  ///< started, in this order
    bool give_buffers = true;
    bool echo_ioreport = true;
    bool echo_syslog = true;
    bool ap_on = true;
};

class RtkitBench : public SimTest {
protected:
    /// Builds the firmware; before run().
    fw::Rtkit& make(const char* generation = "macos13", fw::StartState start = fw::StartState::Off,
                    const Policies& policies = Policies{}) {
        fw::RtkitConfig config;
        config.mailbox_base = FakeMachine::kMailbox;
        config.nvme_base = FakeMachine::kNvme;
        config.generation = fw::rtkit::find_generation(generation);
        config.start = start;
        config.events = &events;
        config.decide = &decide;
        config.policies = policies;
        firmware = std::make_unique<fw::Rtkit>("firmware", config);
        firmware->bus.bind(machine.bus);
        firmware->set_application(application);
        firmware->idle.bind(idle);
        machine.firmware = firmware.get();
        return *firmware;
    }

    void set_run(bool level) { firmware->run.set_level(level, kernel_now()); }
    void set_reset(bool level) { firmware->reset.set_level(level, kernel_now()); }
    void pulse_reset() {
        set_reset(true);
        machine.clear_fifos();
        pass(microseconds(1));
        set_reset(false);
    }
    void send(unsigned endpoint, std::uint64_t msg0) {
        sent.push_back({endpoint, msg0});
        machine.push({endpoint, msg0});
    }
    /// The next message of the firmware, if one comes in time. It is kept in `heard`.
    std::optional<Word> receive(SimTime patience = milliseconds(10)) {
        const SimTime end = kernel_now() + patience;
        while (machine.i2a.empty()) {
            if (kernel_now() >= end) return std::nullopt;
            sc_core::wait(to_sc(end - kernel_now()), machine.i2a_pushed);
        }
        const Word word = machine.i2a.front();
        machine.i2a.pop_front();
        heard.push_back(word);
        return word;
    }
    void expect(unsigned endpoint, std::uint64_t msg0) {
        const std::optional<Word> word = receive();
        ASSERT_TRUE(word) << "nothing came instead of " << Word{endpoint, msg0};
        EXPECT_EQ(*word, (Word{endpoint, msg0}));
    }
    void expect_silence(SimTime time = milliseconds(20)) {
        const std::optional<Word> word = receive(time);
        EXPECT_FALSE(word) << *word;
    }

    /// HELLO to the last EPMAP reply.
    void shake_hands() {
        expect(0, 0x0010'0000'000c'000b);
        send(0, 0x0020'0000'000c'000c);
        expect(0, 0x0080'0000'0000'051f);
        send(0, 0x0080'0000'0000'0001);
        expect(0, 0x0088'0001'0000'0001);
        send(0, 0x0088'0001'0000'0000);
    }
    void start_endpoint(unsigned endpoint) { send(0, 0x0050'0000'0000'0002 | std::uint64_t{endpoint} << 32); }

    /// Answers what the firmware says until it says `last`, or for `patience`. True if it did.
    bool attend_until(const Word& last, const ApHabits& habits, SimTime patience = milliseconds(10)) {
        while (const std::optional<Word> word = receive(patience)) {
            if (*word == last) return true;
            answer(*word, habits);
        }
        return false;
    }
    void answer(const Word& word, const ApHabits& habits) {
        const unsigned type = word.msg0 >> 52 & 0xff;
        const bool request = word.endpoint == 8 ? word.msg0 >> 56 == 1 : word.endpoint != 0 && type == 1;
        if (request && habits.give_buffers) give_buffer(word);
        if (word.endpoint == 4 && (type == 0x8 || type == 0xc) && habits.echo_ioreport) send(4, word.msg0);
        if (word.endpoint == 2 && type == 5 && habits.echo_syslog) send(2, word.msg0);
    }
    void give_buffer(const Word& request) {
        const std::uint64_t size =
            request.endpoint == 8 ? request.msg0 >> 36 & 0xfffff : (request.msg0 >> 44 & 0xff) * 4096;
        const std::uint64_t address = next_buffer;
        next_buffer += 0x10000;
        buffers[request.endpoint % 16] = address;
        machine.open.push_back({address, size});
        send(request.endpoint, request.msg0 | (request.endpoint == 8 ? address >> 12 : address));
    }
    /// A boot as drivers do it, from HELLO on. True if the firmware got to the end.
    bool boot(const ApHabits& habits = {}) {
        shake_hands();
        for (unsigned endpoint : habits.endpoints) start_endpoint(endpoint);
        if (!attend_until({0, 0x0070'0000'0000'0020}, habits)) return false;
        if (!habits.ap_on) return true;
        send(0, 0x00b0'0000'0000'0020);
        if (!attend_until({0, 0x00b0'0000'0000'0020}, habits)) return false;
        attend_until({0xff, 0}, habits, milliseconds(1));  // the lines of the boot
        return true;
    }
    /// RUN, and the boot.
    bool start(const ApHabits& habits = {}) {
        set_run(true);
        return boot(habits);
    }
    void iop_power(unsigned state) { send(0, 0x0060'0000'0000'0000 | state); }
    void ap_power(unsigned state) { send(0, 0x00b0'0000'0000'0000 | state); }

    std::vector<std::string> texts(EventKind kind) const {
        std::vector<std::string> out;
        for (const auto& entry : recorder.entries)
            if (entry.event.kind == kind) out.push_back(entry.text);
        return out;
    }
    std::size_t heard_count(const Word& word) const {
        return static_cast<std::size_t>(std::count(heard.begin(), heard.end(), word));
    }

    static constexpr std::uint32_t kReady = 0xde71ce55;
    static constexpr Word kHello{0, 0x0010'0000'000c'000b};

    FakeMachine machine{"machine"};
    FakeApplication application;
    WireProbe idle;
    DecideHub decide;
    std::unique_ptr<fw::Rtkit> firmware;
    std::vector<Word> heard, sent;
    std::uint64_t buffers[16] = {};
    std::uint64_t next_buffer = FakeMachine::kMemory + 0x10000;
};

}  // namespace ans::test
