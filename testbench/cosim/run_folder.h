// SPDX-License-Identifier: MIT
// Where a run's files lie while it goes on.
#pragma once

#include <string>

namespace ans::cosim {

class RunFolder {
public:
    /// A new folder among the host's temporary ones, which goes with this object. Throws std::system_error.
    RunFolder();
    /// A folder of the user's, made if need be, which stays. Throws UserError.
    explicit RunFolder(const std::string& keep);
    RunFolder(const RunFolder&) = delete;
    RunFolder& operator=(const RunFolder&) = delete;
    ~RunFolder();

    const std::string& path() const { return path_; }

private:
    std::string path_;
    bool temporary_;
};

/// Removes the temporary folders of processes that were killed before they could.
void remove_stale_folders();

}  // namespace ans::cosim
