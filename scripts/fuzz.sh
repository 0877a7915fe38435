#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Feeds the parsers of what a guest says to libFuzzer, starting from the corpus in testbench/fuzz/corpus. An input that breaks
# one is left in build/fuzz. usage: scripts/fuzz.sh [SECONDS] [TARGET...]
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-30}
[[ $seconds =~ ^[0-9]+$ ]] || { echo "usage: scripts/fuzz.sh [SECONDS] [TARGET...]" >&2; exit 2; }
shift $(($# > 0 ? 1 : 0))
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
  for corpus in testbench/fuzz/corpus/*/; do targets+=("$(basename "$corpus")"); done
fi

scripts/setup.sh clang libclang-rt-14-dev
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz --target "${targets[@]/%/_fuzz}"
for target in "${targets[@]}"; do
  found=build/fuzz/corpus/$target
  mkdir -p "$found"
  echo "fuzz.sh: $target, $seconds s"
  build/fuzz/"${target}_fuzz" -seed=1 -max_len=4096 -timeout=10 -max_total_time="$seconds" -verbosity=0 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/$target-" "$found" "testbench/fuzz/corpus/$target" 2>&1 |
    grep -E "ERROR|SUMMARY|number_of_executed_units|artifact|#[0-9]+ 0x" || true
  [ "${PIPESTATUS[0]}" -eq 0 ]
done
