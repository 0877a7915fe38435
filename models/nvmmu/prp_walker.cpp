// SPDX-License-Identifier: MIT
#include "models/nvmmu/prp_walker.h"

#include <algorithm>

namespace ans {

bool PrpWalker::fail(End why, std::uint64_t culprit) {
    end_ = why;
    culprit_ = culprit;
    return false;
}

bool PrpWalker::next(std::size_t most, std::uint64_t& address, std::size_t& size) {
    if (page_left_ == 0 && !next_page()) return false;
    // Join pages that follow each other, as far as the caller has room for them.
    while (page_left_ < most && left_ != 0) {
        const std::uint64_t joined_end = page_ + page_left_;
        const std::size_t joined = page_left_;
        const std::uint64_t start = page_;
        if (!next_page()) return false;
        if (page_ != joined_end) {
            // The new page starts a piece of its own; hand out the joined one first.
            address = start;
            size = joined;
            return true;
        }
        page_ = start;
        page_left_ += joined;
    }
    address = page_;
    size = std::min(page_left_, most);
    page_ += size;
    page_left_ -= size;
    return true;
}

bool PrpWalker::next_page() {
    if (left_ == 0) return fail(End::Done, 0);
    std::uint64_t entry = prp1_;
    if (first_) {
        if (entry % 4 != 0) return fail(End::BadOffset, entry);
        page_left_ = std::min<std::size_t>(kPage - entry % kPage, left_);
    } else {
        if (list_ == 0 && left_ <= kPage) {
            entry = prp2_;
        } else if (!next_list_entry(entry)) {
            return false;
        }
        // Every entry but the first has offset zero. source: NVMe 1.1 section 4.3
        if (entry % kPage != 0) return fail(End::BadOffset, entry);
        page_left_ = std::min<std::size_t>(kPage, left_);
    }
    first_ = false;
    page_ = entry;
    left_ -= page_left_;
    return true;
}

bool PrpWalker::next_list_entry(std::uint64_t& entry) {
    if (list_ == 0) {
        list_ = prp2_;
        if (list_ % 8 != 0) return fail(End::BadOffset, list_);
    }
    // The last slot of a list page points to the next list page while more than one page is left to describe.
    if (list_ % kPage == kPage - 8 && left_ > kPage) {
        std::uint64_t chained = 0;
        if (memory_.read(list_, &chained, 8) != tlm::TLM_OK_RESPONSE) return fail(End::ListOutside, list_);
        if (chained % kPage != 0) return fail(End::BadOffset, chained);
        list_ = chained;
    }
    if (memory_.read(list_, &entry, 8) != tlm::TLM_OK_RESPONSE) return fail(End::ListOutside, list_);
    list_ += 8;
    return true;
}

}  // namespace ans
