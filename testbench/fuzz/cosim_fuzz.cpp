// SPDX-License-Identifier: MIT
// A guest that says whatever comes to its mind: vhost-user messages, descriptors and rings in memory, time-travel
// messages. Each input is a list of records {kind, length (2 bytes), bytes}; kinds are told at perform().
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <functional>

#include "testbench/cosim/calendar.h"
#include "testbench/cosim/irq_device.h"
#include "testbench/cosim/mmio_device.h"

namespace ans::cosim {
namespace {

constexpr std::size_t kMemory = 64 * 1024;

/// The fuzzer's end of a socket.
struct Line {
    Fd guest;
    Stream connect() {
        int ends[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) std::abort();
        guest = Fd(ends[0]);
        return {Fd(ends[1]), 0};  // nobody waits for the rest of a message
    }
    // With a descriptor to go with it, or without.
    void say(const std::uint8_t* bytes, std::size_t size, int fd) {
        Stream out(Fd(dup(guest.get())), 0);
        out.write(bytes, size, fd < 0 ? std::vector<int>() : std::vector<int>{fd});
    }
};

class Session {
public:
    Session() {
        mmio_.connect(mmio_line_.connect());
        irqs_.connect(irq_line_.connect());
        calendar_.connect(calendar_line_.connect());
    }

    void perform(unsigned kind, const std::uint8_t* bytes, std::size_t size) {
        const int fd = (kind & 8) != 0 ? file_.get() : -1;
        switch (kind & 7) {
            case 0:
                mmio_line_.say(bytes, size, fd);
                mmio_.serve();
                break;
            case 1:
                irq_line_.say(bytes, size, fd);
                irqs_.serve();
                break;
            case 2:
                calendar_line_.say(bytes, size, -1);
                calendar_.serve();
                break;
            case 3:
                poke(bytes, size);
                break;
            case 4:
                if (size > 0) irqs_.set_level(bytes[0] % IrqDevice::kLines, (bytes[0] & 0x80) != 0);
                break;
            case 5:
                mmio_.serve_unkicked();
                irqs_.serve_unkicked();
                break;
            case 6:
                if (irqs_.call_due()) irqs_.call();
                if (mmio_.call_due()) mmio_.call();
                break;
            default:
                calendar_.set_now(size);
                break;
        }
    }

private:
    // {offset (2 bytes), bytes}
    void poke(const std::uint8_t* bytes, std::size_t size) {
        if (size < 2) return;
        const std::size_t offset = bytes[0] | std::size_t{bytes[1]} << 8;
        std::memcpy(memory_.data() + offset, bytes + 2, std::min(size - 2, kMemory - offset));
    }

    Fd file_ = anonymous_file("fuzz", kMemory);
    Mapping memory_ = Mapping::file(file_.get(), 0, kMemory, true);
    MmioDevice mmio_{[](bool write, std::uint64_t, std::byte* data, std::uint32_t size) {
        if (!write) std::memset(data, 0x5a, size);
    }};
    IrqDevice irqs_{[](std::size_t) {}};
    Calendar calendar_;
    Line mmio_line_, irq_line_, calendar_line_;
};

}  // namespace
}  // namespace ans::cosim

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ans::cosim::Session session;
    while (size >= 3) {
        const unsigned kind = data[0];
        const std::size_t length = std::min<std::size_t>(data[1] | std::size_t{data[2]} << 8, size - 3);
        try {
            session.perform(kind, data + 3, length);
        } catch (const ans::cosim::PeerError&) {
            // what every malformed message must come to
        }
        data += 3 + length;
        size -= 3 + length;
    }
    return 0;
}
