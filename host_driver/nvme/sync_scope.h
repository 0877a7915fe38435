// SPDX-License-Identifier: MIT
// Private to the driver's sources.
#pragma once

#include <utility>

#include "host_driver/nvme/driver.h"

namespace ans::driver {

/// Lends the request's callback for one wait. A thread that is unwound out of it takes the request back.
struct Driver::SyncScope {
    SyncScope(Driver& owner, Request& lent)
        : driver(owner), request(lent), done(lent.done), context(lent.context), waiter(owner.take_waiter()) {
        waiter->finished = false;
        request.done = &Driver::wake;
        request.context = waiter;
    }
    ~SyncScope() {
        if (!waiter->finished && request.status == Status::Pending && !driver.withdraw(request)) {
            driver.completed_.remove(request);
            driver.requeue_.remove(request);
        }
        request.done = done;
        request.context = context;
        waiter->next = std::exchange(driver.idle_waiters_, waiter);
    }
    Driver& driver;
    Request& request;
    void (*const done)(Request&);
    void* const context;
    Waiter* const waiter;
};

}  // namespace ans::driver
