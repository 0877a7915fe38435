// SPDX-License-Identifier: MIT
// The bench of the NVMe service's tests: the service between a front end that remembers what it was told, a
// kernel of the firmware reduced to its log, and a medium that tells what reached it. A command's data is one
// flat buffer.
#pragma once

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "firmware_stub/ans/service.h"
#include "testbench/unit/media_bench.h"

namespace ans::test {

class FakeFrontEnd : public CommandPortIf {
public:
    struct Posted {
        Completion completion;
        SimTime at;
    };
    struct Csts {
        bool ready;
        bool fatal;
        unsigned shutdown;
        SimTime at;
    };
    struct IoQueue {
        std::uint64_t base = 0;
        unsigned entries = 0;
        bool interrupt = false;
    };

    NvmeStatus move(const Command&, DataDirection direction, const MemoryRun* runs, std::size_t run_count,
                    SimTime) override {
        ++moves;
        if (move_status != status::kSuccess) return move_status;
        std::size_t at = 0;
        for (std::size_t i = 0; i < run_count; at += runs[i].size, ++i) {
            if (data.size() < at + runs[i].size) data.resize(at + runs[i].size);
            if (direction == DataDirection::DeviceToMemory)
                std::memcpy(data.data() + at, runs[i].data, runs[i].size);
            else
                std::memcpy(runs[i].data, data.data() + at, runs[i].size);
        }
        moved = at;
        return status::kSuccess;
    }
    void complete(const Completion& completion, SimTime at) override {
        posted.push_back({completion, at});
        completed.notify(sc_core::SC_ZERO_TIME);
    }
    void set_status(bool ready, bool fatal, unsigned shutdown, SimTime at) override {
        csts.push_back({ready, fatal, shutdown, at});
    }
    void set_io_completion_queue(std::uint64_t base, unsigned entries, bool interrupt) override {
        cq = {base, entries, interrupt};
    }
    void set_io_submission_queue(std::uint64_t base, unsigned entries) override {
        sq = {base, entries, false};
    }

    std::vector<std::byte> data;  ///< the memory behind every command's PRPs
    NvmeStatus move_status = status::kSuccess;
    unsigned moves = 0;
    std::size_t moved = 0;  ///< bytes of the last move
    std::vector<Posted> posted;
    std::vector<Csts> csts;
    IoQueue cq, sq;
    sc_core::sc_event completed{"completed"};
};

class FakeSystem : public fw::System {
public:
    void log(std::string_view context, std::string_view text) override {
        lines.push_back(std::string(context) + ":" + std::string(text));
    }
    void crash(std::string_view reason) override { crashes.emplace_back(reason); }
    bool read_shared(std::uint64_t address, void* data, std::size_t size) override {
        reads.emplace_back(address, size);
        if (!holds(address, size)) return false;
        std::memcpy(data, shared.data() + (address - kShared), size);
        return true;
    }
    bool write_shared(std::uint64_t address, const void* data, std::size_t size) override {
        writes.emplace_back(address, size);
        if (!holds(address, size)) return false;
        std::memcpy(shared.data() + (address - kShared), data, size);
        return true;
    }
    void note(const char* format, ...) override __attribute__((format(printf, 2, 3))) {
        char text[200];
        va_list arguments;
        va_start(arguments, format);
        std::vsnprintf(text, sizeof text, format, arguments);
        va_end(arguments);
        notes.emplace_back(text);
    }

    static constexpr std::uint64_t kShared = 0x9'0000'0000;  ///< where `shared` lies; all else is denied
    std::array<std::uint8_t, 0x8000> shared{};
    std::vector<std::pair<std::uint64_t, std::size_t>> reads, writes;
    std::vector<std::string> notes;
    std::vector<std::string> lines;
    std::vector<std::string> crashes;

private:
    bool holds(std::uint64_t address, std::uint64_t size) const {
        return address >= kShared && address - kShared <= shared.size() &&
               size <= shared.size() - (address - kShared);
    }
};

class AnsTest : public SimTest {
protected:
    static constexpr std::uint32_t kEnabled = 0x0046'0001;  // source: hardware.md 5, CC as drivers run it
    static constexpr std::uint32_t kShutdown = 0x4000;      // CC.SHN, normal
    static constexpr std::uint32_t kAll = 0xffff'ffff;      // every namespace
    static constexpr std::uint64_t kQueueBase = 0x8'0000'4000;

    /// `config` and `media` may be changed until then.
    void make() {
        service = std::make_unique<fw::AnsService>("ans", config, *media, system);
        service->front_end.bind(front_end);
    }
    /// Runs `body` with firmware that serves and a controller that is off.
    void off(const std::function<void()>& body) {
        make();
        run([&] {
            service->start(kernel_now());
            body();
        });
    }
    /// Runs `body` with a controller that is ready.
    void live(const std::function<void()>& body) {
        off([&] {
            set_cc(kEnabled);
            pass(config.times.ready_unclean);
            front_end.csts.clear();
            body();
        });
    }
    void use_media(std::size_t cache_blocks) {
        MediaConfig wanted;
        wanted.events = &events;
        wanted.cache_bytes = cache_blocks * kBlockSize;
        store = new WatchedStore;
        media = std::make_unique<Media>(std::unique_ptr<BlockStore>(store), DeviceState(), wanted);
    }
    void set_cc(std::uint32_t value) {
        const std::uint32_t before = cc;
        cc = value;
        service->controller_config(value, before, kernel_now());
    }

    static Sqe sqe(unsigned opcode, std::uint32_t nsid = 0, std::uint32_t cdw10 = 0, std::uint32_t cdw11 = 0,
                   std::uint32_t cdw12 = 0) {
        Sqe out{};
        out.opcode = static_cast<std::uint8_t>(opcode);
        out.nsid = nsid;
        out.prp1 = kQueueBase;
        out.cdw10 = {cdw10, cdw11, cdw12};
        return out;
    }
    /// Read, Write and Write Zeroes: `blocks` counts from 1.
    static Sqe blocks_sqe(unsigned opcode, std::uint64_t lba, std::uint32_t blocks, std::uint32_t flags = 0) {
        return sqe(opcode, 1, static_cast<std::uint32_t>(lba), static_cast<std::uint32_t>(lba >> 32),
                   (blocks - 1) | flags);
    }
    void submit(Queue queue, const Sqe& entry, unsigned tag = 0, NvmeStatus refused = 0,
                const char* why = "") {
        sqes[tag] = entry;
        sqes[tag].cid = static_cast<std::uint16_t>(entry.cid != 0 ? entry.cid : tag);
        service->command({queue, Tag{static_cast<std::uint16_t>(tag)}, refused, life, &sqes[tag], why},
                         kernel_now());
    }
    /// The completion of the command, which must come before any other.
    Completion perform(Queue queue, const Sqe& entry, unsigned tag = 0) {
        const std::size_t before = front_end.posted.size();
        submit(queue, entry, tag);
        const SimTime end = kernel_now() + seconds(1);
        while (front_end.posted.size() == before && kernel_now() < end)
            sc_core::wait(to_sc(end - kernel_now()), front_end.completed);
        if (front_end.posted.size() == before) {
            ADD_FAILURE() << "opcode " << unsigned{entry.opcode} << " was never answered";
            return {};
        }
        EXPECT_EQ(index(front_end.posted.back().completion.tag), tag);
        return front_end.posted.back().completion;
    }
    /// The status of a command, without Do Not Retry.
    NvmeStatus admin(const Sqe& entry) { return code(perform(Queue::Admin, entry)); }
    NvmeStatus io(const Sqe& entry) { return code(perform(Queue::Io, entry, 2)); }
    static NvmeStatus code(const Completion& completion) {
        return static_cast<NvmeStatus>(completion.status & ~kDoNotRetry);
    }

    /// A little-endian number in the data.
    template <typename T>
    T at(std::size_t offset) const {
        T value{};
        std::memcpy(&value, front_end.data.data() + offset, sizeof value);
        return value;
    }
    std::string text_at(std::size_t offset, std::size_t size) const {
        return {reinterpret_cast<const char*>(front_end.data.data()) + offset, size};
    }
    std::vector<unsigned> stored(std::uint64_t lba, std::uint64_t count) {
        std::vector<unsigned> values;
        for (std::uint64_t i = 0; i < count; ++i) {
            MemoryRun one{};
            EXPECT_EQ(store->runs(lba + i, 1, &one, 1), 1u);
            values.push_back(static_cast<unsigned>(one.data[0]));
        }
        return values;
    }
    std::vector<unsigned> newest(std::uint64_t lba, std::uint64_t count) {
        std::vector<unsigned> values;
        for (std::uint64_t i = 0; i < count; ++i) {
            MemoryRun one{};
            EXPECT_EQ(media->read_runs(lba + i, 1, &one, 1), 1u);
            values.push_back(static_cast<unsigned>(one.data[0]));
        }
        return values;
    }

    AnsTest() { use_media(64); }

    fw::ServiceConfig config;
    FakeFrontEnd front_end;
    FakeSystem system;
    WatchedStore* store = nullptr;
    std::unique_ptr<Media> media;
    std::unique_ptr<fw::AnsService> service;
    std::array<Sqe, 64> sqes{};
    std::uint32_t cc = 0;
    std::uint32_t life = 1;
};

}  // namespace ans::test
