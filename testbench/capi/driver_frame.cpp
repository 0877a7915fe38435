// SPDX-License-Identifier: MIT
#include "testbench/capi/driver_frame.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <execinfo.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>

// Present in programs built with AddressSanitizer.
extern "C" __attribute__((weak)) void __asan_unpoison_memory_region(const volatile void*, std::size_t);

namespace ans::capi {

namespace {

constexpr std::uintptr_t kNoAddress = UINTPTR_MAX;
constexpr std::size_t kSignalStack = 128 * 1024;  // sanitizers' own handlers are hungry

int deadline_signal() {
    return SIGRTMAX - 1;
}

std::string name_of(const void* address) {
    Dl_info info{};
    if (dladdr(address, &info) == 0 || info.dli_fname == nullptr) return "?";
    const char* const slash = std::strrchr(info.dli_fname, '/');
    const std::string file = slash == nullptr ? info.dli_fname : slash + 1;
    char text[32];
    if (info.dli_sname == nullptr) {
        std::snprintf(text, sizeof text, "+0x%zx",
                      static_cast<std::size_t>(static_cast<const char*>(address) -
                                               static_cast<const char*>(info.dli_fbase)));
        return file + text;
    }
    int status = 0;
    char* const plain = abi::__cxa_demangle(info.dli_sname, nullptr, nullptr, &status);
    std::string name = plain != nullptr ? plain : info.dli_sname;
    std::free(plain);
    std::snprintf(text, sizeof text, "+0x%zx",
                  static_cast<std::size_t>(static_cast<const char*>(address) -
                                           static_cast<const char*>(info.dli_saddr)));
    return name + text + " (" + file + ")";
}

std::uintptr_t program_counter(const void* context) {
    const auto& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
    return static_cast<std::uintptr_t>(machine.gregs[REG_RIP]);
#elif defined(__aarch64__)
    return machine.pc;
#else
    static_cast<void>(machine);
    return 0;
#endif
}

void unblock(int number) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace

DriverFrame::End DriverFrame::run(Body body, void* argument, std::size_t stack_bytes) {
    top_ = static_cast<const char*>(__builtin_frame_address(0));
    stack_bytes_ = stack_bytes;
    why_ = nullptr;
    end_ = End::Returned;
    // Without the signal mask, which would be a system call for every interrupt; a handler's is undone below.
    if (sigsetjmp(home_, 0) == 0) {
        try {
            value_ = enter(*this, body, argument);
        } catch (const std::exception& error) {
            story_ = std::string("an exception that nobody caught: ") + error.what();
            end_ = End::Threw;
        } catch (...) {
            story_ = "an exception that nobody caught";
            end_ = End::Threw;
        }
        active_ = nullptr;
        return end_;
    }
    active_ = nullptr;
    if (signal_ != 0) unblock(signal_);
    if (end_ == End::Crashed) {
        char text[160], place[48] = "";
        if (fault_address_ != kNoAddress)
            std::snprintf(place, sizeof place, " at address 0x%" PRIxPTR, fault_address_);
        const bool on_stack = fault_address_ < reinterpret_cast<std::uintptr_t>(top_) &&
                              reinterpret_cast<std::uintptr_t>(top_) - fault_address_ < 2 * stack_bytes_;
        const bool overflow = signal_ == SIGSEGV && on_stack;
        std::snprintf(text, sizeof text, "signal %d (%s)%s%s", signal_, strsignal(signal_), place,
                      overflow ? ", which is the end of its stack" : "");
        story_ = text;
    }
    signal_ = 0;
    return end_;
}

// The frames that are left take AddressSanitizer's marks on their stack with them.
void DriverFrame::forget_poison() const {
    constexpr std::size_t kAbove = 4096;  // of the stack, used before run()
    if (__asan_unpoison_memory_region == nullptr || stack_bytes_ <= kAbove) return;
    __asan_unpoison_memory_region(top_ - (stack_bytes_ - kAbove), stack_bytes_ - kAbove);
}

void DriverFrame::jump(End end) {
    active_ = nullptr;
    end_ = end;
    forget_poison();
    siglongjmp(home_, 1);
}

void DriverFrame::leave() {
    if (why_ != nullptr) jump(End::Left);
    interrupted_at_ = 0;
    frame_count_ = backtrace(frames_, kDepth);
    jump(End::Late);
}

// Not inlined: its address marks where the foreign code's frames end.
[[gnu::noinline]] int DriverFrame::enter(DriverFrame& frame, Body body, void* argument) {
    active_ = &frame;
    const int value = body(argument);
    active_ = nullptr;
    return value;
}

std::vector<std::string> DriverFrame::stack() const {
    constexpr std::uintptr_t kEnterBytes = 128;  // more than enter() has
    const auto home = reinterpret_cast<std::uintptr_t>(&DriverFrame::enter);
    const auto at = [this](int i) { return reinterpret_cast<std::uintptr_t>(frames_[i]); };
    int first = 0;
    for (int i = 0; i < frame_count_ && interrupted_at_ != 0; ++i)
        if (at(i) == interrupted_at_) first = i;
    std::vector<std::string> lines;
    for (int i = first; i < frame_count_; ++i) {
        if (at(i) > home && at(i) - home < kEnterBytes) break;
        // A return address is behind its call.
        const std::uintptr_t place = i == first && interrupted_at_ != 0 ? at(i) : at(i) - 1;
        lines.push_back("#" + std::to_string(lines.size()) + " " +
                        name_of(reinterpret_cast<const void*>(place)));
    }
    return lines;
}

void DriverFrame::note_signal(int number, const void* context) {
    signal_ = number;
    interrupted_at_ = program_counter(context);
    frame_count_ = backtrace(frames_, kDepth);
}

// Runs in the very frame that crashed. backtrace() was called before, so it allocates nothing here.
void DriverFrame::on_fatal(int number, siginfo_t* info, void* context) {
    DriverFrame* const frame = active_;
    if (frame != nullptr && pthread_equal(pthread_self(), SignalWatch::owner_) != 0) {
        // Only faults have an address; a signal that was sent has a sender there.
        const bool fault = info->si_code > 0 && number != SIGABRT && number != SIGTRAP;
        frame->fault_address_ = fault ? reinterpret_cast<std::uintptr_t>(info->si_addr) : kNoAddress;
        frame->note_signal(number, context);
        frame->jump(End::Crashed);
    }
    for (std::size_t i = 0; i < std::size(SignalWatch::kFatal); ++i)
        if (SignalWatch::kFatal[i] == number) sigaction(number, &SignalWatch::before_[i], nullptr);
    // A fault happens again when this returns; what was sent must be sent again.
    if (info->si_code <= 0) raise(number);
}

void DriverFrame::on_deadline(int number, siginfo_t*, void* context) {
    if (SignalWatch::giving_up_ != 0) {
        constexpr char kWords[] = "ans2emu: the wall deadline has passed; the stack of whoever is at work:\n";
        [[maybe_unused]] const ssize_t ignored = write(STDERR_FILENO, kWords, sizeof kWords - 1);
        void* frames[kDepth];
        backtrace_symbols_fd(frames, backtrace(frames, kDepth), STDERR_FILENO);
        _exit(SignalWatch::kGaveUpExit);
    }
    late_ = 1;
    DriverFrame* const frame = active_;
    if (frame == nullptr) return;
    frame->note_signal(number, context);
    frame->jump(End::Late);
}

SignalWatch::SignalWatch() : stack_(new char[kSignalStack]) {
    void* warm[1];
    backtrace(warm, 1);
    owner_ = pthread_self();
    giving_up_ = 0;
    DriverFrame::late_ = 0;
    // A stack of its own: what crashed may be the stack.
    stack_t own{};
    own.ss_sp = stack_.get();
    own.ss_size = kSignalStack;
    sigaltstack(&own, &stack_before_);
    struct sigaction action {};
    action.sa_sigaction = DriverFrame::on_fatal;
    action.sa_flags = SA_ONSTACK | SA_SIGINFO;
    for (std::size_t i = 0; i < std::size(kFatal); ++i)
        sigaction(kFatal[i], &action, &before_[i]);
    struct sigaction deadline {};
    deadline.sa_sigaction = DriverFrame::on_deadline;
    deadline.sa_flags = SA_ONSTACK | SA_RESTART | SA_SIGINFO;
    sigaction(deadline_signal(), &deadline, &deadline_before_);
    unblock(deadline_signal());
}

SignalWatch::~SignalWatch() {
    for (std::size_t i = 0; i < std::size(kFatal); ++i)
        sigaction(kFatal[i], &before_[i], nullptr);
    sigaction(deadline_signal(), &deadline_before_, nullptr);
    if ((stack_before_.ss_flags & SS_DISABLE) != 0) stack_before_.ss_size = MINSIGSTKSZ;
    sigaltstack(&stack_before_, nullptr);
}

void SignalWatch::call_deadline() {
    pthread_kill(owner_, deadline_signal());
}

void SignalWatch::give_up() {
    giving_up_ = 1;
    pthread_kill(owner_, deadline_signal());
}

}  // namespace ans::capi
