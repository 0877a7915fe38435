#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Every test, under AddressSanitizer and UndefinedBehaviorSanitizer, from a bare Debian 12. `--all` runs them in the other
# builds too.
set -euo pipefail
cd "$(dirname "$0")/.."

all=no
case "${1:-}" in
  "") ;;
  --all) all=yes ;;
  *) echo "usage: scripts/test.sh [--all]" >&2; exit 2 ;;
esac

presets=(asan)   # sanitizers on: finds what a plain build finds, and more
[ "$all" = yes ] && presets+=(dev release)

scripts/setup.sh
for preset in "${presets[@]}"; do
  cmake --preset "$preset"
  cmake --build --preset "$preset"
done
scripts/fuzz.sh 30
for preset in "${presets[@]}"; do
  ctest --preset "$preset"
done
if [ "$all" = yes ]; then ctest --preset full; fi   # what takes long: Linux (KASAN, 200 power cuts), the RTL twins
