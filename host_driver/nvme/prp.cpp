// SPDX-License-Identifier: MIT
#include "host_driver/nvme/prp.h"

#include <algorithm>

namespace ans::driver::nvme {

namespace {

constexpr std::size_t kEntries = kPageSize / sizeof(std::uint64_t);  // of one list page
constexpr std::size_t kPageMask = kPageSize - 1;

/// Writes entries into a chain of list pages that lie behind each other. Only a page's last slot can hold the
/// address of the next page, and it does so exactly if entries remain for it. source: NVMe 1.1 section 4.3
class ListWriter {
public:
    ListWriter(std::byte* cpu, port::Address device, std::size_t entries)
        : cpu_(cpu), device_(device), remaining_(entries) {}

    void put(port::Address page) {
        if (slot_ == kEntries - 1 && remaining_ > 1) {
            device_ += kPageSize;
            store(device_);
            cpu_ += kPageSize;
            slot_ = 0;
        }
        store(page);
        ++slot_;
        --remaining_;
    }

private:
    void store(port::Address value) { std::memcpy(cpu_ + slot_ * sizeof value, &value, sizeof value); }
    std::byte* cpu_;
    port::Address device_;  ///< of the list page being filled
    std::size_t remaining_;
    std::size_t slot_ = 0;
};

}  // namespace

std::size_t PrpBuilder::list_pages(std::size_t bytes) {
    const std::size_t worst_start = kPageSize - 4;
    const std::size_t pages = (worst_start + bytes + kPageMask) / kPageSize;
    if (pages <= 2) return 0;
    const std::size_t entries = pages - 1;  // PRP1 holds the first
    if (entries <= kEntries) return 1;
    return (entries - 1 + kEntries - 2) /
           (kEntries - 1);  // every page but the last spends a slot on the chain
}

Status PrpBuilder::prepare(port::Port& port, std::size_t max_bytes, unsigned tags) {
    lists_.release();
    max_bytes_ = max_bytes;
    pages_per_tag_ = list_pages(max_bytes);
    if (pages_per_tag_ == 0) return Status::Ok;
    lists_ = DmaMemory(port, pages_per_tag_ * kPageSize * tags, kPageSize);
    return lists_ ? Status::Ok : Status::NoMemory;
}

Status PrpBuilder::build(unsigned tag, const Segment* segments, std::size_t count, std::size_t bytes,
                         Prps& prps) {
    if (segments == nullptr || count == 0) return Status::InvalidArgument;
    if (bytes > max_bytes_) return Status::TooLarge;
    const Segment& first = segments[0];
    if (count == 1 && first.size == bytes && bytes != 0 && first.device % 4 == 0) {
        const std::size_t in_first_page = kPageSize - (first.device & kPageMask);
        if (bytes <= in_first_page + kPageSize) {  // one or two pages: no list
            prps = {first.device, bytes > in_first_page ? first.device + in_first_page : 0};
            return Status::Ok;
        }
    }
    return build_list(tag, segments, count, bytes, prps);
}

Status PrpBuilder::build_list(unsigned tag, const Segment* segments, std::size_t count, std::size_t bytes,
                              Prps& prps) {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const Segment& segment = segments[i];
        if (segment.size == 0 || segment.size > bytes - sum) return Status::InvalidArgument;
        if (segment.size > ~port::Address{0} - segment.device) return Status::InvalidArgument;
        sum += segment.size;
        if (i == 0 ? segment.device % 4 != 0 : !page_aligned(segment.device)) return Status::Misaligned;
        if (i + 1 < count && !page_aligned(segment.device + segment.size)) return Status::Misaligned;
    }
    if (sum != bytes) return Status::InvalidArgument;

    const std::size_t pages = ((segments[0].device & kPageMask) + bytes + kPageMask) / kPageSize;
    prps = {segments[0].device, 0};
    if (pages == 1) return Status::Ok;
    const std::size_t list = tag * pages_per_tag_ * kPageSize;
    ListWriter writer(lists_.cpu() + (pages > 2 ? list : 0), lists_.device() + list, pages - 1);
    for (std::size_t i = 0; i < count; ++i) {
        const port::Address end = segments[i].device + segments[i].size;
        port::Address page = segments[i].device & ~port::Address{kPageMask};
        if (i == 0) page += kPageSize;  // in PRP1
        for (; page < end; page += kPageSize) {
            if (pages == 2)
                prps.prp2 = page;
            else
                writer.put(page);
        }
    }
    if (pages > 2) prps.prp2 = lists_.device() + list;
    return Status::Ok;
}

}  // namespace ans::driver::nvme
