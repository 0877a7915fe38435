// SPDX-License-Identifier: MIT
// What the guest prints, line by line. Bytes are taken as they come, lines are told only when asked for: the
// moments at which they are told do not depend on the host's speed.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "testbench/cosim/fd.h"

namespace ans::cosim {

class Console {
public:
    using Line = std::function<void(std::string_view)>;

    /// `end`: where we read. `record`: a file that gets every byte; "": none.
    Console(Fd end, const std::string& record);

    int fd() const { return end_.get(); }
    /// Reads what is there. False: nobody will write any more.
    bool take();
    /// Tells every whole line since the last time.
    void tell(const Line& line);
    /// What was taken and not told, all of it, lines or not.
    std::string take_raw() { return std::exchange(waiting_, {}); }

private:
    static constexpr std::size_t kLongestLine = 4096;
    static constexpr std::size_t kMostWaiting = 64u << 20;  ///< a guest that floods its console: the rest is lost

    Fd end_;
    Fd record_;
    std::string waiting_;
};

}  // namespace ans::cosim
