#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# How much of each RTL twin its random benches reach: lines (with branches) and toggled bits. Fails below 95 % of either.
# usage: scripts/rtl_coverage.sh [SEED]   what was not reached: build/rtl-coverage/TWIN.missed
set -euo pipefail
cd "$(dirname "$0")/.."

seed=${1:-1}
least=95
build=build/rtl-coverage
transactions=200000

scripts/setup.sh
cmake --preset dev -B "$build" -DANS_RTL_COVERAGE=ON >/dev/null
cmake --build "$build" --target mailbox_random_test sart_random_test

# One figure a kind from Verilator's counts: a point is a place in the sources, whichever instance reached it.
report() {
  LC_ALL=C awk -F"'" -v twin="$1" -v least="$least" -v missed="$build/$1.missed" '
    /^C / {
      n = split($2, pairs, "\001"); place = ""; kind = ""
      for (i = 1; i <= n; ++i) {
        split(pairs[i], pair, "\002")
        if (pair[1] == "page") kind = pair[2] ~ /^v_toggle/ ? "toggle" : "line"
        if (pair[1] ~ /^(f|l|n|page|o)$/) place = place " " pair[2]
      }
      count = $3 + 0
      if (!((kind, place) in seen)) { seen[kind, place] = 1; total[kind]++ }
      if (count > 0 && !((kind, place) in hit)) { hit[kind, place] = 1; reached[kind]++ }
    }
    END {
      bad = 0
      for (key in seen) if (!(key in hit)) { split(key, part, SUBSEP); print part[1] part[2] > missed }
      for (kind in total) {
        share = 100 * reached[kind] / total[kind]
        printf "%-8s %-7s %5d of %5d  %6.2f %%%s\n", twin, kind, reached[kind], total[kind], share,
          share < least ? "  below " least " %" : ""
        if (share < least) bad = 1
      }
      if (total["line"] == 0 || total["toggle"] == 0) { print twin ": no counts"; bad = 1 }
      exit bad
    }' "$build/$1".*.dat
}

failed=0
for twin in mailbox sart; do
  rm -f "$build/$twin".*.dat "$build/$twin.missed"
  for bench in BothAgreeOnWhateverTheMachineDoes PinsAgreeWithTheBlockWhateverMeetsInACycle; do
    ANS_SEED=$seed ANS_TRANSACTIONS=$transactions ANS_RTL_COVERAGE_FILE=$build/$twin.$bench.dat \
      "$build/${twin}_random_test" --gtest_filter="*.$bench" --gtest_brief=1 >/dev/null
  done
  report "$twin" || failed=1
done
exit $failed
