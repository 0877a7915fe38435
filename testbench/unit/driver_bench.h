// SPDX-License-Identifier: MIT
// The reference driver on a fake ANS2, for tests of its whole life.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host_driver/nvme/driver.h"
#include "testbench/support/fake_ans.h"

namespace ans::test {

using driver::Driver;
using driver::Measure;
using driver::Op;
using driver::Options;
using driver::Request;
using driver::Segment;
using driver::State;
using driver::Status;

inline constexpr port::Nanoseconds kSecond = 1'000'000'000;

/// Counts how often a request came back, and how.
struct Done {
    unsigned calls = 0;
    Status status = Status::Pending;
    static void call(Request& request) {
        auto& done = *static_cast<Done*>(request.context);
        ++done.calls;
        done.status = request.status;
    }
};

class DriverBench {
public:
    DriverBench() : port(device) { device.attach(port); }

    void make(Options options = {}) {
        driver::Resources resources;
        resources.asc = FakeAns::kAsc;
        resources.mailbox = FakeAns::kMailbox;
        resources.sart = FakeAns::kSart;
        resources.nvme = FakeAns::kNvme;
        resources.sart_version = 2;
        resources.domains = {{FakeAns::kPmgr}, {FakeAns::kPmgr + 4}};
        resources.mailbox_irq = {583, 584, 585, 586};
        resources.nvme_irq = FakeAns::kNvmeIrq;
        disk = std::make_unique<Driver>(port, resources, options);
    }
    void probe(Options options = {}) {
        make(options);
        ASSERT_EQ(disk->probe(), Status::Ok);
    }
    /// Every resource is back.
    void expect_nothing_left() {
        disk->remove();
        EXPECT_EQ(disk->state(), State::Off);
        EXPECT_EQ(port.allocations(), buffers.size());
        EXPECT_EQ(port.requested_lines(), 0u);
        EXPECT_EQ(device.open_windows(), 0u);
        EXPECT_TRUE(device.boot_loader_window());
        EXPECT_FALSE(device.reset_asserted());
        EXPECT_EQ(device.run, 0u);
    }
    /// Likewise, and the hardware was never mistreated.
    void expect_clean() {
        expect_nothing_left();
        EXPECT_THAT(device.wrongs, ::testing::IsEmpty());
    }
    Segment buffer(std::size_t size = 4096) {
        const port::DmaBuffer memory = port.dma_alloc(size, 4096);
        buffers.push_back(memory);
        return {memory.cpu, memory.device, memory.size};
    }
    Request read(std::uint64_t lba, const Segment& segment, Done& done) {
        Request request;
        request.lba = lba;
        request.blocks = static_cast<std::uint32_t>(segment.size / FakeAns::kBlock);
        request.segments = &segment;
        request.segment_count = 1;
        request.done = &Done::call;
        request.context = &done;
        return request;
    }

    /// How many register accesses `what` takes.
    template <typename What>
    std::size_t count_accesses(What what) {
        std::size_t accesses = 0;
        device.on_access = [&] { ++accesses; };
        what();
        device.on_access = nullptr;
        return accesses;
    }

    FakeAns device;
    FakePort port;
    std::unique_ptr<Driver> disk;
    std::vector<port::DmaBuffer> buffers;
};

}  // namespace ans::test
