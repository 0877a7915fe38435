#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Cuts the power under a mounted file system of the unmodified Linux driver, once for each seed, at a moment and with losses
# that the seed draws. What was flushed must be there after the next boot, each time.
# usage: scripts/linux/power_cuts.sh FIRST_SEED LAST_SEED [ANS2EMU]
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ $# -lt 2 ] || [[ ! $1$2 =~ ^[0-9]+$ ]]; then
  echo "usage: scripts/linux/power_cuts.sh FIRST_SEED LAST_SEED [ANS2EMU]" >&2
  exit 2
fi
first=$1 last=$2 ans2emu=${3:-build/release/ans2emu}
scripts/setup.sh e2fsprogs

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
truncate -s 64M "$work/fresh.img"
mke2fs -q -F -t ext4 -b 4096 "$work/fresh.img"

failed=0
for ((seed = first; seed <= last; seed++)); do
  mkdir "$work/$seed"
  cp --sparse=always "$work/fresh.img" "$work/disk.img"
  if ! "$ans2emu" run scripts/linux/power_cut.json --seed "$seed" --set "media={\"image\": \"$work/disk.img\"}" \
      --set "driver.guest.mounts.0.path=$work/$seed" >"$work/log" 2>&1; then
    cat "$work/log"
    failed=$((failed + 1))
  fi
  touch "$work/$seed/done"
  echo "seed $seed: $(wc -l <"$work/$seed/done") files flushed before the cut"
done
echo "power_cuts.sh: $((last - first + 1 - failed)) of $((last - first + 1)) seeds passed"
[ $failed -eq 0 ]
