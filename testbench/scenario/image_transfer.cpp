// SPDX-License-Identifier: MIT
#include "testbench/scenario/image_transfer.h"

#include <algorithm>
#include <fstream>

#include "testbench/scenario/files/problem.h"
#include "testbench/scenario/sha256.h"

namespace ans::scenario {

namespace {

constexpr std::size_t kBlock = 4096;
constexpr std::size_t kPiece = 1u << 20;
constexpr unsigned kDepth = 8;
constexpr port::Nanoseconds kPollInterval = 1000;

std::ifstream open(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw UserError(path + ": cannot be read; expected a readable file");
    return file;
}

}  // namespace

std::string sha256_of_file(const std::string& path) {
    std::ifstream file = open(path);
    Sha256 sum;
    std::vector<char> buffer(kPiece);
    while (file) {
        file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
        sum.add(buffer.data(), static_cast<std::size_t>(file.gcount()));
    }
    if (file.bad()) throw UserError(path + ": reading failed");
    return sum.hex();
}

ImageTransfer::ImageTransfer(host::Host& host, driver::Driver& driver, bool polled)
    : host_(host), driver_(driver), polled_(polled), woken_(host.make_signal("image")), slots_(kDepth) {
    for (Slot& slot : slots_) {
        slot.owner = this;
        slot.buffer = host.dma_alloc(kPiece, kBlock);
        slot.request.segments = &slot.segment;
        slot.request.segment_count = 1;
        slot.request.context = &slot;
        slot.request.done = [](driver::Request& request) {
            Slot& done = *static_cast<Slot*>(request.context);
            done.busy = false;
            done.owner->woken_->notify();
        };
    }
}

ImageTransfer::~ImageTransfer() {
    for (Slot& slot : slots_)
        host_.dma_free(slot.buffer);
}

bool ImageTransfer::submit(Slot& slot) {
    slot.busy = true;
    while (!driver_.submit(slot.request)) {
        if (driver_.state() != driver::State::Live && driver_.state() != driver::State::Resetting) {
            slot.busy = false;
            return false;
        }
        driver_.wait_for_tag();
    }
    return true;
}

void ImageTransfer::wait_for(Slot& slot) {
    while (slot.busy) {
        if (!polled_)
            woken_->wait(port::kForever);
        else if (driver_.poll() == 0)
            host_.sleep(kPollInterval);
    }
}

driver::Status ImageTransfer::pump(driver::Op op, std::uint64_t lba, std::uint64_t blocks,
                                   const Piece& before, const Piece& after) {
    if (std::any_of(slots_.begin(), slots_.end(), [](const Slot& slot) { return !slot.buffer; }))
        return driver::Status::NoMemory;
    const std::uint64_t most = std::min<std::uint64_t>(kPiece, driver_.identity().max_transfer) / kBlock;
    driver::Status status = driver::Status::Ok;
    std::uint64_t started = 0;  // pieces
    std::uint64_t finished = 0;
    std::uint64_t at = 0;  // blocks
    while (finished != started || (at != blocks && status == driver::Status::Ok)) {
        if (at != blocks && started - finished < kDepth && status == driver::Status::Ok) {
            Slot& slot = slots_[started % kDepth];
            slot.request.op = op;
            slot.request.lba = lba + at;
            slot.request.blocks = static_cast<std::uint32_t>(std::min(most, blocks - at));
            slot.segment = {slot.buffer.cpu, slot.buffer.device, slot.request.blocks * kBlock};
            before(slot);
            if (!submit(slot)) {
                status = driver::Status::DeviceGone;
                continue;
            }
            at += slot.request.blocks;
            ++started;
            continue;
        }
        Slot& slot = slots_[finished++ % kDepth];
        wait_for(slot);
        if (slot.request.status != driver::Status::Ok) {
            if (status == driver::Status::Ok) status = slot.request.status;
            continue;
        }
        bytes_ += slot.segment.size;
        ++commands_;
        after(slot);
    }
    return status;
}

driver::Status ImageTransfer::read_all(std::string& sha256) {
    Sha256 sum;
    const driver::Status status = pump(
        driver::Op::Read, 0, driver_.identity().capacity, [](Slot&) {},
        [&](Slot& slot) { sum.add(slot.segment.cpu, slot.segment.size); });
    sha256 = sum.hex();
    return status;
}

driver::Status ImageTransfer::write_file(const std::string& path, std::uint64_t at_lba) {
    std::ifstream file = open(path);
    file.seekg(0, std::ios::end);
    const auto size = static_cast<std::uint64_t>(file.tellg());
    file.seekg(0);
    if (size % kBlock != 0)
        throw UserError(path + ": " + std::to_string(size) + " bytes; expected a multiple of 4096");
    return pump(
        driver::Op::Write, at_lba, size / kBlock,
        [&](Slot& slot) {
            file.read(reinterpret_cast<char*>(slot.segment.cpu),
                      static_cast<std::streamsize>(slot.segment.size));
            if (!file) throw UserError(path + ": reading failed");
        },
        [](Slot&) {});
}

}  // namespace ans::scenario
