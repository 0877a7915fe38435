// SPDX-License-Identifier: MIT
// The fixture of RTKit's tests: an AP that follows a script.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>

#include "testbench/unit/rtkit_machine.h"

namespace ans::test {

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
        for (unsigned endpoint : habits.endpoints)
            start_endpoint(endpoint);
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
    /// The firmware's newest word to whoever watches the run.
    std::string last_note() const {
        const std::vector<std::string> notes = texts(EventKind::RunNote);
        return notes.empty() ? std::string() : notes.back();
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
