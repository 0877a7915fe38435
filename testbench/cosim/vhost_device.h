// SPDX-License-Identifier: MIT
// One virtio device of the guest, over vhost-user with in-band notifications.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string_view>

#include "testbench/cosim/guest_memory.h"
#include "testbench/cosim/stream.h"
#include "testbench/cosim/vhost_user.h"
#include "testbench/cosim/virtqueue.h"

namespace ans::cosim {

class VhostDevice {
public:
    static constexpr std::size_t kQueues = 2;
    using MemoryTold = std::function<void(const MemoryRegion&, const Fd&)>;

    explicit VhostDevice(std::string_view name) : name_(name) {}
    virtual ~VhostDevice() = default;
    VhostDevice(const VhostDevice&) = delete;
    VhostDevice& operator=(const VhostDevice&) = delete;

    std::string_view name() const { return name_; }
    void connect(Stream socket) { socket_ = std::move(socket); }
    void disconnect() { socket_.close(); }
    bool connected() const { return static_cast<bool>(socket_); }
    int fd() const { return socket_.fd(); }
    /// Told of every region of each memory table.
    void on_memory(MemoryTold told) { memory_told_ = std::move(told); }

    /// Called when a message has been done, before the guest is told so and goes on.
    void before_answer(std::function<void()> settle) { before_answer_ = std::move(settle); }

    // Each throws PeerError.
    /// Takes one message and answers it. False: the guest hung up.
    bool serve();
    /// Looks for buffers that were made available without a kick.
    void serve_unkicked();
    /// The guest does not kick at present: its queues are disabled, as during suspend.
    bool quiet() const { return queues_[0].ready() && !queues_[0].enabled(); }

    /// Buffers went back that the guest has not been told of. While its queues are disabled it would take the
    /// word and forget it (source: arch/um/drivers/virtio_uml.c vu_req_read_message(), `suspended`).
    bool call_due() const { return call_due_ && slave_ && !quiet(); }
    /// Tells it. The guest answers on call_fd(); take_answer() afterwards.
    void call();
    int call_fd() const { return slave_.fd(); }
    void take_answer();

protected:
    /// Something may be available in this queue.
    virtual void on_queue(std::size_t index) = 0;
    /// The guest is about to set the device up anew.
    virtual void on_reset() {}

    Virtqueue& queue(std::size_t index) { return queues_.at(index); }
    const GuestMemory& memory() const { return memory_; }
    void want_call() { call_due_ = true; }

private:
    struct Message;

    std::uint64_t handle(Message& message);
    void set_memory(Message& message);
    Virtqueue& queue_of(std::uint32_t index);
    [[noreturn]] void refuse(const std::string& what) const;
    void reply(const VhostHeader& request, const void* payload, std::uint32_t size);

    const std::string_view name_;
    Stream socket_;
    Stream slave_;  ///< where we are the client
    std::array<Virtqueue, kQueues> queues_;
    GuestMemory memory_;
    MemoryTold memory_told_;
    std::function<void()> before_answer_;
    bool call_due_ = false;
    double patience_s_ = 5;
};

}  // namespace ans::cosim
