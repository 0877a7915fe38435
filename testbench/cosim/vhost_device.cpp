// SPDX-License-Identifier: MIT
#include "testbench/cosim/vhost_device.h"

#include <cstring>

namespace ans::cosim {

struct VhostDevice::Message {
    VhostHeader header{};
    std::array<std::byte, kVhostMostPayload> payload{};
    std::vector<Fd> fds;
    std::uint32_t answer = 0;  ///< bytes of payload that answer it

    template <typename T>
    T as() const {
        T value;
        std::memcpy(&value, payload.data(), sizeof value);
        return value;
    }
};

void VhostDevice::refuse(const std::string& what) const {
    throw PeerError("device " + std::string(name_) + ": " + what);
}

Virtqueue& VhostDevice::queue_of(std::uint32_t index) {
    if (index >= kQueues) refuse("queue " + std::to_string(index) + " does not exist");
    return queues_[index];
}

bool VhostDevice::serve() {
    Message message;
    if (!socket_.read(&message.header, sizeof message.header, message.fds)) return false;
    const VhostHeader& header = message.header;
    if ((header.flags & 3) != kVhostVersion || header.size > kVhostMostPayload)
        refuse("a message of version " + std::to_string(header.flags & 3) + " and " +
               std::to_string(header.size) + " bytes");
    if (header.size != 0 && !socket_.read(message.payload.data(), header.size, message.fds))
        refuse("hung up in the middle of a message");
    const std::uint64_t status = handle(message);
    if (before_answer_) before_answer_();
    if (message.answer != 0)
        reply(header, message.payload.data(), message.answer);
    else if ((header.flags & kVhostNeedReply) != 0)
        reply(header, &status, sizeof status);
    return true;
}

void VhostDevice::serve_unkicked() {
    for (std::size_t i = 0; i < kQueues; ++i)
        if (queues_[i].ready()) on_queue(i);
}

// Returns what the guest is told where it wants to know: 0 is success.
std::uint64_t VhostDevice::handle(Message& message) {
    const auto answer = [&](std::uint64_t value) {
        std::memcpy(message.payload.data(), &value, sizeof value);
        message.answer = sizeof value;
    };
    const auto state = message.as<VringState>();
    switch (static_cast<VhostRequest>(message.header.request)) {
        case VhostRequest::GetFeatures:
            answer(kVirtioVersion1 | kVhostProtocolFeatures);
            return 0;
        case VhostRequest::GetProtocolFeatures:
            answer(kProtocolBits);
            return 0;
        case VhostRequest::SetOwner:
            on_reset();
            return 0;
        case VhostRequest::SetFeatures:
        case VhostRequest::SetProtocolFeatures:
        case VhostRequest::SetVringKick:  // notifications are in-band
        case VhostRequest::SetVringCall:
        case VhostRequest::SetConfig:
            return 0;
        case VhostRequest::SetSlaveReqFd:
            if (message.fds.size() != 1) refuse("SET_SLAVE_REQ_FD without its descriptor");
            slave_ = Stream(std::move(message.fds.front()), patience_s_);
            return 0;
        case VhostRequest::SetMemTable:
            set_memory(message);
            return 0;
        case VhostRequest::SetVringNum:
            queue_of(state.index).set_size(state.value);
            return 0;
        case VhostRequest::SetVringBase:
            queue_of(state.index).set_base(state.value);
            return 0;
        case VhostRequest::GetVringBase: {
            const VringState base{state.index, queue_of(state.index).base()};
            std::memcpy(message.payload.data(), &base, sizeof base);
            message.answer = sizeof base;
            return 0;
        }
        case VhostRequest::SetVringAddr: {
            const auto where = message.as<VringAddr>();
            queue_of(where.index).set_addresses(memory_, where);
            return 0;
        }
        case VhostRequest::SetVringEnable:
            queue_of(state.index).enable(state.value != 0);
            return 0;
        case VhostRequest::VringKick:
            queue_of(state.index);
            on_queue(state.index);
            return 0;
        case VhostRequest::GetConfig:
            break;  // these devices have no configuration space
    }
    refuse("request " + std::to_string(message.header.request) + " is unknown");
}

void VhostDevice::set_memory(Message& message) {
    const auto count = message.as<std::uint32_t>();
    constexpr std::size_t kFirst = 8;
    if (count == 0 || count > 8 || kFirst + count * sizeof(MemoryRegion) > message.header.size)
        refuse("a memory table of " + std::to_string(count) + " regions");
    std::vector<MemoryRegion> regions(count);
    std::memcpy(regions.data(), message.payload.data() + kFirst, count * sizeof(MemoryRegion));
    on_reset();  // buffers and rings of the old table are gone
    for (Virtqueue& queue : queues_)
        queue.forget();
    memory_.set(regions, message.fds);
    for (std::size_t i = 0; i < count && memory_told_; ++i)
        memory_told_(regions[i], message.fds[i]);
}

void VhostDevice::reply(const VhostHeader& request, const void* payload, std::uint32_t size) {
    std::array<std::byte, sizeof(VhostHeader) + kVhostMostPayload> bytes;
    const VhostHeader header{request.request, kVhostVersion | kVhostReply, size};
    std::memcpy(bytes.data(), &header, sizeof header);
    std::memcpy(bytes.data() + sizeof header, payload, size);
    socket_.write(bytes.data(), sizeof header + size);
}

void VhostDevice::call() {
    call_due_ = false;
    struct {
        VhostHeader header;
        VringState state;
    } const message{{kSlaveVringCall, kVhostVersion | kVhostNeedReply, sizeof(VringState)}, {0, 0}};
    static_assert(sizeof message == 20);
    slave_.write(&message, sizeof message);
}

void VhostDevice::take_answer() {
    struct {
        VhostHeader header;
        std::uint32_t status[2];
    } answer{};
    static_assert(sizeof answer == 20);
    if (!slave_.read(&answer, sizeof answer)) refuse("hung up on an interrupt");
    if (answer.header.size != 8) refuse("answered an interrupt with " + std::to_string(answer.header.size) + " bytes");
}

}  // namespace ans::cosim
