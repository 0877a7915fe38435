// SPDX-License-Identifier: MIT
// A call into code that is not ours. Whatever that code does - return, throw, crash, never come back - the
// call comes back. Knows neither SystemC nor the machine.
#pragma once

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <vector>

namespace ans::capi {

class DriverFrame {
public:
    enum class End : std::uint8_t {
        Returned,
        Left,     ///< by leave(); why() says why
        Threw,    ///< an exception, story() has its text
        Crashed,  ///< a fatal signal, story() tells it
        Late      ///< the wall deadline came
    };
    using Body = int (*)(void* argument);

    DriverFrame() = default;
    DriverFrame(const DriverFrame&) = delete;
    DriverFrame& operator=(const DriverFrame&) = delete;

    /// Needs a SignalWatch. `stack_bytes`: what there is from here downwards, to tell an overflow.
    End run(Body body, void* argument, std::size_t stack_bytes);
    int value() const { return value_; }  ///< after Returned
    std::exception_ptr take_why() { return std::move(why_); }
    const std::string& story() const { return story_; }
    /// Innermost first, a line each; after Crashed and Late.
    std::vector<std::string> stack() const;

    /// Whose code is at work right now; nullptr: none, the emulator's own is.
    static DriverFrame* active() { return active_; }
    /// The foreign code called us: until resume() it is not at work.
    static DriverFrame* suspend() {
        DriverFrame* const frame = active_;
        active_ = nullptr;
        return frame;
    }
    /// Back into the foreign code; or, where leave_with() was called or the deadline has passed, out of it.
    void resume() {
        if (why_ != nullptr || late_ != 0) leave();
        active_ = this;
    }
    /// To be done by the next resume(). No frame of the foreign code is unwound: it may be C without tables.
    void leave_with(std::exception_ptr why) { why_ = std::move(why); }

private:
    friend class SignalWatch;
    static constexpr int kDepth = 48;

    [[noreturn]] void leave();
    [[noreturn]] void jump(End end);
    void note_signal(int number, const void* context);
    void forget_poison() const;
    static int enter(DriverFrame& frame, Body body, void* argument);
    static void on_fatal(int number, siginfo_t* info, void* context);
    static void on_deadline(int number, siginfo_t* info, void* context);

    static inline DriverFrame* active_ = nullptr;
    static inline volatile sig_atomic_t late_ = 0;

    sigjmp_buf home_;
    const char* top_ = nullptr;  ///< of the stack that the foreign code uses
    std::size_t stack_bytes_ = 0;
    int value_ = 0;
    End end_ = End::Returned;
    std::exception_ptr why_;
    std::string story_;
    int signal_ = 0;
    std::uintptr_t fault_address_ = 0;
    void* frames_[kDepth];
    int frame_count_ = 0;
    std::uintptr_t interrupted_at_ = 0;  ///< program counter; 0: no signal
};

/// While it lives, fatal signals in foreign code on this OS thread end that code's frame; elsewhere they do
/// what they did before. One at a time.
class SignalWatch {
public:
    SignalWatch();
    SignalWatch(const SignalWatch&) = delete;
    SignalWatch& operator=(const SignalWatch&) = delete;
    ~SignalWatch();

    /// From another OS thread: the foreign code at work ends now, or with its next call. To be repeated until
    /// it has an effect.
    void call_deadline();
    /// The same has had no effect: prints whose stack it is and ends the process.
    void give_up();

    static constexpr int kGaveUpExit = 98;

private:
    friend class DriverFrame;
    static constexpr int kFatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP};

    static inline pthread_t owner_{};
    static inline volatile sig_atomic_t giving_up_ = 0;
    static inline struct sigaction before_[std::size(kFatal)];

    struct sigaction deadline_before_ {};
    stack_t stack_before_{};
    std::unique_ptr<char[]> stack_;
};

}  // namespace ans::capi
