// SPDX-License-Identifier: MIT
#include "testbench/cosim/terminal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

#include "testbench/scenario/files/problem.h"

namespace ans::cosim {

namespace {

constexpr char kLeave = 0x1d;  ///< Ctrl-], as telnet has it

// A background process that changes the terminal would be stopped otherwise.
void set_terminal(int fd, const termios& how) {
    const auto before = signal(SIGTTOU, SIG_IGN);
    tcsetattr(fd, TCSADRAIN, &how);
    signal(SIGTTOU, before);
}

void write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t n = write(fd, text.data(), text.size());
        if (n < 0 && errno != EINTR && errno != EAGAIN) return;
        if (n > 0) text.remove_prefix(static_cast<std::size_t>(n));
    }
}

}  // namespace

Terminal::Terminal() : user_(::open("/dev/tty", O_RDWR | O_CLOEXEC)) {
    if (!user_ || tcgetattr(user_.get(), &before_) != 0)
        throw scenario::UserError("--shell needs a terminal, and there is none");
    keyboard_ = Fd(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!keyboard_ || grantpt(keyboard_.get()) != 0 || unlockpt(keyboard_.get()) != 0)
        throw std::system_error(errno, std::generic_category(), "pseudo terminal");
    guest_end_ = Fd(::open(ptsname(keyboard_.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!guest_end_) throw std::system_error(errno, std::generic_category(), "pseudo terminal");
    termios raw{};
    tcgetattr(guest_end_.get(), &raw);
    cfmakeraw(&raw);
    tcsetattr(guest_end_.get(), TCSANOW, &raw);
}

Terminal::~Terminal() {
    if (open_) set_terminal(user_.get(), before_);
}

Fd Terminal::take_output() {
    const int output = fcntl(keyboard_.get(), F_DUPFD_CLOEXEC, 0);
    fcntl(output, F_SETFL, O_NONBLOCK);
    return Fd(output);
}

void Terminal::open() {
    termios raw = before_;
    cfmakeraw(&raw);
    raw.c_oflag |= OPOST | ONLCR;  // others print here too
    set_terminal(user_.get(), raw);
    open_ = true;
    print("A shell in the guest; exit powers it off, Ctrl-] ends the run.\r\n");
}

bool Terminal::pass_keys() {
    std::array<char, 256> keys;
    const ssize_t n = read(user_.get(), keys.data(), keys.size());
    if (n <= 0) return n < 0 && (errno == EINTR || errno == EAGAIN);
    const std::string_view typed(keys.data(), static_cast<std::size_t>(n));
    write_all(keyboard_.get(), typed);
    return typed.find(kLeave) == std::string_view::npos;
}

void Terminal::print(std::string_view text) const {
    write_all(user_.get(), text);
}

TerminalGuard::TerminalGuard() : is_terminal_(tcgetattr(STDIN_FILENO, &before_) == 0) {}

TerminalGuard::~TerminalGuard() {
    if (is_terminal_) set_terminal(STDIN_FILENO, before_);
}

}  // namespace ans::cosim
