// SPDX-License-Identifier: MIT
#include "testbench/cli/worker.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <system_error>

namespace ans::cli {

using scenario::RunResult;
using scenario::Scenario;
using scenario::Verdict;

namespace {

constexpr std::size_t kWordsKept = 4096;             // bytes
constexpr std::size_t kLinesKept = 6;                // of the story, for an obituary
constexpr std::size_t kLongestFrame = 256ull << 20;  // bytes; a result with a full log has some 20 MiB
constexpr double kGrace = 5;                         // s that the child's own watchdog may be late

struct Pipe {
    int ends[2];
    Pipe() {
        if (pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
    }
};

void close_once(int& fd) {
    if (fd >= 0) close(fd);
    fd = -1;
}

// One read; false at the end of the pipe.
bool read_some(int fd, std::string& out) {
    char buffer[65536];
    for (;;) {
        const ssize_t n = ::read(fd, buffer, sizeof buffer);
        if (n > 0) out.append(buffer, static_cast<std::size_t>(n));
        if (n < 0 && errno == EINTR) continue;
        return n > 0 || (n < 0 && errno == EAGAIN);
    }
}

}  // namespace

Worker::Worker(std::size_t job, const Scenario& scenario, const WorkerOptions& options)
    : job_(job), scenario_(scenario) {
    Pipe frames, words;
    std::cout.flush();
    std::cerr.flush();
    std::fflush(nullptr);  // the child must not print again what waits in a buffer here
    child_ = fork();
    if (child_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (child_ == 0) {
        close(frames.ends[0]);
        close(words.ends[0]);
        be_worker(job, scenario, options, frames.ends[1], words.ends[1]);
    }
    close(frames.ends[1]);
    close(words.ends[1]);
    frames_ = frames.ends[0];
    words_ = words.ends[0];
    fcntl(frames_, F_SETFL, O_NONBLOCK);
    fcntl(words_, F_SETFL, O_NONBLOCK);
    result_.path = scenario.path;
    result_.name = scenario.title();
    result_.run = scenario.run;
}

Worker::~Worker() {
    close_once(frames_);
    close_once(words_);
    if (child_ > 0) {
        kill();
        waitpid(child_, nullptr, 0);
    }
}

double Worker::seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
}

void Worker::kill() {
    if (child_ > 0) ::kill(child_, SIGKILL);
}

void Worker::enforce_limit() {
    if (seconds() > scenario_.limits.wall_s + kGrace) kill();
}

void Worker::read(const std::function<void(const StoryLine&)>& told) {
    if (frames_ >= 0) {
        const bool more = read_some(frames_, incoming_);
        take_frames(told);
        if (!more) close_once(frames_);
    }
    if (words_ >= 0) {
        if (!read_some(words_, spoken_)) close_once(words_);
        if (spoken_.size() > kWordsKept) spoken_.erase(0, spoken_.size() - kWordsKept);
    }
}

void Worker::take_frames(const std::function<void(const StoryLine&)>& told) {
    std::size_t start = 0;
    for (std::size_t end; (end = incoming_.find('\n', start)) != std::string::npos; start = end + 1)
        take_frame(incoming_.substr(start, end - start), told);
    incoming_.erase(0, start);
    if (incoming_.size() > kLongestFrame) kill();
}

void Worker::take_frame(const std::string& frame, const std::function<void(const StoryLine&)>& told) {
    if (frame.empty()) return;
    const std::string body = frame.substr(1);
    try {
        switch (frame[0]) {
            case 'S': {
                const StoryLine line = decode_story(body);
                sim_time_ = line.at;
                recent_.push_back(line);
                if (recent_.size() > kLinesKept) recent_.pop_front();
                return told(line);
            }
            case 'R':
                result_ = scenario::result_from_json(nlohmann::json::parse(body));
                break;
            case 'U':
                result_.verdict = Verdict::BadInput;
                result_.failures = {nlohmann::json::parse(body).get<std::string>()};
                break;
            default:
                result_.verdict = Verdict::Broken;
                result_.failures = {"the emulator failed: " + nlohmann::json::parse(body).get<std::string>()};
        }
        has_result_ = true;
    } catch (const nlohmann::json::exception& error) {
        result_.verdict = Verdict::Broken;
        result_.failures = {std::string("the worker's report cannot be read: ") + error.what()};
        has_result_ = true;
    }
}

std::vector<std::string> Worker::last_words() const {
    std::vector<std::string> out;
    for (const StoryLine& line : recent_)
        if (!line.text.empty()) out.push_back("last events: " + ms_text(line.at) + " " + line.text);
    std::size_t start = 0;
    while (start < spoken_.size()) {
        const std::size_t end = std::min(spoken_.find('\n', start), spoken_.size());
        if (end > start) out.push_back("last words: " + printable(spoken_.substr(start, end - start)));
        start = end + 1;
    }
    return out;
}

// The worker is gone and left no result.
RunResult Worker::obituary(int status) const {
    RunResult out = result_;
    out.verdict = Verdict::Broken;
    out.facts.sim_time = sim_time_;
    const std::string late = "no end within " + wall_text(scenario_.limits.wall_s * 1000) +
                             " of real time (limits.wall_s); simulated time had come to " +
                             ms_text(sim_time_);
    if (WIFEXITED(status) && WEXITSTATUS(status) == kWatchdogExit) {
        out.failures = {late};
    } else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS && !scenario_.media.image.empty()) {
        out.verdict = Verdict::BadInput;
        out.failures = {"image " + scenario_.media.image +
                        " was truncated, or its disk failed, while it was in use"};
        return out;
    } else if (WIFSIGNALED(status)) {
        const bool ours = WTERMSIG(status) == SIGKILL && seconds() > scenario_.limits.wall_s;
        out.failures = {ours ? late
                             : "the worker died of signal " + std::to_string(WTERMSIG(status)) + " (" +
                                   strsignal(WTERMSIG(status)) + ")"};
    } else {
        out.failures = {"the worker ended with code " + std::to_string(WEXITSTATUS(status)) +
                        " and without a result"};
    }
    for (std::string& line : last_words())
        out.failures.push_back(std::move(line));
    return out;
}

RunResult Worker::result() {
    int status = 0;
    while (waitpid(child_, &status, 0) < 0 && errno == EINTR) {
    }
    child_ = -1;
    const double wall_ms = seconds() * 1000;
    RunResult out = has_result_ ? result_ : obituary(status);
    if (out.verdict == Verdict::Broken && has_result_)
        for (std::string& line : last_words())
            out.failures.push_back(std::move(line));
    if (out.wall_ms == 0) out.wall_ms = wall_ms;
    return out;
}

}  // namespace ans::cli
