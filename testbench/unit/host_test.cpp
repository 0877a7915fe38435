// SPDX-License-Identifier: MIT
// The simulated CPUs against a toy device: exact order under lazy synchronisation, locks, signals,
// interrupts.
#include "testbench/host/host.h"

#include <sys/wait.h>
#include <tlm_utils/simple_target_socket.h>
#include <unistd.h>

#include <mutex>

#include "models/common/agenda.h"
#include "testbench/support/sim_test.h"

namespace ans::test {
namespace {

using host::Engine;
using host::Host;
using host::HostConfig;
using host::HostFailure;

constexpr std::uint64_t kRamBase = 0x1000'0000;
constexpr std::uint64_t kHang = 0x100;

/// One register: writes are noted with their time and raise a line some time later; reads return the count.
struct ToyDevice : sc_core::sc_module, InterruptControllerIf {
    explicit ToyDevice(sc_core::sc_module_name name) : sc_module(name), ram(1 << 20) {
        bus.register_b_transport(this, &ToyDevice::b_transport);
        bus.register_get_direct_mem_ptr(this, &ToyDevice::dmi);
        control.bind(*this);
        SC_HAS_PROCESS(ToyDevice);
        SC_METHOD(act);
        sensitive << due;
        dont_initialize();
    }
    void b_transport(tlm::tlm_generic_payload& tx, sc_core::sc_time& delay) {
        const SimTime at = kernel_now() + from_sc(delay);
        if (tx.get_address() == kHang) return;  // never answers
        if (tx.get_address() > 0x1000) {
            tx.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
            return;
        }
        std::uint32_t value = 0;
        if (tx.is_write()) {
            std::memcpy(&value, tx.get_data_ptr(), 4);
            log.emplace_back(at, value);
            agenda.add(at + nanoseconds(700), value);
            notify_at(due, agenda.next_due());
        } else {
            value = static_cast<std::uint32_t>(log.size());
            std::memcpy(tx.get_data_ptr(), &value, 4);
        }
        delay += to_sc(nanoseconds(tx.is_write() ? 40 : 250));
        tx.set_response_status(tlm::TLM_OK_RESPONSE);
    }
    bool dmi(tlm::tlm_generic_payload& tx, tlm::tlm_dmi& dmi) {
        if (tx.get_address() < kRamBase || tx.get_address() >= kRamBase + ram.size()) return false;
        dmi.set_dmi_ptr(ram.data());
        dmi.set_start_address(kRamBase);
        dmi.set_end_address(kRamBase + ram.size() - 1);
        dmi.allow_read_write();
        return true;
    }
    void act() {
        while (agenda.next_due() <= kernel_now()) {
            log.emplace_back(kernel_now(), 1000 + agenda.take());
            set_line(true, kernel_now());
        }
        notify_at(due, agenda.next_due());
    }
    void set_line(bool new_level, SimTime at) {
        level = new_level;
        if (!masked && sink != nullptr) sink->on_interrupt(7, level, at);
    }
    void mask(unsigned, SimTime at) override {
        masked = true;
        sink->on_interrupt(7, false, at);
    }
    void unmask(unsigned, SimTime at) override {
        masked = false;
        sink->on_interrupt(7, level, at);
    }

    tlm_utils::simple_target_socket<ToyDevice> bus{"bus"};
    sc_core::sc_export<InterruptControllerIf> control{"control"};
    InterruptSinkIf* sink = nullptr;
    std::vector<std::pair<SimTime, std::uint32_t>> log;
    std::vector<unsigned char> ram;
    Agenda<std::uint32_t> agenda{8};
    sc_core::sc_event due{"due"};
    bool level = false;
    bool masked = true;
};

HostConfig config(EventHub& events, bool always_wait) {
    HostConfig config;
    config.events = &events;
    config.always_wait = always_wait;
    config.arena_base = kRamBase;
    config.arena_size = 1 << 20;
    return config;
}

class HostTest : public SimTest {
protected:
    HostTest() : host("host", engine, config(events, false)) {
        host.bus.bind(device.bus);
        host.interrupts.bind(device.control);
        device.sink = &host;
    }
    Engine::End run_host(std::function<void()> body, SimTime limit = seconds(100)) {
        host.start(std::move(body));
        return engine.run_until(limit);
    }
    Engine engine;
    ToyDevice device{"device"};
    Host host;
};

TEST_F(HostTest, AccessesCostTheTimeThatTargetsAnnotate) {
    EXPECT_EQ(run_host([&] {
                  host.write32(0, 1);
                  host.write32(0, 2);
                  EXPECT_EQ(host.read32(0), 2u);
                  EXPECT_EQ(host.local_time(), nanoseconds(330));
              }),
              Engine::End::Stopped);
    EXPECT_EQ(device.log[1].first, nanoseconds(40));
}

TEST_F(HostTest, ACpuThatIsAheadNeverOvertakesTheDevice) {
    run_host([&] {
        host.write32(0, 1);
        for (int i = 0; i < 30; ++i)
            host.write32(0, 2);  // 40 ns each: the device acts in between
    });
    for (std::size_t i = 1; i < device.log.size(); ++i)
        EXPECT_LE(device.log[i - 1].first, device.log[i].first);
}

TEST_F(HostTest, LongSleepsReachExactlyTheirTime) {
    run_host([&] {
        host.sleep(30'000'000'000);
        EXPECT_EQ(host.local_time(), seconds(30));
    });
    EXPECT_EQ(kernel_now(), seconds(30));
}

TEST_F(HostTest, ASpinOnTheClockMakesTimePass) {
    EXPECT_EQ(run_host([&] {
                  while (host.now() < 1'000'000) {
                  }
              }),
              Engine::End::Stopped);
}

TEST_F(HostTest, AnEndlessSpinMeetsTheLimit) {
    EXPECT_EQ(run_host(
                  [&] {
                      for (;;)
                          host.now();
                  },
                  milliseconds(1)),
              Engine::End::Limit);
}

TEST_F(HostTest, LocksExcludeInSimulatedTime) {
    auto lock = host.make_lock("lock");
    std::vector<std::pair<SimTime, SimTime>> spans;
    run_host([&] {
        const auto body = [&] {
            for (int i = 0; i < 50; ++i) {
                const std::lock_guard<port::Lock> guard(*lock);
                const SimTime begin = host.local_time();
                host.write32(0, 5);
                host.busy_delay(100);
                spans.emplace_back(begin, host.local_time());
            }
        };
        auto a = host.spawn("a", body);
        auto b = host.spawn("b", body);
        a->join();
        b->join();
    });
    ASSERT_EQ(spans.size(), 100u);
    for (std::size_t i = 1; i < spans.size(); ++i)
        EXPECT_LE(spans[i - 1].second, spans[i].first);
}

TEST_F(HostTest, SignalsWakeAtTheNotifiersTimeAndTimeOutExactly) {
    auto signal = host.make_signal("signal");
    run_host([&] {
        EXPECT_FALSE(signal->wait(1000));
        EXPECT_EQ(host.local_time(), microseconds(1));
        auto other = host.spawn("other", [&] {
            host.busy_delay(500);
            signal->notify();
        });
        EXPECT_TRUE(signal->wait(port::kForever));
        EXPECT_EQ(host.local_time(), microseconds(1) + nanoseconds(500));
        other->join();
        EXPECT_FALSE(signal->wait(0)) << "the wake-up consumed the signal";
    });
}

TEST_F(HostTest, AnInterruptEntersTheHandlerAfterTheEntryTime) {
    SimTime entered = 0;
    run_host([&] {
        host.irq_request(7, [&] {
            entered = host.local_time();
            device.set_line(false, host.local_time());
            return port::IrqResult::Handled;
        });
        host.write32(0, 1);
        host.sleep(10'000);
        host.irq_free(7);
    });
    EXPECT_EQ(entered, nanoseconds(700 + 1500));
    EXPECT_EQ(host.interrupts_taken(), 1u);
}

TEST_F(HostTest, AStuckLineCostsTimeAtEveryEntryAndDoesNotStopTheClock) {
    run_host([&] {
        host.irq_request(7, [] { return port::IrqResult::None; });
        host.write32(0, 1);
        host.sleep(100'000);
        host.irq_free(7);
    });
    EXPECT_NEAR(static_cast<double>(host.interrupts_taken()), 66, 3);
}

TEST_F(HostTest, ARefusedAccessEndsTheThreadAndTheRun) {
    EXPECT_EQ(run_host([&] { host.read32(0x2000); }), Engine::End::Stopped);
    EXPECT_EQ(host.failure().kind, HostFailure::Kind::BusFault);
    EXPECT_EQ(host.failure().text, "bus fault: 4-byte read at 0x2000");
    EXPECT_EQ(host.failure().thread, "main");
}

TEST_F(HostTest, AnAccessThatNeverCompletesEndsTheRun) {
    EXPECT_EQ(run_host([&] { host.write32(kHang, 1); }), Engine::End::Stopped);
    EXPECT_EQ(host.failure().kind, HostFailure::Kind::BusHang);
}

TEST_F(HostTest, DmaMemoryIsZeroedAlignedAndReturned) {
    run_host([&] {
        const port::DmaBuffer a = host.dma_alloc(100, 4096);
        const port::DmaBuffer b = host.dma_alloc(100, 16384);
        EXPECT_EQ(a.device % 4096, 0u);
        EXPECT_EQ(b.device % 16384, 0u);
        a.cpu[0] = std::byte{1};
        host.dma_free(a);
        const port::DmaBuffer c = host.dma_alloc(100, 4096);
        EXPECT_EQ(c.cpu[0], std::byte{0});
        EXPECT_FALSE(host.dma_alloc(2 << 20, 64)) << "more than there is";
        host.dma_free(b);
        host.dma_free(c);
    });
    EXPECT_EQ(host.dma_bytes_in_use(), 0u);
}

// The same program lazily and with a wait at every step: the device must see the same conversation.
using Log = std::vector<std::pair<SimTime, std::uint32_t>>;
void busy_program(Host& host, ToyDevice& device) {
    auto lock = host.make_lock("lock");
    host.irq_request(7, [&] {
        device.set_line(false, host.local_time());
        host.write32(0, 77);
        return port::IrqResult::Handled;
    });
    const auto body = [&](std::uint32_t id) {
        for (std::uint32_t i = 0; i < 40; ++i) {
            const std::lock_guard<port::Lock> guard(*lock);
            host.write32(0, id * 100 + i);
            host.read32(0);
            host.busy_delay(i * 13 % 97);
        }
    };
    auto a = host.spawn("a", [&] { body(1); });
    auto b = host.spawn("b", [&] { body(2); });
    a->join();
    b->join();
    host.sleep(2'000);
    host.irq_free(7);
}
std::string as_text(const Log& log) {
    std::string text;
    for (const auto& [at, value] : log)
        text += std::to_string(at) + ":" + std::to_string(value) + " ";
    return text;
}
// SystemC elaborates once a process, so each way runs in a child of its own.
std::string conversation(bool always_wait) {
    int ends[2];
    if (pipe(ends) != 0) return {};
    if (fork() == 0) {
        EventHub events;
        Engine engine;
        ToyDevice device("device");
        Host host("host", engine, config(events, always_wait));
        host.bus.bind(device.bus);
        host.interrupts.bind(device.control);
        device.sink = &host;
        host.start([&] { busy_program(host, device); });
        engine.run_until(seconds(1));
        const std::string text = as_text(device.log);
        const bool sent = write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
        _exit(sent ? 0 : 1);
    }
    close(ends[1]);
    std::string text(1 << 16, '\0');
    std::size_t size = 0;
    for (ssize_t got = 0; (got = read(ends[0], text.data() + size, text.size() - size)) > 0;)
        size += static_cast<std::size_t>(got);
    close(ends[0]);
    wait(nullptr);
    text.resize(size);
    return text;
}

TEST(LazySynchronisation, TheDeviceSeesTheSameConversationAsWithAWaitAtEveryStep) {
    const std::string lazy = conversation(false);
    EXPECT_GT(lazy.size(), 1000u);
    EXPECT_EQ(lazy, conversation(true));
}

}  // namespace
}  // namespace ans::test
