// SPDX-License-Identifier: MIT
#include "testbench/cosim/guest_process.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <system_error>
#include <thread>

namespace ans::cosim {

namespace {

constexpr int kHighest = 32;  ///< our copies of its descriptors lie above

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    for (std::string& text : texts)
        out.push_back(text.data());
    out.push_back(nullptr);
    return out;
}

// In the child. Nothing here allocates.
[[noreturn]] void become(const ProcessConfig& config, char** arguments, char** environment) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpgid(0, 0);
    signal(SIGINT, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    personality(ADDR_NO_RANDOMIZE);
    const int null = open("/dev/null", O_RDONLY);
    const int errors = open(config.errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    bool good = dup2(null, 0) >= 0 && dup2(errors, 2) >= 0 && chdir(config.folder.c_str()) == 0;
    std::array<int, 8> high{};
    std::size_t count = 0;
    for (const auto& [number, fd] : config.descriptors)
        good &= (high[count++] = fcntl(fd, F_DUPFD_CLOEXEC, kHighest)) >= 0;
    count = 0;
    for (const auto& [number, fd] : config.descriptors)
        good &= dup2(high[count++], number) >= 0;
    if (good) execve(config.program.c_str(), arguments, environment);
    dprintf(2, "%s: %s\n", config.program.c_str(), std::strerror(errno));
    _exit(127);
}

}  // namespace

GuestProcess::GuestProcess(const ProcessConfig& config) {
    std::vector<std::string> arguments = config.arguments, environment;
    arguments.insert(arguments.begin(), config.program);
    for (const auto& [name, value] : config.environment)
        environment.push_back(name + "=" + value);
    const std::vector<char*> argv = pointers(arguments), envp = pointers(environment);
    if (config.descriptors.size() > 8) throw std::invalid_argument("too many descriptors for a guest");
    pid_ = fork();
    if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (pid_ == 0) become(config, const_cast<char**>(argv.data()), const_cast<char**>(envp.data()));
}

void GuestProcess::reap(int status) {
    pid_ = -1;
    well_ = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    farewell_ = WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status)) + " (" +
                                          strsignal(WTERMSIG(status)) + ")"
                                    : "exit code " + std::to_string(WEXITSTATUS(status));
}

void GuestProcess::kill() {
    if (pid_ < 0) return;
    ::kill(-pid_, SIGKILL);  // its user processes too
    ::kill(pid_, SIGKILL);
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    reap(status);
}

std::string GuestProcess::farewell(double patience_s) {
    using Clock = std::chrono::steady_clock;
    const auto deadline = Clock::now() + std::chrono::duration<double>(patience_s);
    while (pid_ >= 0 && Clock::now() < deadline) {
        int status = 0;
        const pid_t group = pid_;
        if (waitpid(pid_, &status, WNOHANG) == group) {
            reap(status);
            ::kill(-group, SIGKILL);
        } else {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    }
    kill();
    return farewell_;
}

void stay_on_this_cpu() {
    const int here = sched_getcpu();
    if (here < 0) return;
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET(static_cast<std::size_t>(here), &only);
    sched_setaffinity(0, sizeof only, &only);  // a wish
}

}  // namespace ans::cosim
