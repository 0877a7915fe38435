// SPDX-License-Identifier: MIT
#include "testbench/cli/catalog.h"

#include <algorithm>
#include <filesystem>

#include "testbench/scenario/files/load.h"

namespace ans::cli {

namespace fs = std::filesystem;

namespace {

constexpr const char* kSchemaFile = "scenario.schema.json";

void collect_folder(const fs::path& folder, std::vector<std::string>& files,
                    std::vector<std::string>& problems) {
    std::vector<std::string> found;
    std::error_code error;
    fs::recursive_directory_iterator entry(folder, error), end;
    for (; !error && entry != end; entry.increment(error)) {
        const fs::path& path = entry->path();
        std::error_code ignored;
        if (path.extension() == ".json" && path.filename() != kSchemaFile &&
            !scenario::is_script_library(path.string()) && entry->is_regular_file(ignored))
            found.push_back(path.string());
    }
    if (error)
        problems.push_back(folder.string() + ": cannot be read: " + error.message());
    else if (found.empty())
        problems.push_back(folder.string() + ": no scenario (*.json) in this folder");
    std::sort(found.begin(), found.end());
    files.insert(files.end(), found.begin(), found.end());
}

}  // namespace

std::vector<std::string> scenario_files(const std::vector<std::string>& paths,
                                        std::vector<std::string>& problems) {
    std::vector<std::string> files;
    for (const std::string& path : paths) {
        std::error_code error;
        if (fs::is_directory(path, error))
            collect_folder(path, files, problems);
        else
            files.push_back(path);  // loading tells what is wrong with it
    }
    return files;
}

Catalog load_catalog(const std::vector<std::string>& paths, const std::vector<std::string>& overrides) {
    Catalog catalog;
    const std::vector<std::string> files = scenario_files(paths, catalog.problems);
    catalog.bad_files = catalog.problems.size();
    for (const std::string& file : files) {
        if (scenario::is_script_library(file)) {
            catalog.problems.push_back(file + ": is a library of scripts, not a scenario");
            ++catalog.bad_files;
            continue;
        }
        scenario::Loaded loaded = scenario::load_scenario(file, overrides);
        if (loaded.scenarios.empty()) ++catalog.bad_files;
        for (scenario::Scenario& s : loaded.scenarios)
            catalog.scenarios.push_back(std::move(s));
        catalog.problems.insert(catalog.problems.end(), loaded.problems.begin(), loaded.problems.end());
    }
    return catalog;
}

std::string default_folder() {
    constexpr const char* kFolder = "scenarios";
    constexpr const char* kPlaces[] = {kFolder, "share/ans2emu/scenarios"};  // of a source tree, installed
    std::error_code error;
    if (fs::is_directory(kFolder, error)) return kFolder;
    fs::path at = fs::read_symlink("/proc/self/exe", error).parent_path();
    for (int up = 0; up < 4 && !at.empty(); ++up, at = at.parent_path())
        for (const char* const place : kPlaces)
            if (fs::is_regular_file(at / place / kSchemaFile, error)) {
                const fs::path here = fs::current_path(error);
                return error ? (at / place).string() : (at / place).lexically_proximate(here).string();
            }
    return {};
}

}  // namespace ans::cli
