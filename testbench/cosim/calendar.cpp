// SPDX-License-Identifier: MIT
#include "testbench/cosim/calendar.h"

#include <algorithm>
#include <string>

namespace ans::cosim {

namespace {

enum Op : std::uint32_t { kAck, kStart, kRequest, kWait, kGet, kUpdate, kRun, kFreeUntil, kGetTod, kBroadcast };

constexpr std::uint32_t kSharedVersion = 2;
constexpr std::uint32_t kCanShare = 1;   ///< a client's capability: it keeps its request in the memory
constexpr std::uint32_t kRequested = 1;  ///< a client's flag: its request counts
constexpr std::uint16_t kUs = 0;
constexpr std::uint16_t kGuest = 1;
/// What the guest takes for the date: 2026-01-01. Any fixed time will do.
constexpr std::uint64_t kTimeOfDay = 1'767'225'600ull * 1'000'000'000;
/// From here on the guest means "never". source: time_travel_sleep asks for S64_MAX
constexpr std::uint64_t kForEver = std::uint64_t{1} << 62;

}  // namespace

struct Calendar::Shared {
    struct Client {
        std::uint32_t capabilities;
        std::uint32_t flags;
        std::uint64_t request;
        std::uint64_t name;
        std::byte reserved[104];
    };
    static_assert(sizeof(Client) == 128);

    std::uint32_t version;
    std::uint32_t length;
    std::uint64_t free_until;
    std::uint64_t current_time;
    std::uint16_t running;  ///< index of the client that may set the time
    std::uint16_t clients;
    std::byte padding[4096 - 28];
    Client client[2];
};

Calendar::Calendar()
    : file_(anonymous_file("ans2emu-calendar", sizeof(Shared))),
      log_(anonymous_file("ans2emu-calendar-log", 0)),
      memory_(Mapping::file(file_.get(), 0, sizeof(Shared), true)) {
    Shared& s = shared();
    s.version = kSharedVersion;
    s.length = sizeof(Shared);
    s.clients = 2;
    s.running = kGuest;
    s.client[kUs].capabilities = kCanShare;
}

Calendar::Shared& Calendar::shared() const {
    return *reinterpret_cast<Shared*>(memory_.data());
}

bool Calendar::serve() {
    Message message{};
    if (!socket_.read(&message, sizeof message)) return false;
    switch (message.op) {
        case kAck:
            return true;
        case kStart:
            start(message);
            return true;
        case kWait:
            if ((shared().client[kGuest].capabilities & kCanShare) == 0)
                throw PeerError("the kernel does not share its time; it must be 6.12 or later");
            runs_ = false;
            shared().running = kUs;
            return true;
        case kRequest: {
            Shared::Client& client = shared().client[kGuest];
            client.request = message.time;
            client.flags |= kRequested;
            answer(message, 0);
            return true;
        }
        case kGet:
            answer(message, now());
            return true;
        case kUpdate:
            set_now(message.time);
            answer(message, 0);
            return true;
        case kGetTod:
            answer(message, kTimeOfDay);
            return true;
        case kBroadcast:
            answer(message, 0);
            return true;
        default:
            throw PeerError("time-travel message " + std::to_string(message.op) + " is unknown");
    }
}

void Calendar::start(const Message& message) {
    const Message reply{kAck, message.sequence, kGuest};
    socket_.write(&reply, sizeof reply, {file_.get(), log_.get()});
}

void Calendar::answer(const Message& message, std::uint64_t time) {
    const Message reply{kAck, message.sequence, time};
    socket_.write(&reply, sizeof reply);
}

std::uint64_t Calendar::now() const {
    return shared().current_time;
}

void Calendar::set_now(std::uint64_t now) {
    shared().current_time = std::max(shared().current_time, now);
}

std::optional<std::uint64_t> Calendar::request() const {
    const Shared::Client& client = shared().client[kGuest];
    if ((client.flags & kRequested) == 0 || client.request >= kForEver) return {};
    return client.request;
}

void Calendar::run(std::uint64_t now, std::uint64_t free_until) {
    set_now(now);
    Shared& s = shared();
    s.free_until = free_until;
    s.running = kGuest;
    runs_ = true;
    const Message message{kRun, ++sequence_, s.current_time};
    socket_.write(&message, sizeof message);
}

void Calendar::restrict(std::uint64_t free_until) {
    shared().free_until = std::min(shared().free_until, free_until);
}

}  // namespace ans::cosim
