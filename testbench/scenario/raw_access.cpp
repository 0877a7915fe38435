// SPDX-License-Identifier: MIT
#include "testbench/scenario/raw_access.h"

#include <algorithm>

#include "testbench/scenario/files/problem.h"

namespace ans::scenario {

namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kSqeSize = 64;   // source: hardware.md 6.1
constexpr std::uint64_t kTcbSize = 128;  // source: hardware.md 6.3
constexpr unsigned kTags = 64;           // source: hardware.md 6.2
constexpr unsigned kCreateSq = 1;        // source: NVMe 1.1 figure 40

// Bits 1:0 of an opcode tell the direction. source: NVMe 1.1 figures 12 and 109
bool to_controller(unsigned opcode) {
    return (opcode & 3) == 1;
}
bool from_controller(unsigned opcode) {
    return (opcode & 3) == 2;
}

bool submits(const Step& step) {
    return std::holds_alternative<RawCommand>(step);
}

}  // namespace

RawAccess::RawAccess(const Scenario& scenario, host::Host& host, EventHub& events)
    : scenario_(scenario), host_(host), events_(events) {
    if (std::any_of(scenario.steps.begin(), scenario.steps.end(), submits))
        events_.subscribe(*this, {EventKind::CommandFetched});
}

RawAccess::~RawAccess() {
    events_.unsubscribe(*this);
    for (const port::DmaBuffer& buffer : buffers_)
        host_.dma_free(buffer);
}

void RawAccess::on_event(const Event& event) {
    const bool admin = (event.slot[0] & 1) == 0;
    if (admin && (event.slot[0] >> 8 & 0xff) == kCreateSq) io_queue_ = event.slot[3];
}

std::uint64_t RawAccess::address_of(const char* place) const {
    CpuPlace found;
    find_place(scenario_.soc, place, found);
    return found.address;
}

std::uint64_t RawAccess::access(const Mmio& step) {
    CpuPlace place;
    find_place(scenario_.soc, step.place(), place);
    const bool wide = step.bits ? *step.bits == 64 : place.width == 8;
    std::uint64_t value = 0;
    for (unsigned i = 0; i < step.times; ++i) {
        if (!step.read.empty())
            value = wide ? host_.read64(place.address) : host_.read32(place.address);
        else if (wide)
            host_.write64(place.address, step.value);
        else
            host_.write32(place.address, static_cast<std::uint32_t>(step.value));
    }
    return value;
}

void RawAccess::send(const Mail& step) {
    const std::uint64_t send0 = address_of("mailbox.A2I_SEND0"), send1 = address_of("mailbox.A2I_SEND1");
    for (unsigned i = 0; i < step.times; ++i) {
        host_.write64(send0, step.msg0);
        host_.write64(send1, step.endpoint);
    }
}

void RawAccess::put(std::uint64_t address, const std::vector<std::uint64_t>& words) {
    for (std::size_t i = 0; i < words.size(); ++i)
        host_.write64(address + i * 8, words[i]);
}

std::uint64_t RawAccess::bytes_held() const {
    std::uint64_t bytes = 0;
    for (const port::DmaBuffer& buffer : buffers_)
        bytes += buffer.size;
    return bytes;
}

/// A page for the list, then the data. source: NVMe 1.1 section 4.3
RawAccess::Pages RawAccess::make_pages(const RawCommand& step) {
    if (!to_controller(step.opcode) && !from_controller(step.opcode)) return {};
    const std::uint64_t data_pages = step.blocks + (step.page_offset != 0 ? 1 : 0);
    const port::DmaBuffer buffer = host_.dma_alloc((1 + data_pages) * kPage, kPage);
    if (!buffer) throw UserError(scenario_.path + ": no memory left for the data of a command step");
    buffers_.push_back(buffer);
    const std::uint64_t data = buffer.device + kPage;
    std::vector<std::uint64_t> list;
    for (std::uint64_t page = 1; page < data_pages; ++page)
        list.push_back(data + page * kPage);
    if (list.size() > 1) put(buffer.device, list);
    return {data + step.page_offset, list.empty() ? 0 : list.size() == 1 ? list.front() : buffer.device};
}

void RawAccess::submit(const RawCommand& step) {
    const bool io = step.queue == RawQueue::Io;
    Pages pages = make_pages(step);
    pages = {step.prp1.value_or(pages.prp1), step.prp2.value_or(pages.prp2)};
    const std::uint64_t queue = io ? io_queue_ : host_.read64(address_of("nvme.ASQ"));
    const char* const tcbs = io ? "nvmmu.NVMMU_IOSQ_TCB_BASE" : "nvmmu.NVMMU_ASQ_TCB_BASE";
    if (step.tag < kTags && queue != 0) {
        const std::uint64_t id = step.id.value_or(step.tag);
        const std::uint64_t cdw12 = step.cdw12.value_or(io ? step.blocks - 1 : 0);
        put(queue + step.tag * kSqeSize,
            {step.opcode | id << 16 | std::uint64_t{step.nsid} << 32, 0, 0, pages.prp1, pages.prp2,
             step.cdw10 | std::uint64_t{step.cdw11} << 32, cdw12, 0});
        const bool data = pages.prp1 != 0;
        const unsigned fitting = !data                          ? 0u
                                 : to_controller(step.opcode)   ? 2u
                                 : from_controller(step.opcode) ? 1u
                                                                : 0u;
        const std::uint64_t flags = step.tcb.flags.value_or(static_cast<std::uint8_t>(fitting));
        const std::uint64_t length = step.tcb.length.value_or(static_cast<std::uint16_t>(cdw12));
        put(host_.read64(address_of(tcbs)) + step.tag * kTcbSize,
            {step.tcb.opcode.value_or(0) | flags << 8 | std::uint64_t{step.tag} << 16 | length << 32, 0, 0,
             step.tcb.prp1.value_or(pages.prp1), step.tcb.prp2.value_or(pages.prp2)});
    }
    host_.write32(address_of(io ? "nvme.LINEAR_IOSQ_DB" : "nvme.LINEAR_ASQ_DB"), step.tag);
    if (step.wait != 0) host_.sleep(step.wait / nanoseconds(1));
    if (!step.invalidate) return;
    host_.write32(address_of("nvmmu.NVMMU_TCB_INVAL"), step.tag);
    host_.read32(address_of("nvmmu.NVMMU_TCB_STAT"));
}

}  // namespace ans::scenario
