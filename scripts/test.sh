#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Every test, from a bare Debian 12. `--all` adds what is too slow for every run.
set -euo pipefail
cd "$(dirname "$0")/.."

all=no
case "${1:-}" in
  "") ;;
  --all) all=yes ;;
  *) echo "usage: scripts/test.sh [--all]" >&2; exit 2 ;;
esac

scripts/setup.sh
cmake --preset dev
cmake --build --preset dev
cmake --preset asan
cmake --build --preset asan
# The sanitizer build runs the same tests; leaks are the exit of a simulation, which ends by _exit.
ctest --preset asan
ctest --preset dev
if [ "$all" = yes ]; then
  cmake --preset release
  cmake --build --preset release
  ctest --preset release
fi
