// SPDX-License-Identifier: MIT
#include "testbench/scenario/files/load.h"

#include <filesystem>

#include "testbench/scenario/files/document.h"
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

}  // namespace

Loaded load_scenario_text(std::string_view text, const std::string& path,
                          const std::vector<std::string>& overrides) {
    Problems problems(path);
    Json document = parse_document(text, problems);
    if (problems.empty())
        for (const std::string& argument : overrides)
            apply_override(document, argument, problems);
    Loaded loaded;
    if (problems.empty()) {
        Scenario scenario;
        scenario.path = path;
        if (root().read({document, Path(), problems}, scenario) && problems.empty()) {
            resolve_paths(scenario, problems);
            loaded.scenario = std::move(scenario);
        }
    }
    loaded.problems = problems.texts();
    return loaded;
}

Loaded load_scenario(const std::string& path, const std::vector<std::string>& overrides) {
    Problems problems(path);
    std::string text;
    if (!read_file(path, text, problems)) return {std::nullopt, problems.texts()};
    return load_scenario_text(text, path, overrides);
}

Schema scenario_schema() {
    Schema schema{{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", "ans2emu scenario"}};
    schema.update(root().schema);
    schema["definitions"] = when_definitions();
    schema["definitions"]["action"] = action_definition();
    schema["definitions"]["bounds"] = bounds_definition();
    return schema;
}

}  // namespace ans::scenario
