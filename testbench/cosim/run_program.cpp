// SPDX-License-Identifier: MIT
#include "testbench/cosim/run_program.h"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "testbench/cosim/fd.h"

namespace ans::cosim {

namespace {

// One read; false at the end.
bool read_some(const Fd& fd, std::string& to) {
    std::array<char, 4096> bytes;
    const ssize_t n = read(fd.get(), bytes.data(), bytes.size());
    if (n > 0) to.append(bytes.data(), static_cast<std::size_t>(n));
    return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

void read_all(Fd output, Fd errors, ProgramResult& result) {
    while (output || errors) {
        std::array<pollfd, 2> waits{{{output.get(), POLLIN, 0}, {errors.get(), POLLIN, 0}}};
        if (poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) return;
        if (waits[0].revents != 0 && !read_some(output, result.output)) output.reset();
        if (waits[1].revents != 0 && !read_some(errors, result.errors)) errors.reset();
    }
}

}  // namespace

ProgramResult run_program(const std::vector<std::string>& words, bool show_errors) {
    FdPair output = make_pipe(), errors = make_pipe();
    std::vector<char*> argv;
    for (const std::string& word : words)
        argv.push_back(const_cast<char*>(word.c_str()));  // exec only reads them
    argv.push_back(nullptr);
    const pid_t child = fork();
    if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (child == 0) {
        dup2(output.second.get(), STDOUT_FILENO);
        if (!show_errors) dup2(errors.second.get(), STDERR_FILENO);
        execvp(argv[0], argv.data());
        _exit(kNoProgram);
    }
    output.second.reset();
    errors.second.reset();
    ProgramResult result;
    read_all(std::move(output.first), std::move(errors.first), result);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return result;
}

}  // namespace ans::cosim
