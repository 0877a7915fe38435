// SPDX-License-Identifier: MIT
// Client of the ASC mailbox (v4 layout): never writes to a full FIFO, never waits without end.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "host_driver/common/measures.h"
#include "host_driver/common/status.h"
#include "host_driver/common/sync.h"
#include "host_driver/port/port.h"

namespace ans::driver {

struct Message {
    std::uint64_t msg0 = 0;
    std::uint8_t endpoint = 0;
};

class Mailbox {
public:
    /// `irqs` in hardware's order: send-empty, send-not-empty, recv-empty, recv-not-empty. source:
    /// hardware.md 1
    Mailbox(port::Port& port, port::Address base, const std::array<unsigned, 4>& irqs, bool use_interrupts,
            Measures omit = {});

    /// Opens the mailbox. With interrupts, `arrived` is notified for waiting messages and the line stays
    /// masked until rearm().
    void start(port::Signal& arrived);
    /// Closes it: a waiting send gives up, later ones are refused. Returns once no handler runs any more.
    void stop();
    /// After the waiting messages were received: the next one notifies again.
    void rearm() { receive_irq_.unmask(); }

    /// May sleep. Timeout: the FIFO stayed full, nothing was written. NotReady: the mailbox is closed.
    Status send(const Message& message);
    /// Takes one message, if there is one. Messages whose endpoint word is malformed are dropped, some at a
    /// time.
    bool receive(Message& message);

private:
    bool full();
    bool wait_until_not_full();

    port::Port& port_;
    const port::Address base_;
    const std::array<unsigned, 4> irqs_;
    const bool use_interrupts_;
    const Measures omit_;
    bool open_ = false;
    unsigned dropped_ = 0;  ///< malformed messages
    Mutex sending_;
    std::unique_ptr<port::Signal> drained_;
    IrqLine receive_irq_;
};

}  // namespace ans::driver
