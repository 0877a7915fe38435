// SPDX-License-Identifier: MIT
#include "testbench/cli/workers.h"

#include <poll.h>

#include <cerrno>
#include <csignal>
#include <map>
#include <memory>

#include "testbench/cli/worker.h"

namespace ans::cli {

using scenario::RunResult;
using scenario::Scenario;

namespace {

volatile std::sig_atomic_t stop_signal = 0;

void on_stop(int number) {
    stop_signal = number;
}

// Turns SIGINT and SIGTERM into a flag for as long as workers are at work.
class StopGuard {
public:
    StopGuard() {
        stop_signal = 0;
        struct sigaction action {};
        action.sa_handler = on_stop;  // no SA_RESTART: poll() must return
        sigaction(SIGINT, &action, &old_int_);
        sigaction(SIGTERM, &action, &old_term_);
    }
    ~StopGuard() {
        sigaction(SIGINT, &old_int_, nullptr);
        sigaction(SIGTERM, &old_term_, nullptr);
    }
    StopGuard(const StopGuard&) = delete;
    StopGuard& operator=(const StopGuard&) = delete;

private:
    struct sigaction old_int_ {};
    struct sigaction old_term_ {};
};

class Pool {
public:
    Pool(const std::vector<Scenario>& scenarios, const WorkerOptions& options, WorkerListener& listener)
        : scenarios_(scenarios), options_(options), listener_(listener), results_(scenarios.size()) {}

    std::vector<RunResult> run() {
        while (next_ < scenarios_.size() || !at_work_.empty()) {
            if (stop_signal != 0) break;
            while (next_ < scenarios_.size() && at_work_.size() < options_.parallel)
                start();
            wait_for_news();
            collect();
            report_progress();
        }
        at_work_.clear();  // kills what still runs
        return std::move(results_);
    }

private:
    void start() {
        at_work_[next_] = std::make_unique<Worker>(next_, scenarios_[next_], options_);
        ++next_;
    }

    void wait_for_news() {
        constexpr int kTick = 200;  // ms
        std::vector<pollfd> fds;
        for (const auto& [job, worker] : at_work_)
            for (const int fd : {worker->frames_fd(), worker->words_fd()})
                if (fd >= 0) fds.push_back({fd, POLLIN, 0});
        poll(fds.data(), fds.size(), kTick);
    }

    void collect() {
        for (auto place = at_work_.begin(); place != at_work_.end();) {
            Worker& worker = *place->second;
            const std::size_t job = place->first;
            worker.read([&](const StoryLine& line) { listener_.told(job, line); });
            worker.enforce_limit();
            if (!worker.done()) {
                ++place;
                continue;
            }
            results_[job] = worker.result();
            place = at_work_.erase(place);
            listener_.finished(job, results_[job]);
        }
    }

    void report_progress() {
        std::vector<WorkerListener::Running> running;
        for (const auto& [job, worker] : at_work_)
            running.push_back({job, worker->seconds(), worker->sim_time()});
        listener_.waiting(running);
    }

    const std::vector<Scenario>& scenarios_;
    const WorkerOptions& options_;
    WorkerListener& listener_;
    std::vector<RunResult> results_;
    std::map<std::size_t, std::unique_ptr<Worker>> at_work_;
    std::size_t next_ = 0;
};

}  // namespace

std::vector<RunResult> run_workers(const std::vector<Scenario>& scenarios, const WorkerOptions& options,
                                   WorkerListener& listener) {
    std::vector<RunResult> results;
    {
        const StopGuard guard;
        results = Pool(scenarios, options, listener).run();
    }
    if (stop_signal != 0) {
        signal(stop_signal, SIG_DFL);
        raise(stop_signal);
    }
    return results;
}

}  // namespace ans::cli
