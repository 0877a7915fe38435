// SPDX-License-Identifier: MIT
#include "testbench/cosim/user_kernel.h"

#include <fstream>
#include <set>
#include <sstream>
#include <vector>

#include "testbench/cosim/run_program.h"
#include "testbench/scenario/files/problem.h"

namespace ans::cosim {

using scenario::UserError;

namespace {

constexpr double kPatience = 10;  // real seconds for a kernel to say what it is
constexpr std::size_t kNamed = 8;

std::string answer(const std::string& kernel, const char* question) {
    const ProgramResult result = run_program({kernel, question}, false, kPatience);
    if (result.status == 0) return result.output;
    throw UserError(kernel + ": is no User Mode Linux kernel of this machine's: it does not answer " +
                    question);
}

std::string release_of(const std::string& kernel) {
    std::string release = answer(kernel, "--version");
    while (!release.empty() && (release.back() == '\n' || release.back() == ' '))
        release.pop_back();
    if (release.empty() || release.find_first_of(" \n") != std::string::npos)
        throw UserError(kernel + ": is no User Mode Linux kernel: --version names no release");
    return release;
}

std::set<std::string> options_in(std::istream& text) {
    std::set<std::string> options;
    for (std::string line; std::getline(text, line);)
        if (line.rfind("CONFIG_", 0) == 0) options.insert(line);
    return options;
}

}  // namespace

std::string release_of_user_kernel(const std::string& kernel, const std::string& needed) {
    std::string release = release_of(kernel);
    std::istringstream shown(answer(kernel, "--showconfig"));
    const std::set<std::string> has = options_in(shown);
    std::ifstream file(needed);
    std::vector<std::string> missing;
    for (const std::string& option : options_in(file))
        if (has.count(option) == 0) missing.push_back(option);
    if (missing.empty()) return release;
    std::string names;
    for (std::size_t i = 0; i < missing.size() && i < kNamed; ++i)
        names += (i == 0 ? "" : ", ") + missing[i];
    if (missing.size() > kNamed) names += " and " + std::to_string(missing.size() - kNamed) + " more";
    throw UserError(kernel + ": Linux " + release + " was built without what a guest needs: " + names +
                    "; all that it needs is in " + needed);
}

}  // namespace ans::cosim
