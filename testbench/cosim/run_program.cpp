// SPDX-License-Identifier: MIT
#include "testbench/cosim/run_program.h"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <system_error>

#include "testbench/cosim/fd.h"

namespace ans::cosim {

namespace {

constexpr int kTick = 100;  // ms

// One read; false at the end.
bool read_some(const Fd& fd, std::string& to) {
    std::array<char, 4096> bytes;
    const ssize_t n = read(fd.get(), bytes.data(), bytes.size());
    if (n > 0) to.append(bytes.data(), static_cast<std::size_t>(n));
    return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

// False: it took longer than it may.
bool read_all(Fd output, Fd errors, double patience_s, ProgramResult& result) {
    using Clock = std::chrono::steady_clock;
    const auto deadline = Clock::now() + std::chrono::duration<double>(patience_s);
    while (output || errors) {
        std::array<pollfd, 2> waits{{{output.get(), POLLIN, 0}, {errors.get(), POLLIN, 0}}};
        const int ready = poll(waits.data(), waits.size(), patience_s > 0 ? kTick : -1);
        if (ready < 0 && errno != EINTR) return true;
        if (patience_s > 0 && Clock::now() > deadline) return false;
        if (ready <= 0) continue;
        if (waits[0].revents != 0 && !read_some(output, result.output)) output.reset();
        if (waits[1].revents != 0 && !read_some(errors, result.errors)) errors.reset();
    }
    return true;
}

}  // namespace

ProgramResult run_program(const std::vector<std::string>& words, bool show_errors, double patience_s) {
    FdPair output = make_pipe(), errors = make_pipe();
    std::vector<char*> argv;
    for (const std::string& word : words)
        argv.push_back(const_cast<char*>(word.c_str()));  // exec only reads them
    argv.push_back(nullptr);
    const pid_t child = fork();
    if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (child == 0) {
        if (patience_s > 0) setpgid(0, 0);  // what it starts ends with it
        dup2(output.second.get(), STDOUT_FILENO);
        if (!show_errors) dup2(errors.second.get(), STDERR_FILENO);
        execvp(argv[0], argv.data());
        _exit(kNoProgram);
    }
    output.second.reset();
    errors.second.reset();
    ProgramResult result;
    if (!read_all(std::move(output.first), std::move(errors.first), patience_s, result))
        kill(-child, SIGKILL);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return result;
}

}  // namespace ans::cosim
