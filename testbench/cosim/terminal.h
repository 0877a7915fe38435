// SPDX-License-Identifier: MIT
// The user's terminal, handed to a guest's shell.
#pragma once

#include <termios.h>

#include <string_view>

#include "testbench/cosim/fd.h"

namespace ans::cosim {

class Terminal {
public:
    /// Throws UserError where this process has no terminal.
    Terminal();
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;
    ~Terminal();

    /// For the guest: where its console is.
    int guest_end() const { return guest_end_.get(); }
    /// Where what it prints comes from.
    Fd take_output();

    /// From now on every key goes to the guest.
    void open();
    bool is_open() const { return open_; }
    int keys() const { return user_.get(); }
    /// Passes on what the user typed. False: the user wants to leave (Ctrl-]), or hung up.
    bool pass_keys();
    void print(std::string_view text) const;

private:
    Fd user_;
    Fd keyboard_;  ///< what is written here the guest reads
    Fd guest_end_;
    termios before_{};
    bool open_ = false;
};

/// Puts a terminal back as it was, whatever became of the processes that used it.
class TerminalGuard {
public:
    TerminalGuard();
    TerminalGuard(const TerminalGuard&) = delete;
    TerminalGuard& operator=(const TerminalGuard&) = delete;
    ~TerminalGuard();

private:
    termios before_{};
    bool is_terminal_;
};

}  // namespace ans::cosim
