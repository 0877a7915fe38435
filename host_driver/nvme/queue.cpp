// SPDX-License-Identifier: MIT
#include "host_driver/nvme/queue.h"

namespace ans::driver::nvme {

namespace {
constexpr std::size_t kTcbAlignment = 16384;  // the strictest that drivers use. source: hardware.md 6 (m1n1, OpenBSD)
}  // namespace

Status QueuePair::allocate() {
    // Both arrays have room for every tag: NUM_TCBS is one setting for both. source: hardware.md 6
    submission_ = DmaMemory(port_, kTags * sizeof(Sqe), kPageSize);
    completion_ = DmaMemory(port_, round_up_to_page(entries_ * sizeof(Cqe)), kPageSize);
    tcbs_ = DmaMemory(port_, kTags * sizeof(Tcb), kTcbAlignment);
    if (submission_ && completion_ && tcbs_) return Status::Ok;
    release();
    return Status::NoMemory;
}

void QueuePair::release() {
    submission_.release();
    completion_.release();
    tcbs_.release();
}

void QueuePair::reset() {
    head_ = 0;
    phase_ = 1;
    submission_.clear();
    completion_.clear();
    tcbs_.clear();
}

}  // namespace ans::driver::nvme
