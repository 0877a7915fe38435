// SPDX-License-Identifier: MIT
// CPUs, registers and memory. What threads share - interrupts, locks, signals, each other: world_sync.cpp.
#include "testbench/capi/world.h"

#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <type_traits>

namespace ans::capi {

namespace {

std::string hex(std::uint64_t value) {
    char text[24];
    std::snprintf(text, sizeof text, "0x%" PRIx64, value);
    return text;
}

}  // namespace

World::World(scenario::Rig& rig, Failed failed)
    : rig_(rig),
      host_(rig.host()),
      failed_(std::move(failed)),
      identity_(rig.identity().base, rig.identity().size) {}

int World::call(DriverCpu& cpu, DriverFrame::Body body, void* argument) {
    const DriverFrame::End end = cpu.run(body, argument, host::Host::kStackBytes);
    if (end == DriverFrame::End::Returned) return cpu.value();
    cpu.locks_held = 0;
    if (end == DriverFrame::End::Left) std::rethrow_exception(cpu.take_why());
    failed_(cpu, end);
    host_.halt();
}

template <typename T>
Answer World::read(std::uint64_t address, T& value) {
    if (address % sizeof(T) != 0)
        return {ANS2EMU_E_ARGUMENT,
                "read: " + hex(address) + " is not aligned to " + std::to_string(sizeof(T))};
    try {
        if constexpr (sizeof(T) == 1) value = host_.read8(address);
        if constexpr (sizeof(T) == 2) value = host_.read16(address);
        if constexpr (sizeof(T) == 4) value = host_.read32(address);
        if constexpr (sizeof(T) == 8) value = host_.read64(address);
    } catch (const port::BusFault&) {
        if (!catch_bus_faults_) throw;
        value = static_cast<T>(~T{0});
        return {ANS2EMU_E_BUS_FAULT,
                "bus fault: " + std::to_string(sizeof(T)) + "-byte read at " + hex(address)};
    }
    return {};
}

template <typename T>
Answer World::write(std::uint64_t address, T value) {
    if (address % sizeof(T) != 0)
        return {ANS2EMU_E_ARGUMENT,
                "write: " + hex(address) + " is not aligned to " + std::to_string(sizeof(T))};
    try {
        if constexpr (sizeof(T) == 1) host_.write8(address, value);
        if constexpr (sizeof(T) == 2) host_.write16(address, value);
        if constexpr (sizeof(T) == 4) host_.write32(address, value);
        if constexpr (sizeof(T) == 8) host_.write64(address, value);
    } catch (const port::BusFault&) {
        if (!catch_bus_faults_) throw;
        return {ANS2EMU_E_BUS_FAULT,
                "bus fault: " + std::to_string(sizeof(T)) + "-byte write at " + hex(address)};
    }
    return {};
}

template Answer World::read(std::uint64_t, std::uint8_t&);
template Answer World::read(std::uint64_t, std::uint16_t&);
template Answer World::read(std::uint64_t, std::uint32_t&);
template Answer World::read(std::uint64_t, std::uint64_t&);
template Answer World::write(std::uint64_t, std::uint8_t);
template Answer World::write(std::uint64_t, std::uint16_t);
template Answer World::write(std::uint64_t, std::uint32_t);
template Answer World::write(std::uint64_t, std::uint64_t);

// --- memory ----------------------------------------------------------------------------------------------

Answer World::dma_alloc(std::size_t size, std::size_t alignment, unsigned flags, ans2emu_dma& memory) {
    if (size == 0) return {ANS2EMU_E_ARGUMENT, "dma_alloc: 0 bytes"};
    if (alignment == 0 || (alignment & (alignment - 1)) != 0)
        return {ANS2EMU_E_ARGUMENT,
                "dma_alloc: an alignment of " + std::to_string(alignment) + ", expected a power of two"};
    if ((flags & ~static_cast<unsigned>(ANS2EMU_DMA_IDENTITY)) != 0)
        return {ANS2EMU_E_ARGUMENT, "dma_alloc: unknown flags " + hex(flags)};
    const bool identity = (flags & ANS2EMU_DMA_IDENTITY) != 0;
    port::DmaBuffer buffer;
    if (!identity) {
        buffer = host_.dma_alloc(size, alignment);
    } else if (const std::uint64_t address = identity_.allocate(size, alignment); address != 0) {
        buffer = {reinterpret_cast<std::byte*>(static_cast<std::uintptr_t>(address)), address, size};
        std::memset(buffer.cpu, 0, size);
    }
    if (!buffer)
        return {ANS2EMU_E_MEMORY,
                "dma_alloc: no " + std::to_string(size) + " bytes left" +
                    (identity ? " in the identity-mapped arena" : "") +
                    (identity && rig_.identity().size == 0 ? ": this process has no room for one below 2 GiB"
                                                           : "")};
    memory_[buffer.device] = size;
    memory = {buffer.cpu, buffer.device, buffer.size};
    return {};
}

Answer World::dma_free(const ans2emu_dma& memory) {
    const auto known = memory_.find(memory.device);
    if (known == memory_.end() || known->second != memory.size)
        return {ANS2EMU_E_ARGUMENT, "dma_free: " + hex(memory.device) + " + " + std::to_string(memory.size) +
                                        " is nothing that dma_alloc gave, or was freed"};
    memory_.erase(known);
    if (!identity_.release(memory.device))
        host_.dma_free({static_cast<std::byte*>(memory.cpu), memory.device, memory.size});
    return {};
}

Answer World::dma_pointer(std::uint64_t device, std::size_t size, void*& cpu) {
    host_.observe_memory();
    cpu = host_.pointer_to(device, size);
    if (cpu != nullptr) return {};
    return {ANS2EMU_E_ARGUMENT,
            "dma_pointer: " + hex(device) + " + " + std::to_string(size) + " is not DRAM"};
}

// --- one driver after another ----------------------------------------------------------------------------

std::vector<std::string> World::leftovers() {
    std::vector<std::string> found;
    for (const std::string& name : host_.live_threads())
        found.push_back("thread " + name);
    for (const auto& [line, irq] : irqs_)
        found.push_back("a " + std::string(irq->handler != nullptr ? "handler" : "wait") + " of interrupt " +
                        std::to_string(line));
    locks_.each([&](const Lock& lock) {
        if (lock.holder != nullptr) found.push_back("lock " + lock.name + " held");
    });
    if (const unsigned commands = rig_.soc().commands_in_flight(); commands != 0)
        found.push_back(std::to_string(commands) + (commands == 1 ? " command" : " commands") + " in flight");
    return found;
}

void World::forget_driver(bool memory) {
    irqs_.clear();
    threads_.clear();
    locks_.each([this](Lock& lock) { lock = {lock.name, host_.make_lock(lock.name)}; });
    signals_.each([this](Signal& signal) { signal = {signal.name, host_.make_signal(signal.name)}; });
    if (!memory) return;
    for (const auto& [device, size] : memory_)
        if (!identity_.release(device)) host_.dma_free({host_.pointer_to(device, size), device, size});
    memory_.clear();
}

}  // namespace ans::capi
