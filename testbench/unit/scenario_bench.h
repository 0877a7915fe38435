// SPDX-License-Identifier: MIT
// Scenario texts, the reader and the published schema for the tests of scenario files.
#pragma once

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

#include "testbench/scenario/files/load.h"
#include "testbench/support/sim_test.h"

namespace ans::scenario {

// A good scenario with some members put before the required ones.
inline std::string with(const std::string& members) {
    return "{\"name\": \"n\", \"description\": \"d\"" + std::string(members.empty() ? "" : ", ") + members +
           (members.find("\"steps\"") == std::string::npos ? ", \"steps\": [\"boot\"]}" : "}");
}
inline std::string fault(const std::string& when, const std::string& act = R"({"action": "nvme.irq.drop"})") {
    return with(R"("faults": [{"id": "a", "when": )" + when + R"(, "do": )" + act + "}]");
}
inline std::string steps(const std::string& list) {
    return with("\"steps\": [" + list + "]");
}

inline Loaded load(const std::string& text, const std::vector<std::string>& overrides = {}) {
    return load_scenario_text(text, "f.json", overrides);
}

struct Bad {
    std::string text;
    std::string problem;
    bool schema_knows =
        true;  ///< false: no JSON Schema can say it (values that depend on each other, bounds of hex strings)
};

/// The published schema in the hands of somebody else's validator.
class SchemaTest : public ::testing::Test {
protected:
    SchemaTest();
    ~SchemaTest() override;
    bool accepts(const std::string& text);

private:
    struct Validator;  // compiled once: the library is all templates
    std::unique_ptr<Validator> validator_;
};

}  // namespace ans::scenario
