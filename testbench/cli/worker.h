// SPDX-License-Identifier: MIT
// The two ends of a worker: what runs in the child, and how the parent reads what became of it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <deque>
#include <functional>
#include <string>

#include "testbench/cli/workers.h"

namespace ans::cli {

/// The parent's side of one worker.
class Worker {
public:
    /// Forks. Throws std::system_error where the host refuses.
    Worker(std::size_t job, const scenario::Scenario& scenario, const WorkerOptions& options);
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    std::size_t job() const { return job_; }
    int frames_fd() const { return frames_; }
    int words_fd() const { return words_; }
    double seconds() const;
    SimTime sim_time() const { return sim_time_; }

    /// Takes what has arrived; story lines go to `told`.
    void read(const std::function<void(const StoryLine&)>& told);
    /// Both pipes are at their end: the child is gone or going.
    bool done() const { return frames_ < 0 && words_ < 0; }
    /// Ends the child, if it is still there after its own watchdog should have ended it.
    void enforce_limit();
    void kill();
    /// Waits for the child and says what became of it.
    scenario::RunResult result();

private:
    void take_frames(const std::function<void(const StoryLine&)>& told);
    void take_frame(const std::string& frame, const std::function<void(const StoryLine&)>& told);
    std::vector<std::string> last_words() const;
    scenario::RunResult obituary(int status) const;

    const std::size_t job_;
    const scenario::Scenario& scenario_;
    const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
    pid_t child_ = -1;
    int frames_ = -1;  ///< story lines and the result, a line each
    int words_ = -1;   ///< the child's stdout and stderr
    std::string incoming_;
    std::string spoken_;  ///< the end of what the child printed
    std::deque<StoryLine> recent_;
    SimTime sim_time_ = 0;
    bool has_result_ = false;
    scenario::RunResult result_;
};

/// The child: runs the scenario, writes frames to `frames`, never returns.
[[noreturn]] void be_worker(std::size_t job, const scenario::Scenario& scenario, const WorkerOptions& options,
                            int frames, int words);

/// The child's exit code when its watchdog ended it.
inline constexpr int kWatchdogExit = 99;

}  // namespace ans::cli
