// SPDX-License-Identifier: MIT
#include "host_driver/nvme/tags.h"

#include <algorithm>

namespace ans::driver::nvme {

TagPool::TagPool(unsigned depth)
    : all_(((std::uint64_t{1} << std::clamp(depth, 1u, kMaxIoTags)) - 1) << kFirstIoTag), free_(all_) {}

}  // namespace ans::driver::nvme
