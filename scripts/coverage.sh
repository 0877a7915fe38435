#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Which lines the tests execute: a table on the terminal, and an HTML report in build/coverage/report.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh gcovr
cmake --preset coverage
cmake --build --preset coverage
find build/coverage -name '*.gcda' -delete
ctest --preset coverage --quiet || echo "coverage.sh: some tests failed; the figures are of what ran" >&2
mkdir -p build/coverage/report
gcovr --root . --object-directory build/coverage --exclude 'testbench/(unit|integration|support)/' \
  --exclude-unreachable-branches --html-details build/coverage/report/index.html --print-summary
