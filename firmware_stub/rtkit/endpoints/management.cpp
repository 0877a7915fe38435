// SPDX-License-Identifier: MIT
#include "firmware_stub/rtkit/endpoints/management.h"

#include "firmware_stub/rtkit/messages.h"

namespace ans::fw::rtkit {

using namespace management;

void Management::begin(SimTime hello) {
    forget();
    stage_ = Stage::Starting;
    due_ = hello;
}

void Management::skip() {
    forget();
    stage_ = Stage::Up;
}

void Management::forget() {
    stage_ = Stage::Off;
    due_ = kNever;
    map_word_ = 0;
    settled_ = false;
}

void Management::on_due() {
    due_ = kNever;
    if (stage_ == Stage::Starting) {
        const Generation& generation = kernel_.generation();
        stage_ = Stage::Hello;
        kernel_.send(kManagementEndpoint, message(kHello, VersionMin::put(generation.min_protocol) |
                                                              VersionMax::put(generation.max_protocol)));
    } else if (stage_ == Stage::Map) {
        send_map_word();
    } else if (stage_ == Stage::Endpoints) {
        settled_ = true;
        progress();
    }
}

void Management::handle(std::uint64_t msg0) {
    switch (MessageType::get(msg0)) {
        case kHelloReply:
            return on_hello_reply(msg0);
        case kEndpointMap:
            return on_map_reply(msg0);
        case kStartEndpoint:
            return on_start(msg0);
        case kSetIopPower:
            return on_iop_power(static_cast<std::uint16_t>(PowerState::get(msg0)));
        case kSetApPower:
            return on_ap_power(static_cast<std::uint16_t>(PowerState::get(msg0)));
        case kPing:
            if (stage_ < Stage::Endpoints || stage_ == Stage::Refused) return ignore(msg0);
            return kernel_.send(kManagementEndpoint, message(kPong, msg0 & ~MessageType::mask));
        default:
            return ignore(msg0);
    }
}

void Management::ignore(std::uint64_t msg0) {
    kernel_.note("management: message 0x%016llx ignored", static_cast<unsigned long long>(msg0));
}

void Management::on_hello_reply(std::uint64_t msg0) {
    if (stage_ != Stage::Hello) return ignore(msg0);
    const auto min = static_cast<unsigned>(VersionMin::get(msg0));
    const auto max = static_cast<unsigned>(VersionMax::get(msg0));
    const Generation& generation = kernel_.generation();
    if (min != max || min < generation.min_protocol || min > generation.max_protocol) {
        // The reaction is a guess; no driver asks for what was not offered.
        kernel_.note("protocol version %u to %u refused, the boot ends here", min, max);
        stage_ = Stage::Refused;
        return;
    }
    stage_ = Stage::Map;
    due_ = kernel_.now() + generation.times.map;
}

void Management::send_map_word() {
    const Generation& generation = kernel_.generation();
    const EndpointWord& word = generation.map[map_word_];
    const bool last = map_word_ + 1 == generation.map_words;
    kernel_.send(kManagementEndpoint,
                 message(kEndpointMap,
                         MapBase::put(word.base) | MapBitmap::put(word.bitmap) | MapLast::put(last ? 1 : 0)));
}

void Management::on_map_reply(std::uint64_t msg0) {
    const Generation& generation = kernel_.generation();
    if (stage_ != Stage::Map || due_ != kNever || MapBase::get(msg0) != generation.map[map_word_].base)
        return ignore(msg0);
    if (++map_word_ < generation.map_words) return send_map_word();
    stage_ = Stage::Endpoints;
    due_ = kernel_.now() + generation.times.settle;
}

void Management::on_start(std::uint64_t msg0) {
    if (stage_ != Stage::Endpoints && stage_ != Stage::Up) return ignore(msg0);
    const auto endpoint = static_cast<std::uint8_t>(StartTarget::get(msg0));
    if (endpoint == kManagementEndpoint || !kernel_.generation().offers(endpoint))
        kernel_.note("STARTEP for endpoint 0x%02x, which does not exist, ignored", endpoint);
    else if (StartFlag::get(msg0) != 0)
        lifecycle_.start_endpoint(endpoint);
    else if (StopFlag::get(msg0) != 0)
        lifecycle_.stop_endpoint(endpoint);
    else
        ignore(msg0);
}

void Management::on_iop_power(std::uint16_t state) {
    const bool wake = state == power::kOn || state == power::kInit;
    const bool gives_up = state == power::kSleep || state == power::kOff;
    if (stage_ == Stage::Up || (stage_ == Stage::Endpoints && gives_up))
        return lifecycle_.set_iop_power(state);
    // Drivers send the wake message before they know whether firmware starts by itself. The boot that is
    // under way answers it. source: hardware.md 7.2 step 2
    kernel_.note(
        wake ? "wake to 0x%x while booting: answered by the boot" : "power state 0x%x ignored while booting",
        state);
}

void Management::on_ap_power(std::uint16_t state) {
    // m1n1's Python client sends it right after its STARTEPs. source: hardware.md 7.2 step 8
    if (stage_ == Stage::Endpoints || stage_ == Stage::Up) return lifecycle_.set_ap_power(state);
    kernel_.note("AP power state 0x%x ignored while booting", state);
}

void Management::progress() {
    if (stage_ != Stage::Endpoints || !settled_ || !lifecycle_.may_finish_boot()) return;
    stage_ = Stage::Up;
    kernel_.send(kManagementEndpoint, message(kIopPowerAck, PowerState::put(power::kOn)));
    lifecycle_.boot_finished();
}

}  // namespace ans::fw::rtkit
