// SPDX-License-Identifier: MIT
// Interrupts, locks, signals and threads of a foreign driver.
#include "testbench/capi/world.h"

namespace ans::capi {

namespace {

constexpr unsigned kMostLine = 0xffff;

// How many are inside, whatever way they leave.
class Inside {
public:
    explicit Inside(unsigned& count) : count_(count) { ++count_; }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
    ~Inside() { --count_; }

private:
    unsigned& count_;
};

Answer no_such(const char* kind) {
    return {ANS2EMU_E_HANDLE, std::string("no such ") + kind + ", or it was destroyed"};
}

Answer bad_line(unsigned line) {
    return {ANS2EMU_E_ARGUMENT,
            "interrupt " + std::to_string(line) + ": line numbers end at " + std::to_string(kMostLine)};
}

Answer not_requested(unsigned line) {
    return {ANS2EMU_E_ARGUMENT, "interrupt " + std::to_string(line) + " was not requested"};
}

}  // namespace

// --- interrupts ------------------------------------------------------------------------------------------

port::IrqResult World::on_interrupt(Irq& irq) {
    if (irq.handler == nullptr) {
        host_.irq_mask(irq.line);
        irq.raised->notify();
        return port::IrqResult::Handled;
    }
    const auto body = [](void* argument) {
        const auto& self = *static_cast<const Irq*>(argument);
        return self.handler(self.machine, self.line, self.context);
    };
    return call(irq.cpu, body, &irq) == ANS2EMU_IRQ_NONE ? port::IrqResult::None : port::IrqResult::Handled;
}

World::Irq* World::find_irq(unsigned line) {
    const auto found = irqs_.find(line);
    return found == irqs_.end() ? nullptr : found->second.get();
}

World::Irq& World::add_irq(unsigned line, ans2emu_irq_handler* handler, void* context) {
    std::unique_ptr<Irq> irq(
        new Irq{line, handler, context, machine_, DriverCpu("interrupt " + std::to_string(line), true)});
    irq->raised = host_.make_signal("irq");
    Irq& known = *irq;
    irqs_[line] = std::move(irq);
    host_.irq_request(line, [this, &known] { return on_interrupt(known); });
    return known;
}

Answer World::irq_request(unsigned line, ans2emu_irq_handler* handler, void* context) {
    if (line > kMostLine) return bad_line(line);
    if (find_irq(line) != nullptr)
        return {ANS2EMU_E_BUSY, "interrupt " + std::to_string(line) + " has a handler or somebody waiting"};
    add_irq(line, handler, context);
    return {};
}

Answer World::irq_free(unsigned line) {
    Irq* const irq = find_irq(line);
    if (irq == nullptr) return not_requested(line);
    if (irq->waiting)
        return {ANS2EMU_E_BUSY, "interrupt " + std::to_string(line) + ": a thread waits for it"};
    irq->waiting = true;  // nobody else may free it while its handler comes to an end
    host_.irq_free(line);
    irqs_.erase(line);
    return {};
}

Answer World::irq_mask(unsigned line, bool masked) {
    const Irq* const irq = find_irq(line);
    if (irq == nullptr || irq->handler == nullptr) return not_requested(line);
    if (masked)
        host_.irq_mask(line);
    else
        host_.irq_unmask(line);
    return {};
}

// As a kernel gives interrupts to user space: one wait, one delivery, masked in between.
Answer World::irq_wait(unsigned line, std::uint64_t timeout_ns) {
    if (line > kMostLine) return bad_line(line);
    Irq* irq = find_irq(line);
    if (irq != nullptr && (irq->handler != nullptr || irq->waiting))
        return {ANS2EMU_E_BUSY, "interrupt " + std::to_string(line) + " has a handler or somebody waiting"};
    if (irq == nullptr)
        irq = &add_irq(line, nullptr, nullptr);
    else
        host_.irq_unmask(line);
    irq->waiting = true;
    const bool raised = irq->raised->wait(timeout_ns);
    irq->waiting = false;
    if (raised) return {};
    host_.irq_mask(line);
    irq->raised = host_.make_signal("irq");  // one that came just too late is no answer to the next wait
    return {ANS2EMU_E_TIMEOUT,
            "interrupt " + std::to_string(line) + " stayed low for " + std::to_string(timeout_ns) + " ns"};
}

Answer World::irq_level(unsigned line, int& level) {
    if (line > kMostLine) return bad_line(line);
    host_.now();  // a look costs time, so that who only looks comes to an end
    host_.observe_memory();
    level = rig_.soc().interrupts().level(line) ? 1 : 0;
    return {};
}

// --- locks -----------------------------------------------------------------------------------------------

Answer World::lock_create(const char* name, ans2emu_lock*& handle) {
    const std::uintptr_t number = locks_.add(std::make_unique<Lock>(Lock{name, host_.make_lock(name)}));
    if (number == 0) return {ANS2EMU_E_MEMORY, "lock_create: too many locks"};
    handle = reinterpret_cast<ans2emu_lock*>(number);
    return {};
}

Answer World::lock_destroy(const ans2emu_lock* handle) {
    const Lock* const lock = locks_.find(handle);
    if (lock == nullptr) return no_such("lock");
    if (lock->holder != nullptr || lock->users != 0)
        return {ANS2EMU_E_BUSY, "lock " + lock->name + " is held or waited for"};
    locks_.remove(handle);
    return {};
}

Answer World::lock_take(DriverCpu& cpu, const ans2emu_lock* handle) {
    Lock* const lock = locks_.find(handle);
    if (lock == nullptr) return no_such("lock");
    if (lock->holder == &cpu)
        return {ANS2EMU_E_BUSY,
                "lock " + lock->name + " is held by this very thread: it would spin for ever"};
    {
        const Inside inside(lock->users);
        lock->lock->lock();
    }
    lock->holder = &cpu;
    ++cpu.locks_held;
    return {};
}

Answer World::lock_release(DriverCpu& cpu, const ans2emu_lock* handle) {
    Lock* const lock = locks_.find(handle);
    if (lock == nullptr) return no_such("lock");
    if (lock->holder != &cpu)
        return {ANS2EMU_E_CONTEXT, "lock " + lock->name + " is not held by this thread"};
    lock->holder = nullptr;
    --cpu.locks_held;
    lock->lock->unlock();
    return {};
}

// --- signals ---------------------------------------------------------------------------------------------

Answer World::signal_create(const char* name, ans2emu_signal*& handle) {
    const std::uintptr_t number =
        signals_.add(std::make_unique<Signal>(Signal{name, host_.make_signal(name)}));
    if (number == 0) return {ANS2EMU_E_MEMORY, "signal_create: too many signals"};
    handle = reinterpret_cast<ans2emu_signal*>(number);
    return {};
}

Answer World::signal_destroy(const ans2emu_signal* handle) {
    const Signal* const signal = signals_.find(handle);
    if (signal == nullptr) return no_such("signal");
    if (signal->users != 0) return {ANS2EMU_E_BUSY, "signal " + signal->name + " is waited for"};
    signals_.remove(handle);
    return {};
}

Answer World::signal_notify(const ans2emu_signal* handle) {
    const Signal* const signal = signals_.find(handle);
    if (signal == nullptr) return no_such("signal");
    signal->signal->notify();
    return {};
}

Answer World::signal_wait(const ans2emu_signal* handle, std::uint64_t timeout_ns) {
    Signal* const signal = signals_.find(handle);
    if (signal == nullptr) return no_such("signal");
    const Inside inside(signal->users);
    if (signal->signal->wait(timeout_ns)) return {};
    return {ANS2EMU_E_TIMEOUT, "nobody notified signal " + signal->name};
}

// --- threads ---------------------------------------------------------------------------------------------

Answer World::thread_start(const char* name, ans2emu_entry* entry, void* context, ans2emu_thread*& handle) {
    std::unique_ptr<Thread> owned(new Thread{DriverCpu(name), entry, context, machine_});
    Thread& thread = *owned;
    const std::uintptr_t number = threads_.add(std::move(owned));
    if (number == 0) return {ANS2EMU_E_MEMORY, "thread_start: too many threads"};
    thread.thread = host_.spawn(name, [this, &thread] {
        const auto body = [](void* argument) {
            const auto& self = *static_cast<const Thread*>(argument);
            return self.entry(self.machine, self.context);
        };
        call(thread.cpu, body, &thread);
    });
    handle = reinterpret_cast<ans2emu_thread*>(number);
    return {};
}

Answer World::thread_join(DriverCpu& cpu, const ans2emu_thread* handle, int& returned) {
    Thread* const thread = threads_.find(handle);
    if (thread == nullptr) return no_such("thread");
    if (&thread->cpu == &cpu) return {ANS2EMU_E_ARGUMENT, "a thread cannot wait for its own end"};
    if (thread->joined) return {ANS2EMU_E_BUSY, "another thread waits for " + thread->cpu.name + " already"};
    thread->joined = true;
    thread->thread->join();
    returned = thread->cpu.value();
    threads_.remove(handle);
    return {};
}

}  // namespace ans::capi
