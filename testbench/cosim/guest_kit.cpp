// SPDX-License-Identifier: MIT
#include "testbench/cosim/guest_kit.h"

#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "testbench/cosim/run_program.h"
#include "testbench/cosim/user_kernel.h"
#include "testbench/scenario/files/problem.h"

namespace ans::cosim {

namespace fs = std::filesystem;
using scenario::UserError;

namespace {

constexpr const char* kScript = "scripts/linux.sh";

// The source tree that this program was built in, or the present folder.
std::string find_script() {
    std::error_code error;
    fs::path at = fs::read_symlink("/proc/self/exe", error).parent_path();
    for (int up = 0; up < 4 && !at.empty(); ++up, at = at.parent_path())
        if (fs::is_regular_file(at / kScript, error)) return (at / kScript).string();
    if (fs::is_regular_file(kScript, error)) return fs::absolute(kScript).string();
    throw UserError(std::string(kScript) +
                    " is not to be found: a guest needs the source tree of ans2emu, or run " +
                    "from inside it");
}

void check_file(const std::string& path, const char* what) {
    std::error_code error;
    if (!fs::is_regular_file(path, error)) throw UserError(path + ": " + what + " is no such file");
}

GuestKit read_kit(const std::string& text) {
    try {
        const nlohmann::json json = nlohmann::json::parse(text);
        return {json.at("release"), json.at("kernel"), json.at("initramfs"), json.at("preload"),
                json.at("options")};
    } catch (const nlohmann::json::exception& error) {
        throw std::runtime_error(std::string(kScript) + " --print: " + error.what());
    }
}

}  // namespace

GuestKit prepare_kit(scenario::GuestFlavour flavour, const GuestWishes& wishes) {
    if (!wishes.kernel.empty()) check_file(wishes.kernel, "the kernel");
    for (const std::string& module : wishes.modules)
        check_file(module, "the module");
    std::vector<std::string> words{find_script(), "--print", "--flavour",
                                   flavour == scenario::GuestFlavour::Kasan ? "kasan" : "plain"};
    if (!wishes.kernel_source.empty()) {
        words.emplace_back("--kernel-src");
        words.push_back(wishes.kernel_source);
    }
    const ProgramResult result = run_program(words, true);
    if (result.status != 0)
        throw UserError(std::string(kScript) + " could not make a guest (exit code " +
                        std::to_string(result.status) + "); its words above say why");
    GuestKit kit = read_kit(result.output);
    if (wishes.kernel.empty()) return kit;
    kit.kernel = fs::absolute(wishes.kernel).string();
    kit.release = release_of_user_kernel(kit.kernel, kit.options);
    return kit;
}

}  // namespace ans::cosim
