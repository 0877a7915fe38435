// SPDX-License-Identifier: MIT
// The process of a guest kernel: started without randomness of the host's, ended whatever state it is in.
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "testbench/cosim/fd.h"

namespace ans::cosim {

struct ProcessConfig {
    std::string program;
    std::vector<std::string> arguments;                       ///< without the program's name
    std::vector<std::pair<std::string, std::string>> environment;  ///< all of it
    std::string folder;                                       ///< where it works
    std::string errors;                                       ///< file for its standard error
    /// Its descriptors by number: 1 and what lies above 2.
    std::vector<std::pair<int, int>> descriptors;
};

class GuestProcess {
public:
    /// Throws std::system_error.
    explicit GuestProcess(const ProcessConfig& config);
    GuestProcess(const GuestProcess&) = delete;
    GuestProcess& operator=(const GuestProcess&) = delete;
    ~GuestProcess() { kill(); }

    /// Ends it and all that it started. Does nothing where it has ended.
    void kill();
    /// Waits for its end, at most so many real seconds, then ends it. Says how it ended: "exit code 0",
    /// "signal 6 (Aborted)".
    std::string farewell(double patience_s);
    bool ended_well() const { return well_; }

private:
    void reap(int status);

    pid_t pid_ = -1;
    bool well_ = false;
    std::string farewell_;
};

/// Keeps this process, and those it starts, on the CPU where it runs now: a conversation of short messages
/// is several times faster there. source: linux-cosim.md 6
void stay_on_this_cpu();

}  // namespace ans::cosim
