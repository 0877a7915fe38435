// SPDX-License-Identifier: MIT
// SART's twin under constrained-random traffic: as the machine sees it, in lockstep with the TLM block; and
// pin by pin, with registers and filter used in one cycle, answers held back and resets at any moment,
// against the TLM block as reference.
#include "models/rtl/coverage.h"
#include "models/sart/rtl/sart_lockstep.h"
#include "models/sart/rtl/sart_pins.h"
#include "testbench/support/sim_test.h"
#include "testbench/unit/random_bench.h"

namespace ans::test {
namespace {

constexpr std::uint64_t kPage = 0x1000;
constexpr std::uint64_t kDram = 0x8'0000'0000;

/// Memory that takes everything and keeps nothing.
class Void : public sc_core::sc_module {
public:
    explicit Void(sc_core::sc_module_name name) : sc_module(name) {
        socket.register_b_transport(this, &Void::b_transport);
        socket.register_transport_dbg(this, &Void::transport_dbg);
        socket.register_get_direct_mem_ptr(this, &Void::pointer);
    }
    tlm_utils::simple_target_socket<Void> socket{"socket"};

private:
    void b_transport(tlm::tlm_generic_payload& tx, sc_core::sc_time&) {
        if (tx.is_read()) std::memset(tx.get_data_ptr(), 0x5a, tx.get_data_length());
        tx.set_response_status(tlm::TLM_OK_RESPONSE);
    }
    unsigned transport_dbg(tlm::tlm_generic_payload& tx) { return tx.get_data_length(); }
    bool pointer(tlm::tlm_generic_payload&, tlm::tlm_dmi& dmi) {
        dmi.set_dmi_ptr(nullptr);
        dmi.set_start_address(kDram);
        dmi.set_end_address(kDram + 0xffff'ffff);
        dmi.allow_read_write();
        return true;
    }
};

/// Layouts, policies and boot loader's tables: plain in the first four, at random and over the whole reach in
/// the others.
SartConfig variant(unsigned number) {
    SartConfig config;
    config.layout = (number & 1) != 0 ? SartLayout::V3 : SartLayout::V2;
    if ((number & 2) != 0) config.policies.set(SartStraddle::Allow);
    if ((number & 2) != 0) config.policies.set(SartViolation::ReadZero);
    if ((number & 8) != 0) config.policies.set(SartBootEntry::Ignore);
    config.boot_entries = {{kDram, 0x10000, 0xff}};
    if (number < 4) return config;
    std::mt19937_64 engine(number);
    config.boot_entries.clear();
    const std::uint64_t pages = SartBlock::reach_of(config.layout) / kPage;
    for (unsigned i = 0; i < (number % 4 == 0 ? 12 : 16); ++i) {
        const std::uint64_t first = engine() % (pages - 1);
        const std::uint64_t most = std::min(pages - first, pages - 1);
        const std::uint64_t count = 1 + engine() % most;
        config.boot_entries.push_back(
            {first * kPage, count * kPage, static_cast<std::uint8_t>(engine() % 255 + 1)});
    }
    return config;
}
constexpr unsigned kVariants = 16;

/// A place near those that entries open: pages around DRAM's base, the reach, zero; or anywhere.
std::uint64_t random_page(Dice& dice, std::uint64_t reach) {
    switch (dice.below(8)) {
        case 0:
            return dice.bits() >> (dice.below(52) + 12);
        case 1:
            return (reach >> 12) - dice.below(6);
        case 2:
            return dice.below(6);
        default:
            return (kDram >> 12) + dice.below(48);
    }
}

Access register_access(Dice& dice, SartLayout layout) {
    if (!dice.percent(80)) return random_access(dice, SartBlock::register_map(layout));
    Access access;
    access.write = dice.percent(70);
    const bool v3 = layout == SartLayout::V3;
    const std::uint64_t bank = dice.below(v3 ? 3 : 2);
    access.address = bank * 0x40 + 4 * dice.below(16);
    static constexpr std::uint64_t kFlags[] = {0, 0xff, 1, 0x80};
    const std::uint64_t pages = dice.percent(90) ? dice.below(12) : dice.bits() & 0x3fff'ffff;
    const std::uint64_t flags = dice.one_of(kFlags);
    if (bank == 0) access.data = v3 ? flags : flags << 24 | (pages & 0xff'ffff);
    if (bank == 1) access.data = random_page(dice, SartBlock::reach_of(layout)) & 0xffff'ffff;
    if (bank == 2) access.data = pages;
    return access;
}

struct Request {
    std::uint64_t address;
    std::uint32_t length;
};
Request random_request(Dice& dice, SartLayout layout) {
    Request request;
    request.address = random_page(dice, SartBlock::reach_of(layout)) << 12;
    if (dice.percent(50)) request.address += dice.below(kPage);
    if (dice.percent(3)) request.address = ~std::uint64_t{0} - dice.below(0x3000);
    if (dice.percent(3)) request.address = dice.bits();
    static constexpr std::uint32_t kLengths[] = {1, 4, 64, 0x1000, 0x1001, 0x2000, 0x4000};
    request.length = dice.one_of(kLengths);
    return request;
}

class SartRandomTest : public SimTest {
protected:
    Dice dice;
};

TEST_F(SartRandomTest, BothAgreeOnWhateverTheMachineDoes) {
    struct Both {
        explicit Both(unsigned n)
            : config(variant(n)),
              sart(("sart" + std::to_string(n)).c_str(), config),
              cpu(("cpu" + std::to_string(n)).c_str()),
              firmware(("firmware" + std::to_string(n)).c_str()),
              memory(("memory" + std::to_string(n)).c_str()) {
            cpu.socket.bind(sart.mmio);
            firmware.socket.bind(sart.device);
            sart.memory.bind(memory.socket);
        }
        const SartConfig config;
        SartLockstep sart;
        TestMaster cpu, firmware;
        Void memory;
        bool reset = false;
    };
    std::vector<std::unique_ptr<Both>> all;
    for (unsigned n = 0; n < kVariants; ++n)
        all.push_back(std::make_unique<Both>(n));
    elaborate();
    std::vector<unsigned char> data(0x4000);
    for (std::uint64_t i = 0; i < Dice::transactions(); ++i) {
        Both& both = *all[i * kVariants / Dice::transactions()];
        if (dice.below(both.reset ? 10 : 2000) == 0)
            both.sart.reset.set_level(both.reset = !both.reset, kernel_now());
        tlm::tlm_generic_payload tx;
        unsigned char enable = 0xff;
        sc_core::sc_time delay = to_sc(dice.below(5000));
        if (dice.percent(60)) {
            Access access = register_access(dice, both.config.layout);
            access.fill(tx);
            if (dice.below(200) == 0) tx.set_byte_enable_ptr(&enable);
            if (dice.below(200) == 0) tx.set_streaming_width(1);
            if (dice.below(200) == 0) tx.set_command(tlm::TLM_IGNORE_COMMAND);
            if (dice.below(50) == 0)
                both.cpu.socket->transport_dbg(tx);
            else
                both.cpu.socket->b_transport(tx, delay);
            continue;
        }
        const Request request = random_request(dice, both.config.layout);
        tx.set_command(dice.percent(50) ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
        tx.set_address(request.address);
        tx.set_data_ptr(data.data());
        tx.set_data_length(dice.below(200) == 0 ? 0 : request.length);
        tx.set_streaming_width(dice.below(200) == 0 ? 1 : request.length);
        tlm::tlm_dmi dmi;
        if (dice.below(20) == 0)
            both.firmware.socket->transport_dbg(tx);
        else if (dice.below(20) == 0)
            both.firmware.socket->get_direct_mem_ptr(tx, dmi);
        else
            both.firmware.socket->b_transport(tx, delay);
    }
    rtl::write_coverage();
}

/// The pins of one twin beside a TLM block that does the same.
class PinBench : public EventSink {
public:
    explicit PinBench(unsigned n)
        : config(variant(n)),
          pins(config, rtl::TwinConfig{}, ("pins" + std::to_string(n)).c_str()),
          reference(("reference" + std::to_string(n)).c_str(), with_events()),
          cpu(("cpu" + std::to_string(n)).c_str()),
          firmware(("firmware" + std::to_string(n)).c_str()),
          memory(("memory" + std::to_string(n)).c_str()) {
        events_.subscribe(*this, {EventKind::SartDenied});
        cpu.socket.bind(reference.mmio);
        firmware.socket.bind(reference.device);
        reference.memory.bind(memory.socket);
    }
    void on_event(const Event& event) override { denied_ = static_cast<int>(event.slot[0] & 7); }

    /// One clock cycle. Returns how many requests were taken.
    unsigned cycle(Dice& dice) {
        choose(dice);
        const bool register_taken = pins.mmio.req_valid && pins.mmio.req_ready;
        const bool device_taken = pins.device.req_valid && pins.device.req_ready;
        take_responses();
        // The filter sees the entries as they were before the edge.
        const int verdict = device_taken ? judged() : -1;
        const Answer answer = register_taken ? accessed() : Answer{};
        if (reset_begins_) reference.reset.set_level(true, 0);
        pins.clock.open(0);
        pins.clock.tick();
        if (register_taken) {
            pins.mmio.withdraw();
            access_waits_ = false;
            expected_ = answer;
        }
        if (device_taken) {
            pins.device.req_valid = false;
            verdict_ = verdict;
        }
        return unsigned{register_taken} + unsigned{device_taken};
    }

    const SartConfig config;

private:
    static constexpr int kGrant = -1;
    struct Answer {
        tlm::tlm_response_status code = tlm::TLM_OK_RESPONSE;
        bool read = false;
        std::uint32_t data = 0;
    };

    SartConfig with_events() {
        SartConfig copy = config;
        copy.events = &events_;
        return copy;
    }

    void choose(Dice& dice) {
        reset_begins_ = false;
        if (pins.reset && dice.percent(30)) {
            pins.reset = false;
            reference.reset.set_level(false, 0);
        } else if (!pins.reset && dice.below(1000) == 0) {
            pins.reset = true;
            reset_begins_ = true;
        }
        if (!access_waits_ && dice.percent(80)) {
            access_ = register_access(dice, config.layout);
            tlm::tlm_generic_payload tx;
            access_.fill(tx);
            ASSERT_TRUE(pins.mmio.present(tx));
            access_waits_ = true;
        }
        if (!pins.device.req_valid && dice.percent(80)) {
            request_ = random_request(dice, config.layout);
            if (dice.percent(10)) request_.length = static_cast<std::uint32_t>(1 + dice.below(0xffff'ffff));
            pins.device.req_addr = request_.address;
            pins.device.req_length = request_.length;
            pins.device.req_valid = true;
        }
        pins.mmio.rsp_ready = dice.percent(75);
        pins.device.rsp_ready = dice.percent(75);
        pins.probe.index = static_cast<std::uint32_t>(dice.below(16));
        pins.clock.settle();
    }

    void take_responses() {
        if (pins.mmio.rsp_valid && pins.mmio.rsp_ready) {
            ASSERT_EQ(rtl::response_of(pins.mmio.rsp_code), expected_.code);
            if (expected_.read && expected_.code == tlm::TLM_OK_RESPONSE) {
                ASSERT_EQ(pins.mmio.rsp_rdata.read(), expected_.data);
            }
        }
        if (pins.device.rsp_valid && pins.device.rsp_ready) {
            ASSERT_EQ(pins.device.rsp_grant.read(), verdict_ == kGrant);
            if (verdict_ != kGrant) {
                ASSERT_EQ(static_cast<int>(pins.device.rsp_reason.read()), verdict_);
            }
        }
    }

    // A write, which nobody here reads the data of; what a refusal answers is a policy, so the event tells.
    int judged() {
        denied_ = kGrant;
        unsigned char untouched = 0;
        firmware.write(request_.address, &untouched, request_.length);
        return denied_;
    }
    Answer accessed() {
        Access copy = access_;
        tlm::tlm_generic_payload tx;
        copy.fill(tx);
        sc_core::sc_time delay;
        cpu.socket->b_transport(tx, delay);
        return {tx.get_response_status(), !copy.write, static_cast<std::uint32_t>(copy.data)};
    }

    EventHub events_;

public:
    rtl::SartPins pins;
    Sart reference;
    TestMaster cpu, firmware;
    Void memory;

private:
    Access access_;
    Request request_{};
    bool access_waits_ = false;
    bool reset_begins_ = false;
    Answer expected_;
    int verdict_ = kGrant;
    int denied_ = kGrant;
};

TEST_F(SartRandomTest, PinsAgreeWithTheBlockWhateverMeetsInACycle) {
    std::vector<std::unique_ptr<PinBench>> all;
    for (unsigned n = 0; n < kVariants; ++n)
        all.push_back(std::make_unique<PinBench>(n));
    elaborate();
    for (const auto& bench : all)
        bench->pins.power_on(bench->config.boot_entries);
    for (std::uint64_t i = 0; i < Dice::transactions() && !HasFailure();)
        i += all[i * kVariants / Dice::transactions()]->cycle(dice);
    rtl::write_coverage();
}

}  // namespace
}  // namespace ans::test
