#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A disk image with a GPT and an ext4 file system of real files, made on the host, used by the unmodified Linux driver
# through the emulated machine, and judged on the host again. usage: scripts/linux/filesystem.sh [ANS2EMU]
set -euo pipefail
cd "$(dirname "$0")/../.."
ans2emu=${1:-build/release/ans2emu}
scripts/setup.sh fdisk e2fsprogs

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "filesystem.sh: FAILED: $*" >&2; exit 1; }
sums() { (cd "$1" && find . -type f | LC_ALL=C sort | tr '\n' '\0' | xargs -0 -r sha256sum); }

# Two partitions, in blocks of 4 KiB as the drive has them: a small empty one, and the file system.
first_block=2304 blocks=65536
mkdir "$work/tree"
cp -r docs models scenarios scripts testbench "$work/tree/"
cp -rL /usr/include/linux /usr/include/c++ "$work/tree/" 2>/dev/null || true
truncate -s $(((first_block + blocks + 256) * 4096)) "$work/disk.img"
printf '%s\n' g n 1 256 $((first_block - 1)) n 2 $first_block $((first_block + blocks - 1)) w |
  fdisk -b 4096 "$work/disk.img" >"$work/fdisk.log" || { cat "$work/fdisk.log"; fail "no partitions"; }
mke2fs -q -F -t ext4 -b 4096 -d "$work/tree" -E offset=$((first_block * 4096)) "$work/disk.img" $blocks

mkdir "$work/shared"
sums "$work/tree" >"$work/shared/before"
"$ans2emu" run scripts/linux/filesystem.json --set "media={\"image\": \"$work/disk.img\"}" \
  --set "driver.guest.mounts.0.path=$work/shared"

dd if="$work/disk.img" of="$work/part.img" bs=4096 skip=$first_block count=$blocks conv=sparse status=none
e2fsck -fn "$work/part.img" || fail "e2fsck does not accept what the guest left"
mkdir "$work/out"
debugfs -R "rdump / $work/out" "$work/part.img" 2>"$work/rdump.log" || fail "debugfs cannot read what the guest left"
sums "$work/out" | cmp - "$work/shared/after" || fail "the files are not what the guest read before it unmounted"
[ "$(wc -l <"$work/shared/after")" -gt 100 ] || fail "only $(wc -l <"$work/shared/after") files were compared"
echo "filesystem.sh: PASSED: $(wc -l <"$work/shared/before") files read, $(wc -l <"$work/shared/after") written and compared"
