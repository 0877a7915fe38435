#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The main job, from a bare Debian 12: real files in a real ext4 image, read, replaced and checked through the
# emulated machine and its reference driver; then one completion interrupt is lost on purpose.
set -euo pipefail
cd "$(dirname "$0")/.."

bold=""; plain=""
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\033[1m'; plain=$'\033[0m'; fi
say() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain"; }
fail() { echo "demo: FAILED: $*" >&2; exit 1; }

say "1/6 tools and a release build"
scripts/setup.sh
cmake --preset release >/dev/null
cmake --build --preset release --target ans2emu | tail -n 1
ans2emu=build/release/ans2emu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# collect NAME DIRECTORY...: copies real files of this machine, entry by entry, until the tree holds 32 MiB.
collect() {
  local tree=$work/$1 kib=0 source entry; shift
  mkdir -p "$tree"
  for source in "$@"; do
    for entry in "$source"/*; do
      [ "$kib" -ge 33000 ] && return
      [ -e "$entry" ] || continue
      mkdir -p "$tree$source"
      cp -a "$entry" "$tree$source/"
      kib=$((kib + $(du -sk "$entry" | cut -f1)))
    done
  done
  [ "$kib" -ge 33000 ] || fail "this machine has no 32 MiB of files below $*"
}

# image NAME MIB: an ext4 file system that holds the tree NAME.
image() {
  mke2fs -q -t ext4 -b 4096 -d "$work/$1" "$work/$1.img" "$2M"
}

say "2/6 two ext4 file systems of this machine's own files"
collect first /usr/share/doc /usr/include /usr/share
collect second /usr/share/perl /usr/share/cmake-* /usr/share/i18n /usr/lib/x86_64-linux-gnu /usr/bin
mib=$(( $(du -smc "$work/first" "$work/second" | sort -n | tail -n 2 | head -n 1 | cut -f1) * 5 / 4 + 64 ))
for tree in first second; do
  image $tree $mib
  printf '   %-7s %6d files, %4d MiB in an image of %d MiB\n' $tree \
    "$(find "$work/$tree" -type f | wc -l)" "$(du -sm "$work/$tree" | cut -f1)" $mib
done

say "3/6 boot from the first, read it whole, write the second over it, flush, shut down"
before=$(sha256sum "$work/first.img" | cut -d' ' -f1)
echo "   sha256 of the image as the host sees it: $before"
cp --sparse=always "$work/first.img" "$work/disk.img"
"$ans2emu" run scripts/demo.json --set "media.image=$work/disk.img" --set "steps.2.read_image.compare_with=$work/first.img" \
  --set "steps.3.write_image.from=$work/second.img"

say "4/6 what the disk holds now, judged by e2fsck and by its files"
e2fsck -fn "$work/disk.img" || fail "e2fsck does not accept the disk"
mkdir "$work/out"
debugfs -R "rdump / $work/out" "$work/disk.img" 2>"$work/rdump.log" || { cat "$work/rdump.log"; fail "debugfs cannot read the disk"; }
rmdir "$work/out/lost+found" 2>/dev/null || true
diff -r --no-dereference "$work/second" "$work/out" || fail "files differ"
echo "   $(find "$work/out" -type f | wc -l) files, all byte-identical"

say "5/6 lose one completion interrupt on purpose"
"$ans2emu" run scenarios/faults/lost_completion_irq.json

say "6/6 result"
echo "demo: PASSED: booted, read, replaced and checked a real file system; a lost interrupt was survived"
