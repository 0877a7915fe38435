// SPDX-License-Identifier: MIT
#include "testbench/unit/scenario_bench.h"

#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

namespace ans::scenario {

struct SchemaTest::Validator {
    valijson::Schema schema;
    valijson::Validator validator;
};

SchemaTest::SchemaTest() : validator_(std::make_unique<Validator>()) {
    const nlohmann::json document = nlohmann::json::parse(scenario_schema().dump());
    valijson::SchemaParser().populateSchema(valijson::adapters::NlohmannJsonAdapter(document), validator_->schema);
}

SchemaTest::~SchemaTest() = default;

bool SchemaTest::accepts(const std::string& text) {
    const nlohmann::json document = nlohmann::json::parse(text);
    return validator_->validator.validate(validator_->schema, valijson::adapters::NlohmannJsonAdapter(document), nullptr);
}

}  // namespace ans::scenario
