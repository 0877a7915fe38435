// SPDX-License-Identifier: MIT
// The reference pages in docs/, made from the tables that the program itself works with.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ans::cli {

/// Names of the pages: "scenarios", "faults", "rules", "measures".
std::vector<std::string_view> docs_pages();
/// The page as Markdown; "" where there is no page of that name.
std::string docs_page(std::string_view name);

}  // namespace ans::cli
