// SPDX-License-Identifier: MIT
// Handles that are never dereferenced: numbers in the clothes of pointers. A number is used once, so a freed
// handle is recognised for ever, and so is a handle of another kind or of nobody.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace ans::capi {

enum class HandleKind : std::uint8_t { Machine = 1, Thread, Lock, Signal };

/// The number for the `serial`-th object of a kind, which lies at `index` in its table. Never 0.
constexpr std::uintptr_t handle_number(HandleKind kind, std::size_t index, std::uint64_t serial) {
    return static_cast<std::uintptr_t>(serial << 24 | index << 4 | static_cast<std::uint64_t>(kind));
}

template <typename T, HandleKind kind>
class Handles {
public:
    static constexpr std::size_t kMost = std::size_t{1} << 20;

    /// 0: the table is full.
    std::uintptr_t add(std::unique_ptr<T> object) {
        std::size_t index = 0;
        while (index < slots_.size() && slots_[index].object != nullptr)
            ++index;
        if (index == kMost) return 0;
        if (index == slots_.size()) slots_.emplace_back();
        slots_[index] = {handle_number(kind, index, ++serial_), std::move(object)};
        return slots_[index].number;
    }
    /// nullptr: no such handle, or no longer.
    T* find(const void* handle) {
        const auto number = reinterpret_cast<std::uintptr_t>(handle);
        const std::size_t index = number >> 4 & (kMost - 1);
        return index < slots_.size() && slots_[index].number == number ? slots_[index].object.get() : nullptr;
    }
    void remove(const void* handle) {
        const std::size_t index = reinterpret_cast<std::uintptr_t>(handle) >> 4 & (kMost - 1);
        slots_[index] = {};
    }
    void clear() { slots_.clear(); }

    template <typename F>
    void each(F f) {
        for (Slot& slot : slots_)
            if (slot.object != nullptr) f(*slot.object);
    }

private:
    struct Slot {
        std::uintptr_t number = 0;
        std::unique_ptr<T> object;
    };
    std::vector<Slot> slots_;
    std::uint64_t serial_ = 0;
};

}  // namespace ans::capi
