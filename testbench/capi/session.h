// SPDX-License-Identifier: MIT
// The one machine of this process, as the C functions know it.
#pragma once

#include <pthread.h>

#include <atomic>
#include <memory>
#include <string>

#include "testbench/capi/foreign_conductor.h"

namespace ans::capi {

class Session {
public:
    static Session& instance();

    Answer open(const ans2emu_options& options, ans2emu_machine*& machine);
    Answer finish(const char*& json, bool& passed);
    Answer close();

    /// The machine is somebody else's run (of `ans2emu run`), its driver is ours.
    void adopt(ForeignConductor& conductor);
    void forget(const ForeignConductor& conductor);

    /// Nothing wrong with the handle and the calling OS thread: ANS2EMU_OK.
    int check(const ans2emu_machine* machine) const {
        if (machine == nullptr || machine != machine_.load(std::memory_order_relaxed))
            return ANS2EMU_E_HANDLE;
        return pthread_equal(owner_, pthread_self()) != 0 ? ANS2EMU_OK : ANS2EMU_E_THREAD;
    }
    ForeignConductor& conductor() { return *conductor_; }
    bool finished() const { return finished_; }

private:
    Session() = default;
    Answer build(const ans2emu_options& options);
    void judge();
    void take(ForeignConductor& conductor);

    std::atomic<ans2emu_machine*> machine_{nullptr};
    pthread_t owner_{};
    bool built_ = false;     ///< SystemC has had its one elaboration, or is about to
    bool finished_ = false;  ///< run_ is judged
    std::unique_ptr<scenario::Scenario> scenario_;
    std::unique_ptr<scenario::Run> run_;
    ForeignConductor* conductor_ = nullptr;
    std::string json_;
    bool passed_ = false;
    Answer judged_;
};

}  // namespace ans::capi
