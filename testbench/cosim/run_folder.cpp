// SPDX-License-Identifier: MIT
#include "testbench/cosim/run_folder.h"

#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <system_error>

#include "testbench/scenario/files/problem.h"

namespace ans::cosim {

namespace fs = std::filesystem;

namespace {
constexpr std::string_view kPrefix = "ans2emu-guest-";  // and the process, and six letters
}

RunFolder::RunFolder() : temporary_(true) {
    std::string name = (fs::temp_directory_path() / kPrefix).string() + std::to_string(getpid()) + "-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), name);
    path_ = name;
}

RunFolder::RunFolder(const std::string& keep) : path_(keep), temporary_(false) {
    std::error_code error;
    fs::remove_all(keep, error);
    fs::create_directories(keep, error);
    if (error) throw scenario::UserError(keep + ": cannot be made: " + error.message());
    path_ = fs::absolute(keep).string();
}

RunFolder::~RunFolder() {
    std::error_code ignored;
    if (temporary_) fs::remove_all(path_, ignored);
}

void remove_stale_folders() {
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(fs::temp_directory_path(error), error)) {
        const std::string name = entry.path().filename().string();
        if (name.compare(0, kPrefix.size(), kPrefix) != 0) continue;
        pid_t owner = 0;
        std::from_chars(name.data() + kPrefix.size(), name.data() + name.size(), owner);
        if (owner > 0 && kill(owner, 0) != 0 && errno == ESRCH) fs::remove_all(entry.path(), error);
    }
}

}  // namespace ans::cosim
