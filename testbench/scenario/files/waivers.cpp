// SPDX-License-Identifier: MIT
#include "testbench/scenario/files/waivers.h"

#include "testbench/scenario/files/document.h"
#include "testbench/scenario/files/shapes.h"

namespace ans::scenario {

namespace {

Waivers parse(const std::string& document_text, Problems& problems) {
    static const Type<std::vector<Waiver>> type = list(
        shape<Waiver>({key<Waiver>("rule", &Waiver::rule, rule_id_type(), "a rule of `ans2emu rules`", true),
                       key<Waiver>("reason", &Waiver::reason, text(400, "why the driver may break the rule"),
                                   "why the driver may break it", true)}),
        100);
    Waivers out;
    const Json document = parse_document(document_text, problems);
    if (problems.empty()) type.read({document, Path(), problems}, out.waivers);
    for (std::size_t i = 0; i < out.waivers.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (problems.empty() && out.waivers[i].rule == out.waivers[j].rule)
                problems.add("/" + std::to_string(i) + "/rule",
                             out.waivers[i].rule + " is waived twice, at /" + std::to_string(j) + " too");
    out.problems = problems.texts();
    if (!out.problems.empty()) out.waivers.clear();
    return out;
}

}  // namespace

Waivers load_waivers_text(const std::string& text, const std::string& path) {
    Problems problems(path);
    return parse(text, problems);
}

Waivers load_waivers(const std::string& path) {
    Problems problems(path);
    std::string text;
    if (!read_file(path, text, problems)) return {{}, problems.texts()};
    return parse(text, problems);
}

}  // namespace ans::scenario
