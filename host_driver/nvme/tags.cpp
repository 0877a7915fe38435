// SPDX-License-Identifier: MIT
#include "host_driver/nvme/tags.h"

#include <algorithm>

namespace ans::driver::nvme {

TagPool::TagPool(unsigned depth, Measures omit)
    : all_(((std::uint64_t{1} << std::clamp(depth, 1u, kMaxIoTags)) - 1)
           << (omit.has(Measure::ReserveAdminTags) ? 0 : kFirstIoTag)),
      always_(omit.has(Measure::TagRotation) ? ~std::uint64_t{0} : 0),
      free_(all_) {}

}  // namespace ans::driver::nvme
