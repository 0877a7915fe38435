// SPDX-License-Identifier: MIT
// The worker's own process. Frames on its pipe are lines: S story, R result, U the user's mistake, X ours.
#include <execinfo.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "testbench/cli/worker.h"
#include "testbench/scenario/files/problem.h"

namespace ans::cli {

namespace {

constexpr std::size_t kEventsAround = 20;

void send(int fd, char type, const std::string& body) {
    const std::string frame = type + body + "\n";
    std::size_t sent = 0;
    while (sent < frame.size()) {
        const ssize_t n = write(fd, frame.data() + sent, frame.size() - sent);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) _exit(3);  // the parent is gone
        sent += static_cast<std::size_t>(n);
    }
}

std::string text_frame(const char* text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// Where the run spins when its real time is up. Only calls that a signal handler may make (backtrace() has
// been called before, so it allocates nothing here).
void on_watchdog(int) {
    constexpr char kWords[] = "watchdog: the stack of whoever was at work:\n";
    [[maybe_unused]] const ssize_t ignored = write(STDERR_FILENO, kWords, sizeof kWords - 1);
    void* frames[48];
    backtrace_symbols_fd(frames, backtrace(frames, 48), STDERR_FILENO);
    _exit(kWatchdogExit);
}

void start_watchdog(double seconds) {
    void* warm[1];
    backtrace(warm, 1);
    // A stack of its own: the spinner may be a simulated thread, whose stack is small.
    static char stack[64 * 1024];
    stack_t alternative{};
    alternative.ss_sp = stack;
    alternative.ss_size = sizeof stack;
    sigaltstack(&alternative, nullptr);
    struct sigaction action {};
    action.sa_handler = on_watchdog;
    action.sa_flags = SA_ONSTACK;
    sigaction(SIGALRM, &action, nullptr);
    const double whole = std::floor(seconds);
    const itimerval timer{{0, 0},
                          {static_cast<time_t>(whole), static_cast<suseconds_t>((seconds - whole) * 1e6)}};
    setitimer(ITIMER_REAL, &timer, nullptr);
}

void become_child(int words) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGINT, SIG_IGN);  // a ^C reaches the whole group; the parent decides
    signal(SIGTERM, SIG_DFL);
    signal(SIGBUS, SIG_DFL);  // of an image that was truncated: the parent reads it from our status
    dup2(words, STDOUT_FILENO);
    dup2(words, STDERR_FILENO);
    setvbuf(stdout, nullptr, _IONBF, 0);  // last words must not be lost in a buffer
}

}  // namespace

void be_worker(std::size_t job, const scenario::Scenario& scenario, const WorkerOptions& options, int frames,
               int words) {
    become_child(words);
    // A foreign driver is ended at the limit by its own watchdog, which can tell what it was at.
    constexpr double kForeignGrace = 4;
    const bool foreign = scenario.driver.kind == scenario::DriverKind::Foreign;
    start_watchdog(scenario.limits.wall_s + (foreign ? kForeignGrace : 0));
    const auto started = std::chrono::steady_clock::now();
    StoryTeller teller(options.verbose, [frames](const StoryLine& line) { send(frames, 'S', encode(line)); });
    try {
        scenario::RunOptions run;
        run.observer = &teller;
        if (!options.traces.empty()) run.trace_file = options.traces[job];
        if (!options.waves.empty()) run.wave_file = options.waves[job];
        if (!options.around.empty()) {
            run.events_around = kEventsAround;
            run.around = options.around[job];
        }
        if (options.conduct) run.conduct = options.conduct(scenario);
        scenario::RunResult result = options.run(scenario, run);
        const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - started;
        result.path = scenario.path;
        result.name = scenario.title();
        result.run = scenario.run;
        result.wall_ms = wall.count();
        send(frames, 'R', to_json(result).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    } catch (const scenario::UserError& error) {
        send(frames, 'U', text_frame(error.what()));
    } catch (const std::exception& error) {
        send(frames, 'X', text_frame(error.what()));
    } catch (...) {
        send(frames, 'X', text_frame("an exception without a message"));
    }
    _exit(0);  // no destructors: SystemC's kernel ends with the process
}

}  // namespace ans::cli
