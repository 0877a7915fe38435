// SPDX-License-Identifier: MIT
#include "testbench/scenario/files/load.h"

#include <algorithm>
#include <filesystem>

#include "testbench/scenario/files/document.h"
#include "testbench/scenario/files/script_linker.h"
#include "testbench/scenario/files/shapes.h"

namespace ans::scenario {

namespace {

// Paths in a file start at the file; those of `--set` start, like all of a command line, where the user is.
void resolve(std::string& file, const std::filesystem::path& folder, const std::string& pointer,
             const Problems& problems) {
    if (!file.empty() && problems.override_of(pointer).empty())
        file = (folder / file).lexically_normal().string();
}

void resolve_paths(Scenario& scenario, const Problems& problems) {
    const std::filesystem::path folder = std::filesystem::path(scenario.path).parent_path();
    resolve(scenario.media.image, folder, "/media/image", problems);
    for (std::size_t i = 0; i < scenario.driver.guest.mounts.size(); ++i)
        resolve(scenario.driver.guest.mounts[i].path, folder,
                "/driver/guest/mounts/" + std::to_string(i) + "/path", problems);
    resolve(scenario.driver.library, folder, "/driver/library", problems);
    for (std::size_t i = 0; i < scenario.steps.size(); ++i) {
        const std::string pointer = "/steps/" + std::to_string(i);
        Step& step = scenario.steps[i];
        if (auto* read = std::get_if<ReadImage>(&step))
            resolve(read->compare_with, folder, pointer + "/read_image/compare_with", problems);
        if (auto* write = std::get_if<WriteImage>(&step))
            resolve(write->from, folder, pointer + "/write_image/from", problems);
    }
}

const Type<Scenario>& root() {
    static const Type<Scenario> type = scenario_type();
    return type;
}

// The file with one run's own keys laid over it; the file itself where it has no runs.
struct RunDocument {
    std::string name;
    std::size_t index;
    Json document;
};

constexpr const char* kRuns = "runs";
constexpr std::size_t kMostRuns = 32;

std::vector<RunDocument> split_runs(const Json& document, Problems& problems) {
    if (!document.is_object() || !document.contains(kRuns)) return {{"", 0, document}};
    const Json& runs = document[kRuns];
    const std::string place = std::string("/") + kRuns;
    if (!runs.is_array() || runs.empty() || runs.size() > kMostRuns) {
        problems.add(place, "expected a list of 1 to " + std::to_string(kMostRuns) + " runs");
        return {};
    }
    std::vector<RunDocument> split;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const std::string at = place + "/" + std::to_string(i);
        const Json& run = runs[i];
        const auto name = run.is_object() ? run.find("run") : run.end();
        if (!run.is_object() || name == run.end() || !name->is_string() ||
            name->get_ref<const std::string&>().empty()) {
            problems.add(at, "expected an object with the key \"run\", the name of the run");
            continue;
        }
        const auto same = [&](const RunDocument& other) { return other.name == *name; };
        if (std::any_of(split.begin(), split.end(), same))
            problems.add(at + "/run", "is the name of two runs");
        if (run.contains(kRuns)) problems.add(at + "/" + kRuns, "a run has no runs");
        Json patch = run, whole = document;
        patch.erase("run");
        whole.erase(kRuns);
        whole.merge_patch(patch);
        split.push_back({*name, i, std::move(whole)});
    }
    return problems.empty() ? split : std::vector<RunDocument>();
}

// Values of the run keep the line where the run says them.
std::map<std::string, std::size_t> run_lines(std::map<std::string, std::size_t> lines, std::size_t index) {
    const std::string prefix = std::string("/") + kRuns + "/" + std::to_string(index) + "/";
    std::map<std::string, std::size_t> own;
    for (const auto& [pointer, line] : lines)
        if (pointer.compare(0, prefix.size(), prefix) == 0) own[pointer.substr(prefix.size() - 1)] = line;
    own.merge(lines);
    return own;
}

void load_run(const RunDocument& run, const std::string& path, const std::vector<std::string>& overrides,
              Problems& problems, Loaded& loaded) {
    Json document = run.document;
    for (const std::string& argument : overrides)
        apply_override(document, argument, problems);
    Scenario scenario;
    scenario.path = path;
    scenario.run = run.name;
    if (problems.empty() && root().read({document, Path(), problems}, scenario) && problems.empty()) {
        resolve_paths(scenario, problems);
        loaded.scenarios.push_back(std::move(scenario));
    }
    const std::vector<std::string> texts = problems.texts();
    loaded.problems.insert(loaded.problems.end(), texts.begin(), texts.end());
}

// Runs are laid over the file before it is read, so the table of keys does not know them.
Schema runs_schema() {
    const Schema name{
        {"description", "name of the run, like historic or fixed"}, {"type", "string"}, {"minLength", 1}};
    const Schema run{{"type", "object"}, {"required", {"run"}}, {"properties", {{"run", name}}}};
    return {{"description",
             "several runs of this file: each has a name and keys of its own, which are laid over the file's "
             "(RFC 7396: "
             "objects are merged, all else is replaced, null removes)"},
            {"type", "array"},
            {"minItems", 1},
            {"maxItems", kMostRuns},
            {"items", run}};
}

}  // namespace

Loaded load_scenario_text(std::string_view text, const std::string& path,
                          const std::vector<std::string>& overrides) {
    Problems problems(path);
    const Json document = parse_document(text, problems);
    if (!problems.empty()) return {{}, problems.texts()};
    const std::vector<RunDocument> runs = split_runs(document, problems);
    Loaded loaded{{}, problems.texts()};
    for (const RunDocument& run : runs) {
        Problems own(run.name.empty() ? path : path + " (run " + in_quotes(run.name) + ")");
        own.lines = run.name.empty() ? problems.lines : run_lines(problems.lines, run.index);
        load_run(run, path, overrides, own, loaded);
    }
    if (!loaded.problems.empty()) loaded.scenarios.clear();
    return loaded;
}

Loaded load_scenario(const std::string& path, const std::vector<std::string>& overrides) {
    Problems problems(path);
    std::string text;
    if (!read_file(path, text, problems)) return {{}, problems.texts()};
    return load_scenario_text(text, path, overrides);
}

bool is_script_library(std::string_view path) {
    constexpr std::string_view kEnd = ".script.json";
    return path.size() > kEnd.size() && path.substr(path.size() - kEnd.size()) == kEnd;
}

std::vector<std::string> check_script_library(const std::string& path) {
    Problems problems(path);
    std::string text;
    if (!read_file(path, text, problems)) return problems.texts();
    const Json document = parse_document(text, problems);
    std::vector<RawScript> scripts;
    if (problems.empty() && library_type().read({document, Path(), problems}, scripts))
        check_library_scripts(std::move(scripts), path, problems);
    return problems.texts();
}

Schema scenario_schema() {
    Schema schema{{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", "ans2emu scenario"}};
    schema.update(root().schema());
    schema["properties"][kRuns] = runs_schema();
    const Schema foreign{{"required", {"kind"}}, {"properties", {{"kind", {{"enum", {"foreign"}}}}}}};
    schema["anyOf"] = {{{"required", {"steps"}}},
                       {{"required", {"driver"}}, {"properties", {{"driver", foreign}}}}};
    schema["definitions"] = when_definitions();
    schema["definitions"]["action"] = action_definition();
    schema["definitions"]["bounds"] = bounds_definition();
    schema["definitions"]["script_step"] = script_step_definition();
    return schema;
}

}  // namespace ans::scenario
